"""One run in figures: where it stands and what it reached on validation and test."""

from collections.abc import Iterable
from typing import Any

from core.errors import RegroupError
from core.evaluation.report import compute_report, summarize_report
from core.predictions import load_predictions
from core.runs.run import Run

KEYS = (
    "run", "dataset", "dataset_version", "model", "grouping", "status", "message", "epochs", "best_epoch",
    "seconds", "config", "val", "test",
)  # fmt: skip


def summarize_runs(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """Return a summary of each run, with one more key, ``problem``: what is damaged, else None.

    Of a damaged run only ``run``, ``status`` and ``message`` are known, the rest is None.
    """
    summaries: list[dict[str, Any]] = []
    for run in runs:
        try:
            summaries.append({**summarize_run(run), "problem": None})
        except RegroupError as error:
            status = run.status
            known = {"run": run.id, "status": status.state.value, "message": status.message}
            summaries.append({**dict.fromkeys(KEYS), **known, "problem": str(error)})
    return summaries


def summarize_run(run: Run) -> dict[str, Any]:
    """Return a run's state, settings and figures, ready for JSON.

    Returns:
        Keys ``run dataset dataset_version model grouping status message epochs best_epoch seconds config val
        test``; ``dataset_version`` is the one it saw, None before it began; ``epochs`` counts completed
        epochs; ``val`` and ``test`` hold ``accuracy balanced_accuracy macro_f1`` of the best epoch, or are
        None while there are no predictions.

    Raises:
        RunError: The run's settings cannot be read.
        PredictionsError: Its predictions are damaged.
    """
    config, status = run.config, run.status
    figures = {
        split: summarize_report(compute_report(load_predictions(run.predictions_path(split))))
        if run.predictions_path(split).exists()
        else None
        for split in ("val", "test")
    }
    return {
        "run": run.id,
        "dataset": config.dataset,
        "dataset_version": run.dataset_version,
        "model": config.model,
        "grouping": config.grouping,
        "status": status.state.value,
        "message": status.message,
        "epochs": status.epoch,
        "best_epoch": status.best_epoch,
        "seconds": round(status.seconds, 2),
        "config": config.model_dump(mode="json"),
        **figures,
    }
