"""Looks at test images, counted: who judges many groupings on the same test images fools himself.

``groupings/<dataset>/looks/test.json`` holds each look: a run and the groups that were judged. The same
groups on the same run are one look, however often they are shown and whatever they are called; a rule that
is judged beside them, such as the thresholds of back-off, is a look of its own. The test figures of a run are
a look, too: at the groups that it learned, or, on Evaluate and by its command, at all classes. The accuracy
that lists of runs tell of a full run is not counted: it judges no groups. Looks are numbered through the
dataset, since several runs are judged on the same images.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from core.errors import WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.lock import locked
from core.runs.run import Run
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


class LookNumber(NamedTuple):
    """The number of a look, from 1.

    Attributes:
        of_dataset: Among all looks at the test images of its dataset.
        of_run: Among those with the predictions of its run.
    """

    of_dataset: int
    of_run: int

    @property
    def in_words(self) -> str:
        """Which look it is, as part of a sentence.

        >>> LookNumber(7, 2).in_words
        'look 7 at the test images of this dataset'
        """
        return f"look {self.of_dataset:,} at the test images of this dataset"

    @property
    def of_run_in_words(self) -> str:
        """Which one it is with its run, as part of a sentence.

        >>> LookNumber(7, 2).of_run_in_words
        'number 2 with this run'
        """
        return f"number {self.of_run:,} with this run"


def record_look(
    workspace: Workspace,
    dataset_name: str,
    run_id: str,
    grouping: Grouping,
    name: str = "",
    *,
    rule: str = "",
) -> LookNumber:
    """Count a look at the test images of a dataset, unless it was counted before.

    Args:
        workspace: Where looks are kept.
        dataset_name: Dataset of the run.
        run_id: The run whose predictions are judged.
        grouping: The groups that are judged.
        name: Name of the saved grouping.
        rule: What else was chosen and is judged, such as thresholds.

    Raises:
        WorkspaceError: The disk cannot be written, or the file of looks is damaged.
    """
    groups = groups_text(grouping)
    number = _number(list_looks(workspace, dataset_name), run_id, groups, rule)
    if number is not None:
        return number
    path = _path(workspace, dataset_name)
    with locked(path):
        looks = list_looks(workspace, dataset_name)
        number = _number(looks, run_id, groups, rule)
        if number is not None:
            return number
        looks.append(Look(run_id, groups, name, grouping.num_groups, time.time(), rule))
        write_json(path, {"looks": [asdict(look) for look in looks]})
        return LookNumber(len(looks), sum(look.run_id == run_id for look in looks))


def record_look_at_run(workspace: Workspace, run: Run, class_names: Sequence[str] = ()) -> LookNumber:
    """Count a look at a run's own test figures: at the groups that it learned, or at all classes.

    Args:
        workspace: Where looks are kept.
        run: The run whose figures are shown.
        class_names: All classes, as in its predictions; not needed of a run on groups.

    Raises:
        WorkspaceError: The disk cannot be written, or the file of looks is damaged.
    """
    groups = run.config.groups
    grouping = Grouping.identity(class_names) if groups is None else Grouping.from_mapping(groups, groups)
    return record_look(workspace, run.config.dataset, run.id, grouping, run.config.grouping or "")


def count_looks(workspace: Workspace, dataset_name: str, run_id: str) -> int:
    """Return how many groupings were judged on the test images of a dataset by a run.

    Raises:
        WorkspaceError: The file of looks is damaged.
    """
    return sum(look.run_id == run_id for look in list_looks(workspace, dataset_name))


def look_number(
    workspace: Workspace, dataset_name: str, run_id: str, grouping: Grouping
) -> tuple[LookNumber, bool]:
    """Return the number that a look at test images has or would have, and whether it would be a new one.

    Raises:
        WorkspaceError: The file of looks is damaged.
    """
    looks = list_looks(workspace, dataset_name)
    number = _number(looks, run_id, groups_text(grouping))
    if number is not None:
        return number, False
    return LookNumber(len(looks) + 1, sum(look.run_id == run_id for look in looks) + 1), True


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


def _number(looks: list[Look], run_id: str, groups: str, rule: str = "") -> LookNumber | None:
    """Number of a look that was counted before; None when it was not."""
    of_run = 0
    for place, look in enumerate(looks, start=1):
        of_run += look.run_id == run_id
        if (look.run_id, look.groups, look.rule) == (run_id, groups, rule):
            return LookNumber(place, of_run)
    return None


def _path(workspace: Workspace, dataset_name: str) -> Path:
    return workspace.groupings_dir / check_name(dataset_name, "dataset") / "looks" / "test.json"
