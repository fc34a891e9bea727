"""Divide images into train, val and test: stratified by class, whole groups, repeatable from a seed.

Images of one group (a patient, a lesion, a photo cut into pieces) resemble each other; were they in two
splits, the score would reward remembering instead of recognizing. An own method stands in for scikit-learn's
``StratifiedGroupKFold`` because that one knows folds of equal size only and gives rare classes no guarantee.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS

Groups = Sequence[str | None] | np.ndarray | pd.Series
FRACTIONS = (0.8, 0.1, 0.1)  # train, val, test


def assign_splits(
    labels: np.ndarray,
    groups: Groups | None = None,
    *,
    seed: int = 0,
    fractions: tuple[float, float, float] = FRACTIONS,
    minimum: int = 1,
) -> np.ndarray:
    """Return the split of each image, shape ``(num_images,)``, texts ``train``, ``val`` and ``test``.

    Every class with at least as many groups as there are splits is found in all of them (unless its groups
    are all needed elsewhere), a class with a single group in train. A class of ungrouped images is divided
    by the fractions to within one image.

    Args:
        labels: Class of each image, shape ``(num_images,)``, integers from 0.
        groups: Group of each image; missing values are images that stand alone. None: all stand alone.
        seed: Start of the random numbers.
        fractions: Shares of train, val and test, together 1; a split with share 0 stays empty.
        minimum: Images of each class wanted at least in val and in test, whatever the fractions say; of a
            class too small for that each split gets about an equal part.

    Raises:
        ValueError: The lengths differ or the fractions are not shares of one.

    >>> assign_splits(np.zeros(10, int), seed=1).tolist().count("train")
    8
    """
    labels = np.asarray(labels, dtype=np.int64)
    if groups is not None and len(groups) != len(labels):
        raise ValueError(f"There are {len(labels)} labels but {len(groups)} groups.")
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-6 or fractions[0] == 0:
        raise ValueError(f"fractions {fractions} must be shares of one with some of it for train.")
    if not len(labels):
        return np.array([], dtype="<U5")
    shares = np.asarray(fractions)
    division = _Division(labels, _number_groups(groups, len(labels)), shares, seed=seed, minimum=minimum)
    division.reserve()
    division.place_groups()
    division.place_singles()
    return np.array(SPLITS)[division.split_of_group[division.group_of_image]]


def _number_groups(groups: Groups | None, num_images: int) -> np.ndarray:
    """Return one number a group; images without a group get numbers of their own."""
    if groups is None:
        return np.arange(num_images)
    codes, uniques = pd.factorize(np.asarray(groups, dtype=object))
    alone = codes < 0
    codes[alone] = len(uniques) + np.arange(alone.sum())
    return np.unique(codes, return_inverse=True)[1]


class _Division:
    """The state while groups are handed out.

    Attributes:
        group_of_image: Shape ``(num_images,)``.
        split_of_group: Index of the split, -1 while undecided, shape ``(num_groups,)``.
        wanted: Images still wanted, negative when there are too many, shape ``(num_classes, num_splits)``.
        lowest: Images that val and test should have at least, shape ``(num_classes,)``.
    """

    def __init__(
        self,
        labels: np.ndarray,
        group_of_image: np.ndarray,
        fractions: np.ndarray,
        *,
        seed: int,
        minimum: int,
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.group_of_image = group_of_image
        self.active = np.flatnonzero(fractions)
        pairs, counts = np.unique(np.stack([group_of_image, labels], axis=1), axis=0, return_counts=True)
        self.pair_group, self.pair_class, self.pair_count = pairs[:, 0], pairs[:, 1], counts
        num_groups, num_classes = int(group_of_image.max()) + 1, int(labels.max()) + 1
        self.first_pair = np.searchsorted(self.pair_group, np.arange(num_groups + 1))
        self.group_size = np.bincount(group_of_image, minlength=num_groups)
        self.class_size = np.bincount(labels, minlength=num_classes)
        self.groups_of_class = np.bincount(self.pair_class, minlength=num_classes)
        self.split_of_group = np.full(num_groups, -1)
        self.shuffled_rank = self.rng.permutation(num_groups)
        enough = self.groups_of_class >= len(self.active)
        self.lowest = np.where(enough, np.minimum(minimum, self.class_size // len(self.active)), 0)
        self.wanted = self._targets(fractions)
        self.scale = np.maximum(self.wanted, 0.5)

    def _targets(self, fractions: np.ndarray) -> np.ndarray:
        """Images wanted of each class in each split: whole numbers whose rounding errors cancel out."""
        targets = np.zeros((len(self.class_size), len(fractions)), dtype=np.int64)
        carry = np.zeros(len(fractions))
        for index in self.rng.permutation(len(self.class_size)):
            size, num_groups = self.class_size[index], self.groups_of_class[index]
            for split in self.active[1:]:
                exact = size * fractions[split]
                lowest = self.lowest[index]
                highest = size - 1 - targets[index].sum() if num_groups > 1 else 0
                whole = np.clip(np.floor(exact + carry[split] + 0.5), np.floor(exact), np.ceil(exact))
                targets[index, split] = min(max(whole, lowest), max(highest, 0))
                carry[split] += exact - targets[index, split]
                carry[split] = np.clip(carry[split], -1, 1)
            targets[index, 0] = size - targets[index].sum()
        return targets

    def _give(self, group: int, split: int) -> None:
        own = slice(self.first_pair[group], self.first_pair[group + 1])
        self.split_of_group[group] = split
        self.wanted[self.pair_class[own], split] -= self.pair_count[own]

    def reserve(self) -> None:
        """Give each split what it needs of every class that has enough groups, the rarest classes first."""
        rank, size = self.shuffled_rank[self.pair_group], self.group_size[self.pair_group]
        order = np.lexsort((rank, size, self.pair_class))
        starts = np.searchsorted(self.pair_class[order], np.arange(len(self.class_size) + 1))
        for index in np.argsort(self.groups_of_class, kind="stable"):
            if self.groups_of_class[index] == 0:
                continue
            members = self.pair_group[order[starts[index] : starts[index + 1]]]  # smallest first
            if len(members) < len(self.active):
                self._reserve_for_train(members)
                continue
            sizes = self.pair_count[order[starts[index] : starts[index + 1]]]
            for later, split in reversed(list(enumerate(self.active))):
                self._reserve_for(int(split), members, sizes, needed=self.lowest[index], spare=later)

    def _reserve_for(
        self, split: int, members: np.ndarray, sizes: np.ndarray, *, needed: int, spare: int
    ) -> None:
        """Give a split groups of a class until it has as many images as it needs (train: one group).

        Args:
            split: Which.
            members: Groups of the class, the smallest first.
            sizes: Images of the class in each of them.
            needed: Images of the class that the split should have.
            spare: Groups to leave over, since so many splits still wait for theirs.
        """
        has = int(sizes[self.split_of_group[members] == split].sum())
        for position in np.flatnonzero(self.split_of_group[members] < 0):
            num_free = int((self.split_of_group[members] < 0).sum())
            if has >= (needed if split else 1) or (has and num_free <= spare):
                return
            self._give(int(members[position]), split)
            has += int(sizes[position])

    def _reserve_for_train(self, members: np.ndarray) -> None:
        if not (self.split_of_group[members] == 0).any() and self.split_of_group[members[-1]] < 0:
            self._give(int(members[-1]), 0)

    def place_groups(self) -> None:
        """Hand out the groups of several images, the largest first, each to where it is wanted most.

        The cost of a split is the sum over classes of (missing images)² / (images planned), in shares of the
        class, so that a rare class counts as much as a frequent one.
        """
        free = np.flatnonzero((self.split_of_group < 0) & (self.group_size > 1))
        for group in free[np.lexsort((self.shuffled_rank[free], -self.group_size[free]))]:
            own = slice(self.first_pair[group], self.first_pair[group + 1])
            classes, counts = self.pair_class[own], self.pair_count[own, None]
            change = counts * (counts - 2 * self.wanted[classes]) / self.scale[classes]
            cost = (change / self.class_size[classes, None]).sum(axis=0)[self.active]
            self._give(int(group), int(self.active[cost.argmin()]))

    def place_singles(self) -> None:
        """Hand out the images that stand alone: they fill each class up to what is wanted."""
        pair_is_free = (self.split_of_group < 0)[self.pair_group]
        order = np.lexsort((self.shuffled_rank[self.pair_group], self.pair_class))
        order = order[pair_is_free[order]]
        starts = np.searchsorted(self.pair_class[order], np.arange(len(self.class_size) + 1))
        for index in range(len(self.class_size)):
            members = self.pair_group[order[starts[index] : starts[index + 1]]]
            if len(members):
                wanted = _fit_to(np.maximum(self.wanted[index, self.active], 0), len(members))
                self.split_of_group[members] = np.repeat(self.active, wanted)


def _fit_to(wanted: np.ndarray, total: int) -> np.ndarray:
    """Scale whole numbers down to a total, largest remainders first; all zero: everything to the first."""
    if wanted.sum() == 0:
        return np.eye(len(wanted), dtype=np.int64)[0] * total
    exact = wanted * (total / wanted.sum())
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return whole
