"""The pass through frozen layers: the numbers of Keras, and none too large for their type."""

import keras
import numpy as np
import pytest
from keras import layers

from core.runs.config import RunConfig
from core.training.pipeline import Samples
from core.training.prefix.features import feature_function, prepare_features

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)
NAMES = ("train", "val", "test")
SPLITS = {
    name: Samples(name, ("a", "b"), ids, ids % 2, PIXELS)
    for name, ids in zip(NAMES, np.array([[0, 1], [2, 3], [4, 5]]), strict=True)
}


def _prefix(scale: float) -> keras.Model:
    images = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, use_bias=False)(layers.Rescaling(scale)(images))
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    model = keras.Model(images, layers.GlobalMaxPooling2D()(x))
    random = np.random.default_rng(1)
    model.set_weights([random.uniform(0.1, 1, weight.shape) for weight in model.get_weights()])
    model.trainable = False
    return model


def _prepare(workspace, prefix: keras.Model, precision: str):
    return prepare_features(
        workspace,
        RunConfig(dataset="d", image_size=8, cache_precision=precision),
        prefix,
        splits=SPLITS,
        shown=dict.fromkeys(NAMES, "abc"),
        progress=lambda done, total: None,
    )


@pytest.mark.parametrize(("exact", "tolerance"), [(True, 0), (False, 1e-5)])
def test_the_pass_gives_what_keras_gives(exact, tolerance):
    prefix = _prefix(1 / 255)
    features = feature_function(prefix, exact=exact)(PIXELS).numpy()
    assert features.dtype == np.float32
    assert np.allclose(features, prefix.predict(PIXELS, verbose=0), rtol=tolerance, atol=0)


def test_train_is_as_exact_as_asked_for_and_the_rest_float32(workspace):
    prefix = _prefix(1 / 255)
    made = _prepare(workspace, prefix, "float16")
    assert [array.dtype for array in (made.train[0], made.val, made.test)] == [
        "float16",
        "float32",
        "float32",
    ]
    expected = np.asarray(prefix(PIXELS, training=False))
    assert np.allclose(made.train[0], expected[:2], rtol=1e-3)
    assert np.allclose(made.test, expected[4:], rtol=1e-5)


def test_features_too_large_for_float16_are_kept_in_float32(workspace):
    prefix = _prefix(1000.0)
    made = _prepare(workspace, prefix, "float16")
    assert made.train[0].dtype == np.float32
    assert made.train[0].max() > np.finfo(np.float16).max
    assert np.isfinite(made.train[0]).all()


def test_progress_counts_the_images_of_all_splits_and_can_stop(workspace):
    told = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_features(
            workspace,
            RunConfig(dataset="d", image_size=8),
            _prefix(1 / 255),
            splits=SPLITS,
            shown=dict.fromkeys(NAMES, "abc"),
            progress=stop,
        )
    assert told == [(2, 6)]
