"""What merging costs: a higher accuracy over fewer classes may tell less. Numbers before and after.

The measures and their sources stand in ``core.evaluation.agreement`` and ``core.datasets.evenness``.
"""

from dataclasses import dataclass

import numpy as np

from core.datasets.evenness import effective_classes, imbalance_ratio
from core.evaluation.agreement import balanced_accuracy_of, count_totals, information_of, kappa_of
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.counts import SparseCounts

MEANINGS = {
    "kappa": "Cohen's kappa: accuracy above what the same answers would reach when shuffled. 1 is perfect, 0 "
    "is chance; unlike accuracy it does not rise by itself when there are fewer classes.",
    "balanced_accuracy": "The mean over classes, or groups, of the share answered right: small ones count as "
    "much as large ones.",
    "bits": "Mutual information: how many bits an answer tells of the truth; 1 bit halves what is possible. "
    "Merging can only lose some. Corrected for the number of images (Miller and Madow).",
    "effective_classes": "How many classes of equal size would be as hard to guess: few when one class has "
    "most of the images.",
    "imbalance": "How many times as many images the largest class, or group, has as the smallest.",
}


@dataclass(frozen=True)
class Price:
    """Measures of one model before and after merging, by merged labels, on one split.

    Attributes:
        num_samples: Images measured.
        kappa_before: Cohen's kappa between classes; NaN where it is not defined.
        kappa: The same between groups; NaN when there is only one.
        balanced_accuracy_before: Mean recall of the classes that have images, 0-1.
        balanced_accuracy: The same of the groups.
        bits_of: Bits that the predicted class tells of the true class, corrected for few images.
        bits_kept: Bits that the predicted group tells of the true group, corrected, at most ``bits_of``.
        effective_classes_before: Two to the power of the entropy of the true classes.
        effective_classes: The same of the true groups.
        imbalance_before: Images of the largest class for each of the smallest that has any.
        imbalance: The same of the groups.
    """

    num_samples: int
    kappa_before: float
    kappa: float
    balanced_accuracy_before: float
    balanced_accuracy: float
    bits_of: float
    bits_kept: float
    effective_classes_before: float
    effective_classes: float
    imbalance_before: float
    imbalance: float

    @property
    def share_kept(self) -> float:
        """Bits kept as a share of those before, 0-1; 1 when there were none to lose."""
        return self.bits_kept / self.bits_of if self.bits_of else 1.0


def price(counts: np.ndarray | SparseCounts, grouping: Grouping) -> Price:
    """Return the measures before and after merging.

    The true information never rises by merging (the data-processing inequality), while its estimates may by a
    hair; hence ``bits_kept`` is at most ``bits_of``.

    Args:
        counts: Rows true, columns predicted: dense, shape ``(num_classes, num_classes)``, or sparse.
        grouping: Which classes count as one.

    >>> pets = Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"])
    >>> paid = price(np.array([[50, 40, 10], [40, 50, 10], [0, 0, 100]]), pets)
    >>> round(paid.kappa_before, 2), round(paid.kappa, 2)
    (0.5, 0.86)
    """
    sparse = counts if isinstance(counts, SparseCounts) else SparseCounts.of(counts)
    before, after = count_totals(sparse), count_totals(sparse.grouped(grouping))
    bits_of = information_of(before)
    return Price(
        num_samples=before.num_samples,
        kappa_before=kappa_of(before),
        kappa=kappa_of(after),
        balanced_accuracy_before=balanced_accuracy_of(before),
        balanced_accuracy=balanced_accuracy_of(after),
        bits_of=bits_of,
        bits_kept=min(information_of(after), bits_of),
        effective_classes_before=effective_classes(before.support),
        effective_classes=effective_classes(after.support),
        imbalance_before=imbalance_ratio(before.support),
        imbalance=imbalance_ratio(after.support),
    )
