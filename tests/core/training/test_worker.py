"""How a training's end is told, with a stand-in for the trainer."""

import errno
import re
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import WeightsError, WorkspaceError
from core.runs.config import RunConfig
from core.runs.run import Run, State, create_run
from core.runs.slots import hold_slot, slot_holder
from core.training.worker import main, work
from core.workspace import Workspace

Train = Callable[..., None]
SetTrainer = Callable[[Train], None]


class TrainingCancelled(Exception):
    pass


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's."""


@pytest.fixture
def run(home: Workspace) -> Run:
    return create_run(home, RunConfig(dataset="digits", model="lenet", image_size=16, batch_size=64))


@pytest.fixture
def set_trainer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Train], None]:
    def set_it(train: Train) -> None:
        trainer = types.ModuleType("core.training.trainer")
        trainer.__dict__.update(train=train, TrainingCancelled=TrainingCancelled, warm_up=lambda: None)
        monkeypatch.setitem(sys.modules, "core.training.trainer", trainer)

    return set_it


def raising(error: BaseException) -> Train:
    def train(workspace: Workspace, run: Run, *, should_stop: Callable[[], bool]) -> None:
        raise error

    return train


def test_a_training_that_ends_well_is_done(run: Run, set_trainer: SetTrainer, home: Workspace) -> None:
    seen = []

    def train(workspace: Workspace, run: Run, *, should_stop: Callable[[], bool]) -> None:
        seen.append((workspace, run, should_stop(), run.status.state, slot_holder(home, "cpu")))

    set_trainer(train)
    assert work(run, slot="cpu") == 0
    assert seen == [(home, run, False, State.RUNNING, run.id)]
    status = run.status
    assert (status.state, status.message, status.phase) == (State.DONE, "", "")
    assert status.started is not None
    assert status.finished is not None
    assert 0 <= status.seconds <= status.finished - status.started + 1
    assert slot_holder(home, "cpu") is None


def test_cancelling_ends_it_as_cancelled(run: Run, set_trainer: SetTrainer) -> None:
    def train(workspace: Workspace, run: Run, *, should_stop: Callable[[], bool]) -> None:
        assert not should_stop()
        run.cancel_path.touch()
        while not should_stop():
            pass
        raise TrainingCancelled

    set_trainer(train)
    assert work(run, slot="cpu") == 0
    assert run.status.state is State.CANCELLED
    assert "resume" in run.status.message
    assert not run.cancel_path.exists()


def test_a_run_cancelled_before_the_worker_begins_never_trains(run: Run, set_trainer: SetTrainer) -> None:
    set_trainer(raising(AssertionError("It was trained.")))
    run.cancel_path.touch()
    assert work(run, slot="cpu") == 0
    assert run.status.state is State.CANCELLED


def test_a_run_can_be_cancelled_while_its_worker_waits_for_the_slot(
    run: Run, home: Workspace, set_trainer: SetTrainer
) -> None:
    set_trainer(raising(AssertionError("It was trained.")))
    messages = []

    def on_wait(holder: str | None) -> bool:
        return False

    with hold_slot(home, "cpu", run_id="lenet-9", on_wait=on_wait):
        write_status = run.update_status

        def update_status(**changes: object) -> object:
            messages.append(changes.get("message"))
            run.cancel_path.touch()
            return write_status(**changes)

        object.__setattr__(run, "update_status", update_status)
        work(run, slot="cpu")
    assert messages[0] == "Waits for lenet-9 to finish (1 before it)."
    assert Run(run.directory).status.state is State.CANCELLED


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (WeightsError("w.h5 is missing; put it there."), "w.h5 is missing; put it there."),
        (MemoryError(), r"with batch size 32 \(now 64\), or a smaller image size \(now 16 x 16 pixels\)"),
        (ResourceExhaustedError("OOM when allocating"), "ran out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "lenet-1 is full; free some space, then resume"),
        (ZeroDivisionError("by\nzero"), r"error \(ZeroDivisionError: by zero\). The log has the details"),
        (AssertionError(), r"unexpected error \(AssertionError\)"),
    ],
)
def test_a_failure_is_told_in_a_sentence(
    run: Run, set_trainer: SetTrainer, capsys: pytest.CaptureFixture[str], *, error: Exception, message: str
) -> None:
    set_trainer(raising(error))
    assert work(run, slot="cpu") == 1
    assert run.status.state is State.FAILED
    assert re.search(message, run.status.message)
    assert "Traceback" in capsys.readouterr().err


def test_sigterm_interrupts(run: Run, set_trainer: SetTrainer) -> None:
    set_trainer(raising(KeyboardInterrupt()))  # what the worker's handler of SIGTERM raises
    assert work(run, slot="cpu") == 0
    assert run.status.state is State.INTERRUPTED
    assert "resume" in run.status.message


def test_a_full_disk_ends_in_a_sentence_too(
    run: Run, set_trainer: SetTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(workspace: Workspace, run: Run, *, should_stop: Callable[[], bool]) -> None:
        def write_bytes(path: Path, content: bytes) -> None:
            raise WorkspaceError(f"{path} cannot be written (No space left on device); free some disk space.")

        monkeypatch.setattr("core.workspace.write_bytes", write_bytes)
        run.update_status(epoch=1)

    set_trainer(train)
    assert work(run, slot="cpu") == 1
    assert run.status.state is State.FAILED
    assert "free some disk space" in run.status.message


def test_a_log_that_cannot_be_written_does_not_hide_how_the_run_ended(
    run: Run, set_trainer: SetTrainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    set_trainer(raising(WeightsError("w.h5 is missing; put it there.")))
    monkeypatch.setattr(sys.stderr, "write", write)
    assert work(run, slot="cpu") == 1
    assert (run.status.state, run.status.message) == (State.FAILED, "w.h5 is missing; put it there.")


@pytest.mark.parametrize("state", sorted(set(State) - {State.QUEUED}))
def test_only_a_waiting_run_is_trained(
    run: Run, set_trainer: SetTrainer, capsys: pytest.CaptureFixture[str], state: State
) -> None:
    set_trainer(raising(AssertionError("It was trained.")))
    run.update_status(state=state)
    assert work(run, slot="cpu") == 0
    assert run.written_status.state is state
    assert "does not wait to be trained" in capsys.readouterr().out


def test_a_second_worker_of_a_run_ends_quietly(
    run: Run, set_trainer: SetTrainer, capsys: pytest.CaptureFixture[str]
) -> None:
    set_trainer(raising(AssertionError("It was trained.")))
    with run.hold():
        assert work(run, slot="cpu") == 0
    assert run.status.state is State.QUEUED
    assert "another worker" in capsys.readouterr().out


def test_a_spare_ends_when_its_parent_is_gone() -> None:
    code = (
        "import sys, time, types\n"
        "trainer = types.ModuleType('core.training.trainer')\n"
        "trainer.warm_up = lambda: time.sleep(60)\n"
        "sys.modules[trainer.__name__] = trainer\n"
        "from core.training.worker import main\n"
        "main(['--spare'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b"",
        timeout=30,
        check=False,
        start_new_session=True,  # it lowers the priority of its session
    )
    assert done.returncode == 0


def test_a_worker_without_a_run_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--slot", "gpu0"])
    assert "name the folder of a run" in capsys.readouterr().err
