import numpy as np
import pytest

from core.errors import ModelError


def grad_cam_by_hand(model, image, class_index, layer_name):
    """Selvaraju et al., equations 1 and 2, without tf-keras-vis."""
    import keras
    import tensorflow as tf

    layer, logits_layer = model.get_layer(layer_name), model.get_layer("logits")
    maps = keras.Model(model.input, layer.output)(image[None].astype("float32"), training=False)
    rest = keras.Model(layer.output, logits_layer.output)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        score = rest(maps, training=False)[0, class_index]
    gradient = tape.gradient(score, maps)[0].numpy()  # (height, width, num_maps)
    weights = gradient.mean(axis=(0, 1))
    heatmap = np.maximum((maps[0].numpy() * weights).sum(axis=-1), 0)
    return heatmap / heatmap.max() if heatmap.max() > 0 else heatmap


@pytest.mark.parametrize("layer_name", ["conv_1", "pool_1", "relu"])
@pytest.mark.parametrize("class_index", [0, 1, 2])
def test_grad_cam_agrees_with_the_paper_computed_by_hand(model, image, class_index, layer_name):
    from core.explain.cam import compute_cam

    result = compute_cam(model, image, class_index=class_index, layer_name=layer_name)
    expected = grad_cam_by_hand(model, image, class_index, layer_name)
    assert result.heatmap.shape == expected.shape
    np.testing.assert_allclose(result.heatmap, expected, atol=1e-4)


def test_the_predicted_class_and_the_last_convolution_are_the_defaults(model, image):
    from core.explain.cam import compute_cam

    result = compute_cam(model, image)
    assert result.layer_name == "relu"
    assert result.class_index == result.probs.argmax()
    assert result.probs.sum() == pytest.approx(1, abs=1e-5)
    assert result.heatmap.dtype == np.float32
    assert type(result.heatmap) is np.ndarray


def test_a_class_that_nothing_speaks_for_has_a_heat_map_of_zeros():
    import keras

    from core.explain.cam import compute_cam

    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(1, 3, kernel_initializer="ones", activation="relu", name="conv")(image)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant([[1.0, -1.0]]), name="logits")(x)
    model = keras.Model(image, keras.layers.Activation("softmax")(x))
    pixels = np.full((8, 8, 3), 10, np.uint8)
    assert compute_cam(model, pixels, class_index=1).heatmap.max() == 0
    assert compute_cam(model, pixels, class_index=0).heatmap.min() == 1


def test_a_class_out_of_range_is_refused(model, image):
    from core.explain.cam import compute_cam

    with pytest.raises(ValueError, match="there are 3 classes"):
        compute_cam(model, image, class_index=3)


def test_a_layer_without_maps_is_refused(model, image):
    from core.explain.cam import compute_cam

    with pytest.raises(ModelError, match="'average' has no maps"):
        compute_cam(model, image, layer_name="average")


def test_the_network_itself_is_left_as_it_was(model, image):
    from core.explain.cam import compute_cam

    before = model.predict(image[None], verbose=0)
    compute_cam(model, image, class_index=1)
    np.testing.assert_array_equal(model.predict(image[None], verbose=0), before)
