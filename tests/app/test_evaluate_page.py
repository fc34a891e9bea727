"""The Evaluate page, run as a script on a workspace with a planted run."""

import json

import numpy as np
import pytest
from sklearn import metrics
from streamlit.testing.v1 import AppTest

from core.evaluation.intervals import accuracy_interval
from core.predictions import Predictions, load_predictions, save_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import count_looks, was_looked_at
from core.regrouping.scoring.score import score_grouping
from core.runs.run import State, create_run

PAGE = "views/evaluate.py"


def texts_of(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)


def button(app: AppTest, label: str):
    return next(found for found in app.button if found.label == label)


@pytest.fixture
def run(workspace, finish_run):
    return finish_run(workspace)


def test_without_a_run_the_page_says_what_to_do_and_leads_there(open_page):
    app = open_page(PAGE, dataset="digits")
    assert "no run on digits yet" in texts_of(app)
    assert button(app, "Train on this dataset")


def test_a_run_that_is_not_done_is_named_with_its_state(open_page, workspace, run):
    interrupted = create_run(workspace, run.config)
    interrupted.update_status(state=State.INTERRUPTED)
    app = open_page(PAGE, dataset="digits", run=interrupted.id)
    assert "was interrupted and has no predictions. Resume it" in texts_of(app)
    assert button(app, "See this run")
    assert not app.metric


def test_the_numbers_are_those_of_scikit_learn_and_say_what_they_were_measured_on(open_page, run):
    app = open_page(PAGE, dataset="digits", run=run.id)
    stored = load_predictions(run.predictions_path("val"))
    y_true, y_pred = stored.y_true, stored.y_pred
    assert {metric.label: metric.value for metric in app.metric} == {
        "Accuracy": f"{metrics.accuracy_score(y_true, y_pred):.1%}",
        "Balanced accuracy": f"{metrics.balanced_accuracy_score(y_true, y_pred):.1%}",
        "Macro F1": f"{metrics.f1_score(y_true, y_pred, average='macro'):.3f}",
    }
    assert f"Validation split, {len(y_true)} images, run lenet" in texts_of(app)
    recall = metrics.recall_score(y_true, y_pred, average=None)
    np.testing.assert_allclose(app.dataframe[0].value["recall"], recall)


def test_choosing_test_shows_its_numbers_and_says_that_test_comes_last(open_page, run):
    app = open_page(PAGE, dataset="digits", run=run.id)
    app.radio(key="evaluate_split").set_value("test").run()
    assert not app.exception
    stored = load_predictions(run.predictions_path("test"))
    assert app.metric[0].value == f"{metrics.accuracy_score(stored.y_true, stored.y_pred):.1%}"
    assert "Look at test last" in texts_of(app)


def test_the_interval_is_that_of_regroup_and_draws_groups_of_images_where_there_are_some(
    open_page, run, monkeypatch
):
    stored = load_predictions(run.predictions_path("val"))
    clusters = np.arange(stored.num_samples) // 4
    right = stored.y_true == stored.y_pred
    for together, words in ((None, f"bootstrap of {len(right)} images"), (clusters, "groups of images.")):
        monkeypatch.setattr("app.cache.clusters", lambda *_, found=together: found)
        app = open_page(PAGE, dataset="digits", run=run.id)
        expected = accuracy_interval(right, clusters=together)
        assert app.metric[0].delta == f"95 %: {expected.low:.1%} to {expected.high:.1%}"
        assert words in app.metric[0].help
        scored = score_grouping(stored, Grouping.identity(stored.class_names), clusters=together)
        assert (scored.before_low, scored.before_high) == expected[:2]


def test_a_look_at_test_is_counted_once_and_validation_is_none(open_page, workspace, run):
    app = open_page(PAGE, dataset="digits", run=run.id)
    assert count_looks(workspace, "digits", run.id) == 0
    for _ in range(2):
        app.radio(key="evaluate_split").set_value("test").run()
        assert "Look 1 at the test images of this dataset." in texts_of(app)
    assert count_looks(workspace, "digits", run.id) == 1


def test_test_figures_of_a_run_on_groups_are_a_look_at_its_grouping(open_page, workspace, finish_run):
    groups = Grouping.from_assignment("0123456789", [k // 2 for k in range(10)])
    grouped = finish_run(workspace, grouping="pairs", groups=groups.to_mapping())
    app = open_page(PAGE, dataset="digits", run=grouped.id)
    app.radio(key="evaluate_split").set_value("test").run()
    assert not app.exception
    assert was_looked_at(workspace, "digits", groups)


def test_choosing_a_pair_shows_both_directions_and_merging_takes_it_to_regroup(open_page, run, monkeypatch):
    gone: list[str] = []
    monkeypatch.setattr("app.navigation.st.switch_page", lambda page, **_: gone.append(page))
    app = open_page(PAGE, dataset="digits", run=run.id)
    assert "**0** and **1**" in app.radio(key=f"pair_{run.id}_val").options
    app.radio(key=f"pair_{run.id}_val").set_value(1).run()
    assert not app.exception
    stored = load_predictions(run.predictions_path("val"))
    chosen = app.radio(key=f"pair_{run.id}_val").options[1]
    first, second = (int(name.strip("*")) for name in chosen.split(" and "))
    count = np.sum((stored.y_true == first) & (stored.y_pred == second))
    assert f"**{first}** taken for **{second}**: {count} images" in texts_of(app)
    assert f"**{second}** taken for **{first}**" in texts_of(app)
    button(app, "Merge them?").click().run()
    assert app.session_state["pair"] == (str(first), str(second))
    assert gone == ["views/regroup.py"]


def test_the_matrix_shows_shares_when_asked(open_page, run):
    app = open_page(PAGE, dataset="digits", run=run.id)
    app.toggle(key="evaluate_shares").set_value(True).run()
    assert not app.exception
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert spec["data"][0]["zmax"] == 1


def test_a_run_on_groups_leads_to_compare_instead_of_merging(open_page, workspace, finish_run):
    groups = {str(k): "low" if k < 5 else "high" for k in range(10)}
    grouped = finish_run(workspace, groups=groups, grouping="halves")
    app = open_page(PAGE, dataset="digits", run=grouped.id)
    labels = [found.label for found in app.button]
    assert "Compare with the full run" in labels
    assert "Merge them?" not in labels


def test_a_split_without_images_is_told_without_numbers(open_page, run):
    nothing = {"y_true": np.zeros(0, int), "probs": np.zeros((0, 10)), "sample_ids": np.zeros(0, int)}
    save_predictions(run.predictions_path("val"), Predictions("val", tuple("0123456789"), **nothing))
    app = open_page(PAGE, dataset="digits", run=run.id)
    assert "validation split has no images" in texts_of(app)
    assert not app.metric


def test_a_network_that_diverged_and_a_damaged_file_are_told_in_a_sentence(open_page, run):
    stored = load_predictions(run.predictions_path("val"))
    broken = Predictions(
        "val", stored.class_names, stored.y_true, np.full_like(stored.probs, np.nan), stored.sample_ids
    )
    save_predictions(run.predictions_path("val"), broken)
    assert "smaller learning rate" in texts_of(open_page(PAGE, dataset="digits", run=run.id))
    run.predictions_path("val").write_bytes(b"PK")
    assert "is damaged" in texts_of(open_page(PAGE, dataset="digits", run=run.id))


def test_a_dataset_that_was_changed_since_shows_numbers_but_no_wrong_images(open_page, run):
    stored = load_predictions(run.predictions_path("val"))
    moved = Predictions("val", stored.class_names, stored.y_true, stored.probs, stored.sample_ids + 10_000)
    save_predictions(run.predictions_path("val"), moved)
    app = open_page(PAGE, dataset="digits", run=run.id)
    assert "was changed after these predictions were made" in texts_of(app)
    assert len(app.metric) == 3
