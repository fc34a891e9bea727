"""``regroup models``: the networks there are, the layers of each before any training, and saved stacks."""

import time
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.commands.options import (
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    wants_json,
    workspace_of,
)
from core.models.table import ModelTable
from core.runs.config import RunConfig
from core.words import counted, size_in_words

app = typer.Typer(
    help="List networks, show one layer by layer, and keep own stacks of layers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
stack = typer.Typer(
    help="Own networks as stacks of layers, for 'train --model stack --set stack=NAME'.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(stack, name="stack")
NO_DATASET = "-"  # of settings from which a network is only looked at
SizeOption = Annotated[
    str | None,
    typer.Option("--image-size", metavar="PIXELS|HxW", help="Of its input; else what it was made for."),
]
ClassesOption = Annotated[int, typer.Option("--classes", min=2, help="How many classes it tells apart.")]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A setting of a run that changes the network, such as cut=2, alpha=0.5 or head_units=128; "
        "can be repeated.",
    ),
]
StackArgument = Annotated[str, typer.Argument(help="Name of the stack.")]


@app.command("list")
def list_all(context: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List all networks that can be trained."""
    from core.models.catalog import CATALOG  # noqa: PLC0415

    if wants_json(context, as_json):
        print_json(
            [
                {
                    "name": spec.name,
                    "title": spec.title,
                    "description": spec.description,
                    "source": spec.source,
                    "pretrained": spec.pretrained,
                    "min_image_size": spec.min_image_size,
                    "default_image_size": spec.default_image_size,
                }
                for spec in CATALOG.values()
            ]
        )
        return
    rows = [
        [
            spec.name,
            spec.title,
            "ImageNet" if spec.pretrained else "random",
            spec.min_image_size,
            spec.default_image_size.words,
        ]
        for spec in CATALOG.values()
    ]
    print_table(["model", "title", "starts from", "smallest", "made for"], rows)


@app.command("show")
def show(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="Name of the network; 'regroup models list' has them.")],
    image_size: SizeOption = None,
    num_classes: ClassesOption = 10,
    setting: SettingsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a network layer by layer before any training: shapes, parameters, blocks, what is trained."""
    from core.explain.layer_tables import layer_table  # noqa: PLC0415
    from core.models.catalog import check_network, find_model  # noqa: PLC0415

    workspace = workspace_of(context, home)
    config = _read_config(model, image_size, setting or [])
    if config.stack is not None and config.layers is None:
        from core.models.stack.store import load_stack  # noqa: PLC0415

        config = config.model_copy(update={"layers": load_stack(workspace, config.stack).layers})
    check_network(config)
    table = layer_table(workspace, config, num_classes)
    if wants_json(context, as_json):
        told = {"model": model, "title": find_model(model).title, "image_size": config.image_size}
        print_json({**told, "num_classes": num_classes, **_as_document(table)})
    else:
        print(f"{find_model(model).title} at {config.image_size.words}, {num_classes:,} classes")
        _print_layers(table)


@stack.command("list")
def list_saved(context: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the saved stacks, newest first."""
    from core.models.stack.store import list_stacks  # noqa: PLC0415

    saved = list_stacks(workspace_of(context, home))
    if wants_json(context, as_json):
        print_json([{"name": s.name, "rows": len(s.layers), "created": s.created} for s in saved])
        return
    times = [time.strftime("%Y-%m-%d %H:%M", time.localtime(s.created)) for s in saved]
    rows = [[s.name, len(s.layers), saved_at] for s, saved_at in zip(saved, times, strict=True)]
    print_table(["stack", "rows", "saved"], rows)


@stack.command("save")
def save(
    context: typer.Context,
    name: StackArgument,
    source: Annotated[
        str | None, typer.Option("--from", metavar="MODEL", help="A simple network to take the layers of.")
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option("--layers", metavar="JSON|@FILE", help="The layers as a JSON list, or a file with it."),
    ] = None,
    image_size: SizeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the stack of that name.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save layers under a name: those of a simple network, or a list of your own."""
    from core.models.blocks import layers_of  # noqa: PLC0415
    from core.models.stack.store import save_stack  # noqa: PLC0415

    if (source is None) == (layers is None):
        raise typer.BadParameter("give either --from MODEL or --layers.")
    if source is not None:
        rows = layers_of(source, _read_config(source, image_size, []).image_size)
    else:
        rows = _read_config("stack", image_size, [f"layers={layers}"]).layers or ()
    saved = save_stack(workspace_of(context, home), name, rows, overwrite=force)
    if wants_json(context, as_json):
        print_json({"name": saved.name, "rows": len(saved.layers)})
    else:
        print(f"Saved {saved.name}, {counted(len(saved.layers), 'row')}.")


@stack.command("show")
def show_saved(
    context: typer.Context,
    name: StackArgument,
    image_size: SizeOption = None,
    num_classes: ClassesOption = 10,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a saved stack row by row, with what comes out of each, and what is wrong with it."""
    from core.models.stack.shapes import row_lines, stack_table  # noqa: PLC0415
    from core.models.stack.store import load_stack  # noqa: PLC0415

    saved = load_stack(workspace_of(context, home), name)
    config = _read_config("stack", image_size, []).model_copy(update={"layers": saved.layers})
    lines = row_lines(saved.layers, config.image_size, num_classes)
    is_possible = all(line.output_shape for line in lines)
    table = stack_table(config, num_classes) if is_possible else None
    if wants_json(context, as_json):
        rows = [
            {**layer.model_dump(mode="json"), **asdict(line)}
            for layer, line in zip(saved.layers, lines, strict=True)
        ]
        for row in rows:
            row["parameters"] = row.pop("num_params")
        totals = {"parameters": table and table.num_params, "memory": table and table.memory}
        print_json({"name": saved.name, "image_size": config.image_size, **totals, "rows": rows})
        return
    print_table(
        ["row", "kind", "units", "output", "parameters", "problem"],
        [
            [number, layer.kind, layer.units, _shape(line.output_shape), line.num_params, line.problem or ""]
            for number, (layer, line) in enumerate(zip(saved.layers, lines, strict=True), start=1)
        ],
    )
    if table is not None:
        _print_totals(table)


@stack.command("delete")
def delete(
    context: typer.Context, name: StackArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Delete a saved stack; runs that were trained with it keep their layers."""
    from core.models.stack.store import delete_stack  # noqa: PLC0415

    delete_stack(workspace_of(context, home), name)
    if wants_json(context, as_json):
        print_json({"deleted": name.strip()})
    else:
        print(f"Deleted {name.strip()}.")


def _read_config(model: str, image_size: str | None, settings: list[str]) -> RunConfig:
    from app.commands.run_options import make_config  # noqa: PLC0415

    given = {"dataset": NO_DATASET, "model": model, "image_size": image_size}
    return make_config(given, pairs=settings)


def _as_document(table: ModelTable) -> dict[str, Any]:
    return {
        "parameters": table.num_params,
        "trainable": table.num_trainable,
        "memory": table.memory,
        "blocks": [
            {
                "name": block.name,
                "first_layer": block.first_layer if block.keras_layer is None else block.keras_layer,
                "layers": block.num_layers,
                "parameters": block.num_params,
                "trained": block.trained,
            }
            for block in table.blocks
        ],
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "output_shape": layer.output_shape,
                "parameters": layer.num_params,
                "trainable": layer.num_weights if layer.trained else 0,
                "trained": layer.trained,
                "block": table.blocks[layer.block].name,
            }
            for layer in table.layers
        ],
    }


def _print_layers(table: ModelTable) -> None:
    print_table(
        ["layer", "kind", "output", "parameters", "block", ""],
        [
            [
                layer.name,
                layer.kind,
                _shape(layer.output_shape),
                layer.num_params,
                table.blocks[layer.block].name,
                "trained" if layer.trained else "frozen",
            ]
            for layer in table.layers
        ],
    )
    _print_totals(table)


def _print_totals(table: ModelTable) -> None:
    print(
        f"{table.num_params:,} parameters, {table.num_trainable:,} of them trained; a training step takes "
        f"about {size_in_words(table.memory)}"
    )


def _shape(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else " x ".join(str(side) for side in shape)
