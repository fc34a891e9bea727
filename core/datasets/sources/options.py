"""How to read a source: what a person can say about it beyond where it lies."""

from dataclasses import dataclass
from pathlib import Path

from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.name_pattern import NamePattern
from core.errors import DatasetError


@dataclass(frozen=True)
class MetadataColumns:
    """Which columns of which table tell image, label, group and split.

    Attributes:
        labels_path: The table: CSV, TSV, Parquet or JSON-lines; a path that is not absolute may also be one
            below the source, such as the table in an archive.
        image_column: Name of the column with the image's file name, with or without folder and extension.
        label_column: Name of the column with the class.
        group_column: Name of the column with what several images share, such as a patient; None: none.
        split_column: Name of the column that says train, val or test; None: none.
    """

    labels_path: Path
    image_column: str
    label_column: str
    group_column: str | None = None
    split_column: str | None = None


@dataclass(frozen=True)
class SourceOptions:
    """How to read a source; without any, labels are the names of folders, or stand in the arrays.

    Attributes:
        metadata: The table that holds the labels of a folder of images.
        group_separator: Images whose names agree up to the last of this text are one group, such as ``_``
            for ``photo7_1.jpg`` and ``photo7_2.jpg``.
        group_pattern: Where in the file's name its group stands; wins over a ``{group}`` of label_pattern.
        label_pattern: Where in the file's name its label stands.
        class_name_rule: How to clean the names of the classes, whatever source they come from.
        image_array: For arrays: name of the array of images, when it cannot be told from the names.
        label_array: For arrays: name of the array of labels, when it cannot be told from the names.

    Raises:
        DatasetError: Two of them contradict each other.
    """

    metadata: MetadataColumns | None = None
    group_separator: str | None = None
    group_pattern: NamePattern | None = None
    label_pattern: NamePattern | None = None
    class_name_rule: ClassNameRule | None = None
    image_array: str | None = None
    label_array: str | None = None

    def __post_init__(self) -> None:
        if self.metadata is not None and self.label_pattern is not None:
            raise DatasetError(
                "Labels come either from a table or from file names; leave out one of the two."
            )
        group_column = self.metadata is not None and self.metadata.group_column is not None
        groups = (group_column, self.group_separator is not None, self.group_pattern is not None)
        if sum(groups) > 1:
            raise DatasetError(
                "Groups come from a column, from a separator or from a pattern; choose one of the three."
            )
        if self.group_separator == "":
            raise DatasetError("The group separator is empty; give a text such as _ or leave it out.")
        if self.label_pattern is not None and "label" not in self.label_pattern.fields:
            raise DatasetError(
                f"The pattern {self.label_pattern.text!r} does not tell where the label is; write {{label}}."
            )
        if self.group_pattern is not None and "group" not in self.group_pattern.fields:
            raise DatasetError(
                f"The pattern {self.group_pattern.text!r} does not tell where the group is; write {{group}}."
            )
        if (self.image_array is None) != (self.label_array is None):
            raise DatasetError("Give both, the array of images and the array of labels, or none of them.")
