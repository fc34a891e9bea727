"""The panel "Frontier" of the Regroup page, and what a click on it does."""

import json
import shlex
import threading
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.cli import main
from app.components.background_jobs import jobs
from app.components.regroup.draft import Draft
from app.components.regroup.frontier_panel import dots_of, search_settings, take_clicked
from core.errors import StoppedError
from core.plots.frontier import PATH, STATE
from core.predictions import load_predictions
from core.regrouping.frontier import compute_frontier
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.suggesting.path import path
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.wishes import Wishes
from core.runs.run import Run
from core.workspace import Workspace


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


@pytest.fixture
def draft(run: Run) -> Draft:
    st.session_state.clear()  # without a page there is one session for all tests
    return Draft(run.id, "digits", load_predictions(run.predictions_path("val")).class_names)


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let scoring take until this is set."""
    waiting = threading.Event()

    def slow(*arguments: Any, progress: Callable[[int, int], None], **options: Any) -> Any:
        while not waiting.wait(0.01):
            progress(3, 9)
        return compute_frontier(*arguments, progress=progress, **options)

    monkeypatch.setattr("app.components.regroup.frontier_work.compute_frontier", slow)
    monkeypatch.setattr("app.components.regroup.frontier_work.PATIENCE_S", 0.1)
    return waiting


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


def traces_of(app: AppTest) -> dict[str, dict]:
    (chart,) = app.get("plotly_chart")
    return {trace["name"]: trace for trace in json.loads(chart.proto.spec)["data"]}


def test_the_shown_command_gives_the_frontier_that_is_drawn(
    open_page: Callable[..., AppTest],
    run: Run,
    draft: Draft,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    draft.merge(["0", "9"])
    draft.lock("0 + 9")
    parents = {name: "low" if int(name) < 5 else "high" for name in draft.class_names}
    draft.set_wishes(Wishes(must_link=(("3", "4"),), never_link=(("6", "7"),), max_size=4, parents=parents))
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["regroup_panel"] = "frontier"
    app.session_state["regroup_frontier_method"] = "greedy"
    app.run()
    app.selectbox(key="regroup_frontier_goal").select("bits").run()
    path_of = traces_of(app)["merge path"]
    (shown,) = [block.value for block in app.code if block.value.startswith("regroup frontier")]
    monkeypatch.setattr("sys.argv", [*shlex.split(shown), "--json"])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main()
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["num_groups"] for row in rows] == [point[1] for point in path_of["customdata"]]
    (lines,) = [block.value for block in app.code if "compute_frontier(" in block.value]
    made: dict[str, Any] = {"predictions": load_predictions(run.predictions_path("val"))}
    exec(lines.replace("compute_frontier(Scorer", "points = compute_frontier(Scorer"), made)
    assert [point.accuracy_merged for point in made["points"]] == [row["accuracy_merged"] for row in rows]


def test_what_takes_long_shows_how_far_it_is_and_can_be_stopped_and_begun_again(
    open_page: Callable[..., AppTest], run: Run, go_on: threading.Event
) -> None:
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["regroup_panel"] = "frontier"
    app.run()
    assert not app.exception, app.exception
    assert not app.get("plotly_chart")
    (stop,) = [button for button in app.button if button.label == "Stop"]
    (job,) = jobs().values()
    assert (job.doing, job.done, job.total, job.unit) == ("scoring", 3, 9, "groupings")
    stop.click().run()
    with pytest.raises(StoppedError):
        job.result(10)
    app.run()
    assert any("This was stopped" in caption.value for caption in app.caption)
    assert not app.get("plotly_chart")
    go_on.set()
    app.button(key="regroup_frontier_start").click().run()
    if jobs():
        next(iter(jobs().values())).result(10)
        app.run()
        app.run()
    assert "merge path" in traces_of(app)
    assert not jobs()


def test_stop_in_another_window_stops_it_for_both(
    open_page: Callable[..., AppTest], run: Run, go_on: threading.Event
) -> None:
    windows = []
    for _ in range(2):
        app = open_page("views/regroup.py", dataset="digits", run=run.id)
        app.session_state["regroup_panel"] = "frontier"
        windows.append(app.run())
    (job,) = jobs().values()
    (stop,) = [button for button in windows[1].button if button.label == "Stop"]
    stop.click().run()
    with pytest.raises(StoppedError):
        job.result(10)
    for app in reversed(windows):
        app.run()
        assert not app.exception, app.exception
        assert any("This was stopped" in caption.value for caption in app.caption)
    assert not jobs()


def test_work_that_other_settings_have_replaced_is_begun_again_when_they_come_back(
    open_page: Callable[..., AppTest], run: Run, go_on: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["regroup_panel"] = "frontier"
    app.run()
    (first,) = jobs().values()
    app.selectbox(key="regroup_frontier_method").select("complete").run()
    with pytest.raises(StoppedError):
        first.result(10)
    monkeypatch.setattr("app.components.regroup.frontier_work.PATIENCE_S", 20)
    go_on.set()
    app.selectbox(key="regroup_frontier_method").select("average").run()
    assert "merge path" in traces_of(app)


def test_demands_that_contradict_each_other_are_told_in_place_of_the_chart(
    open_page: Callable[..., AppTest], run: Run, draft: Draft
) -> None:
    draft.set_wishes(Wishes(must_link=(("3", "4"),), never_link=(("4", "3"),)))
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["regroup_panel"] = "frontier"
    app.run()
    assert "take one of the wishes away" in app.error[0].value
    assert not app.exception


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
