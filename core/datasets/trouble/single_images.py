"""Trouble that an image has by itself: size, shape, color mode, light, name.

Every threshold is relative to what is usual in the dataset, so that a whole dataset of small or dark pictures
(digits, night sky) is not called troubled. Medians are those of the images that are not excluded.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.datasets.dataset import Dataset
from core.datasets.scanning.quality import NEAR_BLANK_CONTRAST
from core.datasets.trouble.finding import Finding, Kind

TINY_SIDE = 16  # pixels: half of the smallest input at which usual networks still work, 32
TINY_SHARE = 0.25  # of the usual shorter side: enlarged four times, edges are a blur
HUGE_TIMES = 4.0  # times the usual longer side: often a scan or a collage rather than one subject
HUGE_PIXELS = 50_000_000  # takes about a second to decode
ASPECT_TIMES = 3.0  # times the usual shape: squeezed to a square, a circle becomes such a flat ellipse
MODE_SHARE = 0.05  # of the images; a mode that is more frequent than this is usual here
DARK, BRIGHT = 20.0, 235.0  # mean grey value of 0-255
UNUSUAL_SIGMAS = 3.0  # of a normal distribution with the same quartiles, from the median
OUTLIER_FENCE = 3.0  # quartile distances above the upper quartile: "far out", Tukey (1977)
NAMES_SHARE = 0.2  # of the images; above it, names are numbers that begin anew in each folder
_LOOK = "Look at them; exclude those on which you cannot tell the class yourself."


def find_in_table(dataset: Dataset) -> Iterator[Finding]:
    """Find what needs no scan: unusable files, sizes, shapes, color modes and names."""
    yield from _unusable(dataset)
    included = dataset.included
    if not len(included):
        return
    ids = included.index.to_numpy(np.int64)
    width, height = (included[side].to_numpy(np.float64) for side in ("width", "height"))
    yield from _small(ids, np.minimum(width, height))
    yield from _large(ids, np.maximum(width, height), width * height)
    yield from _long(ids, width / height)
    yield from _modes(ids, included["mode"])
    yield from _names(dataset)


def find_in_scan(dataset: Dataset, scan: pd.DataFrame) -> Iterator[Finding]:
    """Find what the pixels tell: blank, dark and bright images, and outliers.

    Args:
        dataset: The dataset.
        scan: As from ``core.datasets.scanning.scan.load_scan``.
    """
    ids = dataset.included.index.to_numpy(np.int64)
    ids = ids[scan["brightness"].notna().to_numpy()[ids]]  # the others have gone since the dataset was added
    if not len(ids):
        return
    brightness, contrast, outlier = (
        scan[name].to_numpy(np.float64)[ids] for name in ("brightness", "contrast", "outlier")
    )
    blank = contrast < NEAR_BLANK_CONTRAST
    yield from _blank(ids[blank], contrast[blank])
    yield from _dark_and_bright(ids, brightness, ~blank)
    if not np.isnan(outlier).all():  # there was room to compare
        yield from _outliers(ids, outlier, ~blank)


def _blank(ids: np.ndarray, contrast: np.ndarray) -> Iterator[Finding]:
    yield from _finding(
        Kind.NEAR_BLANK,
        ids,
        contrast,
        "contrast",
        f"Their grey values hardly differ (standard deviation below {NEAR_BLANK_CONTRAST:g} of 255), so "
        f"there is next to nothing to learn from; often a lens cap, an empty scan or a failed export.",
        "Exclude those that show nothing.",
    )


def _dark_and_bright(ids: np.ndarray, brightness: np.ndarray, shows: np.ndarray) -> Iterator[Finding]:
    low, high = _usual(brightness)
    for kind, chosen, order, word in (
        (Kind.DARK, (brightness < DARK) & (brightness < low) & shows, 1, "dark"),
        (Kind.BRIGHT, (brightness > BRIGHT) & (brightness > high) & shows, -1, "bright"),
    ):
        yield from _finding(
            kind,
            ids[chosen],
            brightness[chosen],
            "brightness",
            f"Their mean grey value is {'below' if order > 0 else 'above'} "
            f"{DARK if order > 0 else BRIGHT:g} of 255 and far from the usual "
            f"{np.nanmedian(brightness):.0f}: so {word} that details may be lost.",
            _LOOK,
            order=order,
        )


def _outliers(ids: np.ndarray, outlier: np.ndarray, shows: np.ndarray) -> Iterator[Finding]:
    lower, upper = np.nanpercentile(outlier, [25, 75])
    strange = (outlier > upper + OUTLIER_FENCE * (upper - lower)) & shows & (upper > lower)
    yield from _finding(
        Kind.OUTLIERS,
        ids[strange],
        outlier[strange],
        "strangeness",
        "In light, color and coarse shape they are far from every other image; some show something that does "
        "not belong here, others are merely rare.",
        "Look at them; exclude what does not belong, keep what is rare but right.",
        order=-1,
    )


def _unusable(dataset: Dataset) -> Iterator[Finding]:
    unusable = ~dataset.readable | (dataset.table["label"].to_numpy(np.int64) < 0)
    yield from _finding(
        Kind.UNREADABLE,
        np.flatnonzero(unusable),
        None,
        "",
        "They cannot be read as images or have no class. They were left out when the dataset was added, so "
        "they do no harm; but there are fewer images than you may think.",
        "Repair the files and add the dataset again, or do without them.",
    )


def _small(ids: np.ndarray, side: np.ndarray) -> Iterator[Finding]:
    usual = float(np.median(side))
    limit = max(TINY_SIDE if usual >= 2 * TINY_SIDE else 0.0, usual * TINY_SHARE)
    chosen = side < limit
    yield from _finding(
        Kind.TINY,
        ids[chosen],
        side[chosen],
        "shorter side",
        f"Their shorter side has fewer than {np.ceil(limit):g} pixels; usual here are {usual:g}. Enlarged to "
        f"what the network sees, they are a blur.",
        _LOOK,
    )


def _large(ids: np.ndarray, side: np.ndarray, pixels: np.ndarray) -> Iterator[Finding]:
    usual = float(np.median(side))
    chosen = (side > HUGE_TIMES * usual) | (pixels > HUGE_PIXELS)
    yield from _finding(
        Kind.HUGE,
        ids[chosen],
        side[chosen],
        "longer side",
        f"They are more than {HUGE_TIMES:g} times as large as usual ({usual:g} pixels) or have more than "
        f"{HUGE_PIXELS / 1e6:g} million pixels: slow to read, and often a scan with several things on it, "
        f"which become too small to see for the network.",
        "Look at them; cut them into pieces outside, or exclude them.",
        order=-1,
    )


def _long(ids: np.ndarray, aspect: np.ndarray) -> Iterator[Finding]:
    stretch = np.exp(np.abs(np.log(aspect) - np.log(np.median(aspect))))
    chosen = stretch > ASPECT_TIMES
    yield from _finding(
        Kind.ASPECT,
        ids[chosen],
        stretch[chosen],
        "times as long",
        f"Every image is squeezed to a square; these are distorted more than {ASPECT_TIMES:g} times as much "
        f"as the usual ones.",
        "Look at them; cut them outside, or exclude those that cannot be recognized.",
        order=-1,
    )


def _modes(ids: np.ndarray, modes: pd.Series) -> Iterator[Finding]:
    codes, names = pd.factorize(modes.to_numpy(object))
    counts = np.bincount(codes, minlength=len(names))
    rare = (counts < MODE_SHARE * len(ids)) & (counts < counts.max())
    usual = names[counts.argmax()]
    chosen = rare[codes]
    found = ", ".join(f"{names[k]} ({counts[k]:,})" for k in np.argsort(-counts) if rare[k])
    yield from _finding(
        Kind.MODE,
        ids[chosen][np.argsort(counts[codes[chosen]], kind="stable")],
        None,
        "",
        f"Most images here are stored as {usual}, these as {found}. They are converted, but they often come "
        f"from another source, and a network may learn the source instead of the subject.",
        "Look whether they show the same kind of picture and whether one class has most of them.",
    )


def _names(dataset: Dataset) -> Iterator[Finding]:
    if dataset.root is None:
        return
    included = dataset.included
    names = included["path"].str.rsplit("/", n=1).str[-1].str.casefold()
    rows = pd.DataFrame({"name": names, "label": included["label"], "path": included["path"]})
    rows = rows[rows["name"].duplicated(keep=False)].drop_duplicates(["name", "label"])
    rows = rows[rows["name"].duplicated(keep=False)].sort_values(["name", "path"], kind="stable")
    if not len(rows) or len(rows) > NAMES_SHARE * len(included):
        return
    ids = rows.index.to_numpy(np.int64)
    first = rows.groupby("name", sort=False)["label"].cumcount().to_numpy() == 0
    anchors = ids[first][np.cumsum(first) - 1]
    yield Finding(
        Kind.NAMES,
        "Two files of one name lie in folders of different classes; often one was copied and then sorted "
        "into the wrong folder as well.",
        "Compare the two; exclude or relabel the one that is wrong.",
        ids,
        pairs=np.stack([anchors, ids], axis=1)[~first],
    )


def _usual(values: np.ndarray) -> tuple[float, float]:
    """Range around the median outside of which a value is unusual."""
    lower, median, upper = np.nanpercentile(values, [25, 50, 75])
    sigma = (upper - lower) / 1.349
    return float(median - UNUSUAL_SIGMAS * sigma), float(median + UNUSUAL_SIGMAS * sigma)


def _finding(
    kind: Kind,
    ids: np.ndarray,
    values: np.ndarray | None,
    *texts: str,
    order: int = 1,
) -> Iterator[Finding]:
    """A finding with the worst first: by rising values, or falling ones with order -1; none of no image."""
    if not len(ids):
        return
    if values is not None:
        worst = np.argsort(order * values, kind="stable")
        ids, values = ids[worst], values[worst]
    value_name, what, remedy = texts
    yield Finding(kind, what, remedy, ids, values=values, value_name=value_name)
