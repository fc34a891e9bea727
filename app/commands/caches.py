"""``regroup cache``: what is kept to be quick, how much room it takes, and how much it may take."""

import time
from enum import StrEnum
from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, print_json, print_table, wants_json, workspace_of
from core.caches import KINDS, Cache, clear_caches, limit, list_caches, set_limit
from core.datasets.store import load_dataset
from core.words import counted, size_in_words
from core.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="Caches: see them, clear them, limit them.")
KIND_HELP = (
    "pixels: images decoded at the size of a network. features: what the frozen layers of a network make of "
    "them. run-features: what the network of a run makes of them. tables: layer tables of networks."
)


class CacheKind(StrEnum):
    """Kinds as a terminal takes them, in one word."""

    PIXELS = "pixels"
    FEATURES = "features"
    RUN_FEATURES = "run-features"
    TABLES = "tables"


@app.command("list")
def list_them(context: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print all caches, the one used longest ago first; that one goes first when room is needed."""
    workspace = workspace_of(context, home)
    found = list_caches(workspace)
    if wants_json(context, as_json):
        print_json({**_sizes(workspace, found), "caches": [_row(workspace, cache) for cache in found]})
        return
    if found:
        rows = [_row(workspace, cache) for cache in found]
        cells = [
            [row["kind"], row["owner"], size_in_words(cache.num_bytes), _when(cache), row["path"]]
            for row, cache in zip(rows, found, strict=True)
        ]
        print_table(["kind", "of", "size", "last used", "path"], cells)
    print(describe_room(workspace, found))


@app.command("clear")
def clear(
    context: typer.Context,
    kind: Annotated[CacheKind | None, typer.Option(help=KIND_HELP)] = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only caches of this dataset; without it of all.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete caches that no training uses now; they are made again when they are needed."""
    workspace = workspace_of(context, home)
    if dataset is not None:
        load_dataset(workspace, dataset)
    wanted = next((each for each in KINDS if each.replace(" ", "-") == kind), None)
    cleared = clear_caches(workspace, kind=wanted, owner=dataset)
    if wants_json(context, as_json):
        print_json({"deleted": cleared.num_caches, "bytes": cleared.num_bytes, "kept": cleared.num_kept})
        return
    kept = f"; {counted(cleared.num_kept, 'cache')} in use stay" if cleared.num_kept else ""
    print(f"{counted(cleared.num_caches, 'cache')} deleted, {size_in_words(cleared.num_bytes)} freed{kept}")


@app.command("limit")
def limit_them(
    context: typer.Context,
    gigabytes: Annotated[
        float | None,
        typer.Argument(metavar="[GB]", help="The new limit of all caches together; none prints the limit."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print or set how much room all caches together may take, in GB."""
    workspace = workspace_of(context, home)
    if gigabytes is not None:
        set_limit(workspace, gigabytes)
    found = list_caches(workspace)
    if wants_json(context, as_json):
        print_json(_sizes(workspace, found))
    else:
        print(describe_room(workspace, found))


def describe_room(workspace: Workspace, caches: list[Cache]) -> str:
    """Return in a line what the caches of a workspace take and may take."""
    taken = size_in_words(sum(cache.num_bytes for cache in caches))
    return f"caches take {taken} of at most {size_in_words(limit(workspace))}"


def _sizes(workspace: Workspace, caches: list[Cache]) -> dict[str, int]:
    return {"bytes": sum(cache.num_bytes for cache in caches), "limit_bytes": limit(workspace)}


def _row(workspace: Workspace, cache: Cache) -> dict[str, object]:
    return {
        "kind": cache.kind,
        "owner": cache.owner,
        "bytes": cache.num_bytes,
        "last_used": cache.last_used,
        "path": cache.path.relative_to(workspace.root).as_posix(),
    }


def _when(cache: Cache) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(cache.last_used))
