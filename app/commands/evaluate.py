"""``regroup evaluate``: how good a run is, class by class."""

import typer

from app.commands.options import (
    HomeOption,
    JsonOption,
    figures_in_words,
    print_json,
    print_table,
    wants_json,
    workspace_of,
)
from app.commands.regrouping.printing import RunArgument, Split, SplitOption
from core.runs.run import find_run


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
