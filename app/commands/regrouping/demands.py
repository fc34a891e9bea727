"""Options of the commands that search groups: how they are searched and what is demanded of them."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.regrouping.suggesting.wishes import Wishes

    Demanded = tuple[Wishes, tuple[tuple[str, ...], ...]]  # wishes, and the classes of each locked group


class GoalName(StrEnum):
    """What the greedy method keeps high."""

    SUMMED = "summed"
    BITS = "bits"
    MACRO_F1 = "macro_f1"


PAIR_HELP = (
    "{what}; once for each {one}. Put a class name that has a comma in quotation marks: '\"cat, wild\",dog'."
)
GoalOption = Annotated[
    GoalName,
    typer.Option(help="What greedy keeps high: accuracy by summed probabilities, bits kept, or macro F1."),
]
MustLinkOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B", help=PAIR_HELP.format(what="Two classes that have to be in one group", one="pair")
    ),
]
NeverLinkOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B", help=PAIR_HELP.format(what="Two classes that must not be in one group", one="pair")
    ),
]
LockOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B,...",
        help=PAIR_HELP.format(what="The classes of a group that stays as it is", one="group"),
    ),
]
MaxSizeOption = Annotated[
    int | None, typer.Option(min=1, help="How many classes one group may hold at most.")
]
ParentsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.csv", help="A hierarchy, lines 'class,parent': only classes of one parent are merged."
    ),
]
AllowBlobOption = Annotated[
    bool, typer.Option("--allow-blob", help="A group may hold more than a third of the classes.")
]


def read_demands(
    class_names: Sequence[str],
    *,
    must_link: list[str] | None,
    never_link: list[str] | None,
    lock: list[str] | None,
    max_size: int | None,
    parents: Path | None,
) -> "Demanded":
    """Return what the options demand of groups of these classes.

    Raises:
        GroupingError: A class is unknown, or the hierarchy cannot be read.
    """
    from core.regrouping.suggesting.hierarchy import load_hierarchy  # noqa: PLC0415
    from core.regrouping.suggesting.wishes import Wishes, read_group, read_pair  # noqa: PLC0415

    wishes = Wishes(
        must_link=tuple(read_pair(pair, class_names) for pair in must_link or ()),
        never_link=tuple(read_pair(pair, class_names) for pair in never_link or ()),
        max_size=max_size,
        parents=load_hierarchy(parents, class_names).parents() if parents else None,
    )
    return wishes, tuple(read_group(group, class_names) for group in lock or ())
