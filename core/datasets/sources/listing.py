"""What a source says it holds, before any picture has been looked at."""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass
class Listing:
    """The images of a source: parallel lists with one entry an image, found or not.

    Attributes:
        description: One sentence on what is shown and where it comes from.
        root: Folder that ``paths`` are relative to; None for arrays.
        paths: Path of each file with forward slashes; None where an entry has no file.
        arrays: uint8 arrays that hold the images one after the other when there are no files.
        labels: Class name of each image; None where it has none, then there is a reason.
        splits: ``train``, ``val`` or ``test`` of each image where the source says so, else None.
        groups: Group of each image, None where it stands alone.
        reasons: Why an entry cannot be used, None where it can.
        class_names: The classes in the source's own order; None: sorted by name.
        known_groups: Class name to the name of its true family, where the source knows one.
        notes: Sentences a person should read.
        metadata: Extra columns (age, site ...) with one row an image, numbers or texts; None: there are none.
        own_files: A folder in the workspace made for this source (an unpacked archive), which becomes the
            dataset's own; ``root`` is this folder or one below it.
    """

    description: str
    root: Path | None = None
    paths: list[str | None] = field(default_factory=list)
    arrays: list[np.ndarray] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    reasons: list[str | None] = field(default_factory=list)
    class_names: tuple[str, ...] | None = None
    known_groups: dict[str, str] | None = None
    notes: list[str] = field(default_factory=list)
    metadata: pd.DataFrame | None = None
    own_files: Path | None = None

    def add(
        self,
        path: str | None,
        label: str | None = None,
        *,
        split: str | None = None,
        group: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Append one entry of a source of files."""
        self.paths.append(path)
        self.labels.append(label)
        self.splits.append(split)
        self.groups.append(group)
        self.reasons.append(reason)


def clean_label(text: str) -> str:
    r"""Return a class name fit to be shown: without control characters and space around it.

    Accented letters have two spellings (one code or letter and accent apart); they become the first.

    >>> clean_label(" Zürich\t2 ")
    'Zürich 2'
    """
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def natural_key(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a sorting key that puts ``class 2`` before ``class 10``.

    >>> sorted(["10", "b", "2", "a10", "a9"], key=natural_key)
    ['2', '10', 'a9', 'a10', 'b']
    """
    parts = re.split(r"([0-9]+)", text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part], text
