"""What the commands around groupings share: their options and how scores are printed."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import print_json, wants_json
from core.errors import DatasetError
from core.regrouping.grouping import Grouping
from core.runs.run import Run
from core.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np

    from core.predictions import Predictions

RunArgument = Annotated[str, typer.Argument(help="Id of the run, such as lenet-3.")]


class Split(StrEnum):
    """Splits with stored predictions."""

    VAL = "val"
    TEST = "test"


SplitOption = Annotated[Split, typer.Option(help="Images to measure on; choose on val, judge on test.")]
FIGURES = (
    "accuracy_before", "before_low", "before_high", "accuracy_merged", "merged_low", "merged_high",
    "accuracy_summed", "summed_low", "summed_high", "random_mean", "random_low", "random_high", "p_value",
)  # fmt: skip


def scores_on(workspace: Workspace, run: Run, grouping: Grouping, split: Split) -> dict[str, float]:
    """Return what a grouping scores and costs on one split of a run: the figures that commands report.

    Raises:
        PredictionsError: The run has no predictions there.
        GroupingError: The grouping is for other classes.
    """
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.scoring.score import score_grouping  # noqa: PLC0415
    from core.regrouping.scoring.scorer import Scorer  # noqa: PLC0415
    from core.regrouping.truth.price import price  # noqa: PLC0415

    predictions = load_predictions(run.predictions_path(split.value))
    scorer = Scorer(predictions)
    clusters = clusters_on(workspace, run, predictions)
    return scores_of(score_grouping(scorer, grouping, clusters=clusters), paid=price(scorer.counts, grouping))


def clusters_on(workspace: Workspace, run: Run, predictions: "Predictions") -> "np.ndarray | None":
    """Return the dataset's groups of images, None where there are none or the dataset has gone."""
    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.evaluation.clusters import clusters_of  # noqa: PLC0415

    try:
        return clusters_of(predictions, load_dataset(workspace, run.config.dataset))
    except DatasetError:
        return None


def scores_of(scored: Any, *, paid: Any = None) -> dict[str, float]:
    """Return the figures of a score, and of its price, that commands report."""
    figures = {name: float(getattr(scored, name)) for name in FIGURES}
    about = {"num_images": scored.num_samples, "num_image_groups": scored.num_clusters}
    if paid is None:
        return {**about, **figures}
    bits = {"bits_before": paid.bits_of, "bits_kept": paid.bits_kept}
    return {**about, **figures, "kappa_before": paid.kappa_before, "kappa": paid.kappa, **bits}


def print_scores(context: typer.Context, as_json: bool, run: Run, content: dict[str, Any]) -> None:
    """Print a grouping and its scores on the splits that are there."""
    if wants_json(context, as_json):
        print_json({"run": run.id, **content})
        return
    for split in ("val", "test"):
        if split in content:
            print(f"{run.id}, {content['num_groups']} groups, on {split}, {_measured_on(content[split])}")
            _print_figures(content[split])
            if split == "val":
                print(
                    "groups chosen on these images gain by luck, too: see `regroup gain`, then judge by test"
                )
    for name, members in content["groups"].items():
        if len(members) > 1:
            print(f"{name}: {', '.join(members)}")


def _measured_on(figures: dict[str, Any]) -> str:
    clusters = figures["num_image_groups"]
    by = f"; intervals by {clusters} groups of images" if clusters else ""
    return f"{figures['num_images']} images{by}"


def _print_figures(figures: dict[str, Any]) -> None:
    shares = ", ".join(
        f"{name} {figures[f'accuracy_{name}']:.4f} "
        f"({figures[f'{name}_low']:.4f} to {figures[f'{name}_high']:.4f})"
        for name in ("before", "merged", "summed")
    )
    print(f"accuracy {shares}")
    print(
        f"random groups of these sizes, merged: {figures['random_mean']:.4f} "
        f"({figures['random_low']:.4f} to {figures['random_high']:.4f}), p {figures['p_value']:.3f}"
    )
    if "kappa" not in figures:
        return
    print(
        f"kappa {figures['kappa_before']:.3f} before, {figures['kappa']:.3f} after; "
        f"bits {figures['bits_before']:.3f} before, {figures['bits_kept']:.3f} kept"
    )
