"""``regroup suggest``: groups of confused classes."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import HomeOption, JsonOption, say, wants_json, workspace_of
from app.commands.regrouping.demands import (
    AllowBlobOption,
    GoalName,
    GoalOption,
    LockOption,
    MaxSizeOption,
    MustLinkOption,
    NeverLinkOption,
    ParentsOption,
    read_demands,
)
from app.commands.regrouping.printing import RunArgument, Split, clusters_on, print_scores, scores_on
from core.errors import GroupingError
from core.runs.run import Run, find_run
from core.words import counted
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.regrouping.grouping import Grouping
    from core.regrouping.suggesting.settings import SearchSettings


class MethodName(StrEnum):
    """Ways to find groups."""

    AVERAGE = "average"
    COMPLETE = "complete"
    SPECTRAL = "spectral"
    LOUVAIN = "louvain"
    LEIDEN = "leiden"
    GREEDY = "greedy"


def suggest(
    context: typer.Context,
    run: RunArgument,
    groups: Annotated[int | None, typer.Option(help="How many groups are wanted.")] = None,
    accuracy: Annotated[
        float | None,
        typer.Option(
            min=0.0001,
            max=1,
            help="Instead: the most groups whose merged accuracy on validation is at least this (0-1).",
        ),
    ] = None,
    method: Annotated[
        MethodName,
        typer.Option(
            help="average or complete linkage (the most confused groups are merged, again and again), "
            "spectral clustering, louvain or leiden communities, or greedy."
        ),
    ] = MethodName.AVERAGE,
    goal: GoalOption = GoalName.SUMMED,
    must_link: MustLinkOption = None,
    never_link: NeverLinkOption = None,
    lock: LockOption = None,
    max_size: MaxSizeOption = None,
    parents: ParentsOption = None,
    level: Annotated[
        int | None,
        typer.Option(min=1, help="Without a search: take the parents so many steps up as the groups."),
    ] = None,
    allow_blob: AllowBlobOption = False,
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0,
    stability: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=10_000,
            metavar="DRAWS",
            help="Repeat the search on images drawn anew, so many times; kept for the dashboard.",
        ),
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(metavar="RUN", help="A further run that stability draws from.")
    ] = None,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Save the grouping under this name.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest groups of confused classes, from the validation images of a run."""
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.suggesting.hierarchy import load_hierarchy  # noqa: PLC0415
    from core.regrouping.suggesting.search import search  # noqa: PLC0415
    from core.regrouping.suggesting.settings import SearchSettings  # noqa: PLC0415

    _check_ends(groups, accuracy, level, parents)
    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    if found.config.groups is not None:
        raise GroupingError(f"Run {found.id} was trained on groups; choose a run that knows all classes.")
    predictions = load_predictions(found.predictions_path("val"))
    wishes, locked = read_demands(
        predictions.class_names,
        must_link=must_link,
        never_link=never_link,
        lock=lock,
        max_size=max_size,
        parents=parents,
    )
    grouping = load_hierarchy(parents, predictions.class_names).grouping(level) if parents and level else None
    settings = SearchSettings(
        method=method.value,
        goal=goal.value,
        num_groups=grouping.num_groups if grouping else groups,
        accuracy=accuracy,
        seed=seed,
        wishes=wishes,
        locked=locked,
        allow_blob=allow_blob,
    )
    is_searched = grouping is None
    grouping = grouping or search(predictions, settings).grouping
    settings = settings.model_copy(update={"num_groups": grouping.num_groups, "accuracy": None})
    content = {"name": save, **_report(workspace, found, grouping, settings if is_searched else None)}
    if stability is not None:
        content["stability"] = _stability(workspace, found, also or [], grouping, settings, stability)
    if save is not None:
        _save(workspace, found, grouping, settings if is_searched else None, save)
    print_scores(context, as_json, found, content)
    if stability is not None and not wants_json(context, as_json):
        _print_stability(content["stability"], grouping)


def _report(
    workspace: Workspace, run: Run, grouping: "Grouping", settings: "SearchSettings | None"
) -> dict[str, Any]:
    """Return what is reported of groups; without settings they are a level of a hierarchy."""
    return {
        "grouping": grouping.to_mapping(),
        "groups": grouping.members,
        "num_groups": grouping.num_groups,
        "val": scores_on(workspace, run, grouping, Split.VAL),
        "method": settings.method if settings else "hierarchy",
        "settings": settings.model_dump(mode="json") if settings else None,
    }


def _check_ends(groups: int | None, accuracy: float | None, level: int | None, parents: Path | None) -> None:
    """Refuse no goal or two of them.

    Raises:
        GroupingError: Not exactly one of the options was given.
    """
    if sum(option is not None for option in (groups, accuracy, level)) != 1:
        raise GroupingError(
            "Say how many groups: give one of --groups K, --accuracy A, or --level N with --parents FILE.csv."
        )
    if level is not None and parents is None:
        raise GroupingError("--level takes groups from a hierarchy; give its file by --parents FILE.csv.")


def _stability(
    workspace: Workspace,
    run: Run,
    also: list[str],
    grouping: "Grouping",
    settings: "SearchSettings",
    num_draws: int,
) -> dict[str, Any]:
    """Repeat the search, keep what that tells for the Regroup page, and return what is reported of it."""
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.keeping.stability import KeptStability, keep_stability  # noqa: PLC0415
    from core.regrouping.suggesting.stability import STABLE_SHARE, bootstrap_stability  # noqa: PLC0415

    runs = [run, *(find_run(workspace, other) for other in also)]
    predictions = [load_predictions(each.predictions_path("val")) for each in runs]
    clusters = None if also else clusters_on(workspace, run, predictions[0])
    found = bootstrap_stability(
        predictions,
        settings,
        num_draws=num_draws,
        clusters=clusters,
        progress=lambda done, total: say(f"{done} of {total} draws") if done % 50 == 0 else None,
    )
    run_ids = tuple(each.id for each in runs)
    kept = KeptStability(settings, found, predictions[0].num_samples, run_ids, clusters is not None)
    keep_stability(workspace, run.config.dataset, predictions[0], kept)
    shares = found.of_groups(grouping)
    is_stable = found.is_stable(grouping)
    return {
        "draws": num_draws,
        "runs": list(run_ids),
        "drawn": "images" if clusters is None else "groups of images",
        "stable_from": STABLE_SHARE,
        "groups": {group: float(share) for group, share in zip(grouping.group_names, shares, strict=True)},
        "stable": [
            group
            for (group, members), stable in zip(grouping.members.items(), is_stable, strict=True)
            if stable and len(members) > 1
        ],
    }


def _save(
    workspace: Workspace, run: Run, grouping: "Grouping", settings: "SearchSettings | None", name: str
) -> None:
    """Save the groups with the search behind them."""
    from core.regrouping.keeping.store import save_grouping  # noqa: PLC0415
    from core.regrouping.steps.history import GroupingHistory  # noqa: PLC0415

    words = (
        f"Suggested {counted(grouping.num_groups, 'group')}" if settings else "Took a level of the hierarchy"
    )
    history = GroupingHistory.identity(grouping.class_names).apply(
        grouping, words, origin=settings.model_dump(mode="json") if settings else None
    )
    save_grouping(workspace, run.config.dataset, name, grouping, run_id=run.id, split="val", history=history)


def _print_stability(content: dict[str, Any], grouping: "Grouping") -> None:
    merged = [group for group, members in grouping.members.items() if len(members) > 1]
    for group in sorted(merged, key=content["groups"].__getitem__):
        print(f"together in {content['groups'][group]:.0%} of {content['draws']} draws: {group}")
    num_stable, share = len(content["stable"]), content["stable_from"]
    print(
        f"{num_stable} of {len(merged)} groups of more than one class are stable "
        f"(each two of their classes together in {share:.0%} of draws of {content['drawn']} or more)"
    )
