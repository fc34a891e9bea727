"""The estimate of a training step's memory, by hand."""

import pytest

from core.models.memory import training_memory
from core.models.table import LayerLine
from core.runs.config import RunConfig


def _line(shape: tuple[int, ...], num_params: int, num_weights: int, *, trained: bool = True) -> LayerLine:
    return LayerLine("x", "X", shape, num_params, num_weights, 0, trained)


def _config(**settings: object) -> RunConfig:
    return RunConfig.make(dataset="d", batch_size=10, **settings)


LAYERS = [_line((2, 2, 3), 0, 0), _line((2, 2, 5), 100, 90), _line((4,), 50, 50)]


@pytest.mark.parametrize(
    ("settings", "slots"),
    [
        ({"optimizer": "adam"}, 2),
        ({"optimizer": "adamw"}, 2),
        ({"optimizer": "rmsprop"}, 1),
        ({"optimizer": "adagrad"}, 1),
        ({"optimizer": "sgd", "momentum": 0.9}, 1),
        ({"optimizer": "sgd", "momentum": 0}, 0),
    ],
)
def test_each_trained_weight_has_a_gradient_and_what_its_optimizer_keeps(settings, slots):
    expected = 4 * (150 + 140 * (1 + slots) + 10 * (12 + 2 * (20 + 4)))
    assert training_memory(LAYERS, _config(**settings)) == expected


def test_frozen_layers_take_their_parameters_and_two_outputs_at_a_time():
    frozen = [
        _line(layer.output_shape, layer.num_params, layer.num_weights, trained=False) for layer in LAYERS
    ]
    layers = [*frozen, _line((7,), 30, 30)]
    assert training_memory(layers, _config()) == 4 * (180 + 30 * 3 + 10 * (20 + 12 + 2 * 7))
