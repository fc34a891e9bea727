"""Groups proposed from the confusions by the default method: average linkage, no wishes."""

from collections.abc import Sequence

import numpy as np

from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.search import search_confusion
from core.regrouping.suggesting.settings import SearchSettings


def suggest_grouping(confusion: np.ndarray, class_names: Sequence[str], num_groups: int) -> Grouping:
    """Return exactly ``num_groups`` groups of classes that are confused with each other.

    Classes without images stay alone as long as the others can be merged into at least two groups; then
    they are put together, since nothing is known of them.

    Args:
        confusion: Counts on the validation split, shape ``(num_classes, num_classes)``.
        class_names: Names of the classes, ``num_classes`` of them.
        num_groups: How many groups, from 2 to the number of classes.

    Raises:
        GroupingError: ``num_groups`` is out of range.
    """
    return search_confusion(confusion, class_names, SearchSettings(num_groups=num_groups))
