"""Learning curves, as data."""

import pandas as pd
import pytest

from core.plots.curves import plot_curves

HISTORY = pd.DataFrame(
    {
        "epoch": [1, 2, 3],
        "loss": [1.0, 0.5, 0.25],
        "val_loss": [1.2, 0.6, 0.9],
        "accuracy": [0.5, 0.7, 0.9],
        "val_accuracy": [0.4, 0.6, 0.55],
    }
)


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_both_splits_are_drawn_and_the_best_epoch_is_marked(metric: str) -> None:
    train, val, best = plot_curves(HISTORY, metric=metric, best_epoch=2).data
    assert (train.name, val.name) == ("training", "validation")
    assert list(train.x) == [1, 2, 3]
    assert list(train.y) == HISTORY[metric].tolist()
    assert list(val.y) == HISTORY[f"val_{metric}"].tolist()
    assert (list(best.x), list(best.y)) == ([2], [HISTORY[f"val_{metric}"][1]])
    assert train.line.color != val.line.color


@pytest.mark.parametrize("best_epoch", [None, 0])
def test_without_a_best_epoch_nothing_is_marked(best_epoch: int | None) -> None:
    assert len(plot_curves(HISTORY, best_epoch=best_epoch).data) == 2


def test_before_the_first_epoch_the_axes_are_the_same() -> None:
    empty, full = plot_curves(HISTORY.iloc[:0], best_epoch=0), plot_curves(HISTORY)
    assert [len(curve.x) for curve in empty.data] == [0, 0]
    assert empty.layout.yaxis.title.text == full.layout.yaxis.title.text == "Loss (cross-entropy, nats)"
    assert full.layout.xaxis.title.text == "Epoch"


def test_many_epochs_are_a_line_without_dots() -> None:
    many = pd.concat([HISTORY] * 20, ignore_index=True)
    assert plot_curves(many).data[0].mode == "lines"
    assert plot_curves(many).layout.xaxis.dtick is None
