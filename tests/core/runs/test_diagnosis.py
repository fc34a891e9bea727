"""What is said of a history, and above all what is not: noisy, flat and short ones stay without a word."""

import numpy as np
import pandas as pd
import pytest

from core.runs.augmentation import Augmentation
from core.runs.config import RunConfig
from core.runs.diagnosis import Kind, diagnose

CONFIG = RunConfig(dataset="digits", epochs=10)
# What a small CNN does to CIFAR-10 without dropout: training loss toward 0, validation loss above its start.
OVERFITTED = {
    "loss": [1.52, 1.17, 1.00, 0.87, 0.76, 0.66, 0.56, 0.47, 0.38, 0.31, 0.26],
    "val_loss": [1.28, 1.10, 1.01, 0.96, 0.98, 1.01, 1.08, 1.17, 1.30, 1.47, 1.62],
    "val_accuracy": [0.54, 0.61, 0.65, 0.67, 0.67, 0.68, 0.67, 0.67, 0.67, 0.66, 0.66],
}


def history(**columns: list[float]) -> pd.DataFrame:
    num_epochs = len(columns["loss"])
    table = pd.DataFrame({"epoch": np.arange(1, num_epochs + 1), **columns})
    for name, value in (("accuracy", 0.5), ("val_accuracy", 0.5), ("val_loss", 1.0)):
        if name not in table:
            table[name] = value
    return table


def kinds(table: pd.DataFrame, config: RunConfig = CONFIG, **facts: object) -> list[Kind]:
    return [finding.kind for finding in diagnose(table, config, **facts)]


def test_overfitting_is_told_with_its_epoch_its_numbers_and_what_helps() -> None:
    [finding] = diagnose(history(**OVERFITTED), CONFIG, is_done=True)
    assert finding.kind is Kind.OVERFITTING
    assert "since epoch 5" in finding.title
    assert "from 0.96 in epoch 4 to 1.62" in finding.numbers
    assert "from 0.87 to 0.26" in finding.numbers
    assert "arly stopping" in finding.remedy
    assert "ugmentation" in finding.remedy
    assert "dropout" in finding.remedy


def test_what_a_run_does_already_is_not_advised() -> None:
    config = CONFIG.model_copy(update={"patience": 3, "augmentation": Augmentation(horizontal_flip=True)})
    [finding] = diagnose(history(**OVERFITTED), config)
    assert "arly stopping" not in finding.remedy
    assert "ugmentation" not in finding.remedy
    assert "ropout" in finding.remedy


def test_overfitting_is_not_told_before_it_has_lasted() -> None:
    table = history(**OVERFITTED)
    assert [kinds(table.head(n)) for n in range(1, 9)] == [[]] * 8


def test_validation_loss_that_rises_while_training_loss_rises_too_is_no_overfitting() -> None:
    rising = [1.0, 0.9, 0.92, 0.95, 1.0, 1.06, 1.13, 1.2]
    assert kinds(history(loss=rising, val_loss=rising)) == []


@pytest.mark.parametrize("noise", [0.01, 0.03, 0.06])
@pytest.mark.parametrize("shape", ["flat", "falling", "settled"])
def test_noisy_curves_without_a_rise_stay_without_a_word(shape: str, noise: float) -> None:
    random = np.random.default_rng(0)
    epochs = np.arange(1, 41)
    trend = {"flat": 0 * epochs + 1.0, "falling": 2 - 0.02 * epochs, "settled": 0.6 + np.exp(-epochs / 4)}
    told = []
    for _ in range(10):
        table = history(
            loss=0.1 + 1.8 * np.exp(-epochs / 6), val_loss=trend[shape] + random.normal(0, noise, len(epochs))
        )
        told += [kind for n in range(1, 41, 3) for kind in kinds(table.head(n))]
    assert told == []


def test_a_rise_under_the_same_noise_is_told() -> None:
    random = np.random.default_rng(0)
    epochs = np.arange(1, 41)
    val_loss = 0.9 + 1.2 * np.exp(-epochs / 2) + 0.04 * np.maximum(epochs - 6, 0)
    table = history(
        loss=0.1 + 1.8 * np.exp(-epochs / 6), val_loss=val_loss + random.normal(0, 0.03, len(epochs))
    )
    [finding] = diagnose(table, CONFIG)
    since = int(finding.title.split("epoch ")[1].split()[0])
    assert finding.kind is Kind.OVERFITTING
    assert 4 <= since <= 11


def test_a_loss_that_is_not_a_number_is_told_alone() -> None:
    table = history(**OVERFITTED)
    table.loc[6:, "val_loss"] = np.nan
    [finding] = diagnose(table, CONFIG)
    assert finding.kind is Kind.NOT_A_NUMBER
    assert "Since epoch 7 the validation loss" in finding.numbers
    assert "Lower the learning rate (now 0.001)" in finding.remedy


def test_a_run_that_only_says_the_largest_class_is_not_learning() -> None:
    counts = [670, 110, 110, 50, 30, 20, 10]
    shares = np.array(counts) / 1000
    entropy = float(-(shares * np.log(shares)).sum())
    table = history(loss=[1.2, 1.16, 1.16, 1.15], val_loss=[entropy + 0.02] * 4, val_accuracy=[0.67] * 4)
    names = ["nv", *"abcdef"]
    [finding] = diagnose(table, CONFIG, val_counts=counts, class_names=names)
    assert finding.kind is Kind.NOT_LEARNING
    assert "best validation accuracy is 67.0%" in finding.numbers
    assert "largest class 'nv' would reach 67.0%" in finding.numbers
    assert kinds(table.head(2), val_counts=counts) == []
    assert kinds(table) == []  # without the counts nothing is known


def test_small_classes_learned_at_the_cost_of_the_largest_are_not_taken_for_not_learning() -> None:
    counts = [670, 110, 110, 50, 30, 20, 10]
    table = history(loss=[1.2, 1.1, 1.0], val_loss=[1.25, 1.21, 1.2], val_accuracy=[0.5, 0.6, 0.62])
    assert kinds(table, val_counts=counts) == [Kind.NOT_LEARNING]
    assert kinds(table.assign(val_macro_f1=[0.3, 0.4, 0.42]), val_counts=counts) == []
    assert kinds(table.assign(val_loss=[1.0, 0.9, 0.8]), val_counts=counts) == []


def test_accuracy_just_above_chance_on_balanced_classes_counts_as_learning_when_the_loss_says_so() -> None:
    table = history(loss=[2.3, 2.2, 2.1], val_loss=[2.29, 2.2, 2.1], val_accuracy=[0.1, 0.11, 0.12])
    assert kinds(table, val_counts=[100] * 10) == []


def test_a_loss_that_jumps_again_and_again_asks_for_a_lower_rate() -> None:
    loss = [1.2, 0.6, 2.4, 0.7, 0.6, 1.9, 0.8]
    [finding] = diagnose(history(loss=loss, val_loss=loss), CONFIG)
    assert finding.kind is Kind.RATE_TOO_HIGH
    assert "jumped up 2 times, most from 0.6 in epoch 2 to 2.4 in epoch 3" in finding.numbers
    assert "now 0.001" in finding.remedy
    assert kinds(history(loss=[1.2, 0.6, 1.4, 0.5, 0.4])) == []  # one jump is no pattern


def test_a_loss_that_only_grows_asks_for_a_lower_rate() -> None:
    [finding] = diagnose(history(loss=[2.4, 3.1, 4.4, 9.0]), CONFIG)
    assert finding.kind is Kind.RATE_TOO_HIGH
    assert "grew from 2.4 in the first epoch to 9" in finding.numbers


def test_a_run_that_ends_while_it_gets_better_is_told_to_go_on() -> None:
    falling = [2.2, 1.8, 1.5, 1.25, 1.05, 0.9, 0.77, 0.67, 0.58, 0.51]
    table = history(loss=falling, val_loss=falling)
    [finding] = diagnose(table, CONFIG, is_done=True)
    assert finding.kind is Kind.STILL_IMPROVING
    assert "from 0.77 to 0.51" in finding.numbers
    assert "now 10" in finding.remedy
    assert kinds(table) == []  # it is still going on
    assert kinds(table.head(8), is_done=True) == []  # early stopping ended it
    assert kinds(table.assign(val_accuracy=0.995), is_done=True) == []


def test_a_run_that_has_settled_is_not_told_to_go_on() -> None:
    settled = [1.0, 0.7, 0.6, 0.55, 0.53, 0.525, 0.522, 0.521, 0.5205, 0.5204]
    assert kinds(history(loss=settled, val_loss=settled), is_done=True) == []


@pytest.mark.parametrize("table", [pd.DataFrame(), pd.DataFrame({"epoch": [1], "loss": [1.0]})])
def test_of_a_history_without_rows_or_columns_nothing_is_said(table: pd.DataFrame) -> None:
    assert kinds(table) == []
