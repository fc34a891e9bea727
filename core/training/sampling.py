"""Which training images an epoch shows in which order, and how much a mistake on each counts.

An order is a function of the run's seed and the epoch alone, so that a resumed run sees the same batches.
"""

import numpy as np

from core.runs.config import RunConfig


def count_steps(config: RunConfig, num_samples: int) -> int:
    """Return the number of batches in an epoch.

    >>> count_steps(RunConfig(dataset="d", batch_size=4), 10)
    3
    >>> count_steps(RunConfig(dataset="d", batch_size=4, steps_per_epoch=100), 10)
    100
    """
    return config.steps_per_epoch or -(-num_samples // config.batch_size)


def epoch_order(config: RunConfig, labels: np.ndarray, epoch: int) -> np.ndarray:
    """Return positions of the training images that an epoch shows, in order.

    The images are passed through again and again, each time in another order. An epoch is one pass, or, with
    ``steps_per_epoch``, so many full batches from where the epoch before it ended.

    Args:
        config: The run's settings.
        labels: Label of each training image, int, shape ``(num_samples,)``.
        epoch: Counted from 1.

    Returns:
        Int64, shape ``(num_samples,)`` or ``(steps_per_epoch * batch_size,)``.

    >>> config = RunConfig(dataset="d", batch_size=2, steps_per_epoch=1)
    >>> orders = [epoch_order(config, np.zeros(4, int), epoch).tolist() for epoch in (1, 2)]
    >>> sorted(orders[0] + orders[1])
    [0, 1, 2, 3]
    """
    if not config.steps_per_epoch:
        return _pass(config, labels, epoch)
    length = config.steps_per_epoch * config.batch_size
    first, end = (epoch - 1) * length, epoch * length
    num_samples = len(labels)
    passes = range(first // num_samples, -(-end // num_samples))
    images = np.concatenate([_pass(config, labels, number + 1) for number in passes])
    begin = first - passes.start * num_samples
    return images[begin : begin + length]


def compute_class_weights(config: RunConfig, labels: np.ndarray, num_classes: int) -> np.ndarray | None:
    """Return how much a mistake on an image of each class counts, None when all count the same.

    Balanced: number of images / (number of classes x images of the class), as scikit-learn's
    ``compute_class_weight``. Effective: in inverse proportion to the effective number of images,
    (1 - beta^n) / (1 - beta), so that the weights add up to the number of classes; Cui et al. (2019),
    https://arxiv.org/abs/1901.05555. A class without training images has weight 0 and is not counted.

    Args:
        config: The run's settings; ``class_weights`` and ``effective_beta`` are used.
        labels: Label of each training image, int, shape ``(num_samples,)``.
        num_classes: Number of classes.

    Returns:
        Float32, shape ``(num_classes,)``, or None.

    >>> config = RunConfig(dataset="d", class_weights="balanced")
    >>> compute_class_weights(config, np.array([0, 0, 0, 0, 0, 0, 1, 1]), 3)
    array([0.6666667, 2.       , 0.       ], dtype=float32)
    """
    if config.class_weights == "none":
        return None
    counts = np.bincount(labels, minlength=num_classes).astype(np.float64)
    present = counts > 0
    beta = config.effective_beta if config.class_weights == "effective" else None
    sizes = counts if beta is None else (1 - beta**counts) / (1 - beta)
    shares = np.zeros(num_classes)
    shares[present] = 1 / sizes[present]
    # Balanced: the images' weights add up to their number; effective: the classes' weights to theirs.
    total = (shares * counts).sum() / counts.sum() if beta is None else shares.sum() / present.sum()
    return (shares / total).astype(np.float32)


def _pass(config: RunConfig, labels: np.ndarray, number: int) -> np.ndarray:
    """Order of the images in one pass, counted from 1, int64, shape ``(num_samples,)``."""
    random = np.random.default_rng((config.seed, number))
    if config.sampling == "natural":
        return random.permutation(len(labels))
    _, classes = np.unique(labels, return_inverse=True)
    num_classes = int(classes.max()) + 1
    quotas = np.full(num_classes, len(labels) // num_classes)
    quotas[random.permutation(num_classes)[: len(labels) % num_classes]] += 1
    members = np.split(np.argsort(classes, kind="stable"), np.cumsum(np.bincount(classes))[:-1])
    chosen = [_draw(random, images, quota) for images, quota in zip(members, quotas, strict=True)]
    return random.permutation(np.concatenate(chosen))


def _draw(random: np.random.Generator, images: np.ndarray, num_wanted: int) -> np.ndarray:
    """Draw images, none a second time before each has been drawn once."""
    num_rounds = -(-num_wanted // len(images))
    rounds = [random.permutation(images) for _ in range(num_rounds)]
    return np.concatenate([images[:0], *rounds])[:num_wanted]
