"""The queue: runs that wait for a device slot, in the order in which they were asked for.

A waiting run is a marker file ``jobs/queue/<time>-<run id>``; whoever moves it to ``jobs/started/<run id>``
may start the run, so that a supervisor looks at one small folder and two never start the same run. All
about the run itself stands in its own folder, which is written only by the one who holds the run's lock.
"""

import contextlib
import time
from pathlib import Path

from core.datasets.dataset import Dataset
from core.datasets.gaps import remedy_of
from core.datasets.parallel import Progress, progress_of_part
from core.datasets.preparing.shown import find_occluded
from core.datasets.store import load_dataset
from core.errors import RunError
from core.jobs.devices import check_devices
from core.models.catalog import RUN_PREFIX, check_config
from core.models.stack.store import load_stack
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import load_grouping
from core.runs.config import RunConfig
from core.runs.run import ACTIVE_STATES, Run, State, create_run, list_runs
from core.runs.slots import running_ids
from core.workspace import Workspace, full_path, write_bytes

NAMED_WEIGHTS = ("imagenet", "none")  # every other value is a run or a path
WAS_CANCELLED = "It was cancelled while it waited; resume to queue it again."


def submit(workspace: Workspace, config: RunConfig, *, progress: Progress | None = None) -> Run:
    """Check a config against its dataset and network, and queue a run of it.

    Args:
        workspace: Where the dataset is.
        config: The settings.
        progress: Called with (done, total) bytes where weights are downloaded; what it raises stops that.

    Raises:
        DatasetError: The dataset is unknown, or lacks training or validation images; or the occluded one
            does not fit it.
        ModelError: The network or stack is unknown, or cannot be built with these settings.
        GroupingError: The grouping is unknown, or does not fit the dataset's classes.
        RunError: The grouping leaves fewer than two groups, or the machine has fewer GPUs than are asked for.
    """
    run = create_run(workspace, resolve(workspace, config, progress=progress))
    with run.hold():
        _enqueue(workspace, run, time.time_ns())
    return run


def resolve(workspace: Workspace, config: RunConfig, *, progress: Progress | None = None) -> RunConfig:
    """Return the config as it is stored with a run: checked, names written out, paths made absolute.

    Groups and layers that a config brings, as that of a stored run does, stay as they are. The arguments are
    those of ``submit``.

    Raises:
        RegroupError: As ``submit``.
    """
    dataset = load_dataset(workspace, config.dataset)
    if not dataset.has_pictures:
        raise RunError(
            f"Dataset {dataset.name!r} came with predictions made elsewhere and has no pictures to train on; "
            f"choose a dataset with pictures."
        )
    for split, name in (("train", "training"), ("val", "validation")):
        if not len(dataset.sample_ids(split)):
            remedy = remedy_of(dataset, "add it again with more of them")
            raise RunError(f"Dataset {dataset.name!r} has no {name} images; {remedy}.")
    changes: dict[str, object] = {}
    if config.grouping is not None and config.groups is None:
        saved = load_grouping(workspace, dataset.name, config.grouping, class_names=dataset.class_names)
        changes["groups"] = saved.grouping.to_mapping()
    if config.stack is not None and config.layers is None:
        changes["layers"] = load_stack(workspace, config.stack).layers
    if config.weights not in NAMED_WEIGHTS and not config.weights.startswith(RUN_PREFIX):
        changes["weights"] = str(full_path(config.weights))
    config = config.model_copy(update=changes)
    _check_classes(dataset, config)
    check_devices(config.num_devices)
    if config.occluded_with is not None:
        find_occluded(workspace, dataset, config.occluded_with, config.occluded_splits)
    check_config(config, workspace, progress=progress_of_part(progress, "Downloading weights", unit="bytes"))
    return config


def _check_classes(dataset: Dataset, config: RunConfig) -> None:
    labels = dataset.labels(dataset.sample_ids("train"))
    if config.groups is not None:
        grouping = Grouping.from_mapping(dataset.class_names, config.groups)
        if grouping.num_groups < 2:
            raise RunError("The grouping puts all classes into one group; a network needs at least two.")
        labels = grouping.group_of_class[labels]
    if (labels == labels[0]).all():
        what = "class" if config.groups is None else "group"
        remedy = remedy_of(dataset, "add it again with other training images")
        raise RunError(
            f"All training images of dataset {dataset.name!r} are of one {what}, and a network needs two to "
            f"tell apart; {remedy}, or choose another grouping."
        )


def resume(workspace: Workspace, run: Run) -> None:
    """Queue a run again that was cancelled, was interrupted or failed; it goes on after its last full epoch.

    Raises:
        RunError: The run waits, is being trained, or is done.
    """
    if run.is_alive():
        raise RunError(f"Run {run.id} is being trained already; it needs no resuming.")
    with run.hold():
        state = _written_state(run)  # nobody else holds the lock: "running" was interrupted
        if state is State.QUEUED:
            raise RunError(f"Run {run.id} waits in the queue already; it will start by itself.")
        if state is State.DONE:
            raise RunError(f"Run {run.id} is done and cannot be resumed; train a new run with more epochs.")
        run.cancel_path.unlink(missing_ok=True)
        unknown = dict.fromkeys(("seconds_left", "images_per_second", "first_step", "finished"))
        run.update_status(state=State.QUEUED, phase="", step=0, **unknown)
        _enqueue(workspace, run, time.time_ns())


def cancel(run: Run) -> None:
    """Take a waiting run out of the queue at once, or ask the worker of a running one to stop soon.

    Raises:
        RunError: The run has ended already.
    """
    state = run.status.state
    if state not in ACTIVE_STATES:
        raise RunError(f"Run {run.id} has ended already ({state}); there is nothing to cancel.")
    run.cancel_path.touch()
    if state is State.QUEUED:
        workspace = Workspace(run.directory.parent.parent)
        _cancel_waiting(workspace, run)
        tell_waiting(workspace)


def queued_runs(workspace: Workspace) -> list[Run]:
    """Return the waiting runs, the next one first."""
    runs = dict.fromkeys(_run_of(workspace, marker) for marker in _markers(workspace))
    return [run for run in runs if _is_waiting(run)]


def active_ids(workspace: Workspace) -> list[str]:
    """Return the ids of the runs that are being started or trained now."""
    started = sorted(path.name for path in _started_dir(workspace).glob("*"))
    started = [name for name in started if Run(workspace.runs_dir / name).status.state in ACTIVE_STATES]
    return list(dict.fromkeys([*running_ids(workspace), *started]))


def active_runs(workspace: Workspace) -> list[Run]:
    """Return the runs that are being started or trained, then those that wait, in order."""
    active = [Run(workspace.runs_dir / name) for name in active_ids(workspace)]
    return list(dict.fromkeys([*active, *queued_runs(workspace)]))


def take_next(workspace: Workspace) -> Run | None:
    """Take the next waiting run out of the queue, for the caller to start; None when none waits."""
    for marker in _markers(workspace):
        run = _run_of(workspace, marker)
        _started_dir(workspace).mkdir(exist_ok=True)
        try:
            marker.replace(_started_dir(workspace) / run.id)
        except FileNotFoundError:
            continue  # another slot was quicker
        if run.cancel_path.exists():
            _cancel_waiting(workspace, run)
        if _tell(run, "The worker is starting."):
            return run  # otherwise it was deleted, or has ended under a second marker
        forget_started(workspace, run)
    return None


def forget_started(workspace: Workspace, run: Run) -> None:
    """Drop the note that a run was started; when its worker has ended."""
    (_started_dir(workspace) / run.id).unlink(missing_ok=True)


def tell_waiting(workspace: Workspace) -> None:
    """Write into each waiting run for whom it waits; after the queue has moved."""
    before = active_ids(workspace)
    for run in queued_runs(workspace):
        _tell(run, _waits_for(before))
        before.append(run.id)


def is_in_queue(workspace: Workspace, run: Run) -> bool:
    """Whether a marker of this run stands in the queue."""
    return any(_run_of(workspace, marker) == run for marker in _markers(workspace))


def adopt_orphans(workspace: Workspace) -> None:
    """Queue waiting runs that have no marker: whoever took it died before the worker began."""
    for run in list_runs(workspace):
        if not _is_waiting(run) or run.is_alive() or is_in_queue(workspace, run):
            continue
        with contextlib.suppress(RunError), run.hold():  # RunError: it has a worker after all
            if _is_waiting(run):
                _enqueue(workspace, run, int(run.written_status.created * 1e9))


def _enqueue(workspace: Workspace, run: Run, time_ns: int) -> None:
    forget_started(workspace, run)
    waiting = [other.id for other in queued_runs(workspace) if other != run]
    run.update_status(message=_waits_for([*active_ids(workspace), *waiting]))
    write_bytes(_queue_dir(workspace) / f"{time_ns:020d}-{run.id}", b"")


def _waits_for(before: list[str]) -> str:
    if not before:
        return "It is the next to start."
    return f"Waits for {before[0]} to finish ({len(before)} before it)."


def _tell(run: Run, message: str) -> bool:
    """Give a waiting run a message; False when it does not wait any more."""
    try:
        if not _is_waiting(run):
            return False
        with run.hold():
            if _is_waiting(run) and run.written_status.message != message:
                run.update_status(message=message)
            return _is_waiting(run)
    except RunError:
        return False  # a worker has it


def _cancel_waiting(workspace: Workspace, run: Run) -> None:
    try:
        with run.hold():
            if _is_waiting(run):
                run.update_status(state=State.CANCELLED, message=WAS_CANCELLED, finished=time.time())
                run.cancel_path.unlink(missing_ok=True)
                for marker in _markers(workspace):
                    if _run_of(workspace, marker) == run:
                        marker.unlink(missing_ok=True)
    except RunError:
        return  # a worker was quicker: it obeys the cancel file


def _queue_dir(workspace: Workspace) -> Path:
    return workspace.jobs_dir / "queue"


def _started_dir(workspace: Workspace) -> Path:
    return workspace.jobs_dir / "started"


def _markers(workspace: Workspace) -> list[Path]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(path for path in _queue_dir(workspace).iterdir() if path.name[:1].isdigit())
    return []


def _run_of(workspace: Workspace, marker: Path) -> Run:
    return Run(workspace.runs_dir / marker.name.partition("-")[2])


def _is_waiting(run: Run) -> bool:
    return _written_state(run) is State.QUEUED


def _written_state(run: Run) -> State:
    try:
        return run.written_status.state
    except (FileNotFoundError, RunError):
        return State.INTERRUPTED
