import numpy as np
import pytest

from core.errors import ModelError


def test_filters_are_the_kernels_one_row_a_filter_scaled_to_their_own_range(model):
    from core.explain.filters import compute_filters

    bank = compute_filters(model, "conv_1")
    kernel = model.get_layer("conv_1").get_weights()[0]  # (3, 3, 3, 4)
    assert bank.weights.shape == (4, 3, 3, 3)
    assert bank.weights.dtype == np.float32
    assert bank.names == ("filter 1", "filter 2", "filter 3", "filter 4")
    for number in range(4):
        one = kernel[:, :, :, number]
        for channel in range(3):
            expected = (one[:, :, channel] - one.min()) / (one.max() - one.min())
            np.testing.assert_allclose(bank.weights[number, channel], expected, atol=1e-6)


def test_a_depthwise_filter_has_one_channel(model):
    from core.explain.filters import compute_filters

    bank = compute_filters(model, "depthwise")
    kernel = model.get_layer("depthwise").get_weights()[0]  # (3, 3, 4, 1)
    assert bank.weights.shape == (4, 1, 3, 3)
    assert bank.total_channels == 1
    third = kernel[:, :, 2, 0]
    np.testing.assert_allclose(
        bank.weights[2, 0], (third - third.min()) / (third.max() - third.min()), atol=1e-6
    )


def test_a_pointwise_convolution_is_one_number_a_filter_and_channel(model):
    from core.explain.filters import compute_filters

    bank = compute_filters(model, "pointwise", max_filters=5, max_channels=2)
    assert bank.is_pointwise
    assert bank.weights.shape == (5, 2, 1, 1)
    assert (bank.total_filters, bank.total_channels) == (6, 4)


def test_a_filter_keeps_its_scale_when_some_channels_are_left_out(model):
    from core.explain.filters import compute_filters

    whole = compute_filters(model, "conv_1").weights
    np.testing.assert_array_equal(compute_filters(model, "conv_1", max_channels=1).weights, whole[:, :1])


def test_a_layer_without_filters_is_refused(model):
    from core.explain.filters import compute_filters

    with pytest.raises(ModelError, match="MaxPooling2D and has no filters; choose a convolution"):
        compute_filters(model, "pool_1")
