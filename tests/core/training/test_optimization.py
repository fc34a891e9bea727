"""A compiled model makes the steps that Keras makes with the same settings."""

import keras
import numpy as np
import pytest

from core.runs.config import RunConfig
from core.training.environment import computing
from core.training.optimization import build_optimizer, compile_model
from core.training.sampling import compute_class_weights

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(size=(12, 4)).astype(np.float32)
LABELS = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 0])


def config_of(**settings):
    return RunConfig.make(**{"dataset": "d", "batch_size": 12, "learning_rate": 0.1, **settings})


def build_net():
    keras.utils.set_random_seed(1)
    features = keras.Input((4,))
    hidden = keras.layers.Dense(5, activation="tanh")(features)
    logits = keras.layers.Dense(3)(hidden)
    return keras.Model(features, keras.layers.Activation("softmax", dtype="float32")(logits))


def train(model, **fit):
    model.fit(FEATURES, LABELS, epochs=3, batch_size=12, shuffle=False, verbose=0, **fit)
    return [weights.copy() for weights in model.get_weights()]


def assert_equal(ours, theirs, *, atol=1e-6):
    assert all(np.allclose(one, other, atol=atol) for one, other in zip(ours, theirs, strict=True))


@pytest.mark.parametrize(
    ("settings", "optimizer"),
    [
        ({}, keras.optimizers.Adam(0.1)),
        ({"weight_decay": 0.1}, keras.optimizers.Adam(0.1, weight_decay=0.1)),
        ({"optimizer": "adamw"}, keras.optimizers.AdamW(0.1)),
        ({"optimizer": "adamw", "weight_decay": 0}, keras.optimizers.Adam(0.1)),
        ({"optimizer": "rmsprop"}, keras.optimizers.RMSprop(0.1)),
        ({"optimizer": "sgd", "momentum": 0.5}, keras.optimizers.SGD(0.1, momentum=0.5)),
        ({"optimizer": "adagrad"}, keras.optimizers.Adagrad(0.1)),
        ({"optimizer": "sgd", "clip_norm": 0.01}, keras.optimizers.SGD(0.1, 0.9, global_clipnorm=0.01)),
    ],
    ids=["adam", "adam_decay", "adamw", "adamw_without_decay", "rmsprop", "sgd", "adagrad", "sgd_clipped"],
)
def test_each_optimizer_makes_the_steps_of_keras(settings, optimizer):
    ours = build_optimizer(config_of(**settings), 0.1)
    weights = [keras.Variable(FEATURES), keras.Variable(FEATURES)]
    for step in range(3):
        gradient = keras.ops.convert_to_tensor(np.float32(0.5) * FEATURES + step)
        for each, weight in zip((ours, optimizer), weights, strict=True):
            each.apply([gradient], [weight])
    assert not np.allclose(weights[0].numpy(), FEATURES, atol=1e-4)
    assert np.allclose(weights[0].numpy(), weights[1].numpy(), atol=1e-6)


def test_clipping_shortens_all_gradients_together():
    optimizer = build_optimizer(config_of(optimizer="sgd", momentum=0, clip_norm=1.0), 1.0)
    weights = [keras.Variable([0.0, 0.0]), keras.Variable([0.0])]
    optimizer.apply([keras.ops.array([3.0, 0.0]), keras.ops.array([4.0])], weights)
    assert np.allclose(weights[0].numpy(), [-0.6, 0])
    assert np.allclose(weights[1].numpy(), [-0.8])


def test_sample_weights_from_class_weights_are_keras_class_weights():
    config = config_of(class_weights="balanced", optimizer="sgd")
    weights = compute_class_weights(config, LABELS, 3)
    ours, theirs = build_net(), build_net()
    compile_model(ours, config)
    theirs.compile(
        optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    expected = train(theirs, class_weight=dict(enumerate(weights)))
    assert_equal(train(ours, sample_weight=weights[LABELS]), expected)
    ours, theirs = ours.history.history, theirs.history.history
    assert ours["loss"] == pytest.approx(theirs["loss"])
    assert ours["accuracy"] == pytest.approx(theirs["accuracy"])  # not weighted in either
    assert not np.allclose(ours["macro_f1"], ours["accuracy"])


def test_rates_reach_every_step_when_several_are_run_at_once_and_by_xla():
    config = config_of(optimizer="sgd", schedule="cosine", batch_size=3, epochs=2, xla="on")
    ours, theirs = build_net(), build_net()
    rates = compile_model(ours, config, num_steps=4, steps_per_execution=4)
    assert ours.jit_compile
    for epoch in (1, 2):
        rates.start_epoch(epoch)
        ours.fit(FEATURES, LABELS, batch_size=3, shuffle=False, verbose=0)
    decay = keras.optimizers.schedules.CosineDecay(0.1, 8)
    optimizer = keras.optimizers.SGD(decay, momentum=0.9)
    theirs.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", jit_compile=False)
    theirs.fit(FEATURES, LABELS, batch_size=3, epochs=2, shuffle=False, verbose=0)
    assert_equal(ours.get_weights(), theirs.get_weights(), atol=1e-5)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_float32_weights_to_float32_probabilities(precision):
    config = config_of(precision=precision)
    with computing(config):
        model = build_net()
        compile_model(model, config)
    assert keras.config.dtype_policy().name == "float32"
    assert model.layers[1].compute_dtype == precision.removeprefix("mixed_")
    losses = [float(model.train_on_batch(FEATURES, LABELS)[0]) for _ in range(15)]
    assert losses[-1] < losses[0]
    assert {str(weights.dtype) for weights in model.get_weights()} == {"float32"}
    assert keras.ops.dtype(model(FEATURES)) == "float32"
    is_scaled = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert is_scaled is (precision == "mixed_float16")
