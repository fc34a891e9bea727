"""``regroup datasets add``: make a dataset of what lies on disk, or of one that has a name."""

from pathlib import Path
from typing import Annotated, Any

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

app = typer.Typer()


@app.command("add")
def add(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, an archive (.zip, .tar, .tar.gz ...), a table of labels beside its images, an "
            ".npz or .npy file; or keras:mnist, :fashion_mnist, :cifar10, :cifar100; or hf:OWNER/NAME."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the dataset; without it that of the source.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(metavar="TABLE", help="CSV, TSV, Parquet or JSON-lines file with one row an image."),
    ] = None,
    image_column: Annotated[
        str | None, typer.Option(help="Column of TABLE with the image's file name; of hf: with the image.")
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Column of TABLE, or of an hf: dataset, with the class.")
    ] = None,
    group_column: Annotated[
        str | None,
        typer.Option(
            help="Column of TABLE whose equal values never stand in two splits, such as the patient."
        ),
    ] = None,
    split_column: Annotated[
        str | None, typer.Option(help="Column of TABLE that says train, val or test.")
    ] = None,
    label_pattern: Annotated[
        str | None,
        typer.Option(metavar="PATTERN", help="Where in file names the class stands, such as {label}_{rest}."),
    ] = None,
    label_regex: Annotated[
        str | None,
        typer.Option(metavar="REGEX", help="The same by a regular expression with (?P<label>...)."),
    ] = None,
    group_pattern: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN", help="Where in file names the group stands, such as {group}_{digits}."
        ),
    ] = None,
    group_regex: Annotated[
        str | None,
        typer.Option(metavar="REGEX", help="The same by a regular expression with (?P<group>...)."),
    ] = None,
    group_separator: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="File names that agree up to the last TEXT, such as _, are one group."
        ),
    ] = None,
    strip_prefix: Annotated[
        str, typer.Option(metavar="TEXT", help="Taken away from the beginning of class names.")
    ] = "",
    strip_suffix: Annotated[
        str, typer.Option(metavar="TEXT", help="Taken away from the end of class names.")
    ] = "",
    strip_digits: Annotated[
        bool, typer.Option("--strip-digits", help="Take numbers at both ends of class names away.")
    ] = False,
    class_regex: Annotated[
        str, typer.Option(metavar="REGEX", help="What of a class name is kept, by a regular expression.")
    ] = "",
    underscores_to_spaces: Annotated[
        bool, typer.Option("--underscores-to-spaces", help="Make _ in class names a space.")
    ] = False,
    merge_classes: Annotated[
        bool, typer.Option("--merge-classes", help="Make classes of the same cleaned name one class.")
    ] = False,
    image_array: Annotated[
        str | None, typer.Option(help="Array of the images in an .npz file, when its name does not tell.")
    ] = None,
    label_array: Annotated[
        str | None, typer.Option(help="Array of the labels in an .npz file, when its name does not tell.")
    ] = None,
    coarse: Annotated[
        bool, typer.Option("--coarse", help="For keras:cifar100: the 20 coarse labels are the classes.")
    ] = False,
    config: Annotated[
        str | None, typer.Option(help="Configuration of an hf: dataset that has several.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Print what would be made, and make nothing.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the 80/10/10 split.")] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a dataset; images in a folder stay where they are."""
    from core.datasets.adding.by_name import is_by_name  # noqa: PLC0415

    given = dict(context.params)
    if preview:
        _preview(source, given, as_json=wants_json(context, as_json))
        return
    with ProgressLine() as line:
        options: dict[str, Any] = {"name": name, "seed": seed, "progress": line}
        make = _add_by_name if is_by_name(source) else _add_from_disk
        dataset = make(workspace_of(context, home), source, given, options)
    _tell(dataset, as_json=wants_json(context, as_json))


def _add_from_disk(workspace: Any, source: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    from app.commands.datasets.source_options import make_source_options  # noqa: PLC0415
    from core.datasets.adding.add import add_dataset  # noqa: PLC0415

    if given["coarse"] or given["config"]:
        raise typer.BadParameter("--coarse and --config are for keras: and hf: datasets.")
    return add_dataset(workspace, source, options=make_source_options(source, given), **options)


def _add_by_name(workspace: Any, source: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    from app.commands.datasets.source_options import (  # noqa: PLC0415
        make_class_name_rule,
        make_named_options,
    )
    from core.datasets.adding.by_name import add_by_name  # noqa: PLC0415
    from core.datasets.sources.options import SourceOptions  # noqa: PLC0415

    named = make_named_options(source, given)
    rule = SourceOptions(class_name_rule=make_class_name_rule(given))
    return add_by_name(workspace, source, named=named, options=rule, **options)


def _tell(dataset: Any, *, as_json: bool) -> None:
    from core.datasets.balance import summarize  # noqa: PLC0415

    if as_json:
        print_json(summarize(dataset))
        return
    print(f"Added {dataset.name}: {dataset.num_images} images, {dataset.num_classes} classes.")
    for note in dataset.notes:
        say(note)
    if len(dataset.rejected):
        say(f"{len(dataset.rejected)} images were left out: see `regroup datasets show {dataset.name}`.")


def _preview(source: str, given: dict[str, Any], *, as_json: bool) -> None:
    """Print what would be made of a source on disk."""
    from app.commands.datasets.source_options import make_source_options  # noqa: PLC0415
    from core.datasets.adding.by_name import is_by_name  # noqa: PLC0415
    from core.datasets.adding.preview import preview_source  # noqa: PLC0415

    if is_by_name(source):
        raise typer.BadParameter(f"--preview looks at what lies on this disk, and {source} does not.")
    found = preview_source(source, make_source_options(source, given))
    if as_json:
        print_json(_as_document(found))
        return
    more = "" if found.is_complete else " at least"
    print(f"{found.kind}:{more} {found.num_images} images, {len(found.classes)} classes, "
          f"{found.num_left_out} left out")  # fmt: skip
    print_table(["class", "new name", "images"], [[c.old, c.new, c.num_images] for c in found.classes])
    print_table(
        ["file", "label", "group", "split"], [[e.path, e.label, e.group, e.split] for e in found.examples]
    )
    for sentence in [*found.notes, *([found.problem] if found.problem else [])]:
        say(sentence)


def _as_document(found: Any) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "num_images": found.num_images,
        "is_complete": found.is_complete,
        "num_left_out": found.num_left_out,
        "classes": [{"old": c.old, "new": c.new, "num_images": c.num_images} for c in found.classes],
        "collisions": {new: list(old) for new, old in found.collisions.items()},
        "examples": [
            {"path": e.path, "label": e.label, "group": e.group, "split": e.split, "reason": e.reason}
            for e in found.examples
        ],
        "columns": list(found.columns),
        "notes": list(found.notes),
        "problem": found.problem,
    }
