"""The Compare page, run as a script on a workspace with planted runs."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.predictions import load_predictions
from core.regrouping.duel.comparison import compare_on_test
from core.regrouping.grouping import Grouping
from core.regrouping.store import save_grouping
from core.runs.run import State, create_run, list_runs
from core.workspace import write_json

MAIN = Path(__file__).parents[2] / "app" / "main.py"
PAGE = "views/compare.py"
DIGITS = tuple("0123456789")
PAIRS = Grouping.from_assignment(DIGITS, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])


def texts_of(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)


def button(app: AppTest, label: str):
    return next(found for found in app.button if found.label == label)


@pytest.fixture
def full(workspace, finish_run):
    return finish_run(workspace)


@pytest.fixture
def saved(workspace, full):
    return save_grouping(workspace, "digits", "pairs", PAIRS, run_id=full.id)


@pytest.fixture
def gone(monkeypatch) -> list[str]:
    """Pages that were gone to."""
    pages: list[str] = []
    monkeypatch.setattr("app.navigation.st.switch_page", lambda page, **_: pages.append(page))
    return pages


def test_without_a_grouping_the_page_leads_to_regroup(open_page, full, gone):
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "No grouping of these classes is saved yet" in texts_of(app)
    button(app, "Group the confused classes").click().run()
    assert gone == ["views/regroup.py"]


def test_without_a_retrained_run_merging_is_shown_and_training_queues_the_same_settings(
    open_page, workspace, full, saved, gone
):
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert app.dataframe[0].value["name"].tolist() == ["full", "full then merged", "full summed"]
    assert "random groups of the same sizes" in app.success[0].value
    button(app, "Train on these groups").click().run()
    assert not app.exception
    queued = list_runs(workspace)[0]
    assert queued.status.state is State.QUEUED
    assert queued.config == full.config.model_copy(update={"grouping": "pairs", "groups": PAIRS.to_mapping()})
    assert gone == ["views/runs.py"]


def test_a_run_that_is_still_trained_is_named_instead_of_queued_twice(open_page, workspace, full, saved):
    settings = {"grouping": "pairs", "groups": PAIRS.to_mapping()}
    create_run(workspace, full.config.model_copy(update=settings))
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "is being trained on these groups" in texts_of(app)
    assert "Train on these groups" not in [found.label for found in app.button]


def test_the_duel_shows_the_numbers_of_the_core_on_test(open_page, workspace, full, saved, finish_run):
    retrained = finish_run(workspace, grouping="pairs", groups=PAIRS.to_mapping(), seed=1)
    app = open_page(PAGE, dataset="digits", run=full.id)
    first, second = (load_predictions(run.predictions_path("test")) for run in (full, retrained))
    duel = compare_on_test(first, PAIRS, second)
    assert app.success[0].value == duel.sentences[0]
    assert all(sentence in texts_of(app) for sentence in duel.sentences[1:])
    assert app.dataframe[0].value["accuracy"].tolist() == [100 * row.accuracy for row in duel.rows]
    assert app.dataframe[0].value["name"].tolist()[-1] == "retrained"
    assert f"Test split, {first.num_samples} images" in texts_of(app)
    assert button(app, "What does it look at?")


def test_the_next_step_opens_look_inside_on_the_surest_mistake(open_page, full, saved, gone):
    app = open_page(PAGE, dataset="digits", run=full.id)
    button(app, "What does it look at?").click().run()
    assert gone == ["views/look_inside.py"]
    val = load_predictions(full.predictions_path("val"))
    surest = val.probs.max(axis=1) * (val.y_true != val.y_pred)
    assert app.session_state["sample"] == val.sample_ids[surest.argmax()]


def test_of_several_retrained_runs_one_can_be_chosen(open_page, workspace, full, saved, finish_run):
    older, newer = (finish_run(workspace, groups=PAIRS.to_mapping(), seed=seed) for seed in (1, 2))
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert app.selectbox(key=f"retrained_{full.id}_pairs").value == newer.id
    app.selectbox(key=f"retrained_{full.id}_pairs").set_value(older.id).run()
    assert not app.exception
    assert f"run {full.id} and {older.id}".replace("-", "\\-") in texts_of(app)


@pytest.mark.parametrize(("chosen", "shown"), [("pairs", "pairs"), ("of another dataset", "halves")])
def test_a_grouping_chosen_elsewhere_is_shown_and_one_of_another_dataset_is_forgotten(
    workspace, full, saved, chosen, shown
):
    others = Grouping.from_assignment(DIGITS, [0] * 5 + [1] * 5)
    save_grouping(workspace, "digits", "halves", others, run_id=full.id)
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params["run"] = full.id
    app.session_state["grouping"] = chosen
    app.switch_page(PAGE).run()
    assert not app.exception
    assert app.selectbox(key="grouping").value == shown
    groups = {"pairs": 5, "halves": 2}[shown]
    assert app.dataframe[0].value["num_classes"].tolist() == [10, groups, groups]


def test_a_grouped_run_leads_to_the_full_one(open_page, workspace, full, saved, finish_run):
    retrained = finish_run(workspace, grouping="pairs", groups=PAIRS.to_mapping())
    app = open_page(PAGE, dataset="digits", run=retrained.id)
    assert "was trained on groups" in texts_of(app)
    app.button(key=f"full_{full.id}").click().run()
    assert not app.exception
    assert app.selectbox(key="run").value == full.id
    assert len(app.dataframe[0].value) == 4


def test_a_grouping_chosen_on_test_is_marked_as_unfair(open_page, workspace, full):
    save_grouping(workspace, "digits", "peeked", PAIRS, run_id=full.id, split="test")
    assert "cannot judge it fairly" in texts_of(open_page(PAGE, dataset="digits", run=full.id))


def test_missing_test_predictions_are_told_in_a_sentence(open_page, full, saved):
    full.predictions_path("test").unlink()
    assert "There are no predictions" in texts_of(open_page(PAGE, dataset="digits", run=full.id))


def test_a_run_on_another_version_of_the_dataset_is_named_and_not_compared(
    open_page, workspace, full, saved, finish_run
):
    retrained = finish_run(workspace, grouping="pairs", groups=PAIRS.to_mapping(), seed=1)
    for run, version in ((full, "aaaaaaa1"), (retrained, "bbbbbbb2")):
        write_json(run.directory / "environment.json", {"dataset_version": version})
    app = open_page(PAGE, dataset="digits", run=full.id)
    said = texts_of(app).replace("\\", "")
    assert app.dataframe[0].value["name"].tolist() == ["full", "full then merged", "full summed"]
    assert f"but on another version of the dataset: {retrained.id}" in said
    assert f"The dataset was changed after {full.id}: a network trained now sees another version" in said
    assert "it saw version aaaaaaa, now there is" in said
