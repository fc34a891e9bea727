"""How many images each class and split has, how uneven the classes are, and what helps."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.evenness import effective_classes, imbalance_ratio

FEW = 10  # images; with fewer, a class can hardly be learned, and its test says next to nothing
UNEVEN = 3.0  # ratio of largest to smallest from which it is worth doing something
DOMINANT = 0.6  # share of the largest class from which always answering it looks like success
ORDERS = ("order", "size", "name")

Remedy = Literal["train", "regroup", "prepare", "evaluate", ""]


@dataclass(frozen=True)
class Balance:
    """How uneven the classes are; classes without any image do not count.

    Attributes:
        ratio: Images of the largest class over those of the smallest; 1 is balanced.
        largest: Name of the largest class.
        smallest: Name of the smallest class.
        largest_share: Share of all images that the largest class has, 0-1.
        effective_classes: That many equally frequent classes would be as hard to guess, see
            ``core.datasets.evenness``.
        few: Names of the classes with fewer than ``FEW`` images, the smallest first.
        empty: Names of the classes without images.
        num_classes: Number of classes with images.
    """

    ratio: float
    largest: str
    smallest: str
    largest_share: float
    effective_classes: float
    few: tuple[str, ...]
    empty: tuple[str, ...]
    num_classes: int


@dataclass(frozen=True)
class Advice:
    """One sentence on what a number means, and where the remedy is.

    Attributes:
        text: The sentence, plain text with class names in it.
        remedy: Where something can be done; empty where nothing needs to be.
    """

    text: str
    remedy: Remedy = ""


def count_images(dataset: Dataset) -> pd.DataFrame:
    """Return the number of images, a row a class in class order, columns ``train val test total``, int64."""
    included = ~dataset.table["excluded"].to_numpy(bool)
    labels = dataset.table["label"].to_numpy(np.int64)[included]
    splits = dataset.split_codes[included].astype(np.int64)
    num_classes, num_splits = dataset.num_classes, len(SPLITS)
    cells = np.bincount(labels * num_splits + splits, minlength=num_classes * num_splits)
    index = pd.Index(dataset.class_names, name="class", dtype=object)
    table = pd.DataFrame(cells.reshape(num_classes, num_splits), index=index, columns=list(SPLITS))
    return table.assign(total=table.sum(axis=1))


def measure_balance(counts: pd.DataFrame) -> Balance:
    """Return how uneven the classes are.

    Args:
        counts: As from ``count_images``, with at least one class.
    """
    totals = counts["total"]
    filled = totals[totals > 0]
    few = filled[filled < FEW].sort_values(kind="stable")
    return Balance(
        ratio=imbalance_ratio(totals.to_numpy()) if len(filled) else 1.0,
        largest=str(totals.idxmax()),
        smallest=str((filled if len(filled) else totals).idxmin()),
        largest_share=float(totals.max() / max(totals.sum(), 1)),
        effective_classes=effective_classes(totals.to_numpy()),
        few=tuple(str(name) for name in few.index),
        empty=tuple(str(name) for name in totals.index[totals == 0]),
        num_classes=len(filled),
    )


def advise(balance: Balance) -> list[Advice]:
    """Return what to make of the numbers, only what applies; a balanced dataset is told so."""
    advice = []
    if balance.ratio == 1 and not balance.empty:
        advice.append(
            Advice("All classes have the same number of images: plain accuracy is a fair score here.")
        )
    if balance.ratio >= UNEVEN:
        advice.append(
            Advice(
                f"{balance.largest} has {balance.ratio:.3g} times as many images as {balance.smallest}: "
                f"judge by balanced accuracy, and keep fewer images of large classes so that rare ones "
                f"count.",
                "prepare",
            )
        )
    if balance.largest_share >= DOMINANT and balance.num_classes > 1:
        advice.append(
            Advice(
                f"A network that always answers {balance.largest} is right in {balance.largest_share:.0%} of "
                f"all cases: compare every accuracy with that.",
                "evaluate",
            )
        )
    if balance.effective_classes < 0.7 * balance.num_classes:
        advice.append(
            Advice(
                f"The {balance.num_classes:,} classes are as hard to guess as "
                f"{balance.effective_classes:.3g} equally frequent ones: rare classes that look alike can be "
                f"merged.",
                "regroup",
            )
        )
    if balance.few:
        advice.append(_few(balance.few))
    if balance.empty:
        advice.append(_empty(balance.empty))
    return advice


def sort_classes(counts: pd.DataFrame, by: str = "order", *, containing: str = "") -> pd.DataFrame:
    """Return the rows in an order: as they are, largest first, or by name; only names containing a text.

    Args:
        counts: As from ``count_images``.
        by: One of ``ORDERS``.
        containing: In upper or lower case; empty: all.
    """
    if containing:
        counts = counts[[containing.casefold() in str(name).casefold() for name in counts.index]]
    if by == "size":
        return counts.sort_values("total", ascending=False, kind="stable")
    if by == "name":
        return counts.iloc[np.argsort([str(name).casefold() for name in counts.index], kind="stable")]
    return counts


def summarize(dataset: Dataset) -> dict[str, Any]:
    """Return what ``regroup datasets show --json`` prints, as plain lists, texts and numbers."""
    counts = count_images(dataset)
    rejected = dataset.rejected[["path", "reason"]].fillna("")
    balance = measure_balance(counts)
    return {
        "name": dataset.name,
        "num_images": dataset.num_images,
        "class_names": list(dataset.class_names),
        "counts": {str(name): int(total) for name, total in counts["total"].items()},
        "splits": {
            split: {str(name): int(count) for name, count in counts[split].items()} for split in SPLITS
        },
        "imbalance_ratio": balance.ratio,
        "largest_share": balance.largest_share,
        "effective_classes": balance.effective_classes,
        "few_images": list(balance.few),
        "advice": [one.text for one in advise(balance)],
        "sizes": size_range(dataset),
        "color_modes": color_modes(dataset),
        "version": dataset.version,
        "num_edits": dataset.num_edits,
        "origin": dataset.origin,
        "notes": list(dataset.notes),
        "rejected": [
            {"path": path, "reason": reason}
            for path, reason in zip(rejected["path"], rejected["reason"], strict=True)
        ],
    }


def size_range(dataset: Dataset) -> list[tuple[int, int]]:
    """Return width and height of the smallest, the median and the largest image by area; one where all agree.

    Images that are left out do not count; without any image the list is empty.
    """
    included = ~dataset.table["excluded"].to_numpy(bool)
    width, height = (dataset.table[side].to_numpy(np.int64)[included] for side in ("width", "height"))
    if not len(width):
        return []
    order = np.argsort(width * height, kind="stable")
    chosen = order[[0, (len(order) - 1) // 2, -1]]
    sizes = [(int(width[one]), int(height[one])) for one in chosen]
    return sizes if len(np.unique(width)) > 1 or len(np.unique(height)) > 1 else sizes[:1]


def color_modes(dataset: Dataset) -> dict[str, int]:
    """Return the number of images of each color mode, the most frequent first; left out ones do not count."""
    modes = dataset.included["mode"].value_counts()
    return {str(mode): int(count) for mode, count in modes.items()}


def _few(names: tuple[str, ...]) -> Advice:
    which = f"{names[0]} has" if len(names) == 1 else f"{len(names):,} classes ({_some(names)}) have"
    return Advice(
        f"{which} fewer than {FEW} images: look for more pictures, or merge what looks alike.", "regroup"
    )


def _empty(names: tuple[str, ...]) -> Advice:
    what = f"{names[0]} has" if len(names) == 1 else f"{len(names):,} classes ({_some(names)}) have"
    return Advice(f"{what} no image at all and cannot be learned: prepare a dataset without.", "prepare")


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
