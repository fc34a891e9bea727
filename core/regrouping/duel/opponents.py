"""Which runs may stand against each other in a duel: same dataset, same settings, other classes."""

from core.errors import RunError
from core.regrouping.grouping import Grouping
from core.runs.config import RunConfig
from core.runs.run import Run, State, list_runs
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
