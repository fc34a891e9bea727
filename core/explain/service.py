"""Looking inside a network from a process that never imports TensorFlow.

One helper process (https://loky.readthedocs.io) stays warm and answers one question after the other, on the
CPU, so that a GPU is left to the training. It is started at the first question or by ``warm_up``, replaced
when it has died, and ends with the server. loky's own ``get_reusable_executor`` keeps one executor a thread,
and a page runs in a new thread for every visitor: hence the one executor here.
"""

import atexit
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ExplainError, RunError
from core.explain import helper
from core.explain.results import CamResult, FilterBank, LayerRow
from core.runs.augmentation import Augmentation
from core.runs.config import RunConfig
from core.runs.run import Run

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

ANSWER_TIMEOUT_S = 180.0  # the import of TensorFlow on a busy machine included
HELPER_ENVIRONMENT = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
NUM_TRIES = 2

_lock = threading.Lock()
_executor: "ProcessPoolExecutor | None" = None


def warm_up() -> Future[int]:
    """Start the helper when there is none and return at once; the result is its process id."""
    return _submit(helper.ready)[1]


def stop() -> None:
    """End the helper now, whatever it is doing."""
    if _executor is not None:
        _discard(_executor)


def list_layers(run: Run) -> list[LayerRow]:
    """Return the layers of a run's network from input to output.

    Raises:
        RunError: The run has no network yet.
        ModelError: The network cannot be read.
        ExplainError: The helper process failed.
    """
    return _ask("loading.list_layers", run)


def predict(run: Run, image: np.ndarray) -> np.ndarray:
    """Return the network's probabilities for an image, shape ``(num_classes,)``, float32.

    Args:
        run: A trained run.
        image: RGB uint8 of the run's image size, shape ``(height, width, 3)``.

    Raises:
        RunError: The run has no network yet.
        ModelError: The network cannot be read.
        ExplainError: The helper process failed.
    """
    return _ask("loading.predict", run, image)


def show_filters(run: Run, layer_name: str, *, max_filters: int = 32, max_channels: int = 8) -> FilterBank:
    """Return the first filters of a convolution, see ``filters.compute_filters``.

    Raises:
        RunError: The run has no network yet.
        ModelError: The layer is unknown or is not a convolution.
        ExplainError: The helper process failed.
    """
    limits = {"max_filters": max_filters, "max_channels": max_channels}
    return _ask("filters.compute_filters", run, layer_name, **limits)


def show_feature_maps(run: Run, image: np.ndarray, layer_name: str, *, max_maps: int = 64) -> np.ndarray:
    """Return the first maps of a layer, see ``feature_maps.compute_feature_maps``.

    Raises:
        RunError: The run has no network yet.
        ModelError: The layer is unknown or has no maps.
        ExplainError: The helper process failed.
    """
    return _ask("feature_maps.compute_feature_maps", run, image, layer_name, max_maps=max_maps)


def show_cam(
    run: Run, image: np.ndarray, class_index: int | None = None, layer_name: str | None = None
) -> CamResult:
    """Return the Grad-CAM heat map of an image, see ``cam.compute_cam``.

    Raises:
        RunError: The run has no network yet.
        ModelError: The layer is unknown or has no maps.
        ExplainError: The helper process failed.
    """
    return _ask("cam.compute_cam", run, image, class_index=class_index, layer_name=layer_name)


def show_augmented(
    image: np.ndarray, augmentation: Augmentation, *, sample_id: int, seed: int, epochs: Sequence[int]
) -> np.ndarray:
    """Return an image as training will see it in each epoch, see ``augmented.compute_augmented``.

    Raises:
        ExplainError: The helper process failed.
    """
    options = {"sample_id": sample_id, "seed": seed, "epochs": tuple(epochs)}
    question = (helper.answer_without_network, "augmented.compute_augmented", (image, augmentation), options)
    return np.asarray(_wait_for_answer("the chosen image", *question))


def show_features(run: Run, pixels_path: Path, sample_ids: np.ndarray) -> np.ndarray:
    """Return the features of a block of images, see ``features.compute_features``; nothing is kept.

    Raises:
        RunError: The run has no network yet.
        ModelError: The network cannot be read, or is not one of this project.
        ExplainError: The helper process failed.
    """
    return np.asarray(_ask("features.compute_features", run, pixels_path, sample_ids))


def list_network(config: RunConfig) -> list[dict[str, Any]]:
    """Return the layers of a pretrained network without head, see ``tables_in_helper.list_network``.

    Raises:
        ModelError: The image size is below the network's minimum.
        ExplainError: The helper process failed.
    """
    task = "tables_in_helper.list_network"
    rows: list[dict[str, Any]] = _wait_for_answer(
        config.model, helper.answer_without_network, task, (config,), {}
    )
    return rows


def network_time(run: Run) -> int:
    """Return when a run's network was written, nanoseconds.

    Raises:
        RunError: The run has no network yet.
    """
    try:
        return run.model_path.stat().st_mtime_ns
    except FileNotFoundError as error:
        raise RunError(
            f"Run {run.id} has no trained network yet ({run.model_path.name} is missing); "
            f"wait until its first epoch is done, or train it again."
        ) from error


def _ask(task: str, run: Run, *arguments: Any, **options: Any) -> Any:
    file_time = network_time(run)
    return _wait_for_answer(run.id, helper.answer, task, run.model_path, file_time, arguments, options)


def _wait_for_answer(subject: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Have the helper call a function, once more when it has died meanwhile."""
    from loky.process_executor import BrokenProcessPool, ShutdownExecutorError  # noqa: PLC0415 - 0.1 s

    for _ in range(NUM_TRIES):
        executor, future = _submit(function, *arguments)
        try:
            return future.result(timeout=ANSWER_TIMEOUT_S)
        except (BrokenProcessPool, ShutdownExecutorError):
            _discard(executor)
        except FutureTimeoutError as error:
            _discard(executor)
            raise ExplainError(
                f"Looking into {subject} took longer than {ANSWER_TIMEOUT_S:.0f} seconds and was stopped; "
                f"try again when the machine is less busy."
            ) from error
    raise ExplainError(
        f"The helper process that looks into {subject} ended {NUM_TRIES} times, probably for lack of memory; "
        f"close other programs or wait until a training is over, then try again."
    )


def _submit(function: Callable[..., Any], *arguments: Any) -> tuple["ProcessPoolExecutor", Future[Any]]:
    """Send one call to the helper; a dead helper that nobody has noticed yet is replaced."""
    global _executor  # noqa: PLW0603 - one helper a process is the point
    from loky.process_executor import BrokenProcessPool, ShutdownExecutorError  # noqa: PLC0415 - 0.1 s

    with _lock:
        if _executor is not None:
            try:
                return _executor, _executor.submit(function, *arguments)
            except (BrokenProcessPool, ShutdownExecutorError):
                _executor = None
        _executor = _new_executor()
        return _executor, _executor.submit(function, *arguments)


def _new_executor() -> "ProcessPoolExecutor":
    from loky import ProcessPoolExecutor  # noqa: PLC0415

    atexit.register(stop)  # else loky's last callback complains when the interpreter is half gone
    return ProcessPoolExecutor(
        max_workers=1, timeout=None, initializer=helper.start, initargs=(os.getpid(),), env=HELPER_ENVIRONMENT
    )


def _discard(executor: "ProcessPoolExecutor") -> None:
    """Forget an executor, unless another thread has replaced it already, and kill its process."""
    global _executor  # noqa: PLW0603
    with _lock:
        if executor is _executor:
            _executor = None
    executor.shutdown(wait=False, kill_workers=True)
