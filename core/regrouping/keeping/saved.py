"""A saved grouping: its name, who chose it on which split, and how, as plain values of JSON."""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.regrouping.grouping import Grouping

FORMAT = 2  # of the plain values; those of format 1 had no author and no class names


@dataclass(frozen=True)
class SavedGrouping:
    """A grouping with a name, and where it came from.

    Attributes:
        name: Unique for the dataset.
        dataset: Name of the dataset whose classes it groups.
        grouping: Which classes count as one.
        run_id: The run whose confusions it was chosen on; empty when there was none.
        split: The split it was chosen on.
        created: When it was saved, seconds since 1970.
        steps: The words for the steps that led to it.
        author: Who saved it, by the name the computer knows; empty when that is not known.
        origin: Settings of the search that found the groups; None when they were made by hand.
    """

    name: str
    dataset: str
    grouping: Grouping
    run_id: str
    split: str
    created: float
    steps: tuple[str, ...] = ()
    author: str = ""
    origin: Mapping[str, Any] | None = None


def where_from(saved: SavedGrouping) -> Mapping[str, Any] | None:
    """Return what a state made of this grouping keeps: the search behind it, or that it was not validation.

    Groups that were chosen on other images than validation, and what is built from them, stay marked so.
    """
    return saved.origin if saved.split == "val" else {"split": saved.split, "run_id": saved.run_id}


def to_content(saved: SavedGrouping) -> dict[str, Any]:
    """Return a grouping as plain values."""
    grouping = saved.grouping
    content: dict[str, Any] = {
        "format": FORMAT,
        "name": saved.name,
        "dataset": saved.dataset,
        "class_names": list(grouping.class_names),
        "mapping": grouping.to_mapping(),
        "run_id": saved.run_id,
        "split": saved.split,
        "author": saved.author,
        "created": saved.created,
        "steps": list(saved.steps),
    }
    if saved.origin is not None:
        content["origin"] = dict(saved.origin)
    if grouping.locked:
        content["locked"] = sorted(grouping.locked)
    if grouping.colors:
        content["colors"] = dict(grouping.colors)
    return content


def from_content(content: Any, name: str, dataset_name: str) -> SavedGrouping:
    """Rebuild a grouping from the values of ``to_content``, or of its format before there were authors.

    Raises:
        AttributeError, KeyError, TypeError, ValueError, GroupingError: The values are damaged.
    """
    mapping = {str(each): str(group) for each, group in content["mapping"].items()}
    return with_origin(content, name, dataset_name, Grouping.from_mapping(mapping, mapping))


def author_name() -> str:
    """Return the name by which the computer knows who is working; empty when it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def with_origin(told: Mapping[str, Any], name: str, dataset_name: str, grouping: Grouping) -> SavedGrouping:
    """Return a grouping with what a file tells of where it came from.

    Raises:
        AttributeError, TypeError, ValueError: What it tells is damaged.
    """
    colors, origin = told.get("colors", {}), told.get("origin")
    return SavedGrouping(
        name=name,
        dataset=dataset_name,
        grouping=grouping.marked(
            map(str, told.get("locked", ())), ((str(group), int(index)) for group, index in colors.items())
        ),
        run_id=str(told.get("run_id", "")),
        split=str(told.get("split", "val")),
        created=float(told.get("created", 0)),
        steps=tuple(str(step) for step in told.get("steps", ())),
        author=str(told.get("author", "")),
        origin=None if origin is None else dict(origin),
    )
