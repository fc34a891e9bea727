"""The table of the card "This grouping": both exact scores with their intervals, and what they cost."""

import math
from html import escape

from core.evaluation.intervals import MEANING as INTERVAL
from core.regrouping.scoring.score import GroupingScore
from core.regrouping.truth.price import MEANINGS as PRICES
from core.regrouping.truth.price import Price

COVERED = "covered"
MISSING = "none"
STYLE = """
<style>
.regroup-scores-box { overflow-x: auto; }
.regroup-scores { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
.regroup-scores { font-variant-numeric: tabular-nums; }
.regroup-scores th { font-weight: 400; opacity: 0.7; text-align: right; padding: 2px 0 4px 8px; }
.regroup-scores td { text-align: right; padding: 2px 0 2px 8px; white-space: nowrap; }
.regroup-scores td.wraps, .regroup-scores td:first-child { white-space: normal; }
.regroup-scores td:first-child, .regroup-scores th:first-child { text-align: left; padding-left: 0; }
.regroup-scores tr.total td { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.regroup-scores small, .regroup-scores .last { white-space: nowrap; }
.regroup-scores small { opacity: 0.7; }
.regroup-scores .why { border: 1px solid; border-radius: 50%; cursor: help; display: inline-block; }
.regroup-scores .why { font-size: 0.65rem; height: 0.9rem; line-height: 0.8rem; width: 0.9rem; }
.regroup-scores .why { opacity: 0.5; text-align: center; }
.regroup-scores .covered { opacity: 0.45; font-style: italic; }
.regroup-step { font-size: 0.875rem; margin-bottom: 8px; opacity: 0.7; }
.regroup-step { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
</style>
"""
MEANINGS = {
    "before": f"The share of images whose class was predicted, before any merging. {INTERVAL}",
    "merged labels": "Predict a class as before, then take its group: a mistake within a group no longer "
    "counts.",
    "summed probabilities": "Add the probabilities of a group's classes and take the group with the largest "
    "sum: can be better than merged labels, without any training.",
    "kappa": PRICES["kappa"],
    "balanced accuracy": PRICES["balanced_accuracy"],
    "bits kept": PRICES["bits"],
}

Measured = tuple[GroupingScore, Price]


def score_table(val: Measured, test: Measured | None, *, has_test: bool) -> str:
    """Return the table as HTML.

    Args:
        val: Scores and price on validation.
        test: The same on test; None as long as they are covered.
        has_test: Whether there is anything under the cover.
    """
    hidden = f'<span class="covered">{COVERED if has_test else MISSING}</span>'
    both = (val, test)
    rows = [
        _row("before", [_share(each, "before") for each in both], hidden),
        _row("merged labels", [_share(each, "merged") for each in both], hidden),
        _row("summed probabilities", [_share(each, "summed") for each in both], hidden),
        _row("kappa", [_change(each, "kappa") for each in both], hidden, kind="total"),
        _row("balanced accuracy", [_change(each, "balanced_accuracy") for each in both], hidden),
        _row("bits kept", [_bits(each) for each in both], hidden),
    ]
    return scores_html(f"<tr><th>accuracy</th><th>validation</th><th>test</th></tr>{''.join(rows)}")


def step_line(words: str) -> str:
    """Return what Undo would take back as one line of HTML, whole on hover; empty words are no step yet."""
    told = escape(f"Last step: {words}" if words else "No step yet.")
    return f'<div class="regroup-step" title="{told}">{told}</div>'


def scores_html(rows: str) -> str:
    """Return a table in the card's style, which scrolls where it is too wide."""
    return f'{STYLE}<div class="regroup-scores-box"><table class="regroup-scores">{rows}</table></div>'


def figure(value: float, digits: int = 2) -> str:
    """Write a number; a dash where it is not defined.

    >>> figure(0.5), figure(math.nan)
    ('0.50', '–')
    """
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def bits(value: float) -> str:
    """Write an amount of information; two digits, since a merging may cost little.

    >>> bits(2.94), bits(0.126)
    ('2.94', '0.13')
    """
    return f"{value:.2f}"


def hint(term: str, meaning: str) -> str:
    """Return a term with a question mark that tells its meaning, as HTML."""
    *words, last = escape(term).split(" ")
    mark = f'<span class="last">{last} <span class="why">?</span></span>'  # never alone on a line
    return f'<td title="{escape(meaning)}">{" ".join([*words, mark])}</td>'


def _row(term: str, values: list[str | None], hidden: str, *, kind: str = "") -> str:
    cells = "".join(value or f"<td>{hidden}</td>" for value in values)
    return f'<tr class="{kind}">{hint(term, MEANINGS[term])}{cells}</tr>'


def _share(measured: Measured | None, name: str) -> str | None:
    if measured is None:
        return None
    share, low, high = (
        getattr(measured[0], field) for field in (f"accuracy_{name}", f"{name}_low", f"{name}_high")
    )
    scored = measured[0]
    drawn = f"{scored.num_clusters or scored.num_samples:,} {'groups of ' * bool(scored.num_clusters)}images"
    exact = f"{share:.5f}, 95 %: {low:.4f} to {high:.4f}, by {drawn}"
    return f'<td class="wraps" title="{exact}">{share:.3f} <small>{low:.2f}–{high:.2f}</small></td>'


def _change(measured: Measured | None, name: str) -> str | None:
    if measured is None:
        return None
    before, after = getattr(measured[1], f"{name}_before"), getattr(measured[1], name)
    exact = f"{figure(before, 4)} before, {figure(after, 4)} after"
    return f'<td title="{exact}">{figure(before)} → {figure(after)}</td>'


def _bits(measured: Measured | None) -> str | None:
    if measured is None:
        return None
    paid = measured[1]
    exact = f"{paid.bits_kept:.4f} of {paid.bits_of:.4f} bits, {100 * paid.share_kept:.1f} %"
    return f'<td title="{exact}">{bits(paid.bits_kept)} of {bits(paid.bits_of)}</td>'
