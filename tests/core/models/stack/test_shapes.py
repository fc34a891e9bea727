"""Shapes and parameters by arithmetic: those of Keras, row by row, and a sentence where a row cannot be."""

from types import SimpleNamespace

import keras
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import ModelError
from core.models.architectures import CATALOG
from core.models.stack.building import build_stack
from core.models.stack.shapes import RowLine, row_lines, stack_table
from core.models.table import ModelTable
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer

SIMPLE = [name for name, spec in CATALOG.items() if spec.layers is not None]
CONV = {"kind": "conv", "units": 2}
ACTIVATIONS = ["none", "relu", "gelu", "leaky_relu"]
SLIDING = ["conv", "separable_conv", "depthwise_conv", "max_pool", "average_pool"]
MAP_ROWS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*SLIDING, "batch_norm", "activation", "dropout"]),
        "units": st.integers(1, 5),
        "kernel": st.integers(1, 6),
        "stride": st.none() | st.integers(1, 4),
        "padding": st.sampled_from(["same", "valid"]),
        "activation": st.sampled_from(ACTIVATIONS),
        "batch_norm": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.25]),
        "bias": st.booleans(),
    }
)
LIST_ROWS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["dense", "batch_norm", "activation", "dropout", "flatten"]),
        "units": st.integers(1, 5),
        "activation": st.sampled_from(ACTIVATIONS),
        "batch_norm": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.25]),
        "bias": st.booleans(),
    }
)
BRIDGES = st.sampled_from([[], ["flatten"], ["global_average_pool"], ["global_max_pool"]])
SIZES = st.builds(ImageSize, st.integers(8, 29), st.integers(8, 29))


def _config(*rows: dict, image_size: ImageSize | int | str = 16, **more) -> RunConfig:
    return RunConfig.make(dataset="d", model="stack", layers=rows, image_size=image_size, **more)


def _lines(*rows: dict, image_size: ImageSize = ImageSize(16, 16), **more) -> list[RowLine]:  # noqa: B008
    return row_lines([StackLayer(**row) for row in rows], image_size, 3, **more)


def _assert_as_keras(table: ModelTable, model: keras.Model) -> None:
    ours = [(line.name, line.kind, line.output_shape, line.num_params) for line in table.layers]
    assert ours == [
        (layer.name, type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params())
        for layer in model.layers
    ]
    assert table.num_params == model.count_params()
    assert table.num_trainable == sum(weight.shape.num_elements() for weight in _values(model))


def _values(model: keras.Model) -> list:
    return [weight.value for weight in model.trainable_weights]


@pytest.mark.parametrize("name", SIMPLE)
def test_every_simple_network_has_the_layers_that_keras_counts(name):
    smallest = CATALOG[name].min_image_size
    config = RunConfig.make(dataset="d", model=name, image_size=f"{smallest + 7}x{smallest}")
    _assert_as_keras(stack_table(config, 5), build_stack(config, 5))


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(size=SIZES, rows=st.lists(MAP_ROWS, max_size=4), bridge=BRIDGES, ends=st.lists(LIST_ROWS, max_size=2))
def test_every_stack_that_can_be_has_the_layers_that_keras_counts(size, rows, bridge, ends):
    config = _config(*rows, *({"kind": kind} for kind in bridge), *(ends if bridge else ()), image_size=size)
    assume(config.layers and all(line.output_shape for line in row_lines(config.layers, size, 3)))
    _assert_as_keras(stack_table(config, 3), build_stack(config, 3))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(size=SIZES, rows=st.lists(MAP_ROWS, min_size=1, max_size=4))
def test_what_keras_refuses_is_a_problem_of_a_row_and_the_other_way_round(size, rows):
    layers = [StackLayer(**row) for row in rows]
    lines = row_lines(layers, size, 3)
    reached = next((i for i, line in enumerate(lines) if line.output_shape is None), len(lines))
    if reached == len(lines):
        return
    x = keras.Input(lines[reached - 1].output_shape if reached else (*size, 3))
    row = layers[reached]
    if row.kind.endswith("pool"):
        layer = keras.layers.MaxPooling2D(row.kernel, strides=row.stride, padding=row.padding)
    else:
        layer = keras.layers.Conv2D(2, row.kernel, strides=row.stride or 1, padding=row.padding)
    with pytest.raises(ValueError, match=r"(?i)output|dimension|size"):
        layer(x)


def test_a_row_counts_what_follows_it_within_the_row():
    lines = _lines({"kind": "conv", "units": 4, "batch_norm": True, "activation": "relu", "bias": False})
    assert lines == [RowLine((16, 16, 4), 3 * 3 * 3 * 4 + 4 * 4)]


def test_maps_at_the_end_are_flattened_before_the_classes():
    table = stack_table(_config({**CONV, "stride": 8}), 5)
    assert [line.name for line in table.layers[-3:]] == ["flatten", "logits", "probs"]
    assert table.layers[-2].num_params == (2 * 2 * 2 + 1) * 5
    assert [line.name for line in table.blocks] == ["conv1", "head"]
    assert table.layers[table.blocks[-1].first_layer].name == "flatten"


def test_each_convolution_and_dense_layer_begins_a_block():
    dense = {"kind": "dense", "units": 4, "dropout": 0.5}
    table = stack_table(_config(CONV, {"kind": "max_pool"}, CONV, {"kind": "flatten"}, dense), 3)
    blocks = [(block.name, block.first_layer, block.num_layers) for block in table.blocks]
    assert blocks == [("conv1", 0, 4), ("conv2", 4, 2), ("dense1", 6, 1), ("head", 7, 3)]
    assert table.layers[7].name == "dropout1"  # right before the classes: the head's
    assert sum(block.num_params for block in table.blocks) == table.num_params


def test_the_blocks_before_the_cut_are_frozen_and_the_head_never_is():
    config = _config(CONV, {"kind": "batch_norm"}, CONV, weights="run:a", cut=1)
    table = stack_table(config, 3)
    assert [block.trained for block in table.blocks] == [False, True, True]
    assert [line.name for line in table.layers if line.trained] == ["conv2", "flatten", "logits", "probs"]
    assert table.num_trainable == table.num_params - (3 * 3 * 3 * 2 + 2) - 4 * 2


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            [{"kind": "max_pool", "kernel": 8}, {**CONV, "padding": "valid"}],
            "The map would vanish: 2 x 2 arr",
        ),
        ([{"kind": "conv"}], "It has no number of filters; set units to how many"),
        ([{"kind": "flatten"}, {"kind": "dense"}], "It has no number of units; set units"),
        (
            [CONV, {"kind": "dense", "units": 3}],
            "maps of 16 x 16 x 2 arrive; put a flatten or a global pooling",
        ),
        (
            [{"kind": "flatten"}, {"kind": "max_pool"}],
            "a list of 768 numbers arrives; put it before the flatten",
        ),
        ([{"kind": "flatten"}, {"kind": "global_max_pool"}], "It needs maps, but a list of 768 numbers"),
    ],
)
def test_a_row_that_cannot_be_says_why_and_those_after_it_stay_empty(rows, problem):
    lines = _lines(*rows, CONV)
    assert problem in lines[-2].problem
    assert lines[-2:] == [RowLine(None, None, lines[-2].problem), RowLine(None, None)]
    assert all(line.problem is None and line.output_shape for line in lines[:-2])
    with pytest.raises(ModelError, match=rf"Row {len(rows)} \({rows[-1]['kind']}\) of stack is not possible"):
        stack_table(_config(*rows), 3)


def test_the_row_that_takes_most_memory_says_so_when_it_is_too_much(monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=10_000_000))
    rows = [CONV, {"kind": "flatten"}, {"kind": "dense", "units": 20_000}, {"kind": "dense", "units": 5}]
    lines = _lines(*rows)
    assert [line.problem is None for line in lines] == [True, True, False, True]
    assert lines[2].output_shape == (20_000,)
    own = 4 * (
        513 * 20_000 * 4 + 32 * 20_000 * 2
    )  # Adam's 4 numbers a weight; output and gradient of 32 images
    assert (
        f"{own / 1e6:.1f} MB of it for this row, and 10.0 MB are free; take fewer units" in lines[2].problem
    )
    assert _lines(CONV, batch_size=2)[0].problem is None


def test_no_rows_are_no_lines():
    assert _lines() == []
