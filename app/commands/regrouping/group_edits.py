"""Edits of saved groupings: ``regroup group new``, ``merge``, ``split``, ``rename``, ``lock``, ``color``.

An edit changes the grouping in place, or with ``--as`` leaves it and saves the result under another name.
One that was judged on test images stays as it is; its edits need ``--as``.
"""

from collections.abc import Callable
from typing import Annotated

import typer

from app.commands.options import DatasetArgument, HomeOption, JsonOption, workspace_of
from app.commands.regrouping.group_report import NameArgument, report
from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.names import name_some

GroupArgument = Annotated[str, typer.Argument(help="Name of a group in it.")]
AsOption = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Save the result under this name; without it, in place."),
]


def new(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a grouping by hand: every class of the dataset alone."""
    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.regrouping.keeping.store import save_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    alone = Grouping.identity(load_dataset(workspace, dataset).class_names)
    report(context, as_json, save_grouping(workspace, dataset, grouping, alone, run_id=""))


def merge(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    classes: Annotated[list[str], typer.Argument(help="Two or more classes; their whole groups are merged.")],
    name: Annotated[str | None, typer.Option(metavar="GROUP", help="Name of the merged group.")] = None,
    save_as: AsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the groups of some classes together."""
    _edit(
        context,
        (dataset, grouping, save_as),
        lambda groups: groups.merge(classes, name),
        f"Merged {name_some(classes)}",
        home=home,
        as_json=as_json,
    )


def split(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    group: GroupArgument,
    classes: Annotated[
        list[str] | None,
        typer.Argument(help="Classes that leave the group, together; without them each class stands alone."),
    ] = None,
    save_as: AsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take classes out of a group, or dissolve it."""
    leaving = classes or []

    def change(groups: Grouping) -> Grouping:
        stray = [name for name in leaving if name not in groups.members_of(group)]
        if stray:
            raise GroupingError(
                f"Group {group!r} does not hold {name_some(stray)}; its classes are "
                f"{', '.join(groups.members_of(group))}."
            )
        return groups.take_out(leaving) if leaving else groups.dissolve(group)

    words = f"Took out {name_some(leaving)}" if leaving else f"Dissolved {group}"
    _edit(context, (dataset, grouping, save_as), change, words, home=home, as_json=as_json)


def rename(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    group: GroupArgument,
    name: Annotated[str, typer.Argument(help="Its new name.")],
    save_as: AsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a group of a saved grouping another name."""
    _edit(
        context,
        (dataset, grouping, save_as),
        lambda groups: groups.rename(group, name),
        f"Renamed {group} to {name.strip()}",
        home=home,
        as_json=as_json,
    )


def lock(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    group: GroupArgument,
    off: Annotated[bool, typer.Option("--off", help="Unlock it, so that it may be changed again.")] = False,
    save_as: AsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lock a group: no step changes it until it is unlocked."""
    _edit(
        context,
        (dataset, grouping, save_as),
        lambda groups: groups.lock(group, not off),
        f"{'Unlocked' if off else 'Locked'} {group}",
        home=home,
        as_json=as_json,
    )


def color(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    group: GroupArgument,
    index: Annotated[
        int, typer.Argument(min=0, help="Place in the palette, from 1; 0 takes the color away.")
    ],
    save_as: AsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a group a color on the matrix."""
    _edit(
        context,
        (dataset, grouping, save_as),
        lambda groups: groups.color(group, index - 1),
        f"Colored {group}" if index else f"Took the color from {group}",
        home=home,
        as_json=as_json,
    )


def _edit(
    context: typer.Context,
    names: tuple[str, str, str | None],
    change: Callable[[Grouping], Grouping],
    words: str,
    *,
    home: str | None,
    as_json: bool,
) -> None:
    """Change a saved grouping, or save the result under another name; print it."""
    from core.regrouping.keeping.store import edit_grouping  # noqa: PLC0415

    dataset, grouping, save_as = names
    report(
        context,
        as_json,
        edit_grouping(workspace_of(context, home), dataset, grouping, change, words, save_as=save_as),
    )
