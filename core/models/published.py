"""ImageNet weights as Keras Applications publishes them: named, found, downloaded; no TensorFlow.

A file that Keras has downloaded serves here and the other way round, https://keras.io/api/applications/.
"""

import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from core.download import CONNECT_TIMEOUT_S, Progress, download, has_checksum
from core.errors import DownloadError, WeightsError, WorkspaceError
from core.models.architectures import CATALOG, find_model
from core.models.spec import Backbone
from core.runs.config import RunConfig
from core.workspace import full_path

DOWNLOAD_LIMIT_S = 1800  # of a whole file, up to 110 MB
CHOICES = "set weights to 'none' to train from scratch, or choose a simple network such as small_cnn"


def backbone_of(config: RunConfig) -> Backbone:
    """Return what is known of a run's pretrained network.

    Raises:
        WeightsError: It is not a pretrained one, or has no such width.
    """
    spec = find_model(config.model)
    if spec.backbone is None:
        raise WeightsError(f"There are no ImageNet weights for {config.model}; set weights to 'none'.")
    if spec.backbone.alphas and config.alpha not in spec.backbone.alphas:
        raise WeightsError(
            f"There are no ImageNet weights for {spec.title} of alpha {config.alpha:g}; set alpha to one of "
            f"{', '.join(f'{alpha:g}' for alpha in spec.backbone.alphas)}."
        )
    return spec.backbone


def weights_name(config: RunConfig) -> str:
    """Name of the file that Keras itself would take first.

    >>> weights_name(RunConfig(dataset="d", model="mobilenet", alpha=0.25, image_size=96))
    'mobilenet_2_5_224_tf_no_top.h5'
    """
    return _names(config)[0]


def find_imagenet_weights(config: RunConfig) -> Path | None:
    """Return a fitting file in Keras' cache, the one Keras itself would take first, or None."""
    for name in _names(config):
        if (path := cache_dir() / name).is_file():
            return path
    return None


def list_cached_weights() -> list[Path]:
    """Return all files in Keras' cache that a network here can start from, by name."""
    names = {
        name
        for spec in CATALOG.values()
        if spec.backbone
        for alpha in spec.backbone.num_params
        for name in _all_names(spec.backbone, alpha)
    }
    return sorted(path for name in names if (path := cache_dir() / name).is_file())


def cache_dir() -> Path:
    """Folder in which Keras keeps downloaded weights: ``models`` below ``$KERAS_HOME`` or ``~/.keras``."""
    return full_path(os.environ.get("KERAS_HOME") or "~/.keras") / "models"


def check_published(path: Path, config: RunConfig) -> None:
    """Refuse a file in Keras' cache that is not the published one, where Keras states its checksum.

    Raises:
        WeightsError: It is damaged or another file.
    """
    checksum = backbone_of(config).published.checksum
    if checksum and not has_checksum(path, checksum):
        raise WeightsError(
            f"The weights file {path} is damaged or not the one that Keras publishes (its checksum differs); "
            f"delete it, and it is downloaded again."
        )


def download_weights(config: RunConfig, *, progress: Progress | None = None) -> Path:
    """Fetch the published file into Keras' cache and return it; without a network refuse within seconds.

    Raises:
        WeightsError: It cannot be fetched, with where to put the file and the choices left.
    """
    published, name = backbone_of(config).published, weights_name(config)
    target = cache_dir() / name
    try:
        _check_answer(published.folder + name)
        return download(
            published.folder + name,
            target,
            checksum=published.checksum or None,
            limit_s=DOWNLOAD_LIMIT_S,
            progress=progress,
        )
    except (DownloadError, WorkspaceError) as error:
        reason = error.reason if isinstance(error, DownloadError) else str(error)
        raise WeightsError(missing_sentence(config, f"cannot be downloaded ({reason})")) from error


def missing_sentence(config: RunConfig, why: str) -> str:
    """Return the sentence on weights that are not at hand: the file, where it belongs, the choices left."""
    name = weights_name(config)
    return (
        f"The ImageNet weights {name} are not at hand and {why}: put that file, from "
        f"{backbone_of(config).published.folder}{name}, into {cache_dir()}, give its path as weights, "
        f"{CHOICES}."
    )


def _check_answer(url: str) -> None:
    """Ask for a first answer, in a thread: looking up a name or trying many addresses may take long."""
    outcome: list[Exception | None] = []
    asking = threading.Thread(target=_ask, args=(url, outcome.append), daemon=True)
    asking.start()
    asking.join(CONNECT_TIMEOUT_S)
    problem = outcome[0] if outcome else TimeoutError(f"no answer within {CONNECT_TIMEOUT_S} s")
    if problem is not None:
        reason = getattr(problem, "reason", None) or problem
        raise DownloadError(url, str(getattr(reason, "strerror", None) or reason)) from problem


def _ask(url: str, tell: Callable[[Exception | None], None]) -> None:
    try:
        request = urllib.request.Request(url, method="HEAD")
        with urllib.request.urlopen(request, timeout=CONNECT_TIMEOUT_S):
            tell(None)
    except (OSError, ValueError) as error:
        tell(error)


def _names(config: RunConfig) -> list[str]:
    """Return the names of fitting files, the best first: any image size fits all."""
    published = backbone_of(config).published
    height, width = config.image_size
    names = _all_names(backbone_of(config), config.alpha)
    if height == width and height in published.sizes:
        own = published.sizes.index(height)
        return [names[own], *names[:own], *names[own + 1 :]]
    return names


def _all_names(backbone: Backbone, alpha: float) -> list[str]:
    published = backbone.published
    alpha_name = published.alpha_names.get(alpha, "")
    return [published.name.format(alpha=alpha_name, size=size) for size in published.sizes or ("",)]
