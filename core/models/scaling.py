"""What the first layer makes of pixel values 0-255; no TensorFlow.

Every way is one multiplication and one addition for each color, so that a ``keras.layers.Rescaling`` does it
and the saved network needs no code of its own. The means and spreads named after caffe and torch are those of
``keras.applications``, https://github.com/keras-team/keras/blob/master/keras/src/applications/imagenet_utils.py.
"""

from typing import NamedTuple

Color = tuple[float, float, float]
CAFFE_MEANS: Color = (123.68, 116.779, 103.939)  # red, green, blue, 0-255
TORCH_MEANS: Color = (0.485, 0.456, 0.406)  # red, green, blue, 0-1
TORCH_SPREADS: Color = (0.229, 0.224, 0.225)
LAYER_NAME = "rescaling"


class PixelStats(NamedTuple):
    """Pixel values of a dataset's training images, one number for each color, 0-255, red first.

    Attributes:
        mean: Mean.
        std: Standard deviation.
        low: Minimum.
        high: Maximum.
    """

    mean: Color
    std: Color
    low: Color
    high: Color


UNKNOWN_STATS = PixelStats(mean=(0, 0, 0), std=(1, 1, 1), low=(0, 0, 0), high=(1, 1, 1))


class Rescale(NamedTuple):
    """Pixel values are multiplied by ``scale``, then ``offset`` is added; each for all colors or for each.

    Attributes:
        scale: One number, or one for each color, red first.
        offset: Likewise.
    """

    scale: float | list[float]
    offset: float | list[float]


def find_rescale(scaling: str, stats: PixelStats | None = None) -> Rescale:
    """Return what is done to pixel values 0-255 by a way of scaling.

    Args:
        scaling: ``unit`` (0 to 1), ``symmetric`` (-1 to 1), ``standard``, ``minmax``, ``caffe`` (minus
            ImageNet's means; red stays the first color) or ``torch``.
        stats: For ``standard`` and ``minmax``; without them nothing changes, which serves for shapes only.

    >>> find_rescale("symmetric")
    Rescale(scale=0.00784313725490196, offset=-1.0)
    """
    stats = stats or UNKNOWN_STATS
    if scaling == "standard":
        return _shift_and_divide(stats.mean, stats.std)
    if scaling == "minmax":
        spans = tuple(high - low for low, high in zip(stats.low, stats.high, strict=True))
        return _shift_and_divide(stats.low, spans)
    ways = {
        "unit": Rescale(1 / 255, 0.0),
        "symmetric": Rescale(1 / 127.5, -1.0),
        "caffe": _shift_and_divide(CAFFE_MEANS, (1, 1, 1)),
        "torch": _shift_and_divide(
            [255 * mean for mean in TORCH_MEANS], [255 * spread for spread in TORCH_SPREADS]
        ),
    }
    return ways[scaling]


def _shift_and_divide(
    means: Color | list[float], spreads: Color | tuple[float, ...] | list[float]
) -> Rescale:
    """Subtract and divide; a color that never changes is only shifted."""
    scale = [1 / float(spread or 1) for spread in spreads]
    return Rescale(scale, [-float(mean) * factor for mean, factor in zip(means, scale, strict=True)])
