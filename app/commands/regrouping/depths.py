"""``regroup depths``: accuracy of full and grouped runs at each fine-tuning depth."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.commands.options import (
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    say,
    wants_json,
    workspace_of,
)
from app.commands.progress import ProgressLine
from app.commands.regrouping.printing import RunArgument, Split, SplitOption
from app.commands.regrouping.retraining import follow
from core.runs.run import find_run
from core.words import SPLIT_NAMES


def depths(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")],
    split: SplitOption = Split.VAL,
    train: Annotated[
        bool, typer.Option("--train", help="First train full and grouped runs at the depths that lack one.")
    ] = False,
    only: Annotated[
        str | None,
        typer.Option(metavar="K,K", help="With --train: only these depths, such as 0,1,2; without it all."),
    ] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="With --train: queue the runs and return at once.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare full and grouped runs at each fine-tuning depth: how many of the last blocks were trained."""
    from core.jobs.retraining import train_depths  # noqa: PLC0415
    from core.regrouping.duel.depth import compare_depths  # noqa: PLC0415
    from core.regrouping.keeping.looks import DEPTHS_RULE, record_look  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    table = compare_depths(workspace, found, saved.grouping, split=split)
    if train:
        missing = sorted({*table.missing_full, *table.missing_grouped})
        wanted = missing if only is None else _read_depths(only)
        with ProgressLine() as progress:
            asked = train_depths(workspace, found, saved, wanted, progress=progress)
        if not follow(workspace, asked, wait=not no_wait):
            return
        table = compare_depths(workspace, found, saved.grouping, split=split)
    for problem in table.problems:
        say(problem)
    if split is Split.TEST:
        look = record_look(
            workspace, found.config.dataset, found.id, saved.grouping, saved.name, rule=DEPTHS_RULE
        )
        say(f"This is {look.in_words}, {look.of_run_in_words}; choose the depth on val.")
    if wants_json(context, as_json):
        print_json({"run": found.id, "grouping": saved.name, **asdict(table)})
        return
    print_table(
        [f"on {split}", "trained blocks", "classes", "accuracy", "sd", "runs"],
        [[p.way, p.depth, p.num_classes, p.accuracy, p.accuracy_sd, len(p.runs)] for p in table.points],
    )
    images = f"{table.num_samples:,} {SPLIT_NAMES[split]} images"
    print(
        f"{images}; {found.config.model} has {table.num_blocks} blocks. {_lacks(table.missing_full, 'full')}"
    )
    print(_lacks(table.missing_grouped, "grouped"))


def _lacks(missing: tuple[int, ...], what: str) -> str:
    if not missing:
        return f"There is a {what} run at every depth."
    return f"No {what} run at depth {', '.join(map(str, missing))}."


def _read_depths(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() for part in parts):
        raise typer.BadParameter(f"--only takes numbers of blocks such as 0,1,2, not {text!r}.")
    return [int(part) for part in parts]
