"""``regroup datasets check`` and ``cure``: what is wrong with a dataset, and the edits that end it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.datasets.mend import tell_edit
from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    print_json,
    say,
    wants_json,
    workspace_of,
)
from core.errors import DatasetError

if TYPE_CHECKING:
    from core.datasets.dataset import Dataset
    from core.datasets.trouble.findings import Finding
    from core.evaluation.label_issues import LabelIssues
    from core.workspace import Workspace

app = typer.Typer()

SHOWN = 5  # images or pairs of a finding that are named in the terminal; --json names all
COPIES = {"duplicates": "duplicates", "near-duplicates": "near_duplicates"}
NearOption = Annotated[
    int | None,
    typer.Option(
        "--near", metavar="BITS", help="Near duplicates differ in at most so many of 64 bits; usual: 4."
    ),
]
GroupOption = Annotated[
    str | None,
    typer.Option(
        "--group-by",
        metavar="TEXT",
        help="What belongs together: a column of the source, or a pattern of the file names such as "
        "{group+}_{rest}. Without it the dataset's own groups, else what the names seem to tell.",
    ),
]
QuickOption = Annotated[
    bool, typer.Option("--quick", help="Do not look at the pixels where that was not done yet.")
]


@app.command("check")
def check(
    context: typer.Context,
    name: DatasetArgument,
    near: NearOption = None,
    group_by: GroupOption = None,
    run: Annotated[
        str | None, typer.Option(help="Id of a run on this dataset; lists the labels that it finds unlikely.")
    ] = None,
    quick: QuickOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for trouble: copies, leaks between splits, odd images, and labels that are probably wrong."""
    workspace = workspace_of(context, home)
    dataset, found = _find(workspace, name, near, group_by, quick)
    issues = None if run is None else _label_issues(workspace, dataset, run)
    if wants_json(context, as_json):
        findings = [_finding_to_json(dataset, finding) for finding in found]
        labels = None if issues is None else _issues_to_json(dataset, issues)
        print_json(
            {"dataset": name, "version": dataset.version, "findings": findings, "label_issues": labels}
        )
        return
    for finding in found:
        print(f"[{finding.severity}] {finding.title}: {finding.count}")
        print(f"    {finding.what} {finding.remedy}")
        for line in _examples(dataset, finding):
            print(f"    {line}")
    if not found:
        print(f"No trouble was found in {dataset.num_images} images of {name}.")
    if issues is not None:
        _print_issues(dataset, issues)


@app.command("cure")
def cure(
    context: typer.Context,
    name: DatasetArgument,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="leaks, duplicates or near-duplicates.")],
    way: Annotated[
        str,
        typer.Option(
            help="For leaks: move the smaller part of each set, exclude the earlier copies, or divide anew."
        ),
    ] = "move",
    near: NearOption = None,
    group_by: GroupOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    quick: QuickOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End all leaks between splits, or keep one of each set of copies, as one edit that can be undone.

    Near duplicates count as leaks only with --near, since they may be merely alike.
    """
    from core.datasets.editing.edits import record  # noqa: PLC0415
    from core.datasets.trouble.cures import Way, cure_copies, cure_leaks  # noqa: PLC0415
    from core.datasets.trouble.findings import Kind  # noqa: PLC0415

    if what != "leaks" and what not in COPIES:
        raise typer.BadParameter(f"WHAT is {what}; give leaks, duplicates or near-duplicates.")
    if way not in list(Way):
        raise typer.BadParameter(f"--way is {way}; give {', '.join(Way)}.")
    workspace = workspace_of(context, home)
    needs_pixels = what == "near-duplicates" or (what == "leaks" and near is not None)
    dataset, found = _find(workspace, name, near, group_by, quick or not needs_pixels)
    if what == "leaks":
        leaks = [finding for finding in found if near is not None or finding.kind is not Kind.LEAK_NEAR]
        planned = cure_leaks(dataset, leaks, Way(way))
    else:
        copies = [finding for finding in found if finding.kind == COPIES[what]]
        if not copies:
            raise DatasetError(f"{name!r} has no {what}; there is nothing to cure.")
        planned = cure_copies(dataset, copies[0])
    facts = {"preview": planned.preview, "done": not dry_run, "num_changed": planned.step.num_images}
    if not wants_json(context, as_json):
        print(f"Would do: {planned.preview}" if dry_run else planned.preview)
        if dry_run:
            return
    if not dry_run:
        dataset = record(workspace, dataset, planned.step)
    tell_edit(context, as_json, dataset, f"{planned.step.title}.", **facts)


def _find(
    workspace: "Workspace", name: str, near: int | None, group_by: str | None, quick: bool
) -> "tuple[Dataset, list[Finding]]":
    from core.datasets.scanning.scan import load_scan, scan_dataset  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.datasets.trouble.findings import NEAR_DISTANCE, find_trouble  # noqa: PLC0415

    dataset = load_dataset(workspace, name)
    scan = load_scan(dataset)
    if scan is None and not quick:
        say(f"Looking at the pixels of {len(dataset.table):,} images; once, then it is remembered.")
        scan = scan_dataset(workspace, dataset)
    distance = NEAR_DISTANCE if near is None else near
    return dataset, find_trouble(dataset, scan, near_distance=distance, group_by=group_by)


def _label_issues(workspace: "Workspace", dataset: "Dataset", run_id: str) -> "LabelIssues":
    from core.evaluation.label_issues import LOOKED_AT, find_label_issues  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.runs.run import find_run  # noqa: PLC0415

    run = find_run(workspace, run_id)
    if run.config.dataset != dataset.name:
        raise DatasetError(
            f"Run {run_id} was trained on {run.config.dataset!r}, not on {dataset.name!r}; choose a run of "
            "it."
        )
    return find_label_issues(dataset, [load_predictions(run.predictions_path(split)) for split in LOOKED_AT])


def _examples(dataset: "Dataset", finding: "Finding") -> list[str]:
    if finding.pairs is not None:
        lines = [" = ".join(_image(dataset, int(one)) for one in pair) for pair in finding.pairs[:SHOWN]]
        left = finding.num_pairs - len(lines)
    else:
        lines = [_image(dataset, int(one)) for one in finding.sample_ids[:SHOWN]]
        left = finding.num_images - len(lines)
    return lines + ([f"and {left:,} more"] if left else [])


def _image(dataset: "Dataset", sample_id: int) -> str:
    row = dataset.table.iloc[sample_id]
    where = f"{sample_id} {row['path']}" if dataset.root is not None else f"{sample_id}"
    name = dataset.class_names[row["label"]] if row["label"] >= 0 else "no class"
    return f"{where} ({name}, {row['split']})"


def _finding_to_json(dataset: "Dataset", finding: "Finding") -> dict[str, Any]:
    paths = None
    if dataset.root is not None:
        paths = dataset.table["path"].fillna("").to_numpy(object)[finding.sample_ids]
    return {
        "kind": finding.kind,
        "title": finding.title,
        "severity": finding.severity,
        "what": finding.what,
        "remedy": finding.remedy,
        "groups_by": finding.groups_by,
        "num_images": finding.num_images,
        "num_pairs": finding.num_pairs,
        "images": finding.sample_ids,
        "paths": paths,
        "values": finding.values,
        "pairs": finding.pairs,
        "distances": finding.distances,
    }


def _print_issues(dataset: "Dataset", issues: "LabelIssues") -> None:
    print(f"Labels that may be wrong: {issues.num_issues} of {issues.num_images}")
    for note in issues.notes:
        print(f"    {note}")
    for issue in _issues_to_json(dataset, issues)["issues"][:SHOWN]:
        where = _image(dataset, issue["image"])
        print(f"    {where}: suggested {issue['suggested']}, {issue['score']:.1%} sure of the present label")
    if issues.num_issues > SHOWN:
        print(f"    and {issues.num_issues - SHOWN:,} more")


def _issues_to_json(dataset: "Dataset", issues: "LabelIssues") -> dict[str, Any]:
    names = dataset.class_names
    rows = zip(issues.sample_ids, issues.given, issues.suggested, issues.scores, strict=True)
    return {
        "num_images": issues.num_images,
        "agreement": issues.accuracy,
        "notes": issues.notes,
        "issues": [
            {"image": int(one), "given": names[given], "suggested": names[other], "score": float(score)}
            for one, given, other, score in rows
        ],
    }
