"""The dataset object: a table with one row an image, and where the pixels are."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from core.datasets.preparing.occlusion import Occlusion
from core.errors import DatasetError
from core.words import some

SPLITS = ("train", "val", "test")
METADATA_FILE = "metadata.parquet"  # in the dataset's folder; one row an image, as in the table

TABLE_COLUMNS = {
    "path": "string",  # path below root, with forward slashes; missing for arrays
    "position": "int64",  # row in the array; -1 for files
    "label": "int64",  # index into class_names; -1 when excluded and of no class
    "split": "string",  # train, val or test
    "group": "string",  # images of one group (patient, track) never stand in two splits; missing: alone
    "width": "int64",  # pixels; 0 when unreadable
    "height": "int64",  # pixels; 0 when unreadable
    "mode": "string",  # color mode as found: L, RGB, RGBA, CMYK, P, I;16 ...
    "sha1": "string",  # of the file's bytes or the array's pixels; missing when unreadable
    "excluded": "bool",  # left out of splits, counts and training
    "reason": "string",  # why it is excluded, one sentence; missing otherwise
}


@dataclass(frozen=True)
class Dataset:
    """Images with one label each, divided into splits.

    Attributes:
        name: Unique in the workspace.
        description: One sentence on what is shown and where it comes from.
        class_names: Class names; a label is an index into them.
        table: One row an image, columns as ``TABLE_COLUMNS``; the row number is the sample id.
        seed: Seed of the split that was made.
        given_split: Whether the source came with its own splits.
        root: Folder that ``path`` is relative to; None for arrays.
        array_path: ``.npy`` of dtype uint8 and shape ``(num_images, height, width)`` or
            ``(num_images, height, width, 3)``; None for files. Without either there are no pictures: the
            labels came with predictions made elsewhere.
        known_groups: Class name to the name of its true family, where the source knows one.
        notes: Sentences about the source that a person should read.
        folder: The dataset's own folder in the workspace; None before it is stored.
        occlusion: What is painted over the images before anything else sees them; None: nothing.
        origin: For a derived dataset, one sentence on what it was made of and how; None otherwise.
        num_edits: Number of edits by hand that the table shows, see ``core.datasets.editing.edits``.
    """

    name: str
    description: str
    class_names: tuple[str, ...]
    table: pd.DataFrame = field(repr=False, compare=False)
    seed: int = 0
    given_split: bool = False
    root: Path | None = None
    array_path: Path | None = None
    known_groups: dict[str, str] | None = None
    notes: tuple[str, ...] = ()
    folder: Path | None = None
    occlusion: Occlusion | None = None
    origin: str | None = None
    num_edits: int = 0

    @cached_property
    def metadata(self) -> pd.DataFrame:
        """The source's extra columns (age, site ...), read on first use; the index is the sample id.

        Columns are numbers (float64 or int64) or texts (string, missing values allowed); a source without any
        gives a table without columns.
        """
        path = None if self.folder is None else self.folder / METADATA_FILE
        if path is None or not path.exists():
            return pd.DataFrame(index=self.table.index)
        return pd.read_parquet(path)

    @cached_property
    def included(self) -> pd.DataFrame:
        """The rows of ``table`` that are not excluded; the index is the sample id."""
        return self.table[~self.table["excluded"]]

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """The rows of ``table`` that are excluded, with their reason; the index is the sample id."""
        return self.table[self.table["excluded"]]

    @property
    def has_pictures(self) -> bool:
        """Whether there are images to look at; else only labels are known."""
        return self.root is not None or self.array_path is not None

    @property
    def num_images(self) -> int:
        """Number of images that are not excluded."""
        return len(self.included)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @cached_property
    def version(self) -> str:
        """Hash of everything training depends on: class names, images, labels, splits."""
        columns = ["path", "position", "label", "split", "sha1"]
        rows = pd.util.hash_pandas_object(self.included[columns], index=True).to_numpy()
        names = "\0".join(self.class_names).encode()
        if self.occlusion is not None:
            names += self.occlusion.model_dump_json().encode()
        return hashlib.sha1(names + rows.tobytes(), usedforsecurity=False).hexdigest()[:12]

    @cached_property
    def readable(self) -> np.ndarray:
        """Whether each row's image could be read when it was added, bool, shape ``(num_table_rows,)``."""
        return self.table["sha1"].notna().to_numpy(bool)

    @cached_property
    def split_codes(self) -> np.ndarray:
        """Index into ``SPLITS`` of each row, -1 where it has none, int8, shape ``(num_table_rows,)``."""
        return np.asarray(pd.Categorical(self.table["split"], categories=SPLITS).codes)

    @cached_property
    def groups(self) -> np.ndarray:
        """Group of each row, None where an image stands alone, object, shape ``(num_table_rows,)``."""
        groups = self.table["group"].astype(object)
        return groups.where(groups.notna(), None).to_numpy(object)

    @cached_property
    def images_hash(self) -> str:
        """Hash of which image stands in which row; labels, splits and exclusions do not matter."""
        rows = pd.util.hash_pandas_object(self.table[["path", "position", "sha1"]], index=False).to_numpy()
        where = f"{self.root}".encode()
        if self.occlusion is not None:
            splits = self.table["split"].astype("category")
            where += self.occlusion.model_dump_json().encode() + splits.cat.codes.to_numpy().tobytes()
        return hashlib.sha1(where + rows.tobytes(), usedforsecurity=False).hexdigest()[:12]

    def column(self, name: str) -> pd.Series:
        """Return a column of ``metadata``.

        Raises:
            DatasetError: The source has no such column.
        """
        if name not in self.metadata.columns:
            columns = [str(column) for column in self.metadata.columns]
            has = f"its columns are {some(columns)}" if columns else "its source came without columns"
            raise DatasetError(f"{self.name!r} has no column {name!r}; {has}.")
        return self.metadata[name]

    def sample_ids(self, split: str) -> np.ndarray:
        """Sample ids of one split in table order, shape ``(num_samples,)``, int64."""
        included = self.included
        return included.index[included["split"] == split].to_numpy(np.int64)

    def labels(self, sample_ids: np.ndarray) -> np.ndarray:
        """Labels of the given samples, shape ``(num_samples,)``, int64."""
        return self.table["label"].to_numpy(np.int64)[sample_ids]
