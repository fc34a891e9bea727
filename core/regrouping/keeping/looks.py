"""Looks at test images, counted: who judges many groupings on the same test images fools himself.

``groupings/<dataset>/looks/test.json`` holds each look: a run and the groups that were judged. The same
groups on the same run are one look, however often they are shown and whatever they are called; a rule that
is judged beside them, such as the thresholds of back-off, is a look of its own.
"""

import hashlib
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.lock import locked
from core.workspace import Workspace, check_name, read_json, write_json

DEPTHS_RULE = "fine-tuning depths"  # of a look at all depths at once


@dataclass(frozen=True)
class Look:
    """A grouping judged on the test images of a run.

    Attributes:
        run_id: The run whose predictions were judged.
        groups: Which classes counted as one, as a short text; the groups' names do not matter.
        name: Name of the saved grouping; empty when it was not saved.
        num_groups: Number of groups.
        time: When they were seen first, seconds since 1970.
        rule: What else was chosen and judged, such as thresholds; empty for the groups alone.
    """

    run_id: str
    groups: str
    name: str
    num_groups: int
    time: float
    rule: str = ""


def record_look(
    workspace: Workspace,
    dataset_name: str,
    run_id: str,
    grouping: Grouping,
    name: str = "",
    *,
    rule: str = "",
) -> int:
    """Count a look at the test images of a dataset, unless it was counted before.

    Args:
        workspace: Where looks are kept.
        dataset_name: Dataset of the run.
        run_id: The run whose predictions are judged.
        grouping: The groups that are judged.
        name: Name of the saved grouping.
        rule: What else was chosen and is judged, such as thresholds.

    Returns:
        The number of this look at the dataset's test images by that run, from 1.

    Raises:
        WorkspaceError: The disk cannot be written, or the file of looks is damaged.
    """
    groups = groups_text(grouping)
    number = _number(list_looks(workspace, dataset_name), run_id, groups, rule)
    if number:
        return number
    path = _path(workspace, dataset_name)
    with locked(path):
        looks = list_looks(workspace, dataset_name)
        number = _number(looks, run_id, groups, rule)
        if number:
            return number
        looks.append(Look(run_id, groups, name, grouping.num_groups, time.time(), rule))
        write_json(path, {"looks": [asdict(look) for look in looks]})
        return _number(looks, run_id, groups, rule)


def count_looks(workspace: Workspace, dataset_name: str, run_id: str) -> int:
    """Return how many groupings were judged on the test images of a dataset by a run.

    Raises:
        WorkspaceError: The file of looks is damaged.
    """
    return sum(look.run_id == run_id for look in list_looks(workspace, dataset_name))


def look_number(workspace: Workspace, dataset_name: str, run_id: str, grouping: Grouping) -> tuple[int, bool]:
    """Return the number that a look at test images has or would have, and whether it would be a new one.

    Raises:
        WorkspaceError: The file of looks is damaged.
    """
    looks = list_looks(workspace, dataset_name)
    number = _number(looks, run_id, groups_text(grouping))
    if number:
        return number, False
    return count_looks(workspace, dataset_name, run_id) + 1, True


def was_looked_at(workspace: Workspace, dataset_name: str, grouping: Grouping) -> bool:
    """Whether these groups were judged on test images, by any run.

    Raises:
        WorkspaceError: The file of looks is damaged.
    """
    groups = groups_text(grouping)
    return any(look.groups == groups for look in list_looks(workspace, dataset_name))


def list_looks(workspace: Workspace, dataset_name: str) -> list[Look]:
    """Return all looks at the test images of a dataset, the oldest first.

    Raises:
        WorkspaceError: The file of looks is damaged.
    """
    path = _path(workspace, dataset_name)
    try:
        return [
            Look(
                str(look["run_id"]),
                str(look["groups"]),
                str(look["name"]),
                int(look["num_groups"]),
                float(look["time"]),
                str(look.get("rule", "")),
            )
            for look in read_json(path)["looks"]
        ]
    except FileNotFoundError:
        return []
    except (OSError, WorkspaceError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise WorkspaceError(
            f"{path} is damaged, so looks at test images cannot be counted ({error}); restore it from a "
            f"copy, or delete it and keep in mind that test images were looked at before."
        ) from error


def groups_text(grouping: Grouping) -> str:
    """Return a short text that is the same for the same classes put together, in any order of classes.

    >>> pets = Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"])
    >>> groups_text(pets) == groups_text(pets.rename("cat + dog", "pet"))
    True
    """
    together = sorted(sorted(names) for names in grouping.members.values())
    return hashlib.sha256(repr(together).encode()).hexdigest()[:16]


def _number(looks: list[Look], run_id: str, groups: str, rule: str = "") -> int:
    """Place of a look among those of its run, from 1; 0 when there is none."""
    of_run = [(look.groups, look.rule) for look in looks if look.run_id == run_id]
    return of_run.index((groups, rule)) + 1 if (groups, rule) in of_run else 0


def _path(workspace: Workspace, dataset_name: str) -> Path:
    return workspace.groupings_dir / check_name(dataset_name, "dataset") / "looks" / "test.json"
