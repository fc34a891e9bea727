"""Training again on groups: the settings of a full run, the groups as its classes, one run for each seed.

Nothing is trained twice: a run of these groups, settings and seed that is done, waits or is being trained
counts as it is. Frozen layers are not computed again either, since their features do not depend on labels.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.datasets.parallel import Progress
from core.datasets.store import load_dataset
from core.errors import RunError
from core.jobs.queue import submit
from core.models.catalog import check_network
from core.regrouping.duel.depth import depth_of
from core.regrouping.duel.opponents import find_of_any_depth
from core.regrouping.keeping.store import SavedGrouping
from core.runs.config import RunConfig
from core.runs.imported import is_imported
from core.runs.run import ACTIVE_STATES, Run, State
from core.workspace import Workspace

MORE_SEEDS = 2  # beside the full run's own: the fewest that show how much seeds vary
MAX_SEEDS = 20
FINE: tuple[None, None] = (None, None)  # name and groups of a run on all classes


@dataclass(frozen=True)
class Retraining:
    """What was asked for, run by run.

    Attributes:
        queued: Runs that were queued now.
        existing: Runs that were there: done, waiting or being trained.
    """

    queued: tuple[Run, ...]
    existing: tuple[Run, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """All of them."""
        return (*self.queued, *self.existing)


def default_seeds(full: Run, num_seeds: int = 1 + MORE_SEEDS) -> tuple[int, ...]:
    """Return the seed of a run and the numbers after it.

    Raises:
        RunError: So many seeds cannot be asked for.
    """
    if not 1 <= num_seeds <= MAX_SEEDS:
        raise RunError(f"{num_seeds} seeds cannot be trained; choose 1 to {MAX_SEEDS}.")
    first = full.config.seed
    return tuple(range(first, first + num_seeds))


def retrain(
    workspace: Workspace,
    full: Run,
    saved: SavedGrouping,
    seeds: Iterable[int],
    *,
    also_full: bool = False,
    progress: Progress | None = None,
) -> Retraining:
    """Queue runs on groups, with the settings and split of a full run, for those seeds that lack one.

    Args:
        workspace: Where the runs are.
        full: The run that knows all classes.
        saved: The groups.
        seeds: Starts of the random numbers, one a run.
        also_full: Whether to train the full network with these seeds, too, so that means compare fairly.
        progress: As of ``core.jobs.queue.submit``.

    Raises:
        RunError: The full run is one on groups, or was brought in from elsewhere; or as ``submit``.
        RegroupError: As ``submit``.
    """
    check_retrainable(full)
    kinds = [(saved.name, saved.grouping.to_mapping())]
    return _queue_all(workspace, full, kinds + [FINE] * also_full, _seeds_at(full, seeds), progress)


def train_depths(
    workspace: Workspace,
    full: Run,
    saved: SavedGrouping,
    depths: Iterable[int],
    *,
    progress: Progress | None = None,
) -> Retraining:
    """Queue full and grouped runs with the seed of ``full`` at fine-tuning depths that lack one.

    Args:
        workspace: Where the runs are.
        full: The run that knows all classes.
        saved: The groups.
        depths: How many of the last blocks to train along with the head, one number a pair of runs.
        progress: As of ``core.jobs.queue.submit``.

    Raises:
        ModelError: The network has fewer blocks.
        RegroupError: As ``retrain``.
    """
    check_retrainable(full)
    wanted = [({"cut": depth, "seed": full.config.seed}, depth) for depth in dict.fromkeys(depths)]
    return _queue_all(workspace, full, [(saved.name, saved.grouping.to_mapping()), FINE], wanted, progress)


def check_retrainable(full: Run) -> None:
    """Refuse a run whose settings cannot be trained again on groups.

    Raises:
        RunError: It was trained on groups itself, or its predictions were made elsewhere.
    """
    if is_imported(full.config):
        raise RunError(
            f"The predictions of {full.id} were brought in from elsewhere, so there are no settings to train "
            f"with; train a network on this dataset first, or train on the groups where they came from."
        )
    if full.config.groups is not None:
        raise RunError(f"Run {full.id} was trained on groups itself; choose the run that knows all classes.")


def _seeds_at(full: Run, seeds: Iterable[int]) -> list[tuple[dict[str, int], int]]:
    return [({"seed": seed}, depth_of(full)) for seed in dict.fromkeys(seeds)]


def _queue_all(
    workspace: Workspace,
    full: Run,
    kinds: Sequence[tuple[str | None, dict[str, str] | None]],
    wanted: Sequence[tuple[dict[str, int], int]],
    progress: Progress | None,
) -> Retraining:
    """Queue what is missing of each kind (a grouping's name and groups), for each change and its depth."""
    missing: list[RunConfig] = []
    existing: list[Run] = []
    for name, groups in kinds:
        there = _existing(workspace, full, groups)
        for changes, depth in wanted:
            found = there.get((depth, changes["seed"]))
            if found is not None:
                existing.append(found)
            else:
                update = {**changes, "grouping": name, "groups": groups}
                missing.append(full.config.model_copy(update=update))
    for config in missing:  # all of them before the first is queued
        check_network(config)
    queued = [submit(workspace, config, progress=progress) for config in missing]
    return Retraining(tuple(queued), tuple(existing))


def _existing(
    workspace: Workspace, full: Run, groups: Mapping[str, str] | None
) -> dict[tuple[int, int], Run]:
    """Runs that are done or to come, by depth and seed, the newest of each."""
    version = load_dataset(workspace, full.config.dataset).version
    states = {State.DONE, *ACTIVE_STATES}
    found = find_of_any_depth(workspace, full, groups, states=states, version=version)
    return {(depth_of(run), run.config.seed): run for run in reversed(found)}
