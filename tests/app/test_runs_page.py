"""The Runs page: every state in words, with the buttons that fit it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.queue import queued_runs, submit
from core.runs.config import RunConfig
from core.runs.run import Run, State, create_run
from core.runs.slots import hold_slot
from core.workspace import Workspace

OpenPage = Callable[..., AppTest]
ACTION_LABELS = {"See what it confuses", "Resume", "Cancel", "Delete for good"}


@pytest.fixture
def queued(workspace: Workspace) -> Run:
    return submit(workspace, RunConfig(dataset="digits", model="lenet", image_size=32, epochs=10))


def buttons(app: AppTest) -> set[str]:
    return {button.label for button in app.button} & ACTION_LABELS


def press(app: AppTest, label: str) -> AppTest:
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, app.exception
    return app


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.info, *app.warning, *app.error, *app.code, *app.subheader]
    return "\n".join(element.value for element in elements)


def test_without_a_run_it_says_what_to_do(open_page: OpenPage) -> None:
    app = open_page("views/runs.py", dataset="digits")
    assert "no run on digits yet" in app.info[0].value
    press(app, "Train a network")
    assert [title.value for title in app.title] == ["Train"]


def test_a_done_run_shows_its_best_epoch_and_leads_to_evaluate(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    app = open_page("views/runs.py", run=run.id)
    text = texts(app)
    assert "2 of 10 epochs in 2 s" in text
    assert "best epoch 2: validation loss 0.7, validation accuracy 60.0%." in text
    assert buttons(app) == {"See what it confuses", "Delete for good"}
    table = app.dataframe[0].value
    assert table["run"].tolist() == ["lenet-1"]
    assert table["val_accuracy"].tolist() == [60]
    press(app, "See what it confuses")
    assert [title.value for title in app.title] == ["Evaluate"]


def test_a_waiting_run_can_be_cancelled_and_resumed(
    open_page: OpenPage, workspace: Workspace, queued: Run
) -> None:
    app = open_page("views/runs.py", run=queued.id)
    assert "It is the next to start" in texts(app)
    assert buttons(app) == {"Cancel"}
    press(app, "Cancel")
    assert queued.status.state is State.CANCELLED
    assert buttons(app) == {"Resume", "Delete for good"}
    press(app, "Resume")
    assert queued_runs(workspace) == [queued]
    assert buttons(app) == {"Cancel"}


def test_a_running_run_shows_epoch_step_and_remaining_time(
    open_page: OpenPage, workspace: Workspace, queued: Run
) -> None:
    with queued.hold(), hold_slot(workspace, "cpu", run_id=queued.id, on_wait=lambda _: False):
        queued.update_status(
            state=State.RUNNING, phase="training", epoch=2, step=9, steps_per_epoch=45, seconds_left=130.0
        )
        app = open_page("views/runs.py", run=queued.id)
        [progress] = app.get("progress")
        assert progress.proto.text == "epoch 3 of 10, step 9 of 45, 2 min left"
        assert progress.proto.value == 22
        assert buttons(app) == {"Cancel"}
        [line] = app.sidebar.button
        assert line.label == "lenet on digits: epoch 3 of 10, 2 min left"
        press(app, "Cancel")
        assert queued.cancel_path.exists()
        assert "It is being stopped" in texts(app)
    app.run()  # its worker is gone
    assert buttons(app) == {"Resume", "Delete for good"}
    assert "resume to go on" in app.warning[0].value
    assert not app.sidebar.button


def test_a_failed_run_shows_its_sentence_and_its_log(open_page: OpenPage, queued: Run) -> None:
    queued.update_status(state=State.FAILED, message="It ran out of memory; take *smaller* batches.")
    queued.log_path.write_text("a line\nResourceExhaustedError\n")
    app = open_page("views/runs.py", run=queued.id)
    assert r"\*smaller\*" in app.error[0].value
    assert "ResourceExhaustedError" in texts(app)
    assert buttons(app) == {"Resume", "Delete for good"}


def test_deleting_asks_first_and_removes_the_run(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    first, second = finish_run(workspace), finish_run(workspace, seed=1)
    app = open_page("views/runs.py", run=second.id)
    assert r"Delete lenet\-2 with its model" in texts(app)
    press(app, "Delete for good")
    assert not second.directory.exists()
    assert app.dataframe[0].value["run"].tolist() == [first.id]
    assert r"lenet\-1" in texts(app)


def test_a_run_whose_dataset_has_gone_is_not_chosen_and_that_is_told(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run], queued: Run
) -> None:
    lost = create_run(workspace, queued.config.model_copy(update={"dataset": "lost"}))
    app = open_page("views/runs.py", run=queued.id)
    row = app.dataframe[0].value["run"].tolist().index(lost.id)
    app.session_state["runs_table"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    assert "Dataset lost was deleted" in app.toast[0].value
    assert app.session_state["run"] == queued.id


def test_all_runs_are_listed_newest_first_whatever_their_dataset(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run], queued: Run
) -> None:
    other = finish_run(workspace, model="small_cnn")
    app = open_page("views/runs.py", run=queued.id)
    table = app.dataframe[0].value
    assert set(table["run"]) == {queued.id, other.id}
    assert dict(zip(table["run"], table["state"], strict=True)) == {
        queued.id: "Waits in the queue",
        other.id: "Done",
    }


def test_the_live_line_is_on_every_page_and_opens_its_run(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run], queued: Run
) -> None:
    other = finish_run(workspace, model="small_cnn")
    app = open_page("views/train.py", run=other.id)
    submit(workspace, RunConfig(dataset="digits", model="lenet", image_size=32))
    app.run()
    [line] = app.sidebar.button
    assert line.label == "lenet on digits: waits in the queue (and 1 more)"
    line.click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Runs"]
    assert app.session_state["run"] == queued.id
