"""The Runs page: every state in words, with the buttons that fit it."""

import json
import os
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.queue import queued_runs, submit
from core.runs.config import RunConfig
from core.runs.notes import About, load_about, update_about
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


def history_of(run: Run, **columns: list[float]) -> None:
    """Replace a run's history; a kept figure of the old one would be drawn otherwise."""
    num_epochs = len(columns["loss"])
    run.write_history(pd.DataFrame({"epoch": range(1, num_epochs + 1), "seconds": 1.0, **columns}))
    run.update_status(epoch=num_epochs)


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def widget(app: AppTest, kind: str, label: str) -> Any:
    [found] = [each for each in getattr(app, kind) if each.label == label]
    return found


def test_old_histories_show_what_they_have_and_new_ones_macro_f1_too(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    app = open_page("views/runs.py", run=run.id)
    titles = [chart["layout"]["yaxis"]["title"]["text"] for chart in charts(app)]
    assert titles == ["Loss (nats)", "Accuracy (share of images)", "Learning rate"]
    assert "val_macro_f1" not in app.dataframe[0].value
    run.write_history(
        run.history.assign(macro_f1=[0.3, 0.5], val_macro_f1=[0.2, 0.4], images_per_second=900.0)
    )
    app.run()
    assert len(charts(app)) == 4
    assert "macro F1 0.400" in texts(app)
    table = app.dataframe[0].value
    assert table["val_macro_f1"].tolist() == [0.4]
    assert table["images_per_second"].tolist() == [900]


def test_several_runs_stand_on_one_plot_smoothed_on_a_log_scale_by_time(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run, other = finish_run(workspace), finish_run(workspace, model="small_cnn")
    update_about(other, title="<b>bold</b> *and*")
    app = open_page("views/runs.py", run=run.id)
    beside = widget(app, "multiselect", "Beside it")
    assert beside.options == ["small_cnn-1: <b>bold</b> *and*"]
    beside.set_value([other.id]).run()
    assert not app.exception, app.exception
    loss = charts(app)[0]
    named = [curve["name"] for curve in loss["data"] if curve.get("showlegend")]
    assert named == ["lenet-1", "small_cnn-1: &lt;b>bold&lt;/b> *and*"]
    widget(app, "slider", "Smoothing").set_value(0.5).run()
    widget(app, "toggle", "Log scale").set_value(True).run()
    widget(app, "toggle", "By time").set_value(True).run()
    loss = charts(app)[0]
    assert loss["layout"]["yaxis"]["type"] == "log"
    assert loss["layout"]["xaxis"]["title"]["text"] == "Time at work (seconds)"
    assert any(curve.get("opacity") == 0.25 for curve in loss["data"])


def test_a_title_stands_beside_the_id_in_sidebar_heading_and_table(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    app = open_page("views/runs.py", run=run.id)
    app.text_input(key=f"about_title_{run.id}").set_value("*half* the data")
    app.multiselect(key=f"about_tags_{run.id}").set_value([])
    app.text_area(key=f"about_note_{run.id}").set_value("# no heading :red[x]")
    press(app, "Save")
    assert load_about(run) == About(title="*half* the data", note="# no heading :red[x]")
    assert widget(app.sidebar, "selectbox", "Run").options == ["lenet-1: *half* the data"]
    assert r"lenet\-1\: \*half\* the data" in texts(app)
    assert r"\# no heading \:red\[x\]" in "\n".join(caption.value for caption in app.caption)
    assert app.dataframe[0].value["title"].tolist() == ["*half* the data"]


def test_of_two_browsers_each_saves_what_it_changed_and_the_last_wins(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    app = open_page("views/runs.py", run=run.id)
    update_about(run, title="theirs", note="theirs", tags=["theirs"])  # another browser, meanwhile
    app.run()
    app.text_input(key=f"about_title_{run.id}").set_value("mine")
    press(app, "Save")
    assert load_about(run) == About(title="mine", note="theirs", tags=("theirs",))
    assert app.text_area(key=f"about_note_{run.id}").value == "theirs"


def test_a_tag_that_is_too_long_is_refused_as_text(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    app = open_page("views/runs.py", run=run.id)
    app.session_state[f"about_tags_{run.id}"] = ["x" * 40]
    press(app, "Save")
    assert "keep it to 30" in app.error[0].value
    assert load_about(run) == About()


def test_an_archived_run_leaves_table_and_sidebar_until_it_is_wanted(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    first, second = finish_run(workspace), finish_run(workspace, seed=1)
    app = open_page("views/runs.py", run=second.id)
    press(app, "Archive")
    assert load_about(second).archived
    assert app.session_state["run"] == first.id
    assert "lenet\\-2 is archived" in app.toast[0].value
    assert app.dataframe[0].value["run"].tolist() == [first.id]
    assert widget(app.sidebar, "selectbox", "Run").options == [first.id]
    widget(app, "toggle", "Show archived").set_value(True).run()
    assert app.dataframe[0].value["run"].tolist() == [second.id, first.id]
    assert widget(app.sidebar, "selectbox", "Run").options == [second.id, first.id]
    app.sidebar.selectbox(key="run").set_value(second.id).run()
    press(app, "Unarchive")
    assert not load_about(second).archived


def test_when_all_runs_are_archived_the_page_says_so(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    update_about(finish_run(workspace), archived=True)
    app = open_page("views/runs.py", dataset="digits")
    assert "All runs on digits are archived" in app.info[0].value
    asked = open_page("views/runs.py", run="lenet-1")  # an address still leads to it
    assert r"lenet\-1" in texts(asked)
    assert "Unarchive" in {button.label for button in asked.button}


def test_overfitting_is_told_in_plain_words(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    val_loss = [1.28, 1.10, 1.01, 0.96, 0.98, 1.01, 1.08, 1.17, 1.30, 1.47, 1.62]
    loss = [1.52, 1.17, 1.00, 0.87, 0.76, 0.66, 0.56, 0.47, 0.38, 0.31, 0.26]
    figures = {"accuracy": [0.6] * 11, "val_accuracy": [0.5] * 11}
    history_of(run, loss=loss, val_loss=val_loss, **figures)
    app = open_page("views/runs.py", run=run.id)
    assert "since epoch 5 (overfitting)" in app.warning[0].value.replace("\\", "")


def test_a_run_that_learns_nothing_is_measured_against_the_largest_class_of_its_groups(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    groups = {str(digit): "zero" if digit == 0 else "others" for digit in range(10)}
    run = finish_run(workspace, groups=groups)
    figures = {"accuracy": [0.9] * 4, "val_accuracy": [0.9] * 4}
    history_of(run, loss=[0.34] * 4, val_loss=[0.35] * 4, **figures)
    app = open_page("views/runs.py", run=run.id)
    told = app.warning[0].value.replace("\\", "")
    assert "It is not learning" in told
    assert "largest class 'others' would reach 90" in told


def test_while_it_trains_speed_and_load_are_told(
    open_page: OpenPage, workspace: Workspace, queued: Run
) -> None:
    with queued.hold(), hold_slot(workspace, "cpu", run_id=queued.id, on_wait=lambda _: False):
        queued.update_status(state=State.RUNNING, phase="training", epoch=0, step=9, steps_per_epoch=45)
        queued.update_status(images_per_second=1234.0, seconds_left=12.0)
        app = open_page("views/runs.py", run=queued.id)
        [progress] = app.get("progress")
        assert progress.proto.text == "epoch 1 of 10, step 9 of 45, 1,234 images a second, 12 s left"
        load = "\n".join(caption.value for caption in app.caption)
        assert "memory\\: machine" in load
        assert "of disk free" in load


def test_an_export_that_is_kept_can_be_downloaded_and_a_newer_network_voids_it(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    run.model_path.write_bytes(b"network")
    folder = run.directory / "exports" / "keras"
    folder.mkdir(parents=True)
    (folder / "lenet-1.keras").write_bytes(b"exported")
    (folder / "lenet-1.labels.txt").write_text("0\n1\n")
    kept = {"path": "lenet-1.keras", "labels_path": "lenet-1.labels.txt", "bytes": 8}
    kept["network_time"] = run.model_path.stat().st_mtime_ns
    (folder / "export.json").write_text(json.dumps({**kept, "max_difference": 2e-7, "num_images": 128}))
    app = open_page("views/runs.py", run=run.id)
    assert "largest difference of a probability 2e-07 on 128 validation images" in app.success[0].value
    assert len(app.get("download_button")) == 2
    os.utime(run.model_path, ns=(2**62, 2**62))
    app.run()
    assert not app.success
    assert "Export as Keras" in {button.label for button in app.button}


def test_an_export_that_cannot_be_made_says_why(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish_run(workspace)
    run.model_path.write_bytes(b"network")
    monkeypatch.setattr("core.jobs.exports.find_spec", lambda name: None)
    app = open_page("views/runs.py", run=run.id)
    app.radio(key="export_format").set_value("onnx").run()
    assert 'pip install "regroup\\-lab\\[onnx\\]"' in app.info[0].value
    assert not any(button.label.startswith("Export as") for button in app.button)
