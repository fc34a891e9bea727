"""The head of a pretrained network, as a list of layers."""

from core.models.backbones.head import list_head, pooling_layer
from core.runs.config import RunConfig


def _head(**settings):
    config = RunConfig(dataset="d", model="inceptionv3", **settings)
    return config, list_head(config, (2, 3, 10), 4)


def test_pooling_dropout_and_classes_are_the_least():
    _, parts = _head()
    assert [(part.kind, part.name, part.output_shape, part.num_params) for part in parts] == [
        ("GlobalAveragePooling2D", "pool", (10,), 0),
        ("Dropout", "dropout", (10,), 0),
        ("Dense", "logits", (4,), 44),
        ("Activation", "probs", (4,), 0),
    ]


def test_maps_are_flattened_and_dense_layers_counted():
    config, parts = _head(head_pooling="flatten", head_dropout=0, head_units=(5,))
    assert [part.name for part in parts] == ["flatten", "dense1", "logits", "probs"]
    assert [part.num_params for part in parts] == [0, 61 * 5, 6 * 4, 0]
    assert pooling_layer(config) == "flatten"


def test_batch_normalization_comes_between_a_dense_layer_and_its_activation():
    _, parts = _head(head_pooling="max", head_units=(5,), head_batch_norm=True)
    assert [part.kind for part in parts[2:5]] == ["Dense", "BatchNormalization", "ReLU"]
    assert [(part.num_params, part.num_weights) for part in parts[2:5]] == [(50, 50), (20, 10), (0, 0)]
