"""MobileNet with real weights, compared with Keras' own."""

import os
from pathlib import Path

import keras
import numpy as np
import pytest

from core.errors import WeightsError
from core.models.architectures.mobilenet import build_mobilenet
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize

NAME = "mobilenet_2_5_224_tf_no_top.h5"


@pytest.fixture
def pretrained() -> Path:
    folder = os.environ.get("REGROUP_REAL_DATA")
    path = Path(folder or "") / "pretrained" / NAME
    if not path.is_file():
        pytest.skip(f"REGROUP_REAL_DATA names no folder with pretrained/{NAME}")
    return path


def test_features_are_those_of_keras(pretrained):
    config = RunConfig(dataset="d", model="mobilenet", image_size=96, weights=str(pretrained))
    model = build_model(config, 3)
    images = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3)).astype(np.float32)
    own = keras.applications.MobileNet(
        input_shape=(96, 96, 3), alpha=0.25, include_top=False, weights=str(pretrained), pooling="avg"
    )
    expected = own(keras.applications.mobilenet.preprocess_input(images.copy()))
    features = keras.Model(model.input, model.get_layer("pool").output)(images)
    assert np.allclose(features, expected, atol=1e-4)
    assert [layer.name for layer in model.layers if layer.trainable_weights] == ["logits"]


def test_weights_that_do_not_fit_are_refused_by_name(quarter_file):
    with pytest.raises(WeightsError, match=r"no_top\.h5 does not fit MobileNet of alpha 0\.5"):
        build_mobilenet(ImageSize(32, 32), 3, alpha=0.5, weights=quarter_file, frozen=True)


def test_a_frozen_backbone_has_the_weights_of_the_file(quarter_file):
    import h5py

    model = build_mobilenet(ImageSize(32, 32), 3, alpha=0.25, weights=quarter_file, frozen=True)
    with h5py.File(quarter_file) as file:
        assert np.array_equal(model.get_layer("conv1").kernel.numpy(), file["conv1/conv1/kernel:0"][:])
        variance = file["conv_pw_13_bn/conv_pw_13_bn/moving_variance:0"][:]
    assert np.array_equal(model.get_layer("conv_pw_13_bn").moving_variance.numpy(), variance)
