"""Which images belong together (one patient, lesion, photo), where the dataset was added without groups.

A leak through groups cannot be known from the images alone. It can be from a column of the source
(``lesion_id``) or from the file names (``photo7_1.jpg``, ``photo7_2.jpg``).
"""

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.sources.name_pattern import NamePattern
from core.errors import DatasetError
from core.words import some

SEPARATORS = ("_", "-")
MIN_MEAN_SIZE = 1.2  # images a group; below it, names hardly ever repeat
MAX_GROUP_SHARE = 0.05  # of the images; a larger group is a common beginning such as IMG_
MIN_GROUPS_PER_CLASS = 3  # fewer: the beginning is the class rather than the photo


def read_groups(dataset: Dataset, by: str | None = None) -> np.ndarray:
    """Return the group of each row of the table, object, shape ``(num_table_rows,)``; None: stands alone.

    Args:
        dataset: The dataset.
        by: Name of a column of the source, or a name pattern with ``{group}``; None: the dataset's own
            groups.

    Raises:
        DatasetError: There is no such column, or the pattern is not understood.
    """
    if by is None:
        return dataset.groups
    if by in dataset.metadata.columns:
        values = dataset.metadata[by].reindex(dataset.table.index).astype("string").astype(object)
        return values.where(values.notna(), None).to_numpy(object)
    if "{" not in by:
        columns = some([*map(str, dataset.metadata.columns)]) if len(dataset.metadata.columns) else "none"
        raise DatasetError(
            f"{dataset.name!r} has no column {by!r} to group by; its columns are: {columns}. Or give a "
            f"pattern of the file names such as {{group+}}_{{rest}}."
        )
    if dataset.root is None:
        raise DatasetError(f"The images of {dataset.name!r} have no file names to group by; choose a column.")
    pattern = NamePattern(by)
    if "group" not in pattern.fields:
        raise DatasetError(f"The pattern {by!r} does not say where the group is; write {{group}} there.")
    found = pattern.read(dataset.table["path"].fillna("").tolist())
    return np.array([None if fields is None else fields["group"] for fields in found], dtype=object)


def guess_grouping(dataset: Dataset) -> str | None:
    """Return a name pattern by which the file names seem to tell what belongs together; None: none does.

    Only for a dataset without groups of its own.
    """
    if dataset.root is None or not dataset.num_images or dataset.table["group"].notna().any():
        return None
    names = dataset.included["path"].str.rsplit("/", n=1).str[-1].str.rsplit(".", n=1).str[0]
    for separator in SEPARATORS:
        parts = names.str.rpartition(separator)
        named = (parts[0] != "") & (parts[2] != "")
        if not named.all():
            continue
        sizes = parts[0].value_counts()
        if (
            sizes.mean() >= MIN_MEAN_SIZE
            and sizes.iloc[0] <= max(MAX_GROUP_SHARE * len(names), 2)
            and len(sizes) >= MIN_GROUPS_PER_CLASS * dataset.num_classes
        ):
            return f"{{group+}}{separator}{{rest}}"
    return None


def group_columns(dataset: Dataset) -> list[str]:
    """Return the columns of the source that could be groups: many values, some of them repeated."""
    found = []
    rows = dataset.metadata.reindex(dataset.included.index)
    for name in map(str, rows.columns):
        counts = rows[name].value_counts()
        repeats = bool(len(counts)) and counts.iloc[0] > 1
        if repeats and len(counts) >= MIN_GROUPS_PER_CLASS * dataset.num_classes:
            found.append(name)
    return found
