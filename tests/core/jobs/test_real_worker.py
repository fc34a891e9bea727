"""The whole chain once, with TensorFlow: queue, supervisor process, worker, kill, resume."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator

import psutil
import pytest

from core.jobs.queue import resume, submit
from core.jobs.supervisor import ensure_supervised
from core.predictions import load_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, RunStatus, State
from core.workspace import Workspace

SUPERVISOR = "core.jobs.supervisor"


def processes_of(workspace: Workspace, module: str = "core.training.worker") -> list[psutil.Process]:
    """The workers or supervisors of a workspace, by its folder in their command line."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            if module in line and any(part.startswith(str(workspace.root)) for part in line):
                found.append(process)
    return found


@pytest.fixture
def ended_home(home: Workspace) -> Iterator[Workspace]:
    yield home
    for module in (SUPERVISOR, "core.training.worker"):
        for process in processes_of(home, module):
            process.kill()


def test_a_killed_training_is_resumed_and_goes_on_where_it_was(
    ended_home: Workspace, wait_until: Callable[..., None], wait_for_end: Callable[..., RunStatus]
) -> None:
    config = RunConfig(dataset="digits", model="lenet", image_size=16, epochs=12, batch_size=64)
    run: Run = submit(ended_home, config)
    ensure_supervised(ended_home)  # a process of its own, as from the command line
    wait_until(lambda: run.status.state is State.RUNNING, seconds=120)
    [worker] = processes_of(ended_home)
    wait_until(lambda: run.status.epoch >= 2, seconds=120)
    os.kill(worker.pid, signal.SIGKILL)
    assert wait_for_end(run).state is State.INTERRUPTED
    before = run.history
    assert 2 <= len(before) < 12
    wait_until(lambda: not run.is_alive())  # the supervisor holds the run while it writes how it ended
    resume(ended_home, run)
    ensure_supervised(ended_home)
    next_run = submit(ended_home, config.model_copy(update={"epochs": 1}))
    wait_until(lambda: run.status.state is State.RUNNING, seconds=120)
    for supervisor in processes_of(ended_home, SUPERVISOR):
        supervisor.kill()  # the worker goes on, and has the next run started
    status = wait_for_end(run, seconds=120)
    assert (status.state, status.epoch) == (State.DONE, 12), status.message
    history = run.history
    assert history["epoch"].tolist() == list(range(1, 13))
    assert history["val_loss"].tolist()[: len(before)] == before["val_loss"].tolist()
    assert status.best_epoch == history["val_loss"].argmin() + 1
    predictions = load_predictions(run.predictions_path("val"))
    best_accuracy = history["val_accuracy"][status.best_epoch - 1]
    assert (predictions.y_pred == predictions.y_true).mean() == pytest.approx(best_accuracy, abs=1e-6)
    assert wait_for_end(next_run, seconds=120).state is State.DONE
