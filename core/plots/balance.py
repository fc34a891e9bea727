"""Bars of how many images each class has in each split, as HTML: a row a class, names always readable.

Not a plotly figure: this is the chart of the first page, and plotly's script alone takes a browser longer
than all the rest of that page. Hundreds of classes scroll; the exact numbers are in the hover text.
"""

import math
from html import escape

import pandas as pd

from core.plots.theme import ACCENT, SPLIT_COLORS
from core.words import SPLIT_NAMES

BAR_COLORS = {**SPLIT_COLORS, "total": ACCENT}
MAX_HEIGHT = 440  # pixels; more classes scroll
STYLE = """<style>
.class-bars { font-size: .82rem; line-height: 1.15; }
.class-bars .legend { display: flex; gap: 1.2rem; padding-bottom: .5rem; opacity: .85; }
.class-bars .legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px;
  margin-right: .35rem; vertical-align: -1px; }
.class-bars .rows { display: grid; grid-template-columns: minmax(3rem, max-content) 1fr 4.5rem;
  column-gap: .7rem; row-gap: 3px; align-items: center; overflow-y: auto; }
.class-bars .row { display: contents; }
.class-bars .name { text-align: right; max-width: 15rem; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.class-bars .track { height: 17px; background: rgba(128, 128, 128, .1); border-radius: 2px;
  overflow: hidden; }
.class-bars .track.stacked { display: flex; }
.class-bars .track b { display: block; height: 100%; }
.class-bars .track.apart b { height: 33.3%; }
.class-bars .number { font-variant-numeric: tabular-nums; text-align: right; padding-right: .6rem; }
</style>"""


def draw_class_balance(counts: pd.DataFrame, *, log: bool = False, by_split: bool = True) -> str:
    """Return one row a class: its name, a bar a split or one for all, and the number of images.

    Args:
        counts: One row a class in the order of the rows to draw, columns ``train``, ``val`` and ``test``.
        log: Lengths are logarithms, so that rare classes can be seen. The bars of the splits then lie below
            each other: put end to end they would mislead, since logarithms do not add up.
        by_split: A bar for each split; otherwise one for their sum.

    Returns:
        HTML with its style; class names are escaped.
    """
    columns = {split: counts[split].tolist() for split in SPLIT_NAMES}
    totals = [sum(row) for row in zip(*columns.values(), strict=True)]
    bars = columns if by_split else {"total": totals}
    is_apart = log and by_split
    lengths = [max(row) for row in zip(*bars.values(), strict=True)] if is_apart else totals
    scale = _Scale(max([*lengths, 1]), log=log)
    rows = []
    for index, name in enumerate(counts.index):
        track = _track({bar: numbers[index] for bar, numbers in bars.items()}, scale, is_apart=is_apart)
        by_name = {split: numbers[index] for split, numbers in columns.items()}
        rows.append(_row(escape(str(name)), by_name, track))
    legend = "".join(
        f'<span><i style="background:{SPLIT_COLORS[split]}"></i>{title}</span>'
        for split, title in SPLIT_NAMES.items()
        if by_split
    )
    return (
        f'{STYLE}<div class="class-bars"><div class="legend">{legend}</div>'
        f'<div class="rows" style="max-height:{MAX_HEIGHT}px">{"".join(rows)}</div></div>'
    )


class _Scale:
    """Turns a number of images into the length of a bar."""

    def __init__(self, longest: int, *, log: bool) -> None:
        self.log = log
        self.longest = math.log1p(longest) if log else longest

    def percent(self, number: int) -> float:
        """Length in percent of the longest bar."""
        return 100 * (math.log1p(number) if self.log else number) / self.longest


def _row(name: str, numbers: dict[str, int], bars: str) -> str:
    words = ", ".join(f"{number:,} {SPLIT_NAMES[split]}" for split, number in numbers.items())
    return (
        f'<div class="row" title="{name}: {words}"><span class="name">{name}</span>{bars}'
        f'<span class="number">{sum(numbers.values()):,}</span></div>'
    )


def _track(numbers: dict[str, int], scale: _Scale, *, is_apart: bool) -> str:
    bars = "".join(
        f'<b style="width:{scale.percent(number):.2f}%;background:{BAR_COLORS[name]}"></b>'
        for name, number in numbers.items()
    )
    return f'<span class="track {"apart" if is_apart else "stacked"}">{bars}</span>'
