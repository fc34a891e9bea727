"""Losses for labels as numbers are Keras' losses for one-hot targets."""

import keras
import numpy as np
import pytest

from core.runs.config import RunConfig
from core.training.losses import build_loss

Y_TRUE = np.array([0, 2, 1, 2])
PROBS = np.array(
    [[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4], [1.0, 0.0, 0.0]], np.float32
)  # the last is as wrong as can be
ONE_HOT = np.eye(3, dtype=np.float32)[Y_TRUE]


def loss_of(**settings):
    return float(build_loss(RunConfig.make(dataset="d", **settings))(Y_TRUE, PROBS))


def test_the_plain_loss_is_cross_entropy():
    assert loss_of() == pytest.approx(float(keras.losses.CategoricalCrossentropy()(ONE_HOT, PROBS)))


@pytest.mark.parametrize("smoothing", [0.1, 0.9])
def test_smoothed_labels_are_those_of_keras(smoothing):
    expected = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)(ONE_HOT, PROBS)
    assert loss_of(label_smoothing=smoothing) == pytest.approx(float(expected))


@pytest.mark.parametrize("smoothing", [0, 0.2])
@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_loss_is_that_of_keras_without_alpha(gamma, smoothing):
    focal = keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=gamma, label_smoothing=smoothing)
    ours = loss_of(loss="focal", focal_gamma=gamma, label_smoothing=smoothing)
    assert ours == pytest.approx(float(focal(ONE_HOT, PROBS)))


def test_focal_loss_with_gamma_0_is_cross_entropy():
    assert loss_of(loss="focal", focal_gamma=0) == pytest.approx(loss_of(), rel=1e-5)


def test_focal_loss_by_hand():
    loss = build_loss(RunConfig.make(dataset="d", loss="focal", focal_gamma=2))
    assert float(loss(Y_TRUE[:1], PROBS[:1])) == pytest.approx(-(0.3**2) * np.log(0.7), rel=1e-5)


@pytest.mark.parametrize("settings", [{"label_smoothing": 0.1}, {"loss": "focal"}, {}])
def test_a_weight_multiplies_the_loss_of_its_image(settings):
    loss = build_loss(RunConfig.make(dataset="d", **settings))
    each = [float(loss(Y_TRUE[[i]], PROBS[[i]])) for i in range(4)]
    weights = np.array([0.0, 1.0, 2.0, 0.5], np.float32)
    weighted = float(loss(Y_TRUE, PROBS, sample_weight=weights))
    assert weighted == pytest.approx(np.mean(weights * each), rel=1e-5)
