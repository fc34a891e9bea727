"""``regroup train`` and ``regroup runs``: queue trainings and follow, stop, resume or delete them."""

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands import run_import, run_notes
from app.commands.options import (
    HomeOption,
    JsonOption,
    figures_in_words,
    print_json,
    print_table,
    say,
    wants_json,
    workspace_of,
)
from app.commands.progress import ProgressLine
from app.commands.run_options import with_config
from core.errors import WorkspaceError
from core.runs.augmentation import describe
from core.runs.config import RunConfig
from core.runs.notes import About, load_about, run_name
from core.runs.run import ACTIVE_STATES, Run, State, delete_run, find_run, list_runs
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.regrouping.keeping.looks import LookNumber

app = typer.Typer(
    help="List runs, show, cancel, resume, delete, name, tag or archive one; bring one in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(run_notes.app)
app.add_typer(run_import.app)
POLL_S = 0.3
SUPERVISION_S = 5.0  # seconds between two looks whether somebody starts what waits
RunArgument = Annotated[str, typer.Argument(help="Id of the run, such as lenet-3.")]


@with_config
def train(
    context: typer.Context,
    config: RunConfig,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Queue the run and return at once.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a network on a dataset, in the background; wait for it unless told otherwise."""
    from core.datasets.gaps import find_gaps  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.jobs.queue import submit  # noqa: PLC0415
    from core.jobs.supervisor import ensure_supervised  # noqa: PLC0415

    workspace = workspace_of(context, home)
    with ProgressLine() as progress:
        run = submit(workspace, config, progress=progress)
    for gap in find_gaps(load_dataset(workspace, config.dataset)) if config.groups is None else ():
        say(gap)
    ensure_supervised(workspace)
    _report(context, run, as_json, wait=not no_wait)


@app.command("list")
def list_all(
    context: typer.Context,
    with_archived: Annotated[bool, typer.Option("--all", help="Archived runs too.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List runs, newest first; test figures of runs on groups are looks, which are counted."""
    from core.evaluation.summary import summarize_runs  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = {run.id: (run, load_about(run)) for run in list_runs(workspace)}
    shown = [run for run, about in found.values() if with_archived or not about.archived]
    summaries = [{**s, **_written_of(found[s["run"]][1])} for s in summarize_runs(shown)]
    for run, summary in zip(shown, summaries, strict=True):
        _count_look(workspace, run, summary)
    if wants_json(context, as_json):
        print_json(summaries)
        return
    print_table(
        [
            "run",
            "title",
            "tags",
            "dataset",
            "grouping",
            "status",
            "epochs",
            "val accuracy",
            "test accuracy",
            "problem",
        ],
        [
            [
                s["run"],
                s["title"],
                ", ".join(s["tags"]),
                s["dataset"],
                s["grouping"] or "",
                s["status"],
                s["epochs"],
                s["val"] and s["val"]["accuracy"],
                s["test"] and s["test"]["accuracy"],
                s["problem"],
            ]
            for s in summaries
        ],
    )


@app.command("show")
def show(
    context: typer.Context, run: RunArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Show a run: where it stands, its settings, and its figures on validation and test."""
    _report(context, find_run(workspace_of(context, home), run), as_json, wait=False)


@app.command("cancel")
def cancel(
    context: typer.Context, run: RunArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Stop a run, queued or running; it can be resumed."""
    from core.jobs.queue import cancel as cancel_run  # noqa: PLC0415

    found = find_run(workspace_of(context, home), run)
    cancel_run(found)
    _report(context, found, as_json, wait=True)


@app.command("resume")
def resume(
    context: typer.Context,
    run: RunArgument,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Queue the run and return at once.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run that was cancelled or interrupted, from its last full epoch."""
    from core.jobs.queue import resume as resume_run  # noqa: PLC0415
    from core.jobs.supervisor import ensure_supervised  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    resume_run(workspace, found)
    ensure_supervised(workspace)
    _report(context, found, as_json, wait=not no_wait)


@app.command("delete")
def delete(
    context: typer.Context, run: RunArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Delete a run with its model and predictions."""
    found = find_run(workspace_of(context, home), run)
    delete_run(found)
    if wants_json(context, as_json):
        print_json({"deleted": found.id})
    else:
        print(f"Deleted {found.id}.")


def _written_of(about: About) -> dict[str, Any]:
    """Keys of a summary that people wrote: ``title tags note archived``."""
    return {"title": about.title, "tags": list(about.tags), "note": about.note, "archived": about.archived}


def _count_look(workspace: Workspace, run: Run, summary: dict[str, Any]) -> "LookNumber | None":
    """Count the look at its groups that the test figures of a run on groups are; None of others.

    Where it cannot be counted, the figures stay covered.
    """
    if summary["test"] is None or run.config.groups is None:
        return None
    from core.regrouping.keeping.looks import record_look_at_run  # noqa: PLC0415

    try:
        return record_look_at_run(workspace, run)
    except WorkspaceError as error:
        summary["test"] = None
        say(str(error))
        return None


def _report(context: typer.Context, run: Run, as_json: bool, *, wait: bool) -> None:
    """Print where a run stands, after its end when asked to wait; exit status 1 when it failed."""
    if wait:
        wait_for(run)
    from core.evaluation.summary import summarize_run  # noqa: PLC0415

    summary = {**summarize_run(run), **_written_of(load_about(run))}
    look = _count_look(Workspace(run.directory.parents[1]), run, summary)
    if wants_json(context, as_json):
        counts = {} if look is None else {"look": look.of_dataset, "look_of_run": look.of_run}
        print_json(summary | counts)
    else:
        name = run_name(run.id, summary["title"])
        print(f"{name}: {summary['status']}. {summary['message']}".strip())
        print(f"epochs {summary['epochs']}, best epoch {summary['best_epoch']}")
        if summary["dataset_version"]:
            print(f"dataset {summary['dataset']}, version {summary['dataset_version']}")
        if run.config.augmentation is not None:
            print(f"each training image is {describe(run.config.augmentation)}")
        for split in ("val", "test"):
            if summary[split]:
                print(f"{split}: {figures_in_words(summary[split])}")
        if look is not None:
            print(f"test: {look.in_words}, {look.of_run_in_words}")
    if wait and summary["status"] in {State.FAILED, State.INTERRUPTED}:
        say(f"regroup: run {run.id} {summary['status']}. {summary['message']}")
        raise typer.Exit(1)


def wait_for(run: Run) -> None:
    """Follow a run until it has ended, telling how far it is.

    Raises:
        Exit: The person interrupts; the run goes on.
    """
    from core.jobs.supervisor import ensure_supervised  # noqa: PLC0415

    told, looked = "", 0.0
    try:
        while (status := run.status).state in ACTIVE_STATES:
            line = f"{run.id}: {status.state}"
            if status.epoch:
                line += f", {status.epoch} epochs done"
            if status.state is State.QUEUED and status.message:
                line += f". {status.message}"
            if line != told:
                say(line)
                told = line
            if status.state is State.QUEUED and time.monotonic() - looked > SUPERVISION_S:
                # Who supervised may have been ended meanwhile.
                ensure_supervised(Workspace(run.directory.parents[1]))
                looked = time.monotonic()
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        say(f"{run.id} goes on in the background; `regroup runs cancel {run.id}` stops it.")
        raise typer.Exit(130) from None
