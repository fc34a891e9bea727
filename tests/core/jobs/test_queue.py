"""The queue without any worker: order, messages, and clicks that come twice or at once."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.datasets.dataset import Dataset
from core.datasets.editing.edits import exclude, go_to, record
from core.datasets.store import load_dataset
from core.errors import DatasetError, GroupingError, ModelError, RunError, WeightsError
from core.jobs.queue import (
    adopt_orphans,
    cancel,
    queued_runs,
    resume,
    submit,
    take_next,
    tell_waiting,
)
from core.models.stack.store import save_stack
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import save_grouping
from core.runs.config import RunConfig
from core.runs.run import Run, State, delete_run
from core.runs.stack import StackLayer
from core.workspace import Workspace

QueueRun = Callable[..., Run]


def test_runs_wait_in_the_order_in_which_they_were_asked_for(home: Workspace, queue_run: QueueRun) -> None:
    runs = [queue_run(), queue_run(model="small_cnn"), queue_run()]
    assert queued_runs(home) == runs
    assert [take_next(home) for _ in range(4)] == [*runs, None]


def test_a_saved_stack_is_written_out_and_a_run_keeps_its_layers(
    home: Workspace, queue_run: QueueRun
) -> None:
    rows = (StackLayer(kind="conv", units=4), StackLayer(kind="global_max_pool"))
    save_stack(home, "mine", rows)
    run = queue_run(model="stack", stack="mine")
    save_stack(home, "mine", rows[1:], overwrite=True)
    assert run.config.layers == rows
    again = queue_run(**run.config.model_dump(mode="json"))
    assert again.config == run.config


def test_groups_that_a_config_brings_stay_as_they_are(home: Workspace, queue_run: QueueRun) -> None:
    groups = {"a": "x", "b": "x", "c": "c"}
    assert queue_run(grouping="gone", groups=groups).config.groups == groups


def test_an_unknown_stack_is_refused(queue_run: QueueRun) -> None:
    with pytest.raises(ModelError, match="There is no saved stack 'mine'; saved ones are: none yet"):
        queue_run(model="stack", stack="mine")


def test_the_run_to_start_from_is_looked_for_in_the_workspace(home: Workspace, queue_run: QueueRun) -> None:
    first = queue_run()
    with pytest.raises(WeightsError, match="has no trained network yet"):
        queue_run(weights=f"run:{first.id}")
    first.model_path.write_bytes(b"")
    assert queue_run(weights=f"run:{first.id}").config.weights == f"run:{first.id}"


def test_a_waiting_run_says_for_whom_it_waits(home: Workspace, queue_run: QueueRun) -> None:
    first, second, third = queue_run(), queue_run(), queue_run()
    assert first.status.message == "It is the next to start."
    assert second.status.message == "Waits for lenet-1 to finish (1 before it)."
    assert third.status.message == "Waits for lenet-1 to finish (2 before it)."
    assert take_next(home) == first
    assert first.status.message == "The worker is starting."
    first.update_status(state=State.DONE)
    tell_waiting(home)
    assert second.status.message == "It is the next to start."
    assert third.status.message == "Waits for lenet-2 to finish (1 before it)."


def test_a_cancelled_waiting_run_leaves_the_queue_at_once(home: Workspace, queue_run: QueueRun) -> None:
    first, second = queue_run(), queue_run()
    cancel(first)
    assert first.status.state is State.CANCELLED
    assert "resume" in first.status.message
    assert not first.cancel_path.exists()
    assert queued_runs(home) == [second]
    assert second.status.message == "It is the next to start."
    with pytest.raises(RunError, match="nothing to cancel"):
        cancel(first)


def test_a_cancel_that_comes_while_the_run_is_being_started_is_obeyed(
    home: Workspace, queue_run: QueueRun
) -> None:
    run = queue_run()
    assert take_next(home) == run
    cancel(run)  # the worker has not got as far as to take the run's lock
    assert run.status.state is State.CANCELLED


def test_a_running_run_is_asked_by_a_file_to_stop(queue_run: QueueRun) -> None:
    run = queue_run()
    with run.hold():
        run.update_status(state=State.RUNNING)
        cancel(run)
        assert run.cancel_path.exists()
        assert run.status.state is State.RUNNING


def test_a_cancel_file_left_in_the_queue_is_obeyed_when_the_turn_comes(
    home: Workspace, queue_run: QueueRun
) -> None:
    run = queue_run()
    run.cancel_path.touch()
    assert take_next(home) is None
    assert run.status.state is State.CANCELLED


@pytest.mark.parametrize("state", [State.CANCELLED, State.FAILED, State.RUNNING])
def test_resuming_queues_again_and_keeps_the_history(
    home: Workspace, queue_run: QueueRun, state: State
) -> None:
    run = queue_run()
    take_next(home)
    run.update_status(state=state, epoch=2, best_epoch=1, started=1.0, first_step=2.0, seconds=3.0)
    run.write_history(run.history)
    run.cancel_path.touch()
    resume(home, run)  # a run that is "running" without a worker was interrupted
    status = run.status
    assert (status.state, status.epoch, status.best_epoch, status.seconds) == (State.QUEUED, 2, 1, 3.0)
    assert status.first_step is None
    assert not run.cancel_path.exists()
    assert queued_runs(home) == [run]


def test_a_second_click_on_resume_is_harmless(home: Workspace, queue_run: QueueRun) -> None:
    run = queue_run()
    with pytest.raises(RunError, match="waits in the queue already"):
        resume(home, run)
    with run.hold(), pytest.raises(RunError, match="is being trained already"):
        resume(home, run)
    run.update_status(state=State.DONE)
    with pytest.raises(RunError, match=r"done.*train a new run"):
        resume(home, run)
    assert take_next(home) is None  # its old marker leads to nothing


def test_two_clicks_on_train_make_two_runs(home: Workspace, queue_run: QueueRun) -> None:
    assert [run.id for run in (queue_run(), queue_run())] == ["lenet-1", "lenet-2"]


def test_a_run_is_taken_only_once_by_many(home: Workspace, queue_run: QueueRun) -> None:
    runs = [queue_run() for _ in range(3)]
    taken: list[Run | None] = []
    threads = [threading.Thread(target=lambda: taken.append(take_next(home))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(run.id for run in taken if run) == [run.id for run in runs]


def test_a_deleted_run_is_passed_over(home: Workspace, queue_run: QueueRun) -> None:
    first, second = queue_run(), queue_run()
    delete_run(first)
    assert queued_runs(home) == [second]
    assert take_next(home) == second


def test_a_run_that_was_taken_but_never_started_is_queued_again(home: Workspace, queue_run: QueueRun) -> None:
    first, second = queue_run(), queue_run()
    take_next(home)
    adopt_orphans(home)
    assert queued_runs(home) == [first, second]
    adopt_orphans(home)
    assert [take_next(home) for _ in range(3)] == [first, second, None]


def test_a_grouping_is_written_out_into_the_run(home: Workspace, queue_run: QueueRun) -> None:
    grouping = Grouping.identity(["a", "b", "c"]).merge(["a", "c"], "ac")
    save_grouping(home, "tiny", "mine", grouping, run_id="")
    config = queue_run(grouping="mine").config
    assert config.groups == {"a": "ac", "b": "b", "c": "ac"}


def test_what_cannot_be_trained_is_refused_before_a_run_is_made(
    home: Workspace, queue_run: QueueRun, tiny_dataset: Dataset
) -> None:
    with pytest.raises(GroupingError, match=r"no grouping 'other'.*Save one"):
        queue_run(grouping="other")
    with pytest.raises(RunError, match="at least two"):
        queue_run(groups=dict.fromkeys("abc", "all"))
    with pytest.raises(GroupingError, match="each class of the dataset exactly one group"):
        queue_run(groups={"a": "x", "b": "y"})
    with pytest.raises(ModelError, match="models are"):
        queue_run(model="perceptron")
    with pytest.raises(ModelError, match="larger image size"):
        queue_run(image_size=8)
    tiny_dataset.table.loc[tiny_dataset.table["split"] == "val", "excluded"] = True
    del tiny_dataset.__dict__["included"]
    with pytest.raises(RunError, match="no validation images"):
        queue_run()
    assert list(home.runs_dir.iterdir()) == []


def test_an_unknown_dataset_is_refused(home: Workspace) -> None:
    with pytest.raises(DatasetError, match="moths"):
        submit(home, RunConfig.make(dataset="moths"))


def test_the_path_of_a_weights_file_does_not_depend_on_the_current_folder(
    queue_run: QueueRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("core.jobs.queue.check_config", lambda *_, **__: None)
    assert queue_run(model="mobilenet", weights="w.h5").config.weights == str(tmp_path / "w.h5")
    assert queue_run(model="mobilenet", weights="none").config.weights == "none"


def test_training_images_of_one_class_or_group_are_refused_before_they_wait(
    home: Workspace, queue_run: QueueRun, tiny_dataset: Dataset
) -> None:
    table = tiny_dataset.table
    table["label"] = table["label"].where(table["split"] != "train", 1)
    with pytest.raises(RunError, match=r"All training images of dataset 'tiny' are of one class"):
        queue_run()
    table.loc[table["split"] == "train", "label"] = [0, 0, 1]
    queue_run()
    grouping = Grouping.identity(tiny_dataset.class_names).merge(["a", "b"])
    save_grouping(home, "tiny", "pairs", grouping, run_id="")
    with pytest.raises(RunError, match=r"of one group, .*choose another grouping"):
        queue_run(grouping="pairs")


def test_a_run_with_a_damaged_status_is_resumed(home: Workspace, queue_run: QueueRun) -> None:
    run = queue_run()
    assert take_next(home) == run
    (run.directory / "status.json").write_text("{")
    assert queued_runs(home) == []
    adopt_orphans(home)
    resume(home, run)
    assert queued_runs(home) == [run]


def test_a_dataset_whose_edits_went_too_far_is_refused_with_the_way_back(home: Workspace) -> None:
    digits = load_dataset(home, "digits")
    train = digits.sample_ids("train")
    record(home, digits, exclude(digits, train[digits.labels(train) > 0]))
    config = RunConfig.make(dataset="digits", model="lenet", image_size=32)
    with pytest.raises(RunError, match=r"of one class.*take images back in, or undo edits"):
        submit(home, config)
    go_to(home, "digits", 0)
    record(home, digits, exclude(digits, digits.sample_ids("val")))
    with pytest.raises(RunError, match="no validation images; take images back in, or undo edits"):
        submit(home, config)
    assert queued_runs(home) == []
