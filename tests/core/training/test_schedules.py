"""The rates that a training uses: those of the preview, which are those of Keras."""

import keras
import numpy as np
import pandas as pd
import pytest

from core.runs.config import RunConfig
from core.runs.schedules import epoch_rates, learning_rates
from core.training.schedules import EpochRates

STEPS = 5


def config_of(**settings):
    return RunConfig.make(**{"dataset": "d", "epochs": 6, "learning_rate": 0.3, **settings})


def test_the_cosine_is_that_of_keras():
    config = config_of(schedule="cosine", least_rate=0.1)
    decay = keras.optimizers.schedules.CosineDecay(0.3, decay_steps=30, alpha=0.1)
    assert learning_rates(config, STEPS) == pytest.approx([float(decay(i)) for i in range(30)], rel=1e-5)


def test_the_steps_are_those_of_keras():
    config = config_of(schedule="step", schedule_epochs=2, schedule_factor=0.5)
    decay = keras.optimizers.schedules.ExponentialDecay(0.3, 2 * STEPS, 0.5, staircase=True)
    assert learning_rates(config, STEPS) == pytest.approx([float(decay(i)) for i in range(30)], rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_plateau_is_that_of_keras(seed):
    val_losses = np.random.default_rng(seed).integers(1, 9, 40) / 8
    config = config_of(schedule="plateau", schedule_epochs=3, schedule_factor=0.5, least_rate=0.01, epochs=40)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.3))
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss", factor=0.5, patience=3, min_delta=0, min_lr=0.003
    )
    callback.set_model(model)
    callback.on_train_begin()
    expected = []
    for epoch, loss in enumerate(val_losses):
        expected.append(float(model.optimizer.learning_rate))
        callback.on_epoch_end(epoch, {"val_loss": loss})
    history = pd.DataFrame({"epoch": range(1, 41), "val_loss": val_losses})
    rates = [epoch_rates(config, epoch, 1, history)[0] for epoch in range(1, 41)]
    assert rates == pytest.approx(expected, rel=1e-5)


def test_rates_follow_the_optimizers_own_count():
    config = config_of(schedule="cosine", warmup_epochs=1)
    rates = EpochRates(config, STEPS)
    optimizer = keras.optimizers.SGD(rates)
    rates.follow(optimizer)
    weight = keras.Variable(0.0)
    optimizer.build([weight])
    used = []
    for epoch in (1, 2, 3):
        rates.start_epoch(epoch)
        for _ in range(STEPS):
            before = float(weight.value)
            optimizer.apply([keras.ops.convert_to_tensor(1.0)])
            used.append(before - float(weight.value))
        assert rates.last == epoch_rates(config, epoch, STEPS)[-1]
    assert used == pytest.approx(learning_rates(config, STEPS)[: 3 * STEPS], abs=1e-6)


def test_rates_can_be_set_by_hand_and_end_with_the_last():
    rates = EpochRates(config_of(), 3)
    rates.set(np.array([1.0, 2.0, 4.0]))
    assert [float(rates(step)) for step in range(5)] == [1, 2, 4, 4, 4]
    assert rates.last == 4
    assert rates.get_config() == {"learning_rate": 4.0}
