"""The matrix with the choice of its order, each order with its score, and what is done on both."""

from collections.abc import Iterable

import streamlit as st

from app import cache, state
from app.components.confusion_editor import EditorEvent, confusion_editor
from app.components.plain_text import plain
from app.components.regroup.draft import Draft
from app.components.regroup.search_command import locked_groups
from app.components.regroup.stability import stability_of_groups
from core.regrouping.ordering.dendrogram import cut_grouping
from core.regrouping.ordering.orders import ORDERS
from core.regrouping.ordering.scores import BAND, OrderScore, best_order
from core.regrouping.suggesting.settings import SearchSettings
from core.runs.run import Run
from core.words import counted

KEY = "regroup_order"
DEFAULT = "blocks"
SCORE_HELP = (
    "A good order brings mistakes to the diagonal, where they form blocks. **Near the diagonal**: true and "
    f"predicted class stand at most {{band}} apart ({BAND:.0%} of the classes, at least one). **In blocks**: "
    "both are in one group that stands together. Counted on validation images."
)


def matrix_part(run: Run, draft: Draft) -> None:
    """Draw the order's choice, the matrix, and the line below it."""
    grouping = draft.grouping
    own = own_places(draft)
    order = choose_order(draft, own)
    counts = cache.sparse_counts(run.id, "val")
    solid = stability_of_groups(draft)
    confusion_editor(
        counts,
        grouping,
        order=cache.class_order(run.id, grouping, order, own=own),
        chosen=draft.chosen,
        tree=cache.merge_tree(run.id),
        solid=solid,
        on_event=lambda event: react(draft, event),
        key=f"regroup_matrix_{run.id}",
    )
    score = cache.order_score(run.id, grouping, order, own=own)
    st.caption(
        f"Validation, {counted(counts.num_samples)}, run {plain(run.id)}: "
        f"{counted(score.num_mistakes, 'mistake')}, {score.near_diagonal:.0%} near the diagonal, "
        f"{score.within_groups:.0%} within groups"
        f"{'' if solid is None or all(solid) else '; a dashed group is not stable'}"
    )


def choose_order(draft: Draft, own: tuple[int, ...] | None) -> str:
    """Draw the button behind which the orders stand with their scores; return the chosen one."""
    if st.session_state.get(KEY) not in ORDERS or (st.session_state[KEY] == "own" and own is None):
        st.session_state[KEY] = DEFAULT
    popover = st.popover(  # with another title it is another one, so that a choice closes it
        f"Order: {ORDERS[st.session_state[KEY]].title}",
        icon=":material/sort:",
        key="regroup_orders",
        on_change="rerun",
    )
    if popover.open:
        with popover:
            _orders(draft, own)
    order: str = st.session_state[KEY]
    return order


def _orders(draft: Draft, own: tuple[int, ...] | None) -> None:
    """Draw the choice, each order with its scores, and the command that prints them."""
    scores = cache.order_scores(draft.run_id, draft.grouping, own=own)
    most = scores[best_order(scores)].near_diagonal
    order = st.radio(
        "Order of the classes",
        list(scores),
        format_func=lambda key: ORDERS[key].title,
        captions=[_in_words(score, is_best=score.near_diagonal == most) for score in scores.values()],
        help=f"{_all_explained(scores)}\n\n"
        + SCORE_HELP.format(band=counted(next(iter(scores.values())).band, "place")),
        **state.bind(KEY),
    )
    score = scores[order]
    st.caption(
        f"A random order has {score.by_chance:.0%} of the {counted(score.num_mistakes, 'mistake')} near the "
        "diagonal."
    )
    st.code(f"regroup orders {draft.run_id}", language="bash")


def react(draft: Draft, event: EditorEvent) -> None:
    """Do what was done on the matrix: its order and the cut of the tree here, all else by the draft."""
    if event.kind == "order":
        keep_order(draft, event.order)
    elif event.kind == "tree_order":
        _take_order("leaf")
    elif event.kind == "cut":
        cut_tree(draft, event.num_groups)
    else:
        draft.react(event)


def cut_tree(draft: Draft, num_groups: int) -> None:
    """Take the groups of the cut tree; locked groups stay, and the cuts of one drag are one step."""
    tree, grouping = cache.merge_tree(draft.run_id), draft.grouping
    search = SearchSettings(num_groups=num_groups, locked=locked_groups(grouping), allow_blob=True)
    draft.take(
        lambda before: cut_grouping(tree, before, num_groups),
        f"Cut the tree at {counted(num_groups, 'group')}",
        origin=search.model_dump(mode="json"),
        coalesce="cut",
    )


def keep_order(draft: Draft, order: tuple[int, ...]) -> None:
    """Keep an order that was made by hand, class indices, and show the matrix in it."""
    draft.set_order([draft.class_names[index] for index in order])
    _take_order("own")


def own_places(draft: Draft) -> tuple[int, ...] | None:
    """Return the person's own order as class indices; None when there is none."""
    if draft.own_order is None:
        return None
    place = {name: index for index, name in enumerate(draft.class_names)}
    return tuple(place[name] for name in draft.own_order)


def _take_order(key: str) -> None:
    st.session_state[KEY] = key


def _all_explained(keys: Iterable[str]) -> str:
    return "\n".join(f"- **{ORDERS[key].title}**: {ORDERS[key].help}" for key in keys)


def _in_words(score: OrderScore, *, is_best: bool) -> str:
    best = " (the best)" if is_best else ""
    return f"{score.near_diagonal:.1%} near the diagonal{best}, {score.in_blocks:.1%} in blocks"
