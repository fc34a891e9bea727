"""The order of the matrix and what is done on it: choose, drag, cut the tree."""

from collections.abc import Callable

import numpy as np
import pytest
from popovers import open_popovers
from streamlit.testing.v1 import AppTest

from core.predictions import load_predictions
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.ordering.dendrogram import merge_tree
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


def test_it_begins_in_blocks_and_names_the_share_near_the_diagonal(
    open_page: OpenPage, run: Run, drawn: dict
) -> None:
    app = open_it(open_page, run)
    order = app.selectbox(key="regroup_order")
    assert order.value == "blocks"
    assert "near the diagonal" in order.options[0]
    tree = merge_tree(SparseCounts.of(load_predictions(run.predictions_path("val"))))
    np.testing.assert_array_equal(drawn["order"], tree.leaves)
    np.testing.assert_array_equal(drawn["tree"].left, tree.left)
    assert any("mistakes, " in caption.value for caption in app.caption)


def test_another_order_is_drawn_when_it_is_chosen(open_page: OpenPage, run: Run, drawn: dict) -> None:
    app = open_it(open_page, run)
    app.selectbox(key="regroup_order").select("given").run()
    assert not app.exception
    assert drawn["order"].tolist() == list(range(10))


def test_the_best_order_is_told_and_one_click_away(open_page: OpenPage, run: Run, drawn: dict) -> None:
    app = open_it(open_page, run)
    app.selectbox(key="regroup_order").select("recall").run()
    best = open_popovers(app, "regroup_scores").button(key="regroup_best_order")
    assert best.label.startswith("Take the best: ")
    best.click().run()
    assert app.selectbox(key="regroup_order").value != "recall"
    assert not [button for button in app.button if button.key == "regroup_best_order"]
    assert any("regroup orders" in code.value for code in app.code)


def test_every_order_stands_with_its_scores(open_page: OpenPage, run: Run, drawn: dict) -> None:
    app = open_popovers(open_it(open_page, run), "regroup_scores")
    table = next(one.proto.body for one in app.get("html") if "order-scores" in one.proto.body)
    for title in ("As given", "By name", "Spectral", "Reverse Cuthill-McKee", "by chance"):
        assert title in table


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
