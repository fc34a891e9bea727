"""A run's state in words: badge, progress and remaining time, the same on every page."""

from typing import Literal

from core.jobs.load import Load
from core.runs.config import RunConfig
from core.runs.run import RunStatus, State
from core.words import counted, size_in_words

Color = Literal["gray", "blue", "green", "orange", "red"]

BADGES: dict[State, tuple[str, str, Color]] = {  # words, icon, color
    State.QUEUED: ("Waits in the queue", ":material/hourglass_empty:", "gray"),
    State.STARTING: ("Starting", ":material/hourglass_top:", "blue"),
    State.RUNNING: ("Training", ":material/sync:", "blue"),
    State.DONE: ("Done", ":material/check_circle:", "green"),
    State.CANCELLED: ("Cancelled", ":material/cancel:", "gray"),
    State.INTERRUPTED: ("Interrupted", ":material/power_off:", "orange"),
    State.FAILED: ("Failed", ":material/error:", "red"),
}
PHRASES = {  # after "Run lenet-3"
    State.QUEUED: "waits in the queue",
    State.STARTING: "is starting",
    State.RUNNING: "is being trained",
    State.DONE: "is done",
    State.CANCELLED: "was cancelled",
    State.INTERRUPTED: "was interrupted",
    State.FAILED: "has failed",
}
PHASES = {"preparing": "Preparing", "evaluating": "Measuring the best epoch"}


def duration(seconds: float) -> str:
    """Return a time span as a person would say it.

    >>> [duration(seconds) for seconds in (0.2, 12.4, 89, 170, 4000, 200_000)]
    ['1 s', '12 s', '89 s', '3 min', '1 h 7 min', '55 h 33 min']
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def progress_share(status: RunStatus, config: RunConfig) -> float:
    """Return how much of the training is done, between 0 and 1.

    >>> status = RunStatus(epoch=1, step=5, steps_per_epoch=10)
    >>> progress_share(status, RunConfig(dataset="digits", epochs=3))
    0.5
    """
    step_share = status.step / status.steps_per_epoch if status.steps_per_epoch else 0.0
    return min(1.0, (status.epoch + step_share) / config.epochs)


def progress_text(status: RunStatus, config: RunConfig) -> str:
    """Return epoch, step and remaining time in one line.

    >>> status = RunStatus(state="running", phase="training", epoch=2, step=4, steps_per_epoch=45)
    >>> progress_text(status.model_copy(update={"seconds_left": 12}), RunConfig(dataset="digits", epochs=10))
    'epoch 3 of 10, step 4 of 45, 12 s left'
    """
    parts = [short_progress(status, config)]
    if status.phase == "training" and status.steps_per_epoch:
        parts[1:1] = [f"step {status.step} of {status.steps_per_epoch}"]
    if status.images_per_second is not None:
        parts.append(f"{status.images_per_second:,.0f} images a second")
    if status.seconds_left is not None:
        parts.append(f"{duration(status.seconds_left)} left")
    return ", ".join(parts)


def load_words(load: Load) -> str:
    """Return the load of the machine in one line, without what could not be read.

    >>> load = Load(cpu_percent=87.4, num_cores=2, worker=1_200_000_000, used=5 * 10**9, total=16 * 10**9)
    >>> load_words(load)
    'CPU 87 % of 2 cores · memory: worker 1.2 GB, machine 5.0 of 16.0 GB'
    """
    parts = [
        f"{gpu.name} {gpu.percent:.0f} %, {gpu.used / 1e9:.1f} of {gpu.total / 1e9:.1f} GB"
        for gpu in load.gpus
    ]
    if load.cpu_percent is not None:
        parts.append(f"CPU {load.cpu_percent:.0f} % of {counted(load.num_cores, 'core')}")
    memory = [] if load.worker is None else [f"worker {size_in_words(load.worker)}"]
    if load.used is not None and load.total is not None:
        memory.append(f"machine {load.used / 1e9:.1f} of {load.total / 1e9:.1f} GB")
    if memory:
        parts.append(f"memory: {', '.join(memory)}")
    if load.disk_free is not None:
        parts.append(f"{size_in_words(load.disk_free)} of disk free")
    return " · ".join(parts)


def short_progress(status: RunStatus, config: RunConfig) -> str:
    """Return what the run is doing, in a few words.

    >>> config = RunConfig(dataset="digits", epochs=10)
    >>> short_progress(RunStatus(state="running", phase="training", epoch=2), config)
    'epoch 3 of 10'
    >>> short_progress(RunStatus(state="queued"), config)
    'waits in the queue'
    """
    if status.state is State.RUNNING and status.phase == "training":
        return f"epoch {min(status.epoch + 1, config.epochs)} of {config.epochs}"
    if status.state is State.RUNNING and status.phase in PHASES:
        return PHASES[status.phase].lower()
    return BADGES[status.state][0].lower()
