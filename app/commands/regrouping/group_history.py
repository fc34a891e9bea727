"""``regroup group history``: the states of the grouping that is being built for a run."""

from datetime import datetime
from typing import Any

import typer

from app.commands.options import HomeOption, JsonOption, print_json, print_table, wants_json, workspace_of
from app.commands.regrouping.printing import RunArgument
from core.regrouping.steps.history import GroupingHistory
from core.runs.run import find_run
from core.words import counted


def history(
    context: typer.Context, run: RunArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """List the states of the grouping being built for a run on the Regroup page, with branches and names."""
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.keeping.drafts import load_draft  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    names = load_predictions(found.predictions_path("val")).class_names
    kept = load_draft(workspace, found.config.dataset, found.id, names).history
    if wants_json(context, as_json):
        print_json({"run": found.id, "dataset": found.config.dataset, **_facts(kept)})
    else:
        _print(found.id, kept)


def _facts(kept: GroupingHistory) -> dict[str, Any]:
    before = set(kept.path_to(kept.position))
    states = [
        {
            "id": node.id,
            "after": node.parent,
            "step": node.label,
            "name": node.name,
            "num_groups": node.num_groups,
            "created": node.created,
            "leads_to_now": node.id in before,
            "origin": node.origin,
        }
        for node in kept.nodes
    ]
    return {"now": kept.position, "states": states}


def _print(run_id: str, kept: GroupingHistory) -> None:
    """Print the tree as the page lists it: older branches indented below the state where they begin."""
    from core.regrouping.steps.tree_rows import list_rows  # noqa: PLC0415

    rows = list_rows(kept)
    listed = "" if len(rows) == len(kept.nodes) else f", {len(rows):,} of them listed"
    print(f"{run_id}: {counted(len(kept.nodes), 'state')}{listed}; * is shown now, + leads to it")
    print_table(
        ["", "state", "step", "groups", "name", "when"],
        [
            [
                "*" if row.is_current else "+" if row.is_before else "",
                row.node.id,
                f"{'  ' * row.depth}{row.node.label}",
                row.node.num_groups,
                row.node.name or "",
                f"{datetime.fromtimestamp(row.node.created):%Y-%m-%d %H:%M}",
            ]
            for row in rows
        ],
    )
