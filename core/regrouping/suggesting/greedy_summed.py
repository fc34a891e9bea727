"""What a merge does to the accuracy by summed probabilities: the goal of the greedy search that needs them.

An image is right when its true group has the largest sum of probabilities. Merging a with b rights a wrong
image of a when the two sums together exceed every other, and wrongs a right image of another group when
they exceed that group's sum. Each such image is one vote for or against the pair; a merge changes the votes
of the images that know one of the two, and an image whose true group has more than half of all probability
never votes again. With more than 32 classes only the 8 largest probabilities of each image are looked at;
what the groups score afterwards is always measured with all of them.
"""

import numpy as np

from core.predictions import Predictions
from core.regrouping.suggesting.agglomerative import AverageLinkage
from core.regrouping.suggesting.demands import Demands
from core.regrouping.suggesting.merging import Cells

SURE = 0.5  # sum of probabilities above which no other group can be larger
TIE_BREAK = 0.4  # mean similarity (0-1) in images: decides between pairs that gain equally many
EXACT_UNITS = 32  # up to so many, all sums of an image are looked at
LARGEST = 8  # with more, so many of an image
BLOCK = 2000  # images handled at once, so that no second copy of all probabilities is made
NOBODY = -1  # in place of a group that was merged into another


class SummedAccuracy:
    """Images that a merge makes right by summed probabilities, less those that it makes wrong, as a share.

    Attributes:
        matrix: Of any two groups, shape ``(num_units, num_units)``.
    """

    def __init__(
        self,
        predictions: Predictions,
        similarity: np.ndarray,
        demands: Demands,
    ) -> None:
        self._scale = 1 / max(predictions.num_samples, 1)
        self._linkage = AverageLinkage(similarity, demands)
        self._votes = np.zeros_like(self._linkage.matrix)
        self._label = demands.unit[predictions.y_true]
        self._groups, self._sums = _largest_sums(predictions.probs, demands)
        self._images = self._images_of_groups(demands.num_units)
        self._vote(np.arange(predictions.num_samples), 1)
        self.matrix = self._scale * (self._votes + TIE_BREAK * self._linkage.matrix)

    def merge(self, keep: int, drop: int, sizes: np.ndarray) -> Cells:
        """Add the sums of two groups, and let the images that know one of them vote anew."""
        self._linkage.merge(keep, drop, sizes)
        images = np.union1d(self._images[keep], self._images[drop])
        touched = images[self._touched(images, keep, drop)]
        before = self._vote(touched, -1)
        self._join(images, keep, drop)
        after = self._vote(touched, 1)
        self._images[keep] = images[self._unsure(images)]
        self._images[drop] = images[:0]
        changed = np.divmod(np.unique(np.concatenate([before, after])), len(self._votes))
        for cells in (changed, (keep,), (slice(None), keep)):
            self.matrix[cells] = self._scale * (self._votes[cells] + TIE_BREAK * self._linkage.matrix[cells])
        return changed

    def _images_of_groups(self, num_units: int) -> list[np.ndarray]:
        """Return for each group the unsure images that know it: it is theirs or among their sums."""
        unsure = np.flatnonzero(self._unsure(np.arange(len(self._label))))
        known = np.column_stack([self._groups[unsure], self._label[unsure]])
        order = np.argsort(known.ravel(), kind="stable")
        images = np.repeat(unsure, known.shape[1])[order]
        ends = np.searchsorted(known.ravel()[order], np.arange(num_units + 1))
        return [np.unique(images[ends[k] : ends[k + 1]]) for k in range(num_units)]

    def _unsure(self, images: np.ndarray) -> np.ndarray:
        """Return which images have not more than half of all probability in their true group."""
        own = self._groups[images] == self._label[images, None]
        return ~((self._sums[images] * own).sum(axis=1) > SURE)

    def _touched(self, images: np.ndarray, keep: int, drop: int) -> np.ndarray:
        """Return which images' votes a merge of two groups may change."""
        groups, sums, label = self._groups[images], self._sums[images], self._label[images]
        merged, own = (groups == keep) | (groups == drop), groups == label[:, None]
        mine, together = (sums * own).sum(axis=1), (sums * merged).sum(axis=1)
        others = np.where(own, -1, sums)
        largest = others.max(axis=1)
        among_largest = ((others == largest[:, None]) & merged).any(axis=1)
        counts = np.where(mine >= largest, together + largest > mine, together > largest - mine)
        return counts | among_largest | (label == keep) | (label == drop)

    def _join(self, images: np.ndarray, keep: int, drop: int) -> None:
        """Add the second group's sums to the first one's, in images that know one of them."""
        groups, sums = self._groups[images], self._sums[images]
        is_keep, is_drop = groups == keep, groups == drop
        both = is_keep.any(axis=1) & is_drop.any(axis=1)
        groups[is_drop] = keep
        sums[is_keep & both[:, None]] += sums[is_drop & both[:, None]]
        gone = is_drop & both[:, None]
        groups[gone], sums[gone] = NOBODY, -1
        self._groups[images], self._sums[images] = groups, sums
        label = self._label[images]
        self._label[images] = np.where(label == drop, keep, label)

    def _vote(self, images: np.ndarray, sign: int) -> np.ndarray:
        """Add the images' votes, or take them back with ``sign`` -1; returns their cells."""
        groups, sums, label = self._groups[images], self._sums[images], self._label[images]
        own = groups == label[:, None]
        mine = np.where(own, sums, 0).sum(axis=1)
        others = np.where(own, -1, sums)
        right = mine >= others.max(axis=1)
        righted = _righted(groups[~right], others[~right], mine[~right], label[~right])
        doubtful = right & (2 * others.max(axis=1) > mine)
        wronged = _wronged(groups[doubtful], others[doubtful], mine[doubtful])
        np.add.at(self._votes, righted, sign)
        np.add.at(self._votes, wronged, -sign)
        return np.concatenate([rows * len(self._votes) + columns for rows, columns in (righted, wronged)])


def _righted(groups: np.ndarray, others: np.ndarray, mine: np.ndarray, label: np.ndarray) -> Cells:
    """Return pairs, both ways, whose merge rights a wrong image: its own group with one that is enough."""
    rows, rival = np.arange(len(groups)), others.argmax(axis=1)
    enough = others > (others[rows, rival] - mine)[:, None]  # (num_images, num_sums)
    enough[rows, rival] = True
    row, column = np.nonzero(enough)
    first, second = label[row], groups[row, column]
    return np.concatenate([first, second]), np.concatenate([second, first])


def _wronged(groups: np.ndarray, others: np.ndarray, mine: np.ndarray) -> Cells:
    """Return pairs, both ways, of other groups whose sums together exceed that of a right image's own."""
    row, large = np.nonzero(2 * others > mine[:, None])  # one of the two has more than half
    enough = others[row] > (mine[row] - others[row, large])[:, None]
    enough[np.arange(len(row)), large] = False
    pair, other = np.nonzero(enough)
    first, second = groups[row[pair], large[pair]], groups[row[pair], other]
    # Where both have more than half, the pair was found from both sides already.
    once = 2 * others[row[pair], other] <= mine[row[pair]]
    return np.concatenate([first, second[once]]), np.concatenate([second, first[once]])


def _largest_sums(probs: np.ndarray, demands: Demands) -> tuple[np.ndarray, np.ndarray]:
    """Return groups and sums of probabilities of all images, both of shape ``(num_images, num_sums)``."""
    order = np.argsort(demands.unit, kind="stable")
    starts = np.searchsorted(demands.unit[order], np.arange(demands.num_units))
    num_sums = demands.num_units if demands.num_units <= EXACT_UNITS else LARGEST
    groups = np.empty((len(probs), num_sums), np.int64)
    sums = np.empty((len(probs), num_sums), np.float32)
    for start in range(0, len(probs), BLOCK):
        block = np.asarray(probs[start : start + BLOCK], np.float32)
        if demands.num_units < demands.num_classes:
            block = np.add.reduceat(block[:, order], starts, axis=1)
        largest = np.argpartition(block, -num_sums, axis=1)[:, -num_sums:]
        groups[start : start + BLOCK] = largest
        sums[start : start + BLOCK] = np.take_along_axis(block, largest, axis=1)
    return groups, sums
