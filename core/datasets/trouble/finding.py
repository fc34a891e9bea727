"""One kind of trouble in a dataset, with the images that are concerned."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from core.words import counted


class Severity(StrEnum):
    """How much it can harm: a wrong number on the test set, or merely a wasted image."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(StrEnum):
    """What was looked for, the most harmful first."""

    LEAK_EXACT = "leak_exact"
    LEAK_GROUP = "leak_group"
    LEAK_NEAR = "leak_near"
    CONFLICT = "conflict"
    NEAR_CONFLICT = "near_conflict"
    DUPLICATES = "duplicates"
    NEAR_DUPLICATES = "near_duplicates"
    NEAR_BLANK = "near_blank"
    TINY = "tiny"
    UNREADABLE = "unreadable"
    MODE = "mode"
    HUGE = "huge"
    ASPECT = "aspect"
    DARK = "dark"
    BRIGHT = "bright"
    OUTLIERS = "outliers"
    NAMES = "names"


TITLES = {
    Kind.LEAK_EXACT: "The same image in two splits",
    Kind.LEAK_GROUP: "One group in two splits",
    Kind.LEAK_NEAR: "Nearly the same image in two splits",
    Kind.CONFLICT: "The same image in two classes",
    Kind.NEAR_CONFLICT: "Nearly the same image in two classes",
    Kind.DUPLICATES: "The same image more than once",
    Kind.NEAR_DUPLICATES: "Nearly the same image more than once",
    Kind.NEAR_BLANK: "Nearly blank images",
    Kind.TINY: "Very small images",
    Kind.UNREADABLE: "Images that cannot be used",
    Kind.MODE: "Images of another color mode",
    Kind.HUGE: "Very large images",
    Kind.ASPECT: "Unusually long or wide images",
    Kind.DARK: "Very dark images",
    Kind.BRIGHT: "Very bright images",
    Kind.OUTLIERS: "Images unlike all others",
    Kind.NAMES: "The same file name in two classes",
}
SEVERITIES = {
    Kind.LEAK_EXACT: Severity.HIGH,
    Kind.LEAK_GROUP: Severity.HIGH,
    Kind.LEAK_NEAR: Severity.HIGH,
    Kind.CONFLICT: Severity.HIGH,
    Kind.NEAR_CONFLICT: Severity.MEDIUM,
    Kind.DUPLICATES: Severity.MEDIUM,
    Kind.NEAR_DUPLICATES: Severity.MEDIUM,
    Kind.NEAR_BLANK: Severity.MEDIUM,
    Kind.TINY: Severity.MEDIUM,
}  # all others: low
LEAKS = (Kind.LEAK_EXACT, Kind.LEAK_GROUP, Kind.LEAK_NEAR)
NEED_SCAN = (
    Kind.LEAK_NEAR,
    Kind.NEAR_CONFLICT,
    Kind.NEAR_DUPLICATES,
    Kind.NEAR_BLANK,
    Kind.DARK,
    Kind.BRIGHT,
    Kind.OUTLIERS,
)
NO_LINKS = np.zeros((0, 2), np.int64)


@dataclass(frozen=True)
class Finding:
    """Images with one kind of trouble.

    Attributes:
        kind: What it is.
        what: One plain sentence: what it is and why it matters.
        remedy: One plain sentence: what to do.
        sample_ids: The images, the worst first, int64, shape ``(num_images,)``.
        pairs: The images two by two, the closest first, int64, shape ``(num_pairs, 2)``; None: single images.
        distances: Of the pairs, in bits of 64 that differ, int64, shape ``(num_pairs,)``; 0: the same image.
            None where pairs have none.
        links: Pairs whose chains tell what belongs together, shape ``(num_links, 2)``; not only those shown.
        values: What was measured of each of ``sample_ids``, float64, shape ``(num_images,)``; None: nothing.
        value_name: What ``values`` are, such as ``"contrast"``.
        groups_by: For groups that are not written down: the column or name pattern that they came from.
    """

    kind: Kind
    what: str
    remedy: str
    sample_ids: np.ndarray
    pairs: np.ndarray | None = None
    distances: np.ndarray | None = None
    links: np.ndarray = field(default_factory=NO_LINKS.copy)
    values: np.ndarray | None = None
    value_name: str = ""
    groups_by: str | None = None

    @property
    def title(self) -> str:
        """What it is, in few words."""
        return TITLES[self.kind]

    @property
    def severity(self) -> Severity:
        """How much it can harm."""
        return SEVERITIES.get(self.kind, Severity.LOW)

    @property
    def num_images(self) -> int:
        """Number of images concerned."""
        return len(self.sample_ids)

    @property
    def num_pairs(self) -> int:
        """Number of pairs; 0 for a finding of single images."""
        return 0 if self.pairs is None else len(self.pairs)

    @property
    def count(self) -> str:
        """How many, in words.

        >>> Finding(Kind.TINY, "", "", np.arange(1200)).count
        '1,200 images'
        """
        images = counted(self.num_images)
        return images if self.pairs is None else f"{counted(self.num_pairs, 'pair')}, {images}"
