"""What is known of each network before it is built, and what is refused; no TensorFlow.

A page can show it at once, and a run fails before it is queued rather than after an hour.
"""

from core.download import Progress
from core.errors import ModelError
from core.models.architectures import CATALOG, find_model
from core.models.blocks import list_blocks, starts_from_weights, trained_blocks
from core.models.run_weights import RUN_PREFIX
from core.models.spec import ModelSpec
from core.models.stack.shapes import stack_table
from core.models.weights import resolve_weights
from core.runs.config import RunConfig
from core.workspace import Workspace

__all__ = ["CATALOG", "RUN_PREFIX", "ModelSpec", "check_config", "check_network", "find_model"]


def check_config(
    config: RunConfig, workspace: Workspace | None = None, *, progress: Progress | None = None
) -> None:
    """Refuse settings with which the network cannot be built; ImageNet weights are downloaded if need be.

    Args:
        config: The run's settings.
        workspace: Where the run of ``weights="run:ID"`` is; None for the workspace of the environment.
        progress: Called with (done, total) bytes of a download; what it raises stops it.

    Raises:
        ModelError: The model is unknown, the image size is too small for it, a row of its stack is not
            possible, the cut is beyond its blocks or would freeze random weights, or its width is unknown.
        WeightsError: The weights are not at hand, cannot be downloaded, or do not fit.
    """
    check_network(config)
    resolve_weights(config, workspace, progress=progress)


def check_network(config: RunConfig) -> None:
    """Refuse settings with which the network cannot be built, whatever its weights are; looks at no file.

    Raises:
        ModelError: As ``check_config``.
    """
    spec = find_model(config.model)
    _check_size(config, spec)
    if spec.backbone is not None and spec.backbone.alphas and config.alpha not in spec.backbone.alphas:
        raise ModelError(
            f"{spec.title} has no published width {config.alpha:g}; set alpha to one of "
            f"{', '.join(f'{alpha:g}' for alpha in spec.backbone.alphas)}."
        )
    if config.model != "stack" and (config.layers is not None or config.stack is not None):
        raise ModelError(
            f"A stack of layers is given, but the model is {config.model}; set model to 'stack', or leave "
            f"stack and layers empty."
        )
    if not spec.pretrained:
        stack_table(config, 2)
    _check_cut(config)


def _check_size(config: RunConfig, spec: ModelSpec) -> None:
    if min(config.image_size) < spec.min_image_size:
        raise ModelError(
            f"Image size {config.image_size.words} is too small for {spec.name}, which needs at least "
            f"{spec.min_image_size} pixels; choose a larger image size or another model."
        )


def _check_cut(config: RunConfig) -> None:
    trained, total = trained_blocks(config), len(list_blocks(config))
    if trained < total and not starts_from_weights(config):
        raise ModelError(
            f"{config.model} starts at random, and with the cut at {trained} its first {total - trained} of "
            f"{total} blocks would stay random; leave the cut empty, or start from weights of a run (run:ID)"
            f"{' or of ImageNet' if find_model(config.model).pretrained else ''}."
        )
