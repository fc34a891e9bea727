"""``regroup group``: saved groupings listed, shown, compared, written to files and read from them."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    check_file_to_write,
    print_json,
    print_table,
    wants_json,
    workspace_of,
)
from app.commands.regrouping.group_edits import color, lock, merge, new, rename, split
from app.commands.regrouping.group_history import history
from app.commands.regrouping.group_report import NameArgument, facts, report
from core.errors import GroupingError

app = typer.Typer(no_args_is_help=True, help="Saved groupings: list, compare, edit, files.")
for command in (new, merge, split, rename, lock, color, history):
    app.command()(command)


@app.command("list")
def list_all(
    context: typer.Context, dataset: DatasetArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """List the saved groupings of a dataset, newest first."""
    from core.regrouping.keeping.looks import was_looked_at  # noqa: PLC0415
    from core.regrouping.keeping.store import list_groupings  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = list_groupings(workspace, dataset)
    judged = [was_looked_at(workspace, dataset, saved.grouping) for saved in found]
    if wants_json(context, as_json):
        print_json(
            [
                {**facts(saved), "judged_on_test": is_judged}
                for saved, is_judged in zip(found, judged, strict=True)
            ]
        )
        return
    print_table(
        ["grouping", "groups", "classes", "chosen with", "on", "by", "judged on test"],
        [
            [
                s.name,
                s.grouping.num_groups,
                s.grouping.num_classes,
                s.run_id,
                s.split,
                s.author,
                "yes" if j else "",
            ]
            for s, j in zip(found, judged, strict=True)
        ],
    )


@app.command()
def show(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the groups of a saved grouping, and who chose them on which split."""
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415

    report(context, as_json, load_grouping(workspace_of(context, home), dataset, grouping))


@app.command()
def diff(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Name of the grouping to compare with.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which classes moved from one grouping to another, and how much both agree."""
    from core.regrouping.compare import compare_groupings  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    first, second = (load_grouping(workspace, dataset, name).grouping for name in (grouping, other))
    found = compare_groupings(first, second)
    if wants_json(context, as_json):
        print_json(
            {
                "moves": [
                    {"class": move.name, "from": move.before, "to": move.after} for move in found.moves
                ],
                "renamed": [list(pair) for pair in found.renamed],
                "adjusted_rand": found.adjusted_rand,
                "num_groups": list(found.num_groups),
            }
        )
        return
    print(found.sentence)
    for move in found.moves:
        print(f"{move.name}: from {move.before} to {move.after}")
    for before, after in found.renamed:
        print(f"renamed: {before} to {after}")


@app.command()
def export(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    file: Annotated[Path, typer.Argument(help="File to write: .json with all that is known, or .csv.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a saved grouping to a file."""
    from core.regrouping.keeping.files import write_grouping  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415
    from core.workspace import write_bytes  # noqa: PLC0415

    saved = load_grouping(workspace_of(context, home), dataset, grouping)
    if file.suffix.lower() not in (".json", ".csv"):
        raise GroupingError(f"{file} does not end in .json or .csv; name the file so that its kind is clear.")
    check_file_to_write(file, "FILE")
    if file.exists():
        raise GroupingError(f"{file} is there already; choose another name, or delete the file.")
    write_bytes(file, write_grouping(saved, "csv" if file.suffix.lower() == ".csv" else "json"))
    if wants_json(context, as_json):
        print_json({**facts(saved), "file": str(file.absolute())})
    else:
        print(f"Wrote {saved.name} to {file}.")


@app.command("import")
def import_file(
    context: typer.Context,
    dataset: DatasetArgument,
    file: Annotated[Path, typer.Argument(help="JSON as 'group export' writes it, or CSV: class,group.")],
    save_as: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Name; without it the one in the file, or the file's."),
    ] = None,
    replace: Annotated[bool, typer.Option(help="Replace a grouping of that name.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save a grouping from a file, with who chose it on which split."""
    from dataclasses import replace as with_changes  # noqa: PLC0415

    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.regrouping.keeping.files import read_grouping  # noqa: PLC0415
    from core.regrouping.keeping.store import keep_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    class_names = load_dataset(workspace, dataset).class_names
    try:
        content = file.read_bytes()
    except OSError as error:
        raise GroupingError(f"{file} cannot be read ({error.strerror or error}); check its name.") from error
    found = read_grouping(content, file.name, dataset_name=dataset, class_names=class_names)
    report(
        context,
        as_json,
        keep_grouping(workspace, with_changes(found, name=save_as or found.name), overwrite=replace),
    )


@app.command()
def delete(
    context: typer.Context,
    dataset: DatasetArgument,
    grouping: NameArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a saved grouping; runs that were trained on it keep theirs."""
    from core.regrouping.keeping.store import delete_grouping  # noqa: PLC0415

    delete_grouping(workspace_of(context, home), dataset, grouping)
    if wants_json(context, as_json):
        print_json({"deleted": grouping, "dataset": dataset})
    else:
        print(f"Deleted {grouping}.")
