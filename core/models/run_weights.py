"""The trained network of another run as a start (``weights="run:ID"``): found, and checked; no TensorFlow."""

from pathlib import Path

from core.errors import RunError, WeightsError, WorkspaceError
from core.models.architectures import find_model
from core.models.stack.layers import LOGITS_LAYER
from core.models.stack.shapes import stack_table
from core.runs.config import RunConfig
from core.runs.run import Run, State, find_run
from core.workspace import Workspace, open_workspace

RUN_PREFIX = "run:"
CHOICES = "choose another run, or set weights to 'none' to start at random"


def find_run_weights(config: RunConfig, workspace: Workspace | None = None) -> Path:
    """Return the file of the trained network that a run starts from.

    Args:
        config: Settings whose ``weights`` are ``run:`` and the id of a run.
        workspace: Where the run is; None for the workspace of the environment.

    Raises:
        WeightsError: The run is unknown, has no trained network yet, or has another network, width or stack,
            or an image size at which its dense layers have other shapes.
    """
    run_id = config.weights.removeprefix(RUN_PREFIX).strip()
    try:
        run = find_run(workspace or open_workspace(), run_id)
        source = run.config
    except (RunError, WorkspaceError) as error:
        raise WeightsError(f"The weights {config.weights!r} are not to be had: {error}") from error
    _check_same_network(config, source, run)
    if not run.model_path.is_file():
        raise WeightsError(
            f"Run {run.id} has no trained network yet, as it has not finished an epoch; wait for it, or "
            f"{CHOICES}."
        )
    if run.status.state is State.INTERRUPTED:
        raise WeightsError(
            f"Run {run.id} was interrupted, and its network may be older than its best epoch; resume it, or "
            f"{CHOICES}."
        )
    return run.model_path


def _check_same_network(config: RunConfig, source: RunConfig, run: Run) -> None:
    spec = find_model(config.model)
    if source.model != config.model:
        raise WeightsError(
            f"Run {run.id} trained {source.model}, whose weights do not fit {config.model}; set model to "
            f"{source.model}, or {CHOICES}."
        )
    if spec.backbone is not None:
        if spec.backbone.alphas and source.alpha != config.alpha:
            raise WeightsError(
                f"Run {run.id} trained {config.model} of alpha {source.alpha:g}, but alpha is "
                f"{config.alpha:g}; set alpha to {source.alpha:g}, or {CHOICES}."
            )
        return
    if _weights_of(config) == _weights_of(source):
        return
    if config.layers != source.layers:
        raise WeightsError(
            f"Run {run.id} trained a stack of other layers, whose weights do not fit this one; open the "
            f"layers of that run as the stack, or {CHOICES}."
        )
    raise WeightsError(
        f"Run {run.id} was trained at image size {source.image_size.words}; at {config.image_size.words} "
        f"{config.model} has layers of other shapes, so set image size to {source.image_size.text}, or "
        f"{CHOICES}."
    )


def _weights_of(config: RunConfig) -> list[tuple[str, str, int]]:
    """Return name, kind and number of parameters of each layer with weights, but for the last."""
    table = stack_table(config.model_copy(update={"cut": None}), 2)
    return [
        (layer.name, layer.kind, layer.num_params)
        for layer in table.layers
        if layer.num_params and layer.name != LOGITS_LAYER
    ]
