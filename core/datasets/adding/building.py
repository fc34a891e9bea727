"""From a listing to a dataset: look at every image once, choose the classes, divide, say what is odd."""

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS, TABLE_COLUMNS, Dataset
from core.datasets.images.integrity import FileFacts, inspect_arrays, inspect_files
from core.datasets.parallel import Progress
from core.datasets.sources.listing import Listing, natural_key
from core.datasets.split import assign_splits
from core.errors import DatasetError
from core.words import counted, some


def build_dataset(name: str, listing: Listing, *, seed: int = 0, progress: Progress | None = None) -> Dataset:
    """Return the dataset of a listing after looking at every image; nothing is written.

    Raises:
        DatasetError: Fewer than two classes have images that can be read.
    """
    facts = _inspect(listing, progress)
    reasons = [said or found.reason for said, found in zip(listing.reasons, facts, strict=True)]
    usable = np.array([reason is None for reason in reasons], dtype=bool)
    class_names, notes = _choose_classes(listing, usable, reasons)
    index = {class_name: position for position, class_name in enumerate(class_names)}
    labels = np.array([index.get(label or "", -1) for label in listing.labels], dtype=np.int64)
    given = [split for split, use in zip(listing.splits, usable, strict=True) if use]
    groups = pd.Series(listing.groups, dtype=object)
    together = groups.where(groups.notna(), [found.sha1 for found in facts])  # identical images stay together
    splits = np.full(len(labels), "train", dtype=object)
    splits[usable], given_split, split_notes = _divide(labels[usable], together[usable], given, seed)
    chosen = {"label": labels, "split": splits, "group": groups, "excluded": ~usable, "reason": reasons}
    table = _make_table(listing, facts, chosen)
    notes = [*listing.notes, *notes, *split_notes, *_note_pictures(facts), *_note_alike(class_names)]
    notes += _note_leaks(table) + _note_lone_images(table, class_names)
    return Dataset(
        name=name,
        description=listing.description,
        class_names=class_names,
        table=table,
        seed=seed,
        given_split=given_split,
        root=listing.root,
        known_groups=_restrict(listing.known_groups, class_names),
        notes=tuple(notes),
    )


def _make_table(listing: Listing, facts: list[FileFacts], chosen: dict[str, Any]) -> pd.DataFrame:
    """Return the table of a dataset: where each image is, how it was found, and what was chosen for it."""
    from_files = listing.root is not None
    columns = {
        "path": listing.paths if from_files else None,
        "position": -1 if from_files else np.arange(len(facts)),
        **{name: [getattr(found, name) for found in facts] for name in ("width", "height", "mode", "sha1")},
        **chosen,
    }
    return pd.DataFrame(columns).astype(TABLE_COLUMNS)[list(TABLE_COLUMNS)]


def _inspect(listing: Listing, progress: Progress | None) -> list[FileFacts]:
    if listing.root is None:
        return inspect_arrays(listing.arrays, progress=progress)
    wanted = [position for position, reason in enumerate(listing.reasons) if reason is None]
    paths = [listing.paths[position] or "" for position in wanted]
    facts = [FileFacts()] * len(listing.reasons)
    for position, found in zip(wanted, inspect_files(listing.root, paths, progress=progress), strict=True):
        facts[position] = found
    return facts


def _choose_classes(
    listing: Listing, usable: np.ndarray, reasons: list[str | None]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the classes that have at least one usable image, and a note on those that have none."""
    labels = [label for label in listing.labels if label]
    named = listing.class_names or tuple(sorted(set(labels), key=natural_key))
    alive = {label for label, use in zip(listing.labels, usable, strict=True) if use}
    empty = [name for name in named if name not in alive]
    if len(alive) < 2:
        found = f"only one class, {some(sorted(str(name) for name in alive))}" if alive else "no class"
        first = next((reason for reason in reasons if reason), "")
        example = f" The first of {(~usable).sum()} left out: {first}" if first else ""
        raise DatasetError(
            f"The source has {found} with images that can be read, and telling classes apart needs two; "
            f"add images of another class.{example}"
        )
    notes = [f"Without any usable image, so left out: {some(empty)}."] if empty else []
    return tuple(name for name in named if name in alive), notes


def _divide(
    labels: np.ndarray, groups: pd.Series, given: list[str | None], seed: int
) -> tuple[np.ndarray, bool, list[str]]:
    """Return the split of each image, whether the source came divided, and what was done about it."""
    splits = np.array(given, dtype=object)
    present = {split for split in given if split}
    if not present or len(present) == 1:
        return assign_splits(labels, groups, seed=seed), False, []
    if "train" not in present:
        raise DatasetError("The source has validation and test images but no training images; add some.")
    notes = []
    for number, missing in enumerate(split for split in SPLITS[1:] if split not in present):
        pool = np.flatnonzero(splits == "train")
        kept = assign_splits(labels[pool], groups.iloc[pool], seed=seed + number, fractions=(0.9, 0.1, 0.0))
        splits[pool[kept == "val"]] = missing
        name = "validation" if missing == "val" else missing
        notes.append(f"The source has no {name} images; a tenth of its training images was set apart for it.")
    return splits, True, notes


def _note_leaks(table: pd.DataFrame) -> list[str]:
    """Say when a group or an identical image stands in two splits, as given splits may have it."""
    included = table[~table["excluded"]]
    notes = []
    for column, noun, what in (("group", "group", "images"), ("sha1", "set", "identical images")):
        count = int((included.groupby(column)["split"].nunique() > 1).sum())
        if count:
            torn = f"{counted(count, noun)} of {what}"
            notes.append(f"In more than one split: {torn}; test scores may be a little too good.")
    return notes


def _note_pictures(facts: list[FileFacts]) -> list[str]:
    count = sum(found.has_more for found in facts)
    return (
        [f"Animations or files of several pages, of which the first picture is used: {count:,}."]
        if count
        else []
    )


def _note_alike(class_names: tuple[str, ...]) -> list[str]:
    """Say when classes differ by upper and lower case only, since they may be meant as one."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in class_names:
        alike[name.casefold()].append(name)
    pairs = [name for names in alike.values() if len(names) > 1 for name in names]
    return (
        [f"Classes that differ by upper and lower case only are kept apart: {some(pairs)}."] if pairs else []
    )


def _note_lone_images(table: pd.DataFrame, class_names: tuple[str, ...]) -> list[str]:
    included = table[~table["excluded"]]
    labels = included["label"].to_numpy(np.int64)
    counts = np.bincount(labels, minlength=len(class_names))
    known = set(labels[included["split"] == "train"])
    alone = [name for name, count in zip(class_names, counts, strict=True) if count == 1]
    unknown = [name for label, name in enumerate(class_names) if label not in known]
    notes = [f"Without training images, so never learned: {some(unknown)}."] if unknown else []
    if alone:
        notes.append(f"With a single image, which is used for training and never tested: {some(alone)}.")
    return notes


def _restrict(known: dict[str, str] | None, class_names: tuple[str, ...]) -> dict[str, str] | None:
    return {name: known[name] for name in class_names} if known else None
