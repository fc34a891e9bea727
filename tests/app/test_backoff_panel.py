"""The panel "Back-off": thresholds belong to groups, and without groups there is nothing to back off to."""

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from app.components.regroup.backoff_panel import FINE, GROUP
from core.predictions import load_predictions
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.truth.backoff import choose_thresholds
from core.regrouping.truth.sureness import answerable
from core.runs.run import Run
from core.workspace import Workspace


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


@pytest.fixture
def app(open_page: Callable[..., AppTest], run: Run) -> AppTest:
    page = open_page("views/regroup.py", dataset="digits", run=run.id)
    page.session_state["regroup_panel"] = "backoff"
    page.run()
    assert not page.exception, page.exception
    return page


def merge(app: AppTest, run: Run, *classes: str) -> None:
    app.session_state["chosen"] = (run.id, classes)
    app.run()
    app.button(key="regroup_merge").click().run()
    assert not app.exception, app.exception


def text_of(app: AppTest) -> str:
    return "\n".join(str(each.value) for kind in ("markdown", "caption") for each in app.get(kind))


def curves_of(app: AppTest) -> list[str]:
    (chart,) = app.get("plotly_chart")
    return [trace.get("name") for trace in json.loads(chart.proto.spec)["data"] if trace.get("name")]


def shown(app: AppTest) -> tuple[float, float]:
    return app.slider(key=FINE).value, app.slider(key=GROUP).value


def chosen_for_now(workspace: Workspace, run: Run, risk: float = 0.05) -> tuple[float, float]:
    predictions = load_predictions(run.predictions_path("val"))
    grouping = load_draft(workspace, "digits", run.id, predictions.class_names).history.current
    return choose_thresholds(answerable(predictions, grouping), risk).rounded_up()


def test_with_nothing_merged_it_says_so_and_draws_one_curve(app: AppTest, run: Run) -> None:
    assert "there is nothing to back off to yet" in text_of(app)
    assert "class, else group" not in curves_of(app)
    merge(app, run, "0", "1")
    assert "nothing to back off to" not in text_of(app)
    assert {"class or nothing", "class, else group", "group or nothing"} <= {*curves_of(app)}


def test_thresholds_by_a_wished_risk_are_chosen_anew_for_other_groups(
    app: AppTest, run: Run, workspace: Workspace
) -> None:
    app.number_input(key="regroup_backoff_risk").set_value(2.0).run()
    app.button(key="regroup_backoff_choose").click().run()
    before = shown(app)
    app.number_input(key="regroup_backoff_risk").set_value(20.0).run()
    assert shown(app) == before
    merge(app, run, "0", "1")
    merge(app, run, "2", "3")
    assert shown(app) == pytest.approx(chosen_for_now(workspace, run, 0.02))
    assert "set by hand" not in text_of(app)


def test_thresholds_that_were_moved_by_hand_stay_and_are_marked_for_other_groups(
    app: AppTest, run: Run, workspace: Workspace
) -> None:
    app.slider(key=FINE).set_value(0.77).run()
    app.slider(key=GROUP).set_value(0.55).run()
    assert "set by hand" not in text_of(app)
    merge(app, run, "0", "1")
    assert shown(app) == pytest.approx((0.77, 0.55))
    assert "These thresholds were set by hand for other groups" in text_of(app)
    app.button(key="regroup_undo").click().run()
    assert "set by hand" not in text_of(app)
    app.button(key="regroup_redo").click().run()
    assert "set by hand" in text_of(app)
    app.button(key="regroup_backoff_choose").click().run()
    assert shown(app) == pytest.approx(chosen_for_now(workspace, run))
    assert "set by hand" not in text_of(app)
