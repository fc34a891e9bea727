"""The card "This grouping": what it buys and costs on validation, and on test once it is saved."""

import streamlit as st

from app import cache
from app.components.regroup.draft import Draft
from app.components.regroup.score_table import Measured, score_table, step_line
from app.components.regroup.search_test import found_gain, search_test
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import LookNumber, record_look
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.truth.gain import Gain, chance_gain, search_behind
from core.regrouping.truth.words import LUCK_OF_CHOICE, LUCK_OF_SEARCH, gain_in_words
from core.runs.run import Run
from core.words import counted

COVER = "Groups are chosen on validation; who looks at test images while choosing fools himself."
FREE = (
    "Fewer classes are easier: accuracy rises with any merging. *For free* is what {chance} gain on average; "
    "*real* is what these groups gain beyond that. The interval sets them beside the middle 95 % of chance; "
    "p is the share of chance that does as well or better, and below 0.025 the gain is called real."
)
CHANCE = {
    "groupings": "{num:,} random groupings of the same sizes",
    "searches": "{num:,} searches like yours on mistakes dealt anew",
}
LUCK_HELP = {
    "": "",
    LUCK_OF_SEARCH: " These groups were searched for on these images, and a search finds something even in "
    "chance; compare with searches below, or judge on test.",
    LUCK_OF_CHOICE: " Who picks groups by the mistakes on these images finds something even in chance; judge "
    "on test.",
}


def score_card(run: Run, draft: Draft, saved: str | None) -> None:
    """Draw the card.

    Args:
        run: The run whose predictions are grouped.
        draft: Its groups, and what undo and redo act on.
        saved: Name under which exactly these groups are saved; None covers the test column.
    """
    history = draft.history
    grouping = history.current
    st.markdown(
        f"**This grouping**\n#### {grouping.num_classes:,} classes → {counted(grouping.num_groups, 'group')}"
    )
    _steps(draft, history)
    has_test = run.predictions_path("test").exists()
    val = _measure(run, "val", grouping)
    look, test = None, None
    if saved and has_test:
        look = record_look(cache.workspace(), run.config.dataset, run.id, grouping, saved)
        test = _measure(run, "test", grouping)
    st.html(step_line(history.undo_label) + score_table(val, test, has_test=has_test))
    settings = search_behind(history.origin)
    gain = chance_gain(val[0])
    repeated = found_gain(run, grouping, settings) if settings else None
    by_choice = LUCK_OF_SEARCH if settings else LUCK_OF_CHOICE
    told = [_sentence("On validation", repeated or gain, grouping, luck="" if repeated else by_choice)]
    if test is not None:
        luck = "" if history.split != "test" else LUCK_OF_CHOICE
        told.append(_sentence("On test", chance_gain(test[0]), grouping, luck=luck))
    told.append(_foot(run, val, test, look))
    st.markdown("\n\n".join(words for words, _ in told), help="\n\n".join(why for _, why in told if why))
    if settings is not None and gain is not None and grouping.num_groups > 1:
        search_test(run, grouping, settings)


def _steps(draft: Draft, history: GroupingHistory) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=draft.undo,
            disabled=not history.can_undo,
            key="regroup_undo",
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            on_click=draft.redo,
            disabled=not history.can_redo,
            key="regroup_redo",
        )


def _measure(run: Run, split: str, grouping: Grouping) -> Measured:
    return cache.grouping_score(run.id, split, grouping), cache.price(run.id, split, grouping)


def _sentence(split: str, gain: Gain | None, grouping: Grouping, *, luck: str) -> tuple[str, str]:
    """Return what is free and what is real, and what that means."""
    words = gain_in_words(gain, num_groups=grouping.num_groups, luck=luck)
    if gain is None:
        return words, ""
    chance = CHANCE[gain.chance].format(num=gain.num_draws)
    return f"{split}: {words[0].lower()}{words[1:]}", FREE.format(chance=chance) + LUCK_HELP[luck]


def _foot(run: Run, val: Measured, test: Measured | None, look: LookNumber | None) -> tuple[str, str]:
    """Return how many images were measured and how often test images were looked at, and why it matters."""
    images = f"Measured on {val[0].num_samples:,} validation"
    if test is None or look is None:
        return f":small[{images} images. Test: {_why_covered(run)}]", COVER
    return (
        f":small[{images} and {test[0].num_samples:,} test images. {look.in_words.capitalize()}.]",
        f"Each grouping that is judged on test is a look, {look.of_run_in_words}. The best of many looks is "
        "luck in part.",
    )


def _why_covered(run: Run) -> str:
    has_test = run.predictions_path("test").exists()
    return "covered until you save." if has_test else "this run has no test predictions."
