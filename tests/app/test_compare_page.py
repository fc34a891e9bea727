"""The Compare page, run as a script on a workspace with planted runs."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.predictions import load_predictions
from core.regrouping.duel.entering import compare_runs
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import count_looks
from core.regrouping.keeping.store import save_grouping
from core.runs.run import State, create_run, list_runs
from core.workspace import write_json

MAIN = Path(__file__).parents[2] / "app" / "main.py"
PAGE = "views/compare.py"
DIGITS = tuple("0123456789")
PAIRS = Grouping.from_assignment(DIGITS, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
GROUPED = {"grouping": "pairs", "groups": PAIRS.to_mapping()}


def texts_of(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def tables_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


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


def test_without_a_retrained_run_merging_is_shown_and_training_queues_three_seeds(
    open_page, workspace, full, saved, gone
):
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "random groups of the same sizes" in app.info[0].value
    assert "retrained against" not in tables_of(app)
    assert "Seeds 0 to 2, all else as in lenet-1, whose seed is 0." in texts_of(app)
    button(app, "Train on these groups").click().run()
    assert not app.exception
    queued = list_runs(workspace)[:3]
    assert [run.status.state for run in queued] == [State.QUEUED] * 3
    assert sorted(run.config.seed for run in queued) == [0, 1, 2]
    first = next(run for run in queued if run.config.seed == 0)
    assert first.config == full.config.model_copy(update=GROUPED)
    assert gone == ["views/runs.py"]


def test_one_seed_and_the_full_network_can_be_asked_for(open_page, workspace, full, saved, gone):
    app = open_page(PAGE, dataset="digits", run=full.id)
    app.number_input(key="compare_seeds").set_value(2)
    app.checkbox(key="compare_also_full").check().run()
    button(app, "Train on these groups").click().run()
    assert not app.exception
    kinds = [(run.config.grouping, run.config.seed) for run in list_runs(workspace)[:-1]]
    assert sorted(kinds, key=str) == [("pairs", 0), ("pairs", 1), (None, 1)]


@pytest.mark.usefixtures("saved")
def test_what_is_trained_already_is_not_queued_again(open_page, workspace, full, finish_run, gone):
    finish_run(workspace, **GROUPED)
    app = open_page(PAGE, dataset="digits", run=full.id)
    app.number_input(key="compare_seeds").set_value(1)
    button(app, "Train on these groups").click().run()
    assert len(list_runs(workspace)) == 2
    assert "All of these runs are done already" in texts_of(app)
    assert gone == []


def test_a_refusal_of_the_queue_is_shown(open_page, workspace, full):
    blob = Grouping.from_assignment(DIGITS, [0] * 10)
    save_grouping(workspace, "digits", "one", blob, run_id=full.id)
    app = open_page(PAGE, dataset="digits", run=full.id)
    button(app, "Train on these groups").click().run()
    assert "a network needs at least two" in app.error[0].value
    assert len(list_runs(workspace)) == 1


def test_a_run_that_is_still_trained_is_named(open_page, workspace, full, saved):
    create_run(workspace, full.config.model_copy(update=GROUPED))
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "lenet-2 is being trained on these groups" in texts_of(app)
    assert button(app, "See how it goes")


def test_the_duel_shows_the_numbers_of_the_core_on_test(open_page, workspace, full, saved, finish_run):
    retrained = finish_run(workspace, **GROUPED, seed=1)
    app = open_page(PAGE, dataset="digits", run=full.id)
    duel = compare_runs(workspace, [full], PAIRS, [retrained])
    assert app.info[0].value == duel.sentences[0]
    assert all(sentence in texts_of(app) for sentence in duel.sentences[1:])
    for row in duel.rows:
        assert f"<td>{row.accuracy:.1%}</td>" in tables_of(app)
        assert f"<td>{row.kappa:.3f}</td>" in tables_of(app)
    for found in duel.differences:
        assert f"<td>{100 * found.low:+.1f} to {100 * found.high:+.1f}</td>" in tables_of(app)
    assert f"Test split, {duel.num_samples} images, {full.id} against {retrained.id}" in texts_of(app)


def test_all_seeds_take_part_and_can_be_left_out(open_page, workspace, full, saved, finish_run):
    finish_run(workspace, seed=1)
    older, newer = (finish_run(workspace, groups=PAIRS.to_mapping(), seed=seed) for seed in (0, 1))
    app = open_page(PAGE, dataset="digits", run=full.id)
    ours, theirs = app.multiselect
    assert (ours.label.replace("\\", ""), theirs.label) == (
        "Full runs beside lenet-1 (seed 0)",
        "Retrained runs",
    )
    assert (ours.value, theirs.value) == (["lenet-2"], [older.id, newer.id])
    assert "2 seeds" in tables_of(app)
    assert "±" in tables_of(app)
    theirs.set_value([newer.id]).run()
    assert not app.exception
    assert f"against {newer.id}." in texts_of(app)


def test_a_look_at_test_is_counted_once_for_the_same_groups(open_page, workspace, full, saved):
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "Look 1 at the test images of this dataset." in texts_of(app)
    app.run()
    assert count_looks(workspace, "digits", full.id) == 1


def test_the_next_step_opens_look_inside_on_the_surest_mistake(open_page, full, saved, gone):
    app = open_page(PAGE, dataset="digits", run=full.id)
    button(app, "What does it look at?").click().run()
    assert gone == ["views/look_inside.py"]
    val = load_predictions(full.predictions_path("val"))
    surest = val.probs.max(axis=1) * (val.y_true != val.y_pred)
    assert app.session_state["sample"] == val.sample_ids[surest.argmax()]


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
    assert f"({groups} groups)" in app.info[0].value


def test_a_grouped_run_leads_to_the_full_one(open_page, workspace, full, saved, finish_run):
    retrained = finish_run(workspace, **GROUPED)
    app = open_page(PAGE, dataset="digits", run=retrained.id)
    assert "was trained on groups" in texts_of(app)
    app.button(key=f"full_{full.id}").click().run()
    assert not app.exception
    assert app.selectbox(key="run").value == full.id
    assert "retrained against full then merged" in tables_of(app)


def test_a_grouped_run_without_a_full_one_leads_to_train(open_page, workspace, finish_run, gone):
    alone = finish_run(workspace, **GROUPED)
    app = open_page(PAGE, dataset="digits", run=alone.id)
    assert "no finished run on all classes" in texts_of(app)
    button(app, "Train one").click().run()
    assert gone == ["views/train.py"]


def test_a_grouping_chosen_on_test_is_marked_as_unfair(open_page, workspace, full):
    save_grouping(workspace, "digits", "peeked", PAIRS, run_id=full.id, split="test")
    assert "cannot judge it fairly" in texts_of(open_page(PAGE, dataset="digits", run=full.id))


def test_missing_test_predictions_are_told_in_a_sentence(open_page, workspace, full, saved):
    full.predictions_path("test").unlink()
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "has no test predictions" in texts_of(app)
    assert not app.error
    assert count_looks(workspace, "digits", full.id) == 0


def test_a_run_on_another_version_of_the_dataset_is_named_and_not_compared(
    open_page, workspace, full, saved, finish_run
):
    retrained = finish_run(workspace, **GROUPED, seed=1)
    for run, version in ((full, "aaaaaaa1"), (retrained, "bbbbbbb2")):
        write_json(run.directory / "environment.json", {"dataset_version": version})
    app = open_page(PAGE, dataset="digits", run=full.id)
    said = texts_of(app)
    assert "retrained against" not in tables_of(app)
    assert f"but on another version of the dataset: {retrained.id}" in said
    assert f"The dataset was changed after {full.id}: a network trained now sees another version" in said
    assert "it saw version aaaaaaa, now there is" in said


@pytest.mark.usefixtures("saved")
def test_depths_are_drawn_and_the_missing_ones_queued(open_page, workspace, finish_run, gone, monkeypatch):
    monkeypatch.setattr("core.jobs.queue.check_config", lambda config, workspace, progress: None)
    settings = {"model": "mobilenet", "weights": "imagenet"}
    full = finish_run(workspace, **settings)
    finish_run(workspace, **settings, cut=1)
    finish_run(workspace, **settings, cut=1, groups=PAIRS.to_mapping())
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "How deep to fine-tune?" in [title.value for title in app.subheader]
    assert "Validation split" in texts_of(app)
    missing = next(found for found in app.multiselect if found.label == "Missing depths")
    assert missing.value == [0, 2, 3]
    missing.set_value([0])
    button(app, "Train these depths").click().run()
    assert not app.exception
    queued = [run for run in list_runs(workspace) if run.status.state is State.QUEUED]
    assert [(run.config.cut, run.config.grouping) for run in queued] == [(0, "pairs")]
    assert gone == ["views/runs.py"]


@pytest.mark.usefixtures("saved")
def test_the_best_depth_is_named_on_validation_only_and_a_look_at_test_is_counted(
    open_page, workspace, finish_run
):
    settings = {"model": "mobilenet", "weights": "imagenet"}
    full, _ = finish_run(workspace, **settings), finish_run(workspace, **settings, cut=1)
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "full is best with" in texts_of(app).lower()
    assert count_looks(workspace, "digits", full.id) == 1
    app.session_state["compare_depth_split"] = "test"
    app.run()
    assert "Test split" in texts_of(app)
    assert "full is best with" not in texts_of(app).lower()
    assert "Look 2 at the test images of this dataset, number 2 with this run." in texts_of(app)


def test_a_network_without_depths_has_no_such_part(open_page, full, saved):
    titles = [title.value for title in open_page(PAGE, dataset="digits", run=full.id).subheader]
    assert "How deep to fine-tune?" not in titles


def test_the_summed_network_is_exported_for_the_chosen_groups(open_page, workspace, full, saved, monkeypatch):
    full.model_path.write_bytes(b"network")
    asked = []

    def keep(workspace, run, format, *, grouping=None, progress=None):
        asked.append((run.id, format, grouping))

    monkeypatch.setattr("app.components.runs.export.keep_export", keep)
    app = open_page(PAGE, dataset="digits", run=full.id)
    button(app, "Export as Keras").click().run()
    assert not app.exception
    assert asked == [(full.id, "keras", PAIRS)]
    assert any("export lenet-1 --grouping pairs --format keras" in code.value for code in app.code)


def test_names_with_markup_are_shown_as_they_are(open_page, workspace, full):
    nasty = PAIRS.rename(PAIRS.group_names[0], "<b>*bold*</b>")
    save_grouping(workspace, "digits", "pairs", nasty, run_id=full.id)
    app = open_page(PAGE, dataset="digits", run=full.id)
    assert "<b>*bold*" not in tables_of(app)
    assert not app.exception
