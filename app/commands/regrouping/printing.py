"""What the commands around groupings share: their options and how scores are printed."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from app.commands.options import print_json, wants_json
from core.runs.run import Run

RunArgument = Annotated[str, typer.Argument(help="Id of the run, such as lenet-3.")]


class Split(StrEnum):
    """Splits with stored predictions."""

    VAL = "val"
    TEST = "test"


SplitOption = Annotated[Split, typer.Option(help="Images to measure on; choose on val, judge on test.")]


def scores_of(scored: Any) -> dict[str, float]:
    """Return the figures of a score that commands report."""
    names = (
        "accuracy_before",
        "accuracy_merged",
        "accuracy_summed",
        "random_mean",
        "random_low",
        "random_high",
    )
    return {"num_images": scored.num_samples, **{name: float(getattr(scored, name)) for name in names}}


def print_scores(context: typer.Context, as_json: bool, run: Run, content: dict[str, Any]) -> None:
    """Print a grouping and its scores on the splits that are there."""
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
