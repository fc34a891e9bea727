"""The order of the matrix and what is done on it: choose, drag, cut the tree."""

from collections.abc import Callable

import numpy as np
import pytest
from popovers import open_popovers
from streamlit.testing.v1 import AppTest

from core.predictions import load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.ordering.dendrogram import merge_tree
from core.regrouping.ordering.orders import ORDERS, class_order
from core.regrouping.ordering.scores import order_score
from core.regrouping.scoring.counts import SparseCounts
from core.runs.run import Run
from core.workspace import Workspace

NAMES = tuple(str(n) for n in range(10))
OpenPage = Callable[..., AppTest]


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the editor was given last."""
    given: dict = {}

    def keep(counts, grouping, **options):
        given.update(options, counts=counts, grouping=grouping)

    monkeypatch.setattr("app.components.regroup.matrix.confusion_editor", keep)
    return given


def open_it(open_page: OpenPage, run: Run) -> AppTest:
    return open_page("views/regroup.py", dataset="digits", run=run.id)


def choose_order(app: AppTest, key: str) -> AppTest:
    open_popovers(app, "regroup_orders").radio(key="regroup_order").set_value(key).run()
    assert not app.exception, app.exception
    return app


def popover_titles(app: AppTest) -> list[str]:
    return [block.proto.popover.label for block in app.get("popover")]


def test_it_begins_in_blocks_and_names_the_share_near_the_diagonal(
    open_page: OpenPage, run: Run, drawn: dict
) -> None:
    app = open_it(open_page, run)
    assert "Order: Blocks" in popover_titles(app)
    tree = merge_tree(SparseCounts.of(load_predictions(run.predictions_path("val"))))
    np.testing.assert_array_equal(drawn["order"], tree.leaves)
    np.testing.assert_array_equal(drawn["tree"].left, tree.left)
    assert any("mistakes, " in caption.value for caption in app.caption)


def test_another_order_is_drawn_when_it_is_chosen_and_stays(
    open_page: OpenPage, run: Run, drawn: dict
) -> None:
    app = choose_order(open_it(open_page, run), "given")
    assert drawn["order"].tolist() == list(range(10))
    app.session_state["regroup_orders"] = False
    for _ in range(2):
        app.run()
        assert not app.radio
        assert drawn["order"].tolist() == list(range(10))
        assert "Order: As given" in popover_titles(app)


def test_every_order_stands_with_its_scores_and_the_best_is_marked(
    open_page: OpenPage, run: Run, drawn: dict
) -> None:
    app = open_popovers(open_it(open_page, run), "regroup_orders")
    radio = app.radio(key="regroup_order")
    assert {"As given", "By name", "Spectral", "Reverse Cuthill-McKee", "Blocks"} <= set(radio.options)
    counts = SparseCounts.of(load_predictions(run.predictions_path("val")))
    grouping = Grouping.identity(NAMES)
    shares = {
        ORDERS[key].title: order_score(counts, class_order(counts, grouping, key)).near_diagonal
        for key in ORDERS
        if key != "own"
    }
    told = dict(zip(radio.options, radio.proto.captions, strict=True))
    best = max(shares.values())
    assert {title for title, words in told.items() if "(the best)" in words} == {
        title for title, share in shares.items() if share == best
    }
    for title, share in shares.items():
        assert told[title].startswith(f"{share:.1%} near the diagonal")
    assert any("regroup orders" in code.value for code in app.code)


def run_in_page(run: Run, *, kind: str, **values) -> AppTest:
    """Let a page's script do what the matrix does with an event."""

    def script(run_id, kind, values):  # runs by itself: imports stand inside
        from app import cache
        from app.components.confusion_editor import EditorEvent
        from app.components.regroup.draft import Draft
        from app.components.regroup.matrix import react

        names = cache.predictions(run_id, "val").class_names
        react(Draft(run_id, "digits", names), EditorEvent(kind, **values))

    return AppTest.from_function(script, args=(run.id, kind, values), default_timeout=60).run()


def test_a_cut_of_the_tree_becomes_the_grouping_in_one_step(run: Run, workspace: Workspace) -> None:
    app = run_in_page(run, kind="cut", num_groups=5)
    assert not app.exception
    draft = load_draft(workspace, "digits", run.id, NAMES)
    assert draft.history.current.num_groups == 5
    assert set(draft.history.current.group_names) == {"0 + 1", "2 + 3", "4 + 5", "6 + 7", "8 + 9"}
    assert draft.history.current_node.label == "Cut the tree at 5 groups"
    assert draft.history.current_node.origin["num_groups"] == 5


def test_an_own_order_is_kept_with_the_draft(run: Run, workspace: Workspace) -> None:
    app = run_in_page(run, kind="order", order=(9, 8, 7, 6, 5, 4, 3, 2, 1, 0))
    assert not app.exception
    assert load_draft(workspace, "digits", run.id, NAMES).order == NAMES[::-1]
    assert app.session_state["regroup_order"] == "own"


def test_the_hidden_tree_is_shown_by_the_order_of_its_leaves(run: Run, drawn: dict) -> None:
    app = run_in_page(run, kind="tree_order")
    assert not app.exception
    assert app.session_state["regroup_order"] == "leaf"


def test_all_else_goes_to_the_draft(run: Run, workspace: Workspace) -> None:
    run_in_page(run, kind="merge", classes=("0", "7"))
    assert load_draft(workspace, "digits", run.id, NAMES).history.current.members["0 + 7"] == ("0", "7")
