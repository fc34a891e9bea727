"""ImageNet weights of MobileNet: found, downloaded and looked at, without TensorFlow.

The files and their names are those of Keras Applications, https://keras.io/api/applications/mobilenet/,
so that a file downloaded by either serves both.
"""

import os
from pathlib import Path

from core.download import download
from core.errors import DownloadError, WeightsError, WorkspaceError
from core.runs.config import RunConfig
from core.workspace import full_path

BASE_URL = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/"
IMAGE_SIZES = (224, 192, 160, 128)  # pixels; one file each, all fit any size, 224 is what Keras falls back to
ALPHA_NAMES = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}
DOWNLOAD_TIMEOUT_S = 120
CHOICES = "set weights to 'none' to train from scratch, or choose small_cnn or lenet"


def resolve_weights(config: RunConfig) -> Path | None:
    """Return the weights file that a pretrained network starts from, downloaded when it is not at hand.

    Returns:
        An existing file that fits ``config.alpha``, or None for ``weights="none"``.

    Raises:
        WeightsError: The file is missing, damaged or of another network, or cannot be downloaded.
    """
    if config.weights == "none":
        return None
    if config.weights == "imagenet":
        path = find_imagenet_weights(config.alpha, config.image_size.height) or _download(
            weights_name(config.alpha, config.image_size.height)
        )
    else:
        path = full_path(config.weights)
        if not os.path.isfile(path):  # noqa: PTH113 - false, not an error, for a path that no file can have
            raise WeightsError(
                f"There is no weights file {path}; give the path of a Keras MobileNet file such as "
                f"{weights_name(config.alpha, config.image_size.height)}, or {CHOICES}."
            )
    check_weights(path, config.alpha)
    return path


def find_imagenet_weights(alpha: float, image_size: int) -> Path | None:
    """Return a fitting file in Keras' cache, the one Keras itself would take first, or None."""
    wanted = weights_name(alpha, image_size)
    others = [weights_name(alpha, size) for size in IMAGE_SIZES]
    for name in (wanted, *others):
        if (path := cache_dir() / name).is_file():
            return path
    return None


def list_cached_weights() -> list[Path]:
    """Return all MobileNet files in Keras' cache, by name."""
    return sorted(cache_dir().glob("mobilenet_*_no_top.h5"))


def cache_dir() -> Path:
    """Folder in which Keras keeps downloaded weights: ``models`` below ``$KERAS_HOME`` or ``~/.keras``."""
    return full_path(os.environ.get("KERAS_HOME") or "~/.keras") / "models"


def weights_name(alpha: float, image_size: int) -> str:
    """Name of the file as Keras Applications publishes it.

    >>> weights_name(0.25, 96)
    'mobilenet_2_5_224_tf_no_top.h5'
    >>> weights_name(1.0, 128)
    'mobilenet_1_0_128_tf_no_top.h5'
    """
    size = image_size if image_size in IMAGE_SIZES else IMAGE_SIZES[0]
    return f"mobilenet_{ALPHA_NAMES[alpha]}_{size}_tf_no_top.h5"


def check_weights(path: Path, alpha: float) -> None:
    """Refuse a file that is not whole, or not a MobileNet without top of this width.

    Raises:
        WeightsError: What the file is instead, and what to do.
    """
    import h5py  # noqa: PLC0415 - a quarter of a second that only pretrained networks need

    try:
        with h5py.File(path, "r") as file:
            includes_top = "conv_preds" in file
            num_filters = file["conv1/conv1/kernel:0"].shape[-1]
            num_last = file["conv_pw_13/conv_pw_13/kernel:0"].shape[-1]
    except OSError as error:
        raise WeightsError(
            f"The weights file {path} is damaged or cut short ({error}); delete it and download it again, "
            f"or {CHOICES}."
        ) from error
    except (KeyError, AttributeError, IndexError) as error:
        raise WeightsError(
            f"The weights file {path} is not of a Keras MobileNet; give a file such as "
            f"{weights_name(alpha, IMAGE_SIZES[0])}, or {CHOICES}."
        ) from error
    if includes_top:
        raise WeightsError(
            f"The weights file {path} includes ImageNet's own classes; give the file without them, "
            f"{weights_name(alpha, IMAGE_SIZES[0])}, or {CHOICES}."
        )
    if num_filters != int(32 * alpha) or num_last != int(1024 * alpha):
        raise WeightsError(
            f"The weights file {path} is of a MobileNet of alpha {num_filters / 32:g}, but alpha is "
            f"{alpha:g}; set alpha to {num_filters / 32:g}, or give {weights_name(alpha, IMAGE_SIZES[0])}."
        )


def _download(name: str) -> Path:
    target = cache_dir() / name
    try:
        return download(BASE_URL + name, target, limit_s=DOWNLOAD_TIMEOUT_S)
    except (DownloadError, WorkspaceError) as error:
        reason = error.reason if isinstance(error, DownloadError) else error
        raise WeightsError(
            f"The ImageNet weights {name} are not at hand and cannot be downloaded from {BASE_URL} "
            f"({reason}); put that file into {target.parent}, give its path as weights, {CHOICES}."
        ) from error
