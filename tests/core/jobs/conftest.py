"""A queue without pictures, and supervisors whose workers need no TensorFlow."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import psutil
import pytest

from core.datasets.dataset import Dataset
from core.jobs.devices import Slot
from core.jobs.queue import submit
from core.jobs.supervisor import Supervisor
from core.runs.config import RunConfig
from core.runs.run import ACTIVE_STATES, Run, RunStatus
from core.workspace import Workspace

collect_ignore = [
    "fake_worker.py",
    "fake_errand.py",
]  # importing it replaces the trainer, as it does in a worker
CPU = Slot("cpu", "cpu", "CPU", "-1")
CLASS_NAMES = ("a", "b", "c")


@pytest.fixture
def tiny_dataset(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Three classes with one image in each split; it is what every dataset's name loads."""
    rows = [(label, split, False) for label in range(3) for split in ("train", "val", "test")]
    table = pd.DataFrame(rows, columns=["label", "split", "excluded"])
    dataset = Dataset("tiny", "", CLASS_NAMES, table, array_path=Path("images.npy"))
    monkeypatch.setattr("core.jobs.queue.load_dataset", lambda workspace, name: dataset)
    return dataset


@pytest.fixture
def queue_run(home: Workspace, tiny_dataset: Dataset) -> Callable[..., Run]:
    def queue(**settings: object) -> Run:
        config = {"dataset": "tiny", "model": "lenet", "image_size": 16, **settings}
        return submit(home, RunConfig.make(**config))

    return queue


@pytest.fixture
def start_supervisor(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Supervisor]]:
    """Start supervisors with fake workers; ends every worker that a test leaves behind."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr("core.jobs.supervisor.STANDBY_S", 0.05)
    monkeypatch.setattr("core.jobs.supervisor.FIRST_SPARE_S", 0.0)
    started: list[Supervisor] = []

    def start(*, warm: bool = False, drain: bool = False, slots: Sequence[Slot] = (CPU,)) -> Supervisor:
        supervisor = Supervisor(home, warm=warm, drain=drain, slots=slots, worker_module="fake_worker")
        supervisor.start()
        started.append(supervisor)
        return supervisor

    yield start
    for supervisor in started:
        supervisor.stop()
    for path in home.runs_dir.glob("*/pid"):
        if Run(path.parent).is_alive():
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(int(path.read_text())).kill()


def wait(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"Waited {seconds} s in vain.")
        time.sleep(0.02)


@pytest.fixture
def wait_until() -> Callable[..., None]:
    return wait


@pytest.fixture
def wait_for_end() -> Callable[..., RunStatus]:
    """Wait until a run neither waits nor is trained; returns its status."""

    def wait_for_it(run: Run, *, seconds: float = 30) -> RunStatus:
        seen: list[RunStatus] = []  # another process that looks at the same moment may hold the run's lock

        def has_ended() -> bool:
            seen.append(run.status)
            return seen[-1].state not in ACTIVE_STATES

        wait(has_ended, seconds=seconds)
        return seen[-1]

    return wait_for_it
