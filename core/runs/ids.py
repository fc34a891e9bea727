"""Ids of runs, such as ``lenet-3``: the names of their folders, of which none is given twice.

A deleted run leaves an empty folder behind, so that a later run cannot inherit what others keep under its id.
"""

from pathlib import Path

from core.errors import RunError
from core.workspace import Workspace, check_name

DELETED = ".deleted-"  # before the id, in the name of what a deleted run leaves behind


def check_new_run(workspace: Workspace, run_id: str) -> str:
    """Return an id for a new run, stripped.

    Raises:
        RunError: There is, or was, a run of that id (upper and lower case count as the same).
        WorkspaceError: The id is not allowed.
    """
    run_id = check_name(run_id, "run")
    taken = {path.name.removeprefix(DELETED).casefold() for path in workspace.runs_dir.iterdir()}
    if run_id.casefold() in taken:
        raise RunError(f"There is, or was, a run {run_id!r}; choose another name.")
    return run_id


def make_named(workspace: Workspace, run_id: str) -> Path:
    """Make the folder of a run with an id of its own, and return it.

    Raises:
        RunError: There is, or was, a run of that id.
        WorkspaceError: The id is not allowed.
    """
    folder = workspace.runs_dir / check_new_run(workspace, run_id)
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise RunError(f"There is a run {run_id!r} by now; choose another name.") from error
    return folder


def make_numbered(workspace: Workspace, model: str) -> Path:
    """Make the folder of a run that takes the next number of its model, and return it."""
    number = 1 + max(_numbers(workspace.runs_dir, model), default=0)
    while True:
        folder = workspace.runs_dir / f"{model}-{number}"
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            number += 1


def _numbers(runs_dir: Path, model: str) -> list[int]:
    """Numbers that runs of a model have or had."""
    names = [path.name.removeprefix(DELETED).rpartition("-") for path in runs_dir.iterdir()]
    return [int(number) for name, _, number in names if name == model and number.isdecimal()]
