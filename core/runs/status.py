"""Where a run stands: its states, and the progress that its worker writes down."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class State(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


ACTIVE_STATES = frozenset({State.QUEUED, State.STARTING, State.RUNNING})
RESUMABLE_STATES = frozenset({State.CANCELLED, State.INTERRUPTED, State.FAILED})


class RunStatus(BaseModel):
    """Progress of a run, as the worker last wrote it.

    Attributes:
        state: Where the run stands.
        message: One sentence for the user: why it waits or failed, or what it is doing.
        phase: What the worker does: ``preparing``, ``training``, ``evaluating`` or empty.
        epoch: Epochs completed.
        step: Steps completed in the current epoch.
        steps_per_epoch: Steps in an epoch; 0 until known.
        seconds_left: Estimated remaining time; None until known.
        images_per_second: Training images a second, mean of the last seconds; None when it does not train.
        best_epoch: The best epoch so far (from 1), by the rule of the run; 0 before the first.
        created: When it was queued, seconds since 1970.
        started: When a worker first took it up; None before.
        first_step: When its first training step was done; None before.
        finished: When it ended; None before.
        seconds: Time spent working, over all resumptions.
    """

    model_config = ConfigDict(frozen=True)

    state: State = State.QUEUED
    message: str = ""
    phase: str = ""
    epoch: int = 0
    step: int = 0
    steps_per_epoch: int = 0
    seconds_left: float | None = None
    images_per_second: float | None = None
    best_epoch: int = 0
    created: float = 0.0
    started: float | None = None
    first_step: float | None = None
    finished: float | None = None
    seconds: float = 0.0
