import os

import numpy as np
import pytest

from core.errors import ModelError


def test_the_layers_come_from_input_to_output_with_their_shapes(model):
    from core.explain.loading import list_layers

    rows = {row.name: row for row in list_layers(model)}
    assert next(iter(rows)) == "image"
    assert list(rows)[-2:] == ["logits", "probs"]
    assert rows["conv_1"].output_shape == (14, 14, 4)
    assert rows["conv_1"].num_params == 3 * 3 * 3 * 4 + 4
    assert rows["conv_1"].kind == "Conv2D"
    assert [name for name, row in rows.items() if row.is_conv] == ["conv_1", "depthwise", "pointwise"]
    assert not rows["image"].has_map
    assert rows["pool_1"].has_map
    assert not rows["average"].has_map


def test_the_last_map_is_what_follows_the_last_convolution_pointwise(model):
    from core.explain.loading import last_map_layer

    assert last_map_layer(model).name == "relu"


def test_a_pooling_after_the_last_convolution_is_not_its_map():
    import keras

    from core.explain.loading import last_map_layer

    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(2, 3, name="only")(image)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.ReLU()(x)
    assert last_map_layer(keras.Model(image, keras.layers.Flatten()(x))).name == "only"


def test_where_branches_are_joined_the_last_map_is_what_they_have_become():
    import keras

    from core.explain.loading import last_map_layer

    image = keras.Input((8, 8, 3))
    branches = [keras.layers.Conv2D(2, 3, padding="same")(image) for _ in range(2)]
    x = keras.layers.Concatenate(name="joined")(branches)
    x = keras.layers.GlobalAveragePooling2D()(x)
    assert last_map_layer(keras.Model(image, x)).name == "joined"


def test_a_network_without_convolution_is_refused(model_without_convolution):
    from core.explain.loading import last_map_layer

    with pytest.raises(ModelError, match="choose another run"):
        last_map_layer(model_without_convolution)


def test_an_unknown_layer_is_refused_naming_those_there_are(model):
    from core.explain.loading import find_layer

    with pytest.raises(ModelError, match=r"no layer 'conv_9'; choose one of: scale, conv_1, pool_1"):
        find_layer(model, "conv_9")


def test_probabilities_are_those_of_keras_predict(model, image):
    from core.explain.loading import predict

    probs = predict(model, image)
    assert probs.dtype == np.float32
    np.testing.assert_allclose(probs, model.predict(image[None], verbose=0)[0], atol=1e-6)


def test_an_image_of_another_size_is_refused(model):
    from core.explain.loading import predict

    with pytest.raises(ValueError, match="resize it as in training"):
        predict(model, np.zeros((8, 8, 3), np.uint8))


def test_a_file_is_read_once_and_again_when_it_was_written_anew(run):
    from core.explain.loading import load_model

    first = load_model(run.model_path, 1)
    assert load_model(run.model_path, 1) is first
    assert load_model(run.model_path, 2) is not first


def test_a_damaged_file_is_refused_with_its_name(tmp_path):
    from core.explain.loading import load_model

    path = tmp_path / "best.keras"
    path.write_bytes(os.urandom(200))
    with pytest.raises(ModelError, match=r"best\.keras is not a readable Keras model .*train the run again"):
        load_model(path, 1)


def test_a_network_with_code_inside_is_refused(tmp_path):
    import keras

    from core.explain.loading import load_model

    image = keras.Input((4, 4, 3))
    path = tmp_path / "best.keras"
    keras.Model(image, keras.layers.Lambda(lambda x: x * 2)(image)).save(path)
    with pytest.raises(ModelError, match="train the run again"):
        load_model(path, 1)
