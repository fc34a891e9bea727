"""What the commands ``regroup group`` share: the grouping's name, and how a grouping is printed."""

from typing import Annotated, Any

import typer

from app.commands.options import print_json, wants_json
from core.regrouping.keeping.saved import SavedGrouping, to_content
from core.words import counted

NameArgument = Annotated[str, typer.Argument(metavar="GROUPING", help="Name of the saved grouping.")]


def facts(saved: SavedGrouping) -> dict[str, Any]:
    """All that is known of a grouping, with its groups counted."""
    content = to_content(saved)
    del content["format"]
    grouping = saved.grouping
    return {**content, "groups": grouping.members, "num_groups": grouping.num_groups}


def report(context: typer.Context, as_json: bool, saved: SavedGrouping) -> None:
    """Print a grouping."""
    if wants_json(context, as_json):
        print_json(facts(saved))
        return
    grouping = saved.grouping
    chosen = f", chosen on {saved.split} with {saved.run_id}" if saved.run_id else ""
    author = f" by {saved.author}" if saved.author else ""
    sizes = f"{counted(grouping.num_groups, 'group')} of {grouping.num_classes:,} classes"
    print(f"{saved.name}: {sizes}{chosen}{author}")
    for name, members in grouping.members.items():
        if len(members) > 1 or name != members[0]:
            print(f"{name}: {', '.join(members)}")
