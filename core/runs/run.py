"""A run's folder: the only link between the one who asks for a training and the worker that does it.

Every file is replaced whole. Whether a worker is truly alive is told by the lock it holds, which the
system frees when the process dies, however it dies.
"""

import contextlib
import functools
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from pydantic import ValidationError

from core.errors import RunError, WorkspaceError
from core.runs.config import RunConfig
from core.runs.ids import DELETED, make_named, make_numbered
from core.runs.lock import is_locked
from core.runs.status import ACTIVE_STATES, RESUMABLE_STATES, RunStatus, State
from core.workspace import Workspace, check_name, read_json, write_bytes, write_json

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ACTIVE_STATES",
    "HISTORY_COLUMNS",
    "RESUMABLE_STATES",
    "Run",
    "RunStatus",
    "State",
    "create_run",
    "delete_run",
    "find_run",
    "is_locked",
    "list_runs",
]

HISTORY_COLUMNS = (
    "epoch", "loss", "accuracy", "macro_f1", "val_loss", "val_accuracy", "val_macro_f1", "learning_rate",
    "images_per_second", "seconds",
)  # fmt: skip
MAX_LOG_BYTES = 20_000  # of the end of log.txt that a page reads
HOLD_S = 2.0  # seconds a worker tries to take its run; a look by somebody else is over long before


@functools.lru_cache(maxsize=1000)  # pages ask for it many times at each click
def _read_config(path: Path, state: tuple[int, int, int]) -> RunConfig:
    """Settings as they stand in a file; its state tells it from one of a deleted run of the same id."""
    return RunConfig.make(**read_json(path))


@dataclass(frozen=True)
class Run:
    """One run, by its folder; properties read the disk each time, the settings when their file has changed.

    Attributes:
        directory: The run's folder; its name is the run's id.
    """

    directory: Path

    @property
    def id(self) -> str:
        """The run's name, unique in the workspace, such as ``lenet-3``."""
        return self.directory.name

    @property
    def config(self) -> RunConfig:
        """The run's settings.

        Raises:
            RunError: The file is missing or damaged, or the run was deleted.
        """
        path = self.directory / "config.json"
        try:
            state = path.stat()
            return _read_config(path, (state.st_mtime_ns, state.st_ino, state.st_size))
        except (OSError, TypeError, RunError, WorkspaceError) as error:
            if not self.directory.exists():
                raise RunError(f"Run {self.id} is not there any more; choose another run.") from error
            raise RunError(f"The settings of run {self.id}, {path}, are damaged; delete the run.") from error

    @property
    def status(self) -> RunStatus:
        """Where the run truly stands: what the worker wrote, corrected by whether it is alive."""
        try:
            status = self.written_status
        except (FileNotFoundError, RunError):
            message = "The run's status file is missing or damaged; resume or delete the run."
            return RunStatus(state=State.INTERRUPTED, message=message)
        if status.state in {State.RUNNING, State.QUEUED}:
            alive = self.is_alive()
            if status.state is State.RUNNING and not alive:
                # The worker may have ended properly between the two looks.
                status = self.written_status
                if status.state is State.RUNNING:
                    message = "The worker ended without a word; resume to go on from the last full epoch."
                    unknown = {"seconds_left": None, "images_per_second": None}
                    return status.model_copy(
                        update={"state": State.INTERRUPTED, "message": message, **unknown}
                    )
            if status.state is State.QUEUED and alive:
                return status.model_copy(update={"state": State.STARTING})
        return status

    @property
    def written_status(self) -> RunStatus:
        """The status as it was written last, whether or not its worker still lives.

        Raises:
            FileNotFoundError: None was written yet.
            RunError: The file is damaged.
        """
        path = self.directory / "status.json"
        try:
            return RunStatus.model_validate(read_json(path))
        except (ValidationError, WorkspaceError) as error:
            raise RunError(f"{path} is damaged; resume or delete the run.") from error

    def update_status(self, **changes: object) -> RunStatus:
        """Write changed fields of the status; returns the new status.

        Only the one who made the run, or who holds its lock, may call it.
        """
        try:
            current = self.written_status
        except (FileNotFoundError, RunError):
            current = RunStatus()
        status = current.model_copy(update=changes)
        write_json(self.directory / "status.json", status.model_dump(mode="json"))
        return status

    @property
    def dataset_version(self) -> str | None:
        """Hash of the dataset that it was trained on; None where none is written yet, or legible."""
        try:
            return str(read_json(self.directory / "environment.json")["dataset_version"])
        except (OSError, KeyError, TypeError, WorkspaceError):
            return None

    @property
    def history(self) -> "pd.DataFrame":
        """One row an epoch, counted from 1; columns ``HISTORY_COLUMNS``, in old runs without macro F1.

        Without rows when the file is missing or damaged; a run that is resumed writes it anew.
        """
        import pandas as pd  # noqa: PLC0415 - slow, and most questions to a run need none of it

        with contextlib.suppress(FileNotFoundError, ValueError):
            history = pd.read_csv(self.directory / "history.csv")
            if "epoch" in history:
                return history
        return pd.DataFrame(columns=list(HISTORY_COLUMNS), dtype=float)

    def write_history(self, history: "pd.DataFrame") -> None:
        """Replace the history."""
        write_bytes(self.directory / "history.csv", history.to_csv(index=False).encode())

    def log_tail(self, num_lines: int = 20) -> str:
        """The last lines of the worker's log, without control characters."""
        try:
            with self.log_path.open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - MAX_LOG_BYTES))
                text = file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.splitlines()]
        return "\n".join("".join(c for c in line if c.isprintable()) for line in lines[-num_lines:])

    @property
    def log_path(self) -> Path:
        """Everything the worker printed."""
        return self.directory / "log.txt"

    @property
    def checkpoints_dir(self) -> Path:
        """What a resumed run goes on from."""
        return self.directory / "checkpoints"

    @property
    def model_path(self) -> Path:
        """The model of the best epoch."""
        return self.directory / "best.keras"

    def predictions_path(self, split: str) -> Path:
        """Predictions of the best epoch on a split."""
        return self.directory / "predictions" / f"{split}.npz"

    @property
    def cancel_path(self) -> Path:
        """Exists while somebody wants the worker to stop."""
        return self.directory / "cancel"

    @property
    def lock_path(self) -> Path:
        """Held by the worker for as long as it lives."""
        return self.directory / "alive.lock"

    def is_alive(self) -> bool:
        """Whether a worker holds the run's lock now."""
        return is_locked(self.lock_path)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the run's lock, as its worker does.

        Raises:
            RunError: Another worker holds it.
        """
        try:
            with FileLock(self.lock_path, timeout=HOLD_S):
                yield
        except Timeout as error:
            raise RunError(f"Run {self.id} is being trained by another worker already.") from error


def create_run(workspace: Workspace, config: RunConfig, *, run_id: str | None = None) -> Run:
    """Make a run's folder, in state queued.

    Args:
        workspace: Where to.
        config: The run's settings.
        run_id: Its id; without one the next number of its model is taken, and none is given twice.

    Raises:
        RunError: There is, or was, a run of that id.
        WorkspaceError: The id is not allowed.
    """
    folder = make_numbered(workspace, config.model) if run_id is None else make_named(workspace, run_id)
    run = Run(folder)
    write_json(run.directory / "config.json", config.model_dump(mode="json"))
    run.update_status(state=State.QUEUED, created=time.time())
    return run


def find_run(workspace: Workspace, run_id: str) -> Run:
    """Return the run of that id.

    Raises:
        RunError: There is none.
    """
    run = Run(workspace.runs_dir / check_name(run_id, "run"))
    if not (run.directory / "config.json").exists():
        known = ", ".join(other.id for other in list_runs(workspace)[:10]) or "none yet"
        raise RunError(f"There is no run {run_id!r}; runs are: {known}.")
    return run


def list_runs(workspace: Workspace) -> list[Run]:
    """Return all runs, newest first."""
    runs = [Run(path) for path in workspace.runs_dir.iterdir() if (path / "config.json").exists()]
    return sorted(runs, key=made_at, reverse=True)


def made_at(run: Run) -> int:
    """Return when a run was asked for, nanoseconds since 1970: when its settings were written."""
    return (run.directory / "config.json").stat().st_mtime_ns


def delete_run(run: Run) -> None:
    """Delete a run and all its files.

    Raises:
        RunError: It is being trained.
    """
    if run.is_alive():
        raise RunError(f"Run {run.id} is being trained; cancel it first, then delete it.")
    doomed = run.directory.with_name(f"{DELETED}{run.id}")
    run.directory.rename(doomed)
    # The empty folder stays: a later run of the same id would inherit what others keep under it.
    for path in doomed.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
