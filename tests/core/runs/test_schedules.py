"""Learning rates as numbers, by hand; that Keras means the same stands in tests/core/training."""

import numpy as np
import pandas as pd
import pytest

from core.runs.config import RunConfig
from core.runs.schedules import epoch_rates, learning_rates

STEPS = 4


def config_of(**settings: object) -> RunConfig:
    return RunConfig.make(**{"dataset": "d", "epochs": 6, "learning_rate": 0.5, **settings})


def losses(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"epoch": range(1, len(values) + 1), "val_loss": values})


def test_a_constant_rate_is_the_learning_rate() -> None:
    assert (learning_rates(config_of(), STEPS) == 0.5).all()


def test_a_step_comes_every_few_epochs_and_ends_at_the_least() -> None:
    config = config_of(schedule="step", schedule_epochs=2, schedule_factor=0.1, least_rate=0.05)
    assert learning_rates(config, 1) == pytest.approx([0.5, 0.5, 0.05, 0.05, 0.025, 0.025])


def test_the_cosine_falls_from_the_learning_rate_by_halves() -> None:
    rates = learning_rates(config_of(schedule="cosine", epochs=2), STEPS)
    assert rates[[0, 4]] == pytest.approx([0.5, 0.25])
    assert (np.diff(rates) < 0).all()
    assert rates[-1] > 0
    assert learning_rates(config_of(schedule="cosine", least_rate=1), STEPS) == pytest.approx(0.5)


def test_a_warm_up_grows_evenly_to_the_learning_rate() -> None:
    rates = learning_rates(config_of(warmup_epochs=1.5), STEPS)
    assert rates[:7] == pytest.approx([0.5 * n / 6 for n in (1, 2, 3, 4, 5, 6, 6)])
    assert (rates[6:] == 0.5).all()


def test_the_cosine_begins_after_the_warm_up() -> None:
    warmed = learning_rates(config_of(schedule="cosine", warmup_epochs=1, epochs=3), STEPS)
    plain = learning_rates(config_of(schedule="cosine", epochs=2), STEPS)
    assert warmed[STEPS:] == pytest.approx(plain)


def test_a_warm_up_longer_than_the_run_only_grows() -> None:
    rates = learning_rates(config_of(schedule="cosine", warmup_epochs=10), STEPS)
    assert (np.diff(rates) > 0).all()
    assert rates[-1] < 0.5


@pytest.mark.parametrize("schedule", ["constant", "cosine", "step"])
@pytest.mark.parametrize("warmup_epochs", [0, 1.5])
def test_epochs_have_the_rates_of_the_preview(schedule: str, warmup_epochs: float) -> None:
    config = config_of(schedule=schedule, warmup_epochs=warmup_epochs, schedule_epochs=2, least_rate=0.01)
    rates = learning_rates(config, STEPS)
    by_epoch = [epoch_rates(config, epoch, STEPS, losses(1.0)) for epoch in range(1, 7)]
    assert np.array_equal(np.concatenate(by_epoch), rates)


def test_a_plateau_cuts_the_rate_once_validation_loss_has_not_fallen() -> None:
    config = config_of(schedule="plateau", schedule_epochs=2, schedule_factor=0.5, least_rate=0.2)
    history = losses(1.0, 0.9, 0.9, 0.95, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9)
    rates = [epoch_rates(config, epoch, 1, history)[0] for epoch in range(1, 13)]
    assert rates == pytest.approx([0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.1, 0.1, 0.1])


def test_later_epochs_in_the_history_do_not_change_an_earlier_rate() -> None:
    config = config_of(schedule="plateau", schedule_epochs=1)
    assert epoch_rates(config, 2, 1, losses(1.0, 2.0, 3.0)) == pytest.approx(0.5)
    assert epoch_rates(config, 3, 1, losses(1.0, 2.0, 3.0)) == pytest.approx(0.05)
    assert epoch_rates(config, 1, 1, losses()) == pytest.approx(0.5)


def test_a_plateau_is_drawn_as_constant() -> None:
    assert (learning_rates(config_of(schedule="plateau"), STEPS) == 0.5).all()
