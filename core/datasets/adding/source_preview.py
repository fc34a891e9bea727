"""What is told of a source before it is added; made by ``core.datasets.adding.preview``."""

from dataclasses import dataclass, field

from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.options import MetadataColumns


@dataclass(frozen=True)
class ClassPreview:
    """A class as it would be.

    Attributes:
        old: Its name in the source.
        new: Its name after the rule.
        num_images: How many images were found for it so far.
    """

    old: str
    new: str
    num_images: int


@dataclass(frozen=True)
class ExamplePreview:
    """An image as it would be listed.

    Attributes:
        path: Below the source; empty for arrays.
        label: Name of its class before the rule; None where it has none.
        group: What it shares with others; None: it stands alone.
        split: train, val or test where the source says so.
        reason: Why it would be left out; None where it would not.
    """

    path: str
    label: str | None
    group: str | None
    split: str | None
    reason: str | None


@dataclass(frozen=True)
class SourcePreview:
    """What a source would become.

    Attributes:
        kind: Where the labels come from: ``"class folders"``, ``"table"``, ``"file names"`` or ``"arrays"``.
        is_packed: Whether the source is an archive.
        num_images: Images with a label, found so far.
        num_left_out: Entries that would be left out, found so far; damaged images are not among them yet.
        is_complete: Whether all of the source was looked at.
        classes: The classes in the order they would have.
        collisions: New name of a class to the several old ones that would share it.
        examples: The first few images.
        columns: Names of the columns of the table; empty without one.
        guessed: The table and columns that would be taken without being asked for; None: none.
        suggested_rule: What all names of classes have in common, to be taken away; None: nothing.
        problem: Why it cannot be added as it stands, a sentence; None: it can.
        notes: Sentences a person should read.
    """

    kind: str
    is_packed: bool
    num_images: int
    num_left_out: int
    is_complete: bool
    classes: tuple[ClassPreview, ...] = field(repr=False)
    collisions: dict[str, tuple[str, ...]]
    examples: tuple[ExamplePreview, ...] = field(repr=False)
    columns: tuple[str, ...]
    guessed: MetadataColumns | None
    suggested_rule: ClassNameRule | None
    problem: str | None
    notes: tuple[str, ...]
