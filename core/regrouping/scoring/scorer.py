"""Both exact scores of one grouping after another: only what moved is computed anew.

For each image the best group and its sum are kept. When groups are put together, the new sum is compared
with that; only images whose best group lost a class are looked at in all groups again. Sums of groups of
several classes are kept, so that merging two of them is one addition.
"""

import threading
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.columns import ClassColumns
from core.regrouping.scoring.counts import SparseCounts
from core.regrouping.scoring.fit import check_fits

MAX_STATES = 8  # groupings whose answers are kept: of several windows, and of undo and redo
KEPT_SHARE = 0.5  # sums of groups may take so much of the probabilities' own memory


class Accuracies(NamedTuple):
    """Shares (0-1) of the images that are right.

    Attributes:
        before: Their class was predicted.
        merged: The group of the predicted class is the group of their class.
        summed: Their group has the largest sum of probabilities.
    """

    before: float
    merged: float
    summed: float


class _State(NamedTuple):
    """Answers under one grouping; a group is named by its first class, its head.

    Attributes:
        heads: Head of each class's group, shape ``(num_classes,)``.
        best: Head of each image's best group, the lowest of equals, shape ``(num_samples,)``.
        sums: Probability of that group, same shape.
    """

    heads: np.ndarray
    best: np.ndarray
    sums: np.ndarray


class _Change(NamedTuple):
    """What is different from one grouping to another; all of shape ``(num_classes,)``.

    Attributes:
        heads: Heads of the new grouping.
        old_heads: Heads of the old one.
        is_kept: Whether a class's group stays as it is.
        is_whole: Whether all of a class's old group stays together, alone or with others.
    """

    heads: np.ndarray
    old_heads: np.ndarray
    is_kept: np.ndarray
    is_whole: np.ndarray

    @classmethod
    def between(cls, old_heads: np.ndarray, heads: np.ndarray) -> "_Change":
        """Compare two groupings of the same classes."""
        num_classes = len(heads)
        _, both, num_both = np.unique(
            old_heads * num_classes + heads, return_inverse=True, return_counts=True
        )
        shared = num_both[both]  # classes of the old group that are in the new one
        is_whole = shared == np.bincount(old_heads, minlength=num_classes)[old_heads]
        is_all = shared == np.bincount(heads, minlength=num_classes)[heads]
        return cls(heads, old_heads, is_whole & is_all, is_whole)


class Scorer:
    """Scores groupings of one model on one split; may be shared by threads.

    Memory beside the predictions: a copy of the probabilities by class, unless they lie so already, and
    half as much for the sums of groups.

    Attributes:
        predictions: Of a model that knows the classes; probabilities are not negative.
        counts: Its confusion matrix.
    """

    def __init__(self, predictions: Predictions) -> None:
        """Take the predictions.

        Raises:
            PredictionsError: A probability is not a number.
        """
        self.predictions = predictions
        self.counts = SparseCounts.of(predictions)
        self._columns = ClassColumns(predictions.probs)
        self._lock = threading.Lock()
        self._states: OrderedDict[bytes, _State] = OrderedDict()
        self._kept: OrderedDict[bytes, np.ndarray] = OrderedDict()  # classes of a group to its sums

    def merged_right(self, grouping: Grouping) -> np.ndarray:
        """Return whether the predicted class is in the group of the true one, bool, ``(num_samples,)``."""
        check_fits(self.predictions, grouping)
        groups = grouping.group_of_class
        return groups[self.predictions.y_true] == groups[self.predictions.y_pred]

    def summed_answer(self, grouping: Grouping) -> np.ndarray:
        """Return the group with the largest sum, the first of equals, int64, shape ``(num_samples,)``."""
        check_fits(self.predictions, grouping)
        return grouping.group_of_class[self._state_of(grouping).best]

    def summed_right(self, grouping: Grouping) -> np.ndarray:
        """Return whether that is the group of the true class, bool, shape ``(num_samples,)``."""
        return self.summed_answer(grouping) == grouping.group_of_class[self.predictions.y_true]

    def summed_confidence(self, grouping: Grouping) -> np.ndarray:
        """Return that group's sum of probabilities, float64, at most 1, shape ``(num_samples,)``."""
        check_fits(self.predictions, grouping)
        return np.minimum(self._state_of(grouping).sums / self._columns.steps, 1.0, dtype=np.float64)

    def accuracies(self, grouping: Grouping) -> Accuracies:
        """Return the accuracy before merging, and both after it.

        Raises:
            GroupingError: The grouping is for other classes.
            PredictionsError: There are no images.
        """
        merged, summed = self.merged_right(grouping), self.summed_right(grouping)
        before = int(self.counts.diagonal.sum()) / self.predictions.num_samples
        return Accuracies(before, float(merged.mean()), float(summed.mean()))

    def _state_of(self, grouping: Grouping) -> _State:
        groups = grouping.group_of_class
        heads = np.unique(groups, return_index=True)[1][groups]
        key = heads.tobytes()
        with self._lock:
            if key not in self._states:
                self._states[key] = self._derive(heads)
                while len(self._states) > MAX_STATES:
                    self._states.popitem(last=False)
            self._states.move_to_end(key)
            return self._states[key]

    def _derive(self, heads: np.ndarray) -> _State:
        """Answers under a grouping, from those of the one that is most like it."""
        changes = [(_Change.between(state.heads, heads), state) for state in self._states.values()]
        if not changes:
            best = np.zeros(self._columns.num_samples, np.int32)
            sums = np.full(self._columns.num_samples, -1, self._columns.dtype)
            nothing_kept = np.zeros(len(heads), bool)
            change = _Change(heads, heads, nothing_kept, nothing_kept)
        else:
            change, state = max(changes, key=lambda pair: int(pair[0].is_kept.sum()))
            best, sums = state.best.copy(), state.sums.copy()
            self._look_again(change, best, sums)
        spare = np.empty(self._columns.num_samples, self._columns.dtype)
        for head in np.unique(heads[~change.is_kept]):
            members = np.flatnonzero(heads == head)
            is_alone = len(members) == 1
            found = (
                self._columns.read(head, None, spare) if is_alone else self._sums_of(members, change, spare)
            )
            _prefer(head, found, best, sums)
        return _State(heads, heads[best].astype(np.int32), sums)

    def _look_again(self, change: _Change, best: np.ndarray, sums: np.ndarray) -> None:
        """Find the best of the groups that stay, for images whose best group lost a class."""
        rows = np.flatnonzero(~change.is_whole[best])
        if not len(rows):
            return
        again, again_sums = np.zeros(len(rows), np.int32), np.full(len(rows), -1, self._columns.dtype)
        spare = np.empty(len(rows), self._columns.dtype)
        sizes = np.bincount(change.heads, minlength=len(change.heads))
        for head in np.unique(change.heads[change.is_kept]):
            if sizes[head] == 1:
                found = self._columns.read(head, rows, spare)
            else:
                members = np.flatnonzero(change.heads == head)
                kept = self._kept.get(members.tobytes())
                found = self._columns.total(members, rows, spare) if kept is None else kept.take(rows)
            _prefer(head, found, again, again_sums)
        best[rows], sums[rows] = again, again_sums

    def _sums_of(self, members: np.ndarray, change: _Change, spare: np.ndarray) -> np.ndarray:
        """Sums of a new group for all images, from the sums of the groups that it was put together from."""
        key = members.tobytes()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        parts, is_left = [], np.ones(len(members), bool)
        for head in np.unique(change.old_heads[members[change.is_whole[members]]]):
            is_part = change.old_heads[members] == head
            kept = self._kept.get(members[is_part].tobytes())
            if kept is not None:
                parts.append(kept)
                is_left &= ~is_part
        total = self._columns.total(members[is_left], None, spare)
        for part in parts:
            np.add(total, part, out=total)
        self._keep(key, total)
        return total

    def _keep(self, key: bytes, sums: np.ndarray) -> None:
        room = max(1, int(KEPT_SHARE * self._columns.num_bytes / max(1, sums.nbytes)))
        self._kept[key] = sums
        while len(self._kept) > room:
            self._kept.popitem(last=False)


def _prefer(head: int, found: np.ndarray, best: np.ndarray, sums: np.ndarray) -> None:
    """Where a group has the larger sum, or an equal one and a lower head, make it the best."""
    rows = np.flatnonzero(found >= sums)
    values = found[rows]
    better = (values > sums[rows]) | (head < best[rows])
    rows = rows[better]
    best[rows], sums[rows] = head, values[better]
