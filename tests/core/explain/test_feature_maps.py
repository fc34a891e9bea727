import numpy as np
import pytest

from core.errors import ModelError


def test_feature_maps_are_the_convolution_of_the_scaled_image(model, image):
    from scipy.signal import correlate

    from core.explain.feature_maps import compute_feature_maps

    maps = compute_feature_maps(model, image, "conv_1")
    kernel, bias = model.get_layer("conv_1").get_weights()
    assert maps.shape == (4, 14, 14)
    assert maps.dtype == np.float32
    for number in range(4):
        by_hand = correlate(image / 255.0, kernel[:, :, :, number], mode="valid")[:, :, 0] + bias[number]
        np.testing.assert_allclose(maps[number], np.maximum(by_hand, 0), atol=1e-5)


def test_only_the_first_maps_are_returned_when_asked(model, image):
    from core.explain.feature_maps import compute_feature_maps

    assert compute_feature_maps(model, image, "relu", max_maps=2).shape == (2, 7, 7)


def test_a_layer_without_maps_is_refused(model, image):
    from core.explain.feature_maps import compute_feature_maps

    with pytest.raises(ModelError, match="'average' has no maps; choose a convolution or pooling layer"):
        compute_feature_maps(model, image, "average")
