"""Which runs may stand against each other in a duel: same dataset, same settings, other classes."""

from collections.abc import Iterable, Mapping

from core.errors import RunError
from core.regrouping.grouping import Grouping
from core.runs.config import RunConfig
from core.runs.run import Run, State, list_runs, made_at
from core.runs.settings.computing import ComputingSettings
from core.workspace import Workspace

DONE = frozenset({State.DONE})
PICTURES = frozenset({"occluded_with", "occluded_splits"})  # settings that choose clean or occluded pictures
# What a result does not depend on, apart from rounding, or what another setting holds in full.
IDLE = frozenset({"grouping", "groups", "seed", "stack", *ComputingSettings.model_fields})


def find_retrained(
    workspace: Workspace, full: Run, grouping: Grouping, *, states: frozenset[State] = DONE
) -> list[Run]:
    """Return the runs that may stand against ``full``, newest first.

    They were trained on just these groups of the same dataset, unchanged since, with the same settings; only
    the seed may differ.

    Args:
        workspace: Where the runs are.
        full: The run that knows all classes.
        grouping: The groups, with their names.
        states: States that count; finished runs only, unless told otherwise.
    """
    return [
        run
        for run in list_runs(workspace)
        if _is_like(run, full, groups=grouping.to_mapping()) and run.status.state in states
    ]


def find_twins(workspace: Workspace, full: Run) -> list[Run]:
    """Return the finished runs that differ from ``full`` in the seed at most: itself, then newest first."""
    twins = [
        run
        for run in list_runs(workspace)
        if run != full and _is_like(run, full, groups=full.config.groups) and run.status.state is State.DONE
    ]
    return [full, *twins]


def enter_duel(workspace: Workspace, full: Run, grouping: Grouping) -> tuple[list[Run], list[Run]]:
    """Return the finished runs that compare fairly: on all classes, ``full`` first, and on the groups.

    Of each seed the newest; of the groups the one with the seed of ``full`` comes first.
    """
    twins = [run for run in find_twins(workspace, full)[1:] if run.config.seed != full.config.seed]
    retrained = newest_of_each_seed(find_retrained(workspace, full, grouping))
    retrained.sort(key=lambda run: run.config.seed != full.config.seed)
    return [full, *newest_of_each_seed(twins)], retrained


def find_of_any_depth(
    workspace: Workspace,
    full: Run,
    groups: Mapping[str, str] | None,
    *,
    states: Iterable[State] = DONE,
    version: str | None = None,
) -> list[Run]:
    """Return the runs with the settings of ``full`` but for groups, seed and fine-tuning depth, newest first.

    Args:
        workspace: Where the runs are.
        full: The run with the settings.
        groups: Class to group of the wanted runs; None for runs on all classes.
        states: States that count.
        version: Of the dataset, which a run that has not begun will see; None for the one that ``full`` saw.
    """
    wanted, counted = None if groups is None else dict(groups), frozenset(states)
    seen = full.dataset_version if version is None else version
    return [
        run
        for run in list_runs(workspace)
        if _has_settings_of(run, full, groups=wanted, idle=IDLE | {"cut"})
        and len({run.dataset_version, seen} - {None}) <= 1
        and run.status.state in counted
    ]


def newest_of_each_seed(runs: Iterable[Run]) -> list[Run]:
    """Return the run of each seed that was asked for last, in the order of the seeds."""
    chosen = {run.config.seed: run for run in sorted(runs, key=made_at)}  # a later one takes the place
    return [chosen[seed] for seed in sorted(chosen)]


def find_of_other_pictures(workspace: Workspace, full: Run, grouping: Grouping) -> list[Run]:
    """Return the finished runs on these groups that differ from ``full`` in clean or occluded pictures."""
    return [
        run
        for run in list_runs(workspace)
        if _has_settings_of(run, full, groups=grouping.to_mapping(), idle=IDLE | PICTURES)
        and not has_other_version(run, full)
        and _settings(run.config) != _settings(full.config)
        and run.status.state is State.DONE
    ]


def find_full(workspace: Workspace, retrained: Run) -> list[Run]:
    """Return the finished runs on all classes that a run on groups may stand against, newest first."""
    return [
        run
        for run in list_runs(workspace)
        if _is_like(run, retrained, groups=None) and run.status.state is State.DONE
    ]


def find_of_other_versions(workspace: Workspace, full: Run, grouping: Grouping) -> list[Run]:
    """Return the finished runs that could stand against ``full`` had the dataset not been edited between."""
    return [
        run
        for run in list_runs(workspace)
        if has_other_version(run, full)
        and _has_settings_of(run, full, groups=grouping.to_mapping())
        and run.status.state is State.DONE
    ]


def has_other_version(run: Run, other: Run) -> bool:
    """Whether two runs saw different versions of their dataset; one that has not begun saw none yet."""
    return len({run.dataset_version, other.dataset_version} - {None}) > 1


def _is_like(run: Run, other: Run, *, groups: dict[str, str] | None) -> bool:
    """Whether a run learned these groups and differs from the other in nothing else but the seed."""
    return _has_settings_of(run, other, groups=groups) and not has_other_version(run, other)


def _has_settings_of(
    run: Run, other: Run, *, groups: dict[str, str] | None, idle: frozenset[str] = IDLE
) -> bool:
    """The same, whatever version of the dataset they saw; one with damaged settings is like no other."""
    try:
        config = run.config
    except RunError:
        return False
    return config.groups == groups and _settings(config, idle) == _settings(other.config, idle)


def _settings(config: RunConfig, idle: frozenset[str] = IDLE) -> dict[str, object]:
    return config.model_dump(exclude=set(idle if config.occluded_with is not None else idle | PICTURES))
