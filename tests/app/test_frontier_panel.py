"""The panel "Frontier" of the Regroup page, and what a click on it does."""

import json
from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.components.regroup.draft import Draft
from app.components.regroup.frontier_panel import dots_of, search_settings, take_clicked
from core.plots.frontier import PATH, STATE
from core.predictions import load_predictions
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.suggesting.path import path
from core.regrouping.suggesting.settings import SearchSettings
from core.runs.run import Run
from core.workspace import Workspace


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


@pytest.fixture
def draft(run: Run) -> Draft:
    st.session_state.clear()  # without a page there is one session for all tests
    return Draft(run.id, "digits", load_predictions(run.predictions_path("val")).class_names)


def click(draft: Draft, *customdata: list) -> None:
    settings = search_settings(draft, "average")
    take_clicked(draft, settings, {"points": [{"customdata": list(value)} for value in customdata]})


def test_the_panel_draws_the_path_with_band_knee_and_states(
    open_page: Callable[..., AppTest], run: Run
) -> None:
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["regroup_panel"] = "frontier"
    app.run()
    assert not app.exception, app.exception
    (chart,) = app.get("plotly_chart")
    traces = {trace["name"]: trace for trace in json.loads(chart.proto.spec)["data"]}
    assert list(traces) == ["95 % of random groups", "random groups", "merge path", "knee", "now"]
    assert len(traces["merge path"]["customdata"]) == 9
    assert any("Click a point" in caption.value for caption in app.caption)
    app.selectbox(key="regroup_frontier_measure").select("bits_kept").run()
    traces = [trace["name"] for trace in json.loads(app.get("plotly_chart")[0].proto.spec)["data"]]
    assert traces == ["merge path", "knee", "now"]


def test_a_click_takes_the_groups_of_the_point_as_a_step_that_can_be_undone(
    draft: Draft, run: Run, workspace: Workspace
) -> None:
    click(draft, [PATH, 5])
    history = load_draft(workspace, "digits", run.id, draft.class_names).history
    assert history.current.num_groups == 5
    predictions = load_predictions(run.predictions_path("val"))
    expected = path(predictions, SearchSettings(num_groups=2)).grouping(5)
    assert history.current.assignment == expected.assignment
    assert history.current_node.label == "Frontier: 5 groups"
    assert SearchSettings.model_validate(history.current_node.origin).num_groups == 5
    assert history.undo().current.num_groups == 10


def test_a_click_on_an_own_state_goes_there(draft: Draft) -> None:
    click(draft, [PATH, 5])
    click(draft, [PATH, 3])
    click(draft, [STATE, 1])
    assert draft.grouping.num_groups == 5
    assert len(draft.history.nodes) == 3


def test_a_click_beside_the_points_does_nothing(draft: Draft) -> None:
    take_clicked(draft, search_settings(draft, "average"), {"points": []})
    take_clicked(draft, search_settings(draft, "average"), {"points": [{"x": 3}]})
    assert len(draft.history.nodes) == 1


def test_locked_groups_stay_as_they_are(draft: Draft) -> None:
    draft.merge(["0", "7"])
    draft.lock("0 + 7")
    click(draft, [PATH, 3])
    assert draft.grouping.members["0 + 7"] == ("0", "7")
    assert draft.grouping.locked == {"0 + 7"}


def test_each_own_state_is_a_dot_once_and_now_comes_last(draft: Draft) -> None:
    draft.merge(["0", "1"])
    draft.undo()
    draft.merge(["0", "1"])
    draft.merge(["2", "3"])
    dots = dots_of(draft, "accuracy_merged")
    assert [dot.num_groups for dot in dots] == [10, 9, 8]
    assert dots[-1].words == "Merged 2 and 3"
    assert dots[0].value < dots[1].value < dots[2].value
