"""``regroup dry-run`` and ``regroup find-rate``: trials with the settings of a training, before it."""

from dataclasses import asdict

import typer

from app.commands.options import HomeOption, JsonOption, print_json, print_table, wants_json, workspace_of
from app.commands.progress import ProgressLine
from app.commands.run_options import with_config
from core.runs.config import RunConfig

ROWS = 20  # of the curve that are printed


@with_config
def dry_run(
    context: typer.Context, config: RunConfig, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Try three batches of a training: time, memory and first loss, before it is queued."""
    from core.jobs import trials  # noqa: PLC0415

    workspace = workspace_of(context, home)
    with ProgressLine() as progress:
        found = trials.dry_run(workspace, config, progress=progress)
    if wants_json(context, as_json):
        print_json(asdict(found))
        return
    print(
        f"{found.seconds_per_epoch:.1f} s an epoch ({found.num_steps:,} steps of "
        f"{found.step_seconds * 1000:.0f} ms, validation {found.val_seconds:.1f} s) on {found.device}"
    )
    print(
        f"{found.first_epoch_seconds:.1f} s for the first epoch (images {found.decode_seconds:.1f} s, frozen "
        f"layers {found.feature_seconds:.1f} s, compiling and first step {found.first_step_seconds:.1f} s)"
    )
    print(f"{found.run_seconds:.0f} s for {config.epochs} epochs, unless it stops early")
    gpu = "" if found.gpu_memory is None else f", {found.gpu_memory / 1e9:.2f} GB on the GPU"
    print(f"{found.peak_memory / 1e9:.2f} GB of memory{gpu}")
    for remark in found.remarks:
        print(remark)


@with_config
def find_rate(
    context: typer.Context, config: RunConfig, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Look for a learning rate: a hundred steps with ever larger ones, and where the loss falls fastest."""
    from core.jobs import trials  # noqa: PLC0415

    workspace = workspace_of(context, home)
    with ProgressLine() as progress:
        curve = trials.find_learning_rate(workspace, config, progress=progress)
    if wants_json(context, as_json):
        print_json(asdict(curve))
        return
    every = max(1, len(curve.rates) // ROWS)
    rows = zip(curve.rates[::every].tolist(), curve.losses[::every].tolist(), strict=True)
    print_table(["learning rate", "loss"], [list(row) for row in rows])
    print(curve.reason)
