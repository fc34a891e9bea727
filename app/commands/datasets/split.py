"""``regroup datasets split``: divide anew, seen first or at once."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    say,
    wants_json,
    workspace_of,
)

if TYPE_CHECKING:
    from core.datasets.dataset import Dataset
    from core.datasets.preparing.split_plan import SplitPlan, SplitPreview

app = typer.Typer()
SPLITS = ("train", "val", "test")


@app.command("split")
def split(
    context: typer.Context,
    name: DatasetArgument,
    train: Annotated[float, typer.Option(help="Share of the images to learn from.")] = 0.8,
    val: Annotated[float, typer.Option(help="Share of the images on which choices are made.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share kept for the final number; may be 0.")] = 0.1,
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0,
    by: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="What keeps images in one split: group, a column of the source (its values become the "
            "groups), or nothing.",
        ),
    ] = "group",
    name_part: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="File names that agree up to the last TEXT stay together, instead of --by."
        ),
    ] = None,
    minimum: Annotated[
        int, typer.Option(min=1, help="Images of each class at least, in val and in test.")
    ] = 1,
    stratified: Annotated[
        bool,
        typer.Option("--stratified/--not-stratified", help="Whether each class is divided by these shares."),
    ] = True,
    given: Annotated[
        bool, typer.Option("--given", help="Restore the division with which the dataset was added.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what it would give, and change nothing.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Divide a dataset anew into train, val and test; `regroup datasets undo` takes it back."""
    from core.datasets.preparing.split_plan import (  # noqa: PLC0415
        SplitPlan,
        apply_splits,
        given_splits,
        plan_splits,
    )
    from core.datasets.store import load_dataset  # noqa: PLC0415

    workspace = workspace_of(context, home)
    dataset = load_dataset(workspace, name)
    if given:
        planned = given_splits(workspace, dataset)
    else:
        shares: dict[str, Any] = {"train": train, "val": val, "test": test}
        planned = plan_splits(
            dataset,
            _plan(SplitPlan, by, name_part, **shares, seed=seed, minimum=minimum, stratified=stratified),
        )
    if not preview:
        dataset = apply_splits(workspace, dataset, planned)
    if wants_json(context, as_json):
        print_json(_summarize_splits(dataset, planned, applied=not preview))
        return
    _print_splits(planned, applied=not preview)


def _plan(make: "type[SplitPlan]", by: str, name_part: str | None, **values: Any) -> "SplitPlan":
    if name_part is not None:
        if by != "group":
            raise typer.BadParameter("--by and --name-part exclude each other; give one of them.")
        return make.make(by="name", separator=name_part, **values)
    if by in {"group", "nothing"}:
        return make.make(by=by, **values)
    return make.make(by="column", column=by, **values)


def _summarize_splits(dataset: "Dataset", planned: "SplitPreview", *, applied: bool) -> dict[str, Any]:
    tables = {"before": planned.before, "after": planned.after}
    return {
        "name": dataset.name,
        "applied": applied,
        "title": planned.title,
        "num_moved": planned.num_moved,
        "warnings": planned.warnings,
        "version": dataset.version,
        **{
            when: {str(k): row for k, row in table.to_dict(orient="index").items()}
            for when, table in tables.items()
        },
    }


def _print_splits(planned: "SplitPreview", *, applied: bool) -> None:
    header = ["class", *(f"{s} {when}" for s in SPLITS for when in ("now", "then")), "total"]
    before, after = planned.before[list(SPLITS)].to_numpy(), planned.after[list(SPLITS)].to_numpy()
    pairs = [
        [int(n) for pair in zip(b, a, strict=True) for n in pair] for b, a in zip(before, after, strict=True)
    ]
    rows = [[str(c), *p, sum(p[1::2])] for c, p in zip(planned.after.index, pairs, strict=True)]
    print_table(header, rows)
    did = "change" if applied else "would change"
    print(f"{planned.title}: {planned.num_moved} images {did} their split.")
    for warning in planned.warnings:
        say(warning)
