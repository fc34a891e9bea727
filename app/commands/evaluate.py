"""``regroup evaluate``: how good a run is, class by class."""

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
from app.commands.regrouping.printing import RunArgument, Split, SplitOption, clusters_on
from core.runs.run import find_run


def evaluate(
    context: typer.Context,
    run: RunArgument,
    split: SplitOption = Split.VAL,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how good a run is, class by class, and which classes it confuses; a look at test is counted."""
    from core.evaluation.confusion import confusion_matrix, most_confused_pairs  # noqa: PLC0415
    from core.evaluation.report import compute_report, summarize_report  # noqa: PLC0415
    from core.evaluation.summary import summarize_run  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.keeping.looks import record_look_at_run  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    predictions = load_predictions(found.predictions_path(split))
    report = compute_report(predictions, clusters=clusters_on(workspace, found, predictions))
    confusion = confusion_matrix(predictions.y_true, predictions.y_pred, predictions.num_classes)
    per_class, looks = report.per_class, {}
    if split is Split.TEST and predictions.num_samples:
        look = record_look_at_run(workspace, found, predictions.class_names)
        say(f"This is {look.in_words}, {look.of_run_in_words}; the same one counts once.")
        looks = {"look": look.of_dataset, "look_of_run": look.of_run}
    if wants_json(context, as_json):
        print_json(
            {
                **summarize_run(found),
                "test": None,  # covered, unless asked for
                **looks,
                "split": split.value,
                split.value: summarize_report(report),
                "num_images": predictions.num_samples,
                "accuracy_interval": report.interval._asdict(),
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
    low, high, how = report.interval.low, report.interval.high, report.interval.in_words
    print(f"accuracy, 95 %: {low:.4f} to {high:.4f} ({how})")
    print_table(["class", *per_class.columns], [list(row) for row in per_class.itertuples()])
    for pair in most_confused_pairs(confusion, limit=5):
        first, second = predictions.class_names[pair.first], predictions.class_names[pair.second]
        print(f"{first} taken for {second}: {pair.first_as_second}; the other way: {pair.second_as_first}")
