"""The tables of Compare: each way to answer, and the differences between them, in HTML."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.components.run_words import duration
from core.regrouping.duel.conclusion import method_words, p_words
from core.regrouping.duel.results import Difference, Duel, DuelRow, PairTest

STYLE = """
<style>
.duel-box { overflow-x: auto; }
.duel { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
.duel th { font-weight: 400; opacity: 0.75; text-align: right; padding: 4px 0 6px 14px; white-space: nowrap; }
.duel th, .duel td { vertical-align: top; }
.duel td { text-align: right; padding: 5px 0 5px 14px; white-space: nowrap; }
.duel th:first-child, .duel td:first-child { text-align: left; padding-left: 0; }
.duel tr + tr td { border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.duel tr.best td:nth-child(3) { font-weight: 600; }
.duel small { opacity: 0.7; }
.duel.tests td:first-child { white-space: normal; }
.duel [title] { cursor: help; text-decoration: underline dotted; text-underline-offset: 3px; }
</style>
"""
WAYS = {
    "full": "The network that knows all classes, asked for the class.",
    "full then merged": "The full network's answer, counted by group: a mistake within a group is none.",
    "full summed": "The full network's probabilities, added within each group; the largest sum answers.",
    "retrained": "A network of the same settings, trained with the groups as its classes.",
}
COLUMNS = {
    "Answer": "Who answers, and what.",
    "Classes": "How many classes, or groups, are told apart: fewer are easier.",
    "Accuracy": "Share of the test images answered rightly. Below it the standard deviation over training "
    "seeds, where there are several.",
    "95 % interval": "How far the accuracy is uncertain because just these images were measured: {drawn_by} "
    "are drawn anew 2,000 times (bootstrap).",
    "Balanced accuracy": "The mean of each class's share answered rightly, however many images it has.",
    "Macro F1": "The plain mean of each class's F1, which counts missed and wrongly found images.",
    "Kappa": "Cohen's kappa: agreement with the truth beyond chance; 0 is chance, 1 is all right. It does "
    "not rise just because there are fewer classes.",
    "Training": "Wall-clock time spent training one such network. Merging and summing take the full network "
    "as it is; the groups were found with it, too.",
}
TESTS = {
    "Points": "How many percentage points more often the first is right than the second, on the same images.",
    "95 % interval": "Of the difference, by drawing {drawn_by} anew (paired bootstrap). Where it holds 0, "
    "the choice of images alone can explain the difference.",
    "McNemar p": "",
    "p over seeds": "Welch's test of the accuracies of single runs: how often training again with other "
    "seeds gives a difference at least this large when both ways are equally good. Needs two seeds of each.",
}


def rows_table(duel: Duel, *, trained_here: bool = True) -> None:
    """Draw one row for each way to answer.

    Args:
        duel: What was found.
        trained_here: Whether the full network was, so that the time it took is known.
    """
    best = max((row for row in duel.rows if row.num_classes != duel.rows[0].num_classes), default=None,
               key=lambda row: row.accuracy)  # fmt: skip
    body = "".join(_row(row, is_best=row is best, trained_here=trained_here) for row in duel.rows)
    _draw(COLUMNS, body, duel)


def differences_table(duel: Duel) -> None:
    """Draw one row for each pair of ways that answer in groups."""
    body = "".join(_difference(found) for found in duel.differences)
    _draw({"": "", **TESTS, "McNemar p": method_words()}, body, duel, kind="tests")


def _draw(columns: dict[str, str], body: str, duel: Duel, *, kind: str = "") -> None:
    heads = "".join(_head(name, text.format(drawn_by=duel.drawn_by)) for name, text in columns.items())
    st.html(f'{STYLE}<div class="duel-box"><table class="duel {kind}"><tr>{heads}</tr>{body}</table></div>')


def _head(name: str, text: str) -> str:
    return f'<th><span title="{escape(text)}">{escape(name)}</span></th>' if text else "<th></th>"


def _row(row: DuelRow, *, is_best: bool, trained_here: bool) -> str:
    runs = "" if row.num_runs == 1 else f"<br><small>{row.num_runs} seeds</small>"
    cells = (
        f'<span title="{escape(WAYS[row.name])}">{escape(row.name)}</span>{runs}',
        f"{row.num_classes:,}",
        _percent(row.accuracy, row.accuracy_sd),
        f"{row.low:.1%} to {row.high:.1%}",
        _percent(row.balanced_accuracy, row.balanced_accuracy_sd),
        _number(row.macro_f1, row.macro_f1_sd),
        _number(row.kappa, row.kappa_sd),
        "<small>elsewhere</small>" if row.name == "full" and not trained_here else _training(row),
    )
    return _line(cells, "best" if is_best else "")


def _difference(found: Difference) -> str:
    tests = [
        f'<span title="{escape(_split_words(each))}">{p_words(each.p_value).removeprefix("= ")}</span>'
        for each in found.tests
    ]
    seeds = "same networks" if not found.needs_seeds else "too few seeds"
    return _line(
        (
            f"{escape(found.first)} against {escape(found.second)}",
            f"{100 * found.mean:+.1f}",
            f"{100 * found.low:+.1f} to {100 * found.high:+.1f}",
            "<br>".join(tests),
            f"<small>{seeds}</small>" if found.seeds_p is None else p_words(found.seeds_p).removeprefix("= "),
        )
    )


def _split_words(pair: PairTest) -> str:
    only_first, only_second = pair.test.only_first, pair.test.only_second
    return (
        f"{pair.first_run} against {pair.second_run}: only the first is right on {only_first:,} images, only "
        f"the second on {only_second:,}; {pair.test.method}."
    )


def _training(row: DuelRow) -> str:
    if row.name in {"full then merged", "full summed"}:
        return "<small>none of its own</small>"
    each = [f"{run}: {duration(time)}" for run, time in zip(row.runs, row.run_seconds, strict=True)]
    return f'<span title="{escape(", ".join(each))}">{escape(duration(row.seconds))}</span>'


def _percent(value: float, deviation: float | None) -> str:
    return f"{value:.1%}" + ("" if deviation is None else f"<br><small>± {100 * deviation:.1f}</small>")


def _number(value: float, deviation: float | None) -> str:
    return f"{value:.3f}" + ("" if deviation is None else f"<br><small>± {deviation:.3f}</small>")


def _line(cells: Sequence[str], kind: str = "") -> str:
    return f'<tr class="{kind}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
