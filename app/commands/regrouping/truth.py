"""``regroup price``, ``gain`` and ``backoff``: what a saved grouping costs, gains, and lets be unsaid."""

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
from app.commands.regrouping.printing import RunArgument, Split, SplitOption, clusters_on
from core.predictions import Predictions, load_predictions
from core.regrouping.keeping.store import SavedGrouping, load_grouping
from core.runs.run import Run, find_run
from core.workspace import Workspace

GroupingOption = Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")]
NUM_ROWS = 20  # of winners and losers; --json gives all


def price(
    context: typer.Context,
    run: RunArgument,
    grouping: GroupingOption,
    split: SplitOption = Split.VAL,
    summed: Annotated[
        bool, typer.Option("--summed", help="Winners and losers by summed probabilities.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what merging costs: kappa, bits, balance; winners and losers; groups that one class dominates."""
    from core.regrouping.scoring.scorer import Scorer  # noqa: PLC0415
    from core.regrouping.truth import members  # noqa: PLC0415
    from core.regrouping.truth import price as prices  # noqa: PLC0415

    _, found, saved, predictions = _open(context, home, run, grouping, split)
    scorer = Scorer(predictions)
    paid = prices.price(scorer.counts, saved.grouping)
    answers = members.Answers(predictions.y_true, scorer.summed_answer(saved.grouping)) if summed else None
    classes = members.class_changes(scorer.counts, saved.grouping, answers=answers)
    groups = members.group_rates(scorer.counts, saved.grouping, answers=answers)
    if wants_json(context, as_json):
        content = {
            "price": vars(paid),
            "classes": classes.to_dict("records"),
            "groups": groups.to_dict("records"),
        }
        print_json(_about(found, saved, split, predictions) | content)
        return
    print(f"{found.id}, {saved.name}, on {split.value}, {paid.num_samples} images")
    names = ("kappa", "balanced_accuracy", "effective_classes", "imbalance")
    rows = [[name.replace("_", " "), getattr(paid, f"{name}_before"), getattr(paid, name)] for name in names]
    print_table(["", "before", "after"], [*rows, ["bits", paid.bits_of, paid.bits_kept]])
    for group, name in zip(groups["group"], groups["dominated_by"], strict=True):
        if name:
            print(f"{group} is right only because {name} dominates it")
    columns = ["class", "group", "support", "sensitivity_before", "sensitivity", "specificity", "change"]
    shown = classes[columns].head(NUM_ROWS)
    print_table([column.replace("_", " ") for column in columns], shown.to_numpy(object).tolist())


def gain(
    context: typer.Context,
    run: RunArgument,
    grouping: GroupingOption,
    split: SplitOption = Split.VAL,
    searches: Annotated[
        int | None,
        typer.Option(min=39, help="How often the search of suggested groups is repeated; else 199 or 39."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what a grouping gains for free and what is real.

    Groups that were suggested, on validation: beside the same search on mistakes dealt anew. All others:
    beside 1,000 random groupings of the same sizes.
    """
    from core.regrouping.scoring.score import score_grouping  # noqa: PLC0415
    from core.regrouping.truth import gain as gains  # noqa: PLC0415
    from core.regrouping.truth.words import LUCK_OF_CHOICE, gain_in_words  # noqa: PLC0415

    workspace, found, saved, predictions = _open(context, home, run, grouping, split)
    is_searched = split == Split.VAL and saved.run_id == found.id and saved.grouping.num_groups > 1
    settings = gains.search_behind(saved.origin) if is_searched else None
    luck = LUCK_OF_CHOICE if settings is None and split.value == saved.split else ""
    if settings is None:
        told = gains.chance_gain(score_grouping(predictions, saved.grouping))
    else:
        num_draws = searches or gains.num_searches(saved.grouping.num_classes)
        with ProgressLine() as line:
            progress = line.part("Searching in chance", "searches")
            told = gains.search_gain(
                predictions,
                saved.grouping,
                settings,
                num_draws=num_draws,
                clusters=clusters_on(workspace, found, predictions),
                progress=progress,
            )
    words = gain_in_words(told, num_groups=saved.grouping.num_groups, luck=luck)
    if wants_json(context, as_json):
        figures = None if told is None else told.figures
        print_json(_about(found, saved, split, predictions) | {"gain": figures, "conclusion": words})
        return
    print(f"{found.id}, {saved.name}, on {split.value}, {predictions.num_samples} images")
    if told is not None:
        print(f"accuracy before {told.before:.4f}, merged {told.merged:.4f}")
        print(f"chance ({told.num_draws} {told.chance}): {told.chance_mean:.4f}")
    print(words)


def backoff(
    context: typer.Context,
    run: RunArgument,
    grouping: GroupingOption,
    risk: Annotated[float, typer.Option(min=0, max=1, help="Share of the answers that may be wrong.")] = 0.05,
    above: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="CLASS GROUP", help="Instead: these thresholds (0-1), of class and group."),
    ] = None,
    split: SplitOption = Split.VAL,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer the class when sure, else the group, else nothing; thresholds are chosen on validation."""
    from core.regrouping.truth import backoff as rules  # noqa: PLC0415
    from core.regrouping.truth import sureness  # noqa: PLC0415

    workspace, found, saved, predictions = _open(context, home, run, grouping, split)
    val = load_predictions(found.predictions_path("val"))
    on_val, judged = (
        sureness.answerable(each, saved.grouping, clusters=clusters_on(workspace, found, each))
        for each in (val, predictions)
    )
    thresholds = rules.Thresholds(*above) if above else rules.choose_thresholds(on_val, risk).rounded_up()
    if split == Split.TEST:
        _look(workspace, found, saved, rule=thresholds.in_words)
    verdict = rules.judge(judged, thresholds)
    areas = {
        "class": sureness.risk_coverage(judged.fine).area,
        "class_else_group": sureness.backoff_curve(judged, thresholds.fine).area,
        "group": sureness.risk_coverage(judged.group).area,
    }
    if wants_json(context, as_json):
        content = {
            "wished_risk": None if above else risk,
            "thresholds": thresholds._asdict(),
            **vars(verdict),
            "mean_risk": areas,
        }
        print_json(_about(found, saved, split, predictions) | content)
        return
    print(f"{found.id}, {saved.name}, on {split.value}, {verdict.num_samples} images")
    how = "given" if above else "chosen on val"
    print(f"thresholds, {how}: class {thresholds.fine:.4f}, group {thresholds.group:.4f}")
    print(verdict.in_words)


def _open(
    context: typer.Context, home: HomeOption, run: str, grouping: str, split: Split
) -> tuple[Workspace, Run, SavedGrouping, Predictions]:
    """Read what is asked for; a look at test is counted."""
    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    predictions = load_predictions(found.predictions_path(split.value))
    if split == Split.TEST:
        _look(workspace, found, saved)
    return workspace, found, saved, predictions


def _look(workspace: Workspace, run: Run, saved: SavedGrouping, *, rule: str = "") -> None:
    """Count a look at test and tell its number."""
    from core.regrouping.keeping.looks import record_look  # noqa: PLC0415

    number = record_look(workspace, run.config.dataset, run.id, saved.grouping, saved.name, rule=rule)
    say(f"This is {number.in_words}, {number.of_run_in_words}{f'; {rule}' if rule else ''}.")


def _about(run: Run, saved: SavedGrouping, split: Split, predictions: Predictions) -> dict[str, Any]:
    return {
        "run": run.id,
        "name": saved.name,
        "split": split.value,
        "num_images": predictions.num_samples,
        "num_groups": saved.grouping.num_groups,
    }
