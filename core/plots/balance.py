"""Bars of how many images each class has in each split, as HTML: a row a class, names always readable.

Not a plotly figure: this is the chart of the first page, and plotly's script alone takes a browser longer
than all the rest of that page. Hundreds of classes scroll; the exact numbers are in the hover text.
"""

import math
from html import escape

import pandas as pd

from core.plots.theme import SPLIT_COLORS

SPLIT_TITLES = {"train": "training", "val": "validation", "test": "test"}
MAX_HEIGHT = 440  # pixels; more classes scroll
STYLE = """<style>
.class-bars { font-size: .82rem; line-height: 1.15; }
.class-bars .legend { display: flex; gap: 1.2rem; padding-bottom: .5rem; opacity: .85; }
.class-bars .legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px;
  margin-right: .35rem; vertical-align: -1px; }
.class-bars .rows { display: grid; grid-template-columns: minmax(3rem, max-content) 1fr 4.5rem;
  column-gap: .7rem; row-gap: 3px; align-items: center; overflow-y: auto; }
.class-bars .name { text-align: right; max-width: 15rem; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.class-bars .track { height: 17px; background: rgba(128, 128, 128, .1); border-radius: 2px;
  overflow: hidden; }
.class-bars .track.stacked { display: flex; }
.class-bars .track b { display: block; height: 100%; }
.class-bars .track.apart b { height: 33.3%; }
.class-bars .number { font-variant-numeric: tabular-nums; text-align: right; padding-right: .6rem; }
</style>"""


def draw_class_balance(counts: pd.DataFrame, *, log: bool = False) -> str:
    """Return one row a class: its name, a bar a split, and the number of images.

    Args:
        counts: One row a class, columns ``train``, ``val`` and ``test``.
        log: Lengths are logarithms, so that rare classes can be seen. The bars of the splits then lie below
            each other: put end to end they would mislead, since logarithms do not add up.

    Returns:
        HTML with its style; class names are escaped.
    """
    columns = {split: counts[split].tolist() for split in SPLIT_TITLES}
    totals = [sum(row) for row in zip(*columns.values(), strict=True)]
    longest = max([*(totals if not log else [max(row) for row in zip(*columns.values(), strict=True)]), 1])
    rows = []
    for index, name in enumerate(counts.index):
        numbers = {split: columns[split][index] for split in SPLIT_TITLES}
        rows.append(_row(escape(str(name)), numbers, totals[index], longest=longest, log=log))
    legend = "".join(
        f'<span><i style="background:{SPLIT_COLORS[split]}"></i>{title}</span>'
        for split, title in SPLIT_TITLES.items()
    )
    return (
        f'{STYLE}<div class="class-bars"><div class="legend">{legend}</div>'
        f'<div class="rows" style="max-height:{MAX_HEIGHT}px">{"".join(rows)}</div></div>'
    )


def _row(name: str, numbers: dict[str, int], total: int, *, longest: int, log: bool) -> str:
    words = ", ".join(f"{number:,} {SPLIT_TITLES[split]}" for split, number in numbers.items())
    bars = "".join(
        f'<b style="width:{_width(number, longest, log=log):.2f}%;background:{SPLIT_COLORS[split]}"></b>'
        for split, number in numbers.items()
    )
    return (
        f'<span class="name" title="{name}">{name}</span>'
        f'<span class="track {"apart" if log else "stacked"}" title="{name}: {words}">{bars}</span>'
        f'<span class="number">{total:,}</span>'
    )


def _width(number: int, longest: int, *, log: bool) -> float:
    """Length of a bar in percent of the longest."""
    return 100 * (math.log1p(number) / math.log1p(longest) if log else number / longest)
