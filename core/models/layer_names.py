"""How Keras names what is not named: a class in snake case, with a number from the second on; no TensorFlow.

As in https://github.com/keras-team/keras/blob/master/keras/src/utils/naming.py. Keras names layers so, and
also the folders of a saved network's weights, whatever its layers are called.
"""

import re
from collections import Counter


def snake_case(class_name: str) -> str:
    """Return the name Keras makes of a class.

    >>> snake_case("BatchNormalization"), snake_case("Conv2D"), snake_case("MaxPooling2D")
    ('batch_normalization', 'conv2d', 'max_pooling2d')
    """
    parted = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", parted).lower()


def number_names(class_names: list[str]) -> list[str]:
    """Return a name for each of several classes in turn.

    >>> number_names(["Dense", "ReLU", "Dense"])
    ['dense', 're_lu', 'dense_1']
    """
    counts: Counter[str] = Counter()
    names = []
    for class_name in class_names:
        stem = snake_case(class_name)
        names.append(f"{stem}_{counts[stem]}" if counts[stem] else stem)
        counts[stem] += 1
    return names
