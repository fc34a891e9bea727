"""``regroup evaluate``, ``suggest``, ``score`` and ``compare``: numbers from stored predictions."""

from enum import StrEnum
from typing import Annotated, Any

import typer

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
from core.errors import GroupingError
from core.runs.run import Run, find_run

RunArgument = Annotated[str, typer.Argument(help="Id of the run, such as lenet-3.")]


class Split(StrEnum):
    """Splits with stored predictions."""

    VAL = "val"
    TEST = "test"


SplitOption = Annotated[Split, typer.Option(help="Images to measure on; choose on val, judge on test.")]


def evaluate(
    context: typer.Context,
    run: RunArgument,
    split: SplitOption = Split.VAL,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how good a run is, class by class, and which classes it confuses."""
    from core.evaluation.confusion import confusion_matrix, most_confused_pairs  # noqa: PLC0415
    from core.evaluation.report import compute_report, summarize_report  # noqa: PLC0415
    from core.evaluation.summary import summarize_run  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415

    found = find_run(workspace_of(context, home), run)
    predictions = load_predictions(found.predictions_path(split))
    report = compute_report(predictions)
    confusion = confusion_matrix(predictions.y_true, predictions.y_pred, predictions.num_classes)
    per_class = report.per_class
    if wants_json(context, as_json):
        print_json(
            {
                **summarize_run(found),
                "split": split.value,
                split.value: summarize_report(report),
                "num_images": predictions.num_samples,
                "class_names": predictions.class_names,
                "confusion": confusion,
                "per_class": [
                    {"class": name, **row} for name, row in per_class.to_dict(orient="index").items()
                ],
            }
        )
        return
    print(f"{found.id} on {split.value}, {predictions.num_samples} images")
    print(figures_in_words(summarize_report(report)))
    print_table(["class", *per_class.columns], [list(row) for row in per_class.itertuples()])
    for pair in most_confused_pairs(confusion, limit=5):
        first, second = predictions.class_names[pair.first], predictions.class_names[pair.second]
        print(f"{first} taken for {second}: {pair.first_as_second}; the other way: {pair.second_as_first}")


def suggest(
    context: typer.Context,
    run: RunArgument,
    groups: Annotated[int, typer.Option(help="How many groups are wanted.")],
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Save the grouping under this name.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest groups of confused classes, from the validation images of a run."""
    from core.evaluation.confusion import compute_confusion  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.history import GroupingHistory  # noqa: PLC0415
    from core.regrouping.score import score_grouping  # noqa: PLC0415
    from core.regrouping.store import save_grouping  # noqa: PLC0415
    from core.regrouping.suggest import suggest_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    if found.config.groups is not None:
        raise GroupingError(f"Run {found.id} was trained on groups; choose a run that knows all classes.")
    predictions = load_predictions(found.predictions_path("val"))
    grouping = suggest_grouping(compute_confusion(predictions), predictions.class_names, groups)
    scores = _scores(score_grouping(predictions, grouping))
    if save is not None:
        history = GroupingHistory.identity(predictions.class_names).apply(
            grouping, f"Suggested {groups} groups"
        )
        save_grouping(
            workspace, found.config.dataset, save, grouping, run_id=found.id, split="val", history=history
        )
    _print_scores(
        context,
        as_json,
        found,
        {
            "name": save,
            "grouping": grouping.to_mapping(),
            "groups": grouping.members,
            "num_groups": grouping.num_groups,
            "val": scores,
        },
    )


def score(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")],
    split: SplitOption = Split.VAL,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a saved grouping scores on a run, without training again."""
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.score import score_grouping  # noqa: PLC0415
    from core.regrouping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    predictions = load_predictions(found.predictions_path(split))
    _print_scores(
        context,
        as_json,
        found,
        {
            "name": saved.name,
            "grouping": saved.grouping.to_mapping(),
            "groups": saved.grouping.members,
            "num_groups": saved.grouping.num_groups,
            split.value: _scores(score_grouping(predictions, saved.grouping)),
        },
    )


def compare(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")],
    retrained: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="A run trained on these groups; without it the newest is taken."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare full, full-then-merged and retrained on the same test images."""
    from core.evaluation.shown import compare_pictures, pictures_seen  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.duel import compare_on_test  # noqa: PLC0415
    from core.regrouping.opponents import (  # noqa: PLC0415
        find_of_other_versions,
        find_retrained,
        has_other_version,
    )
    from core.regrouping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    candidates = (
        [find_run(workspace, retrained)] if retrained else find_retrained(workspace, found, saved.grouping)
    )
    second = candidates[0] if candidates else None
    others = [second] if second else find_of_other_versions(workspace, found, saved.grouping)
    if others and has_other_version(others[0], found):
        say(
            f"{others[0].id} and {found.id} saw different versions of dataset {found.config.dataset!r}, so "
            f"their test images or labels may differ; train one of them again for a fair comparison."
        )
    if second and (seen := compare_pictures(found.config, second.config, names=(found.id, second.id))):
        say(seen)
    duel = compare_on_test(
        load_predictions(found.predictions_path("test")),
        saved.grouping,
        load_predictions(second.predictions_path("test")) if second else None,
    )
    if wants_json(context, as_json):
        print_json(
            {
                "run": found.id,
                "grouping": saved.name,
                "retrained": second.id if second else None,
                "pictures": {each.id: pictures_seen(each.config) for each in (found, second) if each},
                "rows": [vars(row) for row in duel.rows],
                "mcnemar_p": duel.mcnemar_p,
                "conclusion": duel.conclusion,
            }
        )
        return
    print_table(
        ["on test", "classes", "accuracy", "low", "high", "balanced accuracy", "macro F1"],
        [
            [r.name, r.num_classes, r.accuracy, r.low, r.high, r.balanced_accuracy, r.macro_f1]
            for r in duel.rows
        ],
    )
    print(duel.conclusion)


def _scores(scored: Any) -> dict[str, float]:
    names = (
        "accuracy_before",
        "accuracy_merged",
        "accuracy_summed",
        "random_mean",
        "random_low",
        "random_high",
    )
    return {"num_images": scored.num_samples, **{name: float(getattr(scored, name)) for name in names}}


def _print_scores(context: typer.Context, as_json: bool, run: Run, content: dict[str, Any]) -> None:
    if wants_json(context, as_json):
        print_json({"run": run.id, **content})
        return
    for split in ("val", "test"):
        if split in content:
            figures = content[split]
            print(f"{run.id}, {content['num_groups']} groups, on {split}, {figures['num_images']} images")
            print(
                f"accuracy before {figures['accuracy_before']:.4f}, merged {figures['accuracy_merged']:.4f}, "
                f"summed {figures['accuracy_summed']:.4f}; random groups of these sizes, merged: "
                f"{figures['random_mean']:.4f} ({figures['random_low']:.4f} to {figures['random_high']:.4f})"
            )
    for name, members in content["groups"].items():
        if len(members) > 1:
            print(f"{name}: {', '.join(members)}")
