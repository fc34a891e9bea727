"""Which runs may stand against each other in a duel: same dataset, same settings, other classes."""

from core.regrouping.grouping import Grouping
from core.runs.run import Run, State, list_runs
from core.workspace import Workspace

DONE = frozenset({State.DONE})


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
        if run.config.groups == grouping.to_mapping() and _is_like(run, full) and run.status.state in states
    ]


def find_full(workspace: Workspace, retrained: Run) -> list[Run]:
    """Return the finished runs on all classes that a run on groups may stand against, newest first."""
    return [
        run
        for run in list_runs(workspace)
        if run.config.groups is None and _is_like(run, retrained) and run.status.state is State.DONE
    ]


def _is_like(run: Run, other: Run) -> bool:
    """Whether two runs differ in nothing but groups and seed; a run that has not begun saw no dataset yet."""
    versions = {run.dataset_version, other.dataset_version} - {None}
    return len(versions) < 2 and _settings(run) == _settings(other)


def _settings(run: Run) -> dict[str, object]:
    return run.config.model_dump(exclude={"grouping", "groups", "seed"})
