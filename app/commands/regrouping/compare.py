"""``regroup duel``, also called ``compare``: full, merged, summed and retrained on the same test images."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

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
from app.commands.regrouping.printing import RunArgument
from app.commands.regrouping.retraining import train_missing
from core.errors import RunError
from core.runs.run import Run, find_run
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.regrouping.duel.results import Duel
    from core.regrouping.keeping.store import SavedGrouping

MAX_LISTED = 3  # runs named in a message


def duel(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")],
    retrained: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN",
            help="A run trained on these groups; can be repeated. Without it the newest of each seed.",
        ),
    ] = None,
    full: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN",
            help="Another run on all classes, beside RUN; can be repeated. RUN itself: no other. Without it "
            "the newest of each other seed.",
        ),
    ] = None,
    train: Annotated[
        bool,
        typer.Option("--train", help="First train on the groups, with RUN's settings, what is missing."),
    ] = False,
    seeds: Annotated[
        int, typer.Option(metavar="N", help="With --train: how many seeds, from RUN's own on.")
    ] = 3,
    also_full: Annotated[
        bool,
        typer.Option("--also-full", help="With --train: the network on all classes with these seeds, too."),
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="With --train: queue the runs and return at once.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare full, full-then-merged, full-summed and retrained on the same test images."""
    from core.regrouping.duel.entering import compare_runs  # noqa: PLC0415
    from core.regrouping.keeping.looks import record_look  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    if train and not train_missing(
        workspace, found, saved, seeds=seeds, also_full=also_full, wait=not no_wait
    ):
        return
    ours, theirs = _choose(workspace, found, saved, full=full, retrained=retrained)
    for sentence in _warnings(workspace, found, saved, [*ours, *theirs]):
        say(sentence)
    result = compare_runs(workspace, ours, saved.grouping, theirs)
    look = record_look(workspace, found.config.dataset, found.id, saved.grouping, saved.name)
    if wants_json(context, as_json):
        counts = {"look": look.of_dataset, "look_of_run": look.of_run}
        print_json({**_as_json(ours, saved.name, theirs, result), **counts})
    else:
        _print(result)
        print(f"This is {look.in_words}, {look.of_run_in_words}; the same groups count once.")


def _choose(
    workspace: Workspace,
    run: Run,
    saved: "SavedGrouping",
    *,
    full: list[str] | None,
    retrained: list[str] | None,
) -> tuple[list[Run], list[Run]]:
    """The runs on all classes, RUN first, and those on the groups, the one of RUN's seed first."""
    from core.regrouping.duel.opponents import enter_duel  # noqa: PLC0415

    ours, theirs = enter_duel(workspace, run, saved.grouping)
    if full:
        ours = list(dict.fromkeys([run, *(find_run(workspace, name) for name in full)]))
    if retrained:
        theirs = list(dict.fromkeys(find_run(workspace, name) for name in retrained))
    if run.config.groups is not None:
        raise RunError(f"Run {run.id} was trained on groups; choose the run that knows all classes.")
    return ours, theirs


def _warnings(workspace: Workspace, run: Run, saved: "SavedGrouping", runs: list[Run]) -> list[str]:
    """What makes a comparison unfair, or is good to know of it."""
    from core.evaluation.shown import compare_pictures  # noqa: PLC0415
    from core.regrouping.duel.opponents import (  # noqa: PLC0415
        find_of_other_versions,
        find_retrained,
        find_twins,
        has_other_version,
    )

    told = []
    if saved.split == "test":
        told.append("This grouping was chosen on the test images, so they cannot judge it fairly.")
    others = runs if len(runs) > 1 else find_of_other_versions(workspace, run, saved.grouping)[:MAX_LISTED]
    for other in others:
        if has_other_version(other, run):
            told.append(
                f"{other.id} and {run.id} saw different versions of dataset {run.config.dataset!r}, so their "
                f"test images or labels may differ; train one of them again for a fair comparison."
            )
    alike = [*find_twins(workspace, run), *find_retrained(workspace, run, saved.grouping)]
    for other in runs:
        if other in alike or has_other_version(other, run):
            continue
        seen = compare_pictures(run.config, other.config, names=(run.id, other.id))
        told.append(
            seen
            or f"{other.id} and {run.id} differ in more than labels and seed, so a difference between them "
            f"may come from other settings; leave it out for a fair comparison."
        )
    return told


def _as_json(full: list[Run], grouping: str, retrained: list[Run], duel: "Duel") -> dict[str, Any]:
    from core.evaluation.shown import pictures_seen  # noqa: PLC0415

    return {
        "run": full[0].id,
        "grouping": grouping,
        "retrained": retrained[0].id if retrained else None,
        "full_runs": [run.id for run in full],
        "retrained_runs": [run.id for run in retrained],
        "split": duel.split,
        "num_images": duel.num_samples,
        "pictures": {run.id: pictures_seen(run.config) for run in (*full, *retrained)},
        "rows": [asdict(row) for row in duel.rows],
        "differences": [asdict(each) for each in duel.differences],
        "drawn_by": duel.drawn_by,
        "random_mean": duel.random_mean,
        "mcnemar_p": duel.mcnemar_p,
        "conclusion": duel.conclusion,
    }


def _print(duel: "Duel") -> None:
    figures = ["accuracy", "sd", "low", "high", "balanced", "macro F1", "kappa", "seconds"]
    print_table(
        [f"on {duel.split}", "classes", "runs", *figures],
        [
            [
                r.name, r.num_classes, r.num_runs, r.accuracy, r.accuracy_sd, r.low, r.high,
                r.balanced_accuracy, r.macro_f1, r.kappa, r.seconds,
            ]
            for r in duel.rows
        ],
    )  # fmt: skip
    print()
    print_table(
        ["difference", "accuracy", "low", "high", "McNemar p", "p over seeds"],
        [
            [f"{d.first} - {d.second}", d.mean, d.low, d.high, d.tests[0].p_value, d.seeds_p]
            for d in duel.differences
        ],
    )
    methods = ", ".join(sorted({each.test.method for found in duel.differences for each in found.tests}))
    print(f"low and high: 95 %, by bootstrap of {duel.drawn_by}; McNemar: {methods}.")
    print(duel.conclusion)
