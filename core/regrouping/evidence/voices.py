"""Each image has one voice; where images belong together (one patient, one photo) each such group has one.

Forty images of one patient are right or wrong together: they are no forty proofs (pseudoreplication, Hurlbert
(1984), https://doi.org/10.2307/1942661). So the rules of this package count voices.

- A group speaks for the direction in which it is mistaken more often, by the share of its images; where both
  shares are equal it speaks for none (the sign test, Dixon and Mood (1946),
  https://doi.org/10.1080/01621459.1946.10501898, with a group as the unit).
- Of the voices, the first class's are a binomial number, as of images. What its share would be if both
  classes were mistaken at one rate depends on how alike a group's images are: the share of the groups where
  they are all alike, of the images where they are not alike at all, else between the two, since the chance
  that one of ``n`` exchangeable images is mistaken rises with ``n``, but not faster. Voices between both
  shares tell nothing (p is 1), else the larger p-value of the two counts. Where each image is its own
  group, it is the exact binomial test's.

Where most groups are large and mistaken in part, hardly any is without a voice and the test tells little.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Voices:
    """The counts of a pair by voices: images, or groups of images that belong together.

    Attributes:
        by_group: Whether groups of images speak; else each image does.
        mistaken: Voices that the first class is taken for the second, and the other way.
        num_mistaken: Voices of a mistake between the two, those that speak for no direction included.
        support: Voices of each class.
        towards: Of those of a class that are wrong, the ones whose wrong answers are mostly the other class.
        wrong: Voices of each class that are wrong.
        rates: Mean over the voices of each class of the share (0-1) of their images taken for the other.
    """

    by_group: bool
    mistaken: tuple[int, int]
    num_mistaken: int
    support: tuple[int, int]
    towards: tuple[int, int]
    wrong: tuple[int, int]
    rates: tuple[float, float]


def image_voices(mistaken: tuple[int, int], support: tuple[int, int], wrong: tuple[int, int]) -> Voices:
    """Return the voices where each image has one.

    >>> image_voices((9, 1), (100, 50), (12, 4)).rates
    (0.09, 0.02)
    """
    rates = mistaken[0] / max(1, support[0]), mistaken[1] / max(1, support[1])
    return Voices(False, mistaken, sum(mistaken), support, mistaken, wrong, rates)


def group_voices(
    said: tuple[np.ndarray, np.ndarray], groups: tuple[np.ndarray, np.ndarray], indices: tuple[int, int]
) -> Voices:
    """Return the voices where each group of images has one.

    Args:
        said: Predicted classes of the images of the first class, and of the second, int64, 1-D.
        groups: The group of each of these images, int64, same shapes.
        indices: The two classes.
    """
    names, number = np.unique(np.concatenate(groups), return_inverse=True)
    numbers = np.split(number, [len(said[0])])
    shares, support, towards, wrong = [], [], [], []
    for answers, of_class, own, other in zip(said, numbers, indices, indices[::-1], strict=True):
        sizes = np.bincount(of_class, minlength=len(names))
        taken = np.bincount(of_class, answers == other, len(names))
        shares.append(taken / np.maximum(1, sizes))
        support.append(int((sizes > 0).sum()))
        is_wrong = answers != own
        most = _most_said(answers[is_wrong], of_class[is_wrong])
        towards.append(int((most == other).sum()))
        wrong.append(len(most))
    there, back = shares
    return Voices(
        by_group=True,
        mistaken=(int((there > back).sum()), int((back > there).sum())),
        num_mistaken=int((there + back > 0).sum()),
        support=(support[0], support[1]),
        towards=(towards[0], towards[1]),
        wrong=(wrong[0], wrong[1]),
        rates=(float(there.sum()) / max(1, support[0]), float(back.sum()) / max(1, support[1])),
    )


def direction_p_value(
    mistaken: tuple[int, int], support: tuple[int, int], images: tuple[int, int] | None = None
) -> float:
    """Return the exact two-sided p-value that two classes are mistaken for each other at one rate.

    Args:
        mistaken: Voices in each direction.
        support: Voices of each class.
        images: Images of each class, where the voices are groups; None where they are the images.

    >>> direction_p_value((9, 1), (100, 100)), direction_p_value((0, 0), (5, 5))
    (0.021484375, 1.0)
    """
    total = sum(mistaken)
    if not total:
        return 1.0
    from scipy.stats import binomtest  # noqa: PLC0415

    fair = sorted(counts[0] / sum(counts) for counts in (support, images or support))
    if fair[0] < mistaken[0] / total < fair[1]:
        return 1.0
    return max(float(binomtest(mistaken[0], total, share).pvalue) for share in fair)


def is_contradicted(voices: Voices) -> bool:
    """Whether more voices speak for one direction, but the mean shares of mistaken images for the other."""
    (there, back), (first, second) = voices.mistaken, voices.support
    more, rates = there * second - back * first, voices.rates[0] - voices.rates[1]
    return more * rates < 0


def mean_of_voices(values: np.ndarray, groups: np.ndarray | None) -> float:
    """Return the mean of some images' values, each group counted once, as float64; of none it is 1.

    >>> mean_of_voices(np.array([0.0, 1, 1, 1]), np.array([7, 3, 3, 3]))
    0.5
    """
    if not len(values):
        return 1.0
    if groups is None:
        return float(values.mean(dtype=np.float64))
    number = np.unique(groups, return_inverse=True)[1]
    return float((np.bincount(number, values) / np.bincount(number)).mean())


def _most_said(answers: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the most frequent answer of each group that has any, -1 where several are; int64, 1-D."""
    if not len(answers):
        return np.zeros(0, np.int64)
    base = int(answers.max()) + 1
    codes, counts = np.unique(groups * base + answers, return_counts=True)
    of_group, answer = np.divmod(codes, base)
    number = np.unique(of_group, return_inverse=True)[1]
    largest = np.zeros(int(number.max()) + 1, np.int64)
    np.maximum.at(largest, number, counts)
    is_top = counts == largest[number]
    most = np.full(len(largest), -1)
    most[number[is_top]] = answer[is_top]
    most[np.bincount(number[is_top]) > 1] = -1
    return most
