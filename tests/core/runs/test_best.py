"""The best epoch and early stopping follow from the history."""

import numpy as np
import pandas as pd
import pytest

from core.runs.best import find_best_epoch, is_stuck
from core.runs.config import RunConfig


def history_of(**columns: list[float]) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame({"epoch": range(1, length + 1), **columns})


HISTORY = history_of(
    val_loss=[0.5, 0.25, 0.25, 0.4], val_accuracy=[0.9, 0.8, 0.9, 0.7], val_macro_f1=[0.1, 0.2, 0.3, 0.2]
)


@pytest.mark.parametrize(
    ("rule", "epoch"), [("val_loss", 2), ("val_accuracy", 1), ("val_macro_f1", 3), ("last", 4)]
)
def test_each_rule_names_its_first_best_epoch(rule: str, epoch: int) -> None:
    assert find_best_epoch(HISTORY, rule) == epoch


def test_before_the_first_epoch_none_is_the_best() -> None:
    assert find_best_epoch(HISTORY[:0]) == find_best_epoch(pd.DataFrame(), "last") == 0


def test_an_epoch_without_a_number_is_never_the_best() -> None:
    assert find_best_epoch(history_of(val_loss=[np.nan, 0.5])) == 2
    assert find_best_epoch(history_of(val_macro_f1=[np.nan, 0.0]), "val_macro_f1") == 2


@pytest.mark.parametrize(
    ("metric", "patience", "stuck"),
    [
        ("val_loss", 2, True),  # best in epoch 2 of 4
        ("val_loss", 3, False),
        ("val_loss", 0, False),
        ("val_accuracy", 3, True),  # an equal value is not a better one
        ("val_macro_f1", 2, False),
        ("val_macro_f1", 1, True),
    ],
)
def test_a_run_is_stuck_after_so_many_epochs_without_a_better_one(
    metric: str, patience: int, stuck: bool
) -> None:
    config = RunConfig.make(dataset="d", stop_metric=metric, patience=patience)
    assert is_stuck(HISTORY, config) is stuck


def test_no_run_is_stuck_before_its_first_epoch() -> None:
    assert not is_stuck(pd.DataFrame(), RunConfig.make(dataset="d", patience=1))
