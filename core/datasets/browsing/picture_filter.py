"""Which images are shown and in which order, as plain values; ``core.datasets.browsing.index`` finds them."""

from dataclasses import dataclass, replace

SMALL_SIDE = 32  # pixels; an image with a shorter side counts as small
FLAGS = {
    "excluded": "Left out: used nowhere, by hand or because it cannot be read.",
    "edited": "Changed by hand since the dataset was added.",
    "duplicate": "Another image of the dataset has exactly the same content.",
    "small": f"A side has fewer than {SMALL_SIDE} pixels.",
    "blank": "Next to nothing can be seen: all pixels are nearly equal. Known after the scan.",
}
TABLE_SORTS = ("mixed", "class", "size", "name", "random", "order")
SCAN_SORTS = ("brightness", "contrast", "sharpness", "outlier", "bytes")
SORTS = TABLE_SORTS + SCAN_SORTS
SCAN_FLAGS = ("blank",)
MISSING = ""  # stands for a text that an image does not have


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, both included; None: no limit there."""

    low: float | None = None
    high: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything lies in it, missing numbers too."""
        return self.low is None and self.high is None


@dataclass(frozen=True)
class ColumnFilter:
    """Which values of one of the source's extra columns pass.

    Attributes:
        column: Name of the column.
        range: For a column of numbers.
        values: For a column of texts: the ones that pass; ``MISSING`` stands for images without one.
    """

    column: str
    range: Range = Range()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Which images are shown; those that are left out only when the flag ``excluded`` asks for them.

    Attributes:
        classes: Any of these class names; none: every class.
        splits: Any of these splits; none: every split.
        flags: All of these, see ``FLAGS``.
        name: Text in the file's path, upper or lower case.
        width: In pixels.
        height: In pixels.
        columns: Extra columns of the source.
    """

    classes: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    name: str = ""
    width: Range = Range()
    height: Range = Range()
    columns: tuple[ColumnFilter, ...] = ()


@dataclass(frozen=True)
class Sort:
    """In which order images are shown.

    Attributes:
        by: ``mixed`` (the first image of each class, then the second of each ...), ``class``, ``size`` (in
            pixels), ``name``, ``random``, ``order`` (as in the source), or a column of the scan.
        descending: Largest first; images without the number stand last either way.
        seed: Of the random order.
    """

    by: str = "mixed"
    descending: bool = False
    seed: int = 0


EVERYTHING = Filter()
MIXED = Sort()


def needs_scan(wanted: Filter, order: Sort) -> bool:
    """Tell whether a filter or an order asks for what only a scan knows.

    >>> needs_scan(EVERYTHING, Sort("size")), needs_scan(Filter(flags=("blank",)), MIXED)
    (False, True)
    """
    return order.by in SCAN_SORTS or any(flag in SCAN_FLAGS for flag in wanted.flags)


def without_scan(wanted: Filter, order: Sort) -> tuple[Filter, Sort]:
    """Return as much of a filter and an order as is known before a scan.

    >>> without_scan(Filter(flags=("blank", "small")), Sort("sharpness", True))[0].flags
    ('small',)
    """
    flags = tuple(flag for flag in wanted.flags if flag not in SCAN_FLAGS)
    return replace(wanted, flags=flags), MIXED if order.by in SCAN_SORTS else order
