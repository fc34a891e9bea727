"""The matrix with the choice of its order, each order with its score, and what is done on both."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from app import cache, state
from app.components.confusion_editor import EditorEvent, confusion_editor
from app.components.plain_text import plain
from app.components.regroup.draft import Draft
from app.components.regroup.stability import stability_of_groups
from core.regrouping.ordering.dendrogram import cut_grouping
from core.regrouping.ordering.orders import ORDERS
from core.regrouping.ordering.scores import BAND, OrderScore, best_order
from core.regrouping.suggesting.settings import SearchSettings
from core.runs.run import Run
from core.words import counted

KEY = "regroup_order"
DEFAULT = "blocks"
ORDER_WIDTH = 360  # pixels
SCORE_HELP = (
    "A good order brings mistakes to the diagonal, where they form blocks. **Near the diagonal**: true and "
    f"predicted class stand at most {{band}} apart ({BAND:.0%} of the classes, at least one). **In blocks**: "
    "both are in one group that stands together. By chance: what a random order gives on average. Counted "
    "on validation images."
)
STYLE = """<style>
.order-scores { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
.order-scores th { font-weight: 400; opacity: .7; text-align: right; padding: 2px 0 4px 16px; }
.order-scores td { text-align: right; padding: 3px 0 3px 16px; white-space: nowrap; }
.order-scores td:first-child, .order-scores th:first-child { text-align: left; padding-left: 0; }
.order-scores tr.best td { font-weight: 600; }
</style>"""


def matrix_part(run: Run, draft: Draft) -> None:
    """Draw the order's choice, the matrix, and the line below it."""
    grouping = draft.grouping
    own = own_places(draft)
    scores = cache.order_scores(run.id, grouping, own=own)
    order = choose_order(run.id, scores)
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
    score = scores[order]
    st.caption(
        f"Validation, {counted(counts.num_samples)}, run {plain(run.id)}: "
        f"{counted(score.num_mistakes, 'mistake')}, {score.near_diagonal:.0%} near the diagonal, "
        f"{score.within_groups:.0%} within groups"
        f"{'' if solid is None or all(solid) else '; a dashed group is not stable'}"
    )


def choose_order(run_id: str, scores: Mapping[str, OrderScore]) -> str:
    """Draw the choice of the order and what the orders score; return the chosen one."""
    if st.session_state.get(KEY) not in scores:
        st.session_state[KEY] = DEFAULT
    best = best_order(scores)
    most = scores[best].near_diagonal
    labels = {key: _label(key, score, is_best=score.near_diagonal == most) for key, score in scores.items()}
    state.show_anew(KEY, labels)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    order: str = row.selectbox(
        "Order",
        list(scores),
        format_func=lambda key: labels.get(key, key),
        width=ORDER_WIDTH,
        help="Where each class stands along the matrix. Its score: the share of the mistakes near the "
        "diagonal.",
        **state.bind(KEY),
    )
    popover = row.popover(
        "Scores",
        icon=":material/format_list_numbered:",
        help="All orders with their scores.",
        key="regroup_scores",
        on_change="rerun",
    )
    if popover.open:
        with popover:
            _all_scores(run_id, scores, order, best)
    return order


def _all_scores(run_id: str, scores: Mapping[str, OrderScore], order: str, best: str) -> None:
    score = scores[order]
    st.html(_table(scores, best))
    if score.near_diagonal < scores[best].near_diagonal:
        st.button(
            f"Take the best: {ORDERS[best].title}",
            on_click=_take_order,
            args=(best,),
            key="regroup_best_order",
            help="The order with the largest share of mistakes near the diagonal.",
        )
    st.caption(SCORE_HELP.format(band=counted(score.band, "place")))
    st.caption(f"{ORDERS[order].title}: {ORDERS[order].help}")
    st.code(f"regroup orders {run_id}", language="bash")


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
    locked = tuple(grouping.members[group] for group in grouping.group_names if group in grouping.locked)
    search = SearchSettings(num_groups=num_groups, locked=locked, allow_blob=True)
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


def _label(key: str, score: OrderScore, *, is_best: bool) -> str:
    best = ", the best" if is_best else ""
    return f"{ORDERS[key].title} ({score.near_diagonal:.0%} near the diagonal{best})"


def _table(scores: Mapping[str, OrderScore], best: str) -> str:
    rows = "".join(
        f'<tr class="{"best" if key == best else ""}" title="{escape(ORDERS[key].help)}">'
        f"<td>{escape(ORDERS[key].title)}</td><td>{score.near_diagonal:.1%}</td><td>{score.in_blocks:.1%}</td></tr>"
        for key, score in scores.items()
    )
    first = next(iter(scores.values()))
    return (
        f'{STYLE}<table class="order-scores"><tr><th>share of {counted(first.num_mistakes, "mistake")}</th>'
        f"<th>near the diagonal</th><th>in blocks</th></tr>{rows}"
        f"<tr><td>by chance</td><td>{first.by_chance:.1%}</td><td></td></tr></table>"
    )
