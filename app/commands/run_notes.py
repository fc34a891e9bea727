"""``regroup runs rename|note|tag|archive|unarchive``: what people write beside a run."""

from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, print_json, wants_json, workspace_of
from core.runs.notes import MAX_TAG, MAX_TITLE, About, load_about, run_name, update_about
from core.runs.run import Run, find_run

app = typer.Typer(rich_markup_mode=None)
RunArgument = Annotated[str, typer.Argument(help="Id of the run, such as lenet-3.")]


@app.command("rename")
def rename(
    context: typer.Context,
    run: RunArgument,
    title: Annotated[
        str, typer.Argument(help=f"Up to {MAX_TITLE} characters, shown beside the id; '' takes it away.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a run a title; its id stays."""
    found = find_run(workspace_of(context, home), run)
    _report(context, found, update_about(found, title=title), as_json)


@app.command("note")
def note(
    context: typer.Context,
    run: RunArgument,
    text: Annotated[
        str | None, typer.Argument(help="The note, in place of the one before; '' takes it away.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a note beside a run; without a text show what is written."""
    found = find_run(workspace_of(context, home), run)
    about = load_about(found) if text is None else update_about(found, note=text)
    _report(context, found, about, as_json)


@app.command("tag")
def tag(
    context: typer.Context,
    run: RunArgument,
    tags: Annotated[list[str], typer.Argument(help=f"Words of up to {MAX_TAG} characters.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away instead.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add tags to a run, or take some away."""
    found = find_run(workspace_of(context, home), run)
    before = load_about(found).tags
    wanted = [name for name in before if name not in tags] if remove else [*before, *tags]
    _report(context, found, update_about(found, tags=wanted), as_json)


@app.command("archive")
def archive(
    context: typer.Context, run: RunArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Hide a run from lists and from the sidebar; nothing is deleted."""
    found = find_run(workspace_of(context, home), run)
    _report(context, found, update_about(found, archived=True), as_json)


@app.command("unarchive")
def unarchive(
    context: typer.Context, run: RunArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Show an archived run in lists and in the sidebar again."""
    found = find_run(workspace_of(context, home), run)
    _report(context, found, update_about(found, archived=False), as_json)


def _report(context: typer.Context, run: Run, about: About, as_json: bool) -> None:
    if wants_json(context, as_json):
        print_json({"run": run.id, **about.model_dump(mode="json")})
        return
    print(run_name(run.id, about.title) + (", archived" if about.archived else ""))
    if about.tags:
        print(f"tags: {', '.join(about.tags)}")
    if about.note:
        print(about.note)
