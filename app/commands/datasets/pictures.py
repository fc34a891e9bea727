"""``regroup datasets pictures``: the images that the part "Pictures" of the page would show."""

from typing import Annotated

import typer

from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    wants_json,
    workspace_of,
)

app = typer.Typer()


@app.command("pictures")
def pictures(
    context: typer.Context,
    name: DatasetArgument,
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="Only this class; may be given several times.")
    ] = None,
    splits: Annotated[list[str] | None, typer.Option("--split", help="Only train, val or test.")] = None,
    flags: Annotated[
        list[str] | None,
        typer.Option("--flag", help="Only excluded, edited, duplicate, small or blank ones."),
    ] = None,
    text: Annotated[str | None, typer.Option("--name", help="Only files whose path contains this.")] = None,
    width: Annotated[
        str | None, typer.Option(help="Only widths LOW..HIGH, such as 200..400 or ..64.")
    ] = None,
    height: Annotated[str | None, typer.Option(help="Only heights LOW..HIGH.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE", help="Only this value, or range LOW..HIGH, of a column of the source."
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            help="mixed, class, size, name, order, random~SEED, or after a scan brightness, contrast, "
            "sharpness, outlier, bytes; with - before it the largest first, as in --sort=-size."
        ),
    ] = None,
    per_page: Annotated[int, typer.Option(min=1, help="Images to list.")] = 120,
    page: Annotated[int, typer.Option(min=1, help="Which page of them.")] = 1,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List images by class, split, flags, size and the source's columns, in an order."""
    from core.datasets.browsing.index import PictureIndex, describe_pictures  # noqa: PLC0415
    from core.datasets.browsing.picture_query import check_query  # noqa: PLC0415
    from core.datasets.scanning.scan import load_scan  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415

    dataset = load_dataset(workspace_of(context, home), name)
    index = PictureIndex(dataset, load_scan(dataset))
    single = {"name": text, "width": width, "height": height, "sort": sort}
    asked = {
        "class": classes or [],
        "split": splits or [],
        "flag": flags or [],
        **{option: [value] for option, value in single.items() if value},
        **_by_column(where or [], list(map(str, dataset.metadata.columns))),
    }
    query = check_query(asked, index)
    found = index.find(query.wanted, query.order)
    shown = found[(page - 1) * per_page : page * per_page]
    rows = describe_pictures(index, shown)
    if wants_json(context, as_json):
        print_json({"name": dataset.name, "num_found": len(found), "page": page, "pictures": rows})
        return
    print(f"{len(shown):,} of {len(found):,} images")
    columns = ("id", "path", "class", "split", "width", "height")
    print_table(columns, [[row[column] for column in columns] for row in rows])


def _by_column(where: list[str], columns: list[str]) -> dict[str, list[str]]:
    """Return the parameters for values of the source's columns, whose names may hold an = themselves."""
    from core.datasets.browsing.picture_query import WHERE  # noqa: PLC0415

    asked: dict[str, list[str]] = {}
    for one in where:
        if "=" not in one:
            raise typer.BadParameter(f"--where {one} needs COLUMN=VALUE or COLUMN=LOW..HIGH.")
        named = [column for column in columns if one.startswith(f"{column}=")]
        column = max(named, key=len, default=one.partition("=")[0])
        asked.setdefault(WHERE + column, []).append(one[len(column) + 1 :])
    return asked
