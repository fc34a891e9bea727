"""What commands that train on groups share: queue what is missing, tell what is there, wait for it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.commands.options import say
from app.commands.progress import ProgressLine
from app.commands.runs import wait_for
from core.errors import RunError
from core.runs.run import ACTIVE_STATES, Run, State
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.jobs.retraining import Retraining
    from core.regrouping.keeping.store import SavedGrouping


def train_missing(
    workspace: Workspace, run: Run, saved: "SavedGrouping", *, seeds: int, also_full: bool, wait: bool
) -> bool:
    """Train a run's network on groups with several seeds, those that there are left out.

    Args:
        workspace: Where the runs are.
        run: The run with the settings.
        saved: The groups.
        seeds: How many, from the run's own on.
        also_full: Whether to train the network on all classes with these seeds, too.
        wait: Whether to wait for all of them.

    Returns:
        Whether all of them are done now.

    Raises:
        RegroupError: As ``core.jobs.retraining.retrain``; or one of them has failed.
    """
    from core.jobs.retraining import default_seeds, retrain  # noqa: PLC0415

    numbers = default_seeds(run, seeds)
    with ProgressLine() as progress:
        asked = retrain(workspace, run, saved, numbers, also_full=also_full, progress=progress)
    return follow(workspace, asked, wait=wait)


def follow(workspace: Workspace, asked: "Retraining", *, wait: bool) -> bool:
    """Tell what was queued and what was there, and wait for it when asked to; returns whether all is done.

    Raises:
        RunError: One of them ended without being done.
    """
    from core.jobs.supervisor import ensure_supervised  # noqa: PLC0415

    _tell("Queued", asked.queued)
    _tell("Already there", asked.existing)
    active = [run for run in asked.runs if run.status.state in ACTIVE_STATES]
    if active:
        ensure_supervised(workspace)
    if active and not wait:
        say("They are trained in the background; the same command without --train compares them when done.")
        return False
    for run in sorted(active, key=lambda run: run.status.created):
        wait_for(run)
    failed = [run for run in asked.runs if run.status.state is not State.DONE]
    if failed:
        raise RunError(
            f"Run {failed[0].id} {failed[0].status.state}. {failed[0].status.message} `regroup runs resume "
            f"{failed[0].id}` goes on with it; without --train the runs that are done are compared."
        )
    return True


def _tell(what: str, runs: Sequence[Run]) -> None:
    if runs:
        names = ", ".join(
            f"{run.id} ({'all classes' if run.config.groups is None else 'groups'}, seed {run.config.seed})"
            for run in runs
        )
        say(f"{what}: {names}.")
