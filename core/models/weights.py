"""Where a network starts: ImageNet weights, a file, another run, or none; no TensorFlow."""

import os
from pathlib import Path

from core.download import Progress
from core.errors import WeightsError, WorkspaceError
from core.models.architectures import find_model
from core.models.published import (
    CHOICES,
    cache_dir,
    check_published,
    download_weights,
    find_imagenet_weights,
    list_cached_weights,
    missing_sentence,
    weights_name,
)
from core.models.run_weights import RUN_PREFIX, find_run_weights
from core.models.weights_file import check_weights
from core.runs.config import RunConfig
from core.workspace import Workspace, full_path

__all__ = ["cache_dir", "list_cached_weights", "missing_weights", "resolve_weights", "weights_name"]


def resolve_weights(
    config: RunConfig, workspace: Workspace | None = None, *, progress: Progress | None = None
) -> Path | None:
    """Return the file that a network starts from, looked at, and downloaded when it is not at hand.

    Of another run's network the backbone is taken and the head is new, as the classes may be others.

    Args:
        config: The run's settings.
        workspace: Where the run of ``weights="run:ID"`` is; None for the workspace of the environment.
        progress: Called with (done, total) bytes of a download; what it raises stops it.

    Returns:
        None for ``weights="none"``, and for simple networks unless they start from a run.

    Raises:
        WeightsError: The file is missing, damaged or of another network, or cannot be downloaded.
    """
    if config.weights.startswith(RUN_PREFIX):
        return find_run_weights(config, workspace)
    if config.weights == "none" or find_model(config.model).backbone is None:
        return None
    path = _find_imagenet(config, progress) if config.weights == "imagenet" else _find_file(config)
    check_weights(path, config)
    return path


def missing_weights(config: RunConfig, workspace: Workspace | None = None) -> str | None:
    """Return why the weights to start from are not at hand, as one sentence, or None when they are.

    Nothing is downloaded and no file is opened, so that a page can ask each time it is drawn.
    """
    try:
        if config.weights.startswith(RUN_PREFIX):
            find_run_weights(config, workspace)
        elif config.weights == "none" or find_model(config.model).backbone is None:
            return None
        elif config.weights != "imagenet":
            _find_file(config)
        elif find_imagenet_weights(config) is None:
            return missing_sentence(config, "are downloaded when the run is queued; without a network")
    except WeightsError as error:
        return str(error)
    return None


def _find_imagenet(config: RunConfig, progress: Progress | None) -> Path:
    path = find_imagenet_weights(config)
    if path is None:
        return download_weights(config, progress=progress)
    check_published(path, config)
    return path


def _find_file(config: RunConfig) -> Path:
    try:
        path = full_path(config.weights)
    except WorkspaceError as error:
        raise WeightsError(f"The weights {config.weights!r} are no path of a file: {error}") from error
    if not os.path.exists(path):  # noqa: PTH110 - false, not an error, for a path that no file can have
        raise WeightsError(
            f"There is no weights file {path}; give the path of a file that Keras has written, such as "
            f"{weights_name(config)}, or {CHOICES}."
        )
    return path
