"""Layer tables: equal to the built network, kept on disk, asked of the helper once."""

import json
from math import prod

import pytest

from core.errors import ModelError
from core.explain import layer_tables, service, tables_in_helper
from core.explain.layer_tables import layer_table
from core.models.architectures import PRETRAINED, find_model
from core.models.backbones.head import POOLINGS
from core.models.freezing import freeze
from core.models.memory import training_memory
from core.models.stack.shapes import stack_table
from core.runs.config import RunConfig
from core.workspace import open_workspace

NAMES = [module.SPEC.name for module in PRETRAINED]
HEADS = {name for _, name in POOLINGS.values()}


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path)


@pytest.fixture
def asked(networks, monkeypatch):
    """Answer for the helper process from the built networks, and note each question."""
    questions = []

    def answer(config):
        questions.append(config.model)
        layers = networks(config.model).layers
        end = next(index for index, layer in enumerate(layers) if layer.name in HEADS)
        for layer in layers:
            layer.trainable = True
        return [tables_in_helper.describe_layer(layer) for layer in layers[:end]]

    monkeypatch.setattr(service, "list_network", answer)
    return questions


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_that_of_the_built_network_at_every_cut(
    networks, network_config, workspace, asked, name
):
    model = networks(name)
    num_blocks = len(find_model(name).backbone.blocks)
    for cut in range(num_blocks + 1):
        config = network_config(name, cut=cut)
        table = layer_table(workspace, config, 7)
        freeze(model, config)
        assert table.num_params == model.count_params()
        assert table.num_trainable == sum(prod(weight.shape) for weight in model.trainable_weights)
        assert sum(block.trained for block in table.blocks) == cut + 1
    assert [layer.name for layer in table.layers] == [layer.name for layer in model.layers]
    assert [layer.kind for layer in table.layers] == [type(layer).__name__ for layer in model.layers]
    assert [layer.output_shape for layer in table.layers] == [
        tuple(layer.output.shape[1:]) for layer in model.layers
    ]
    assert [layer.num_params for layer in table.layers] == [layer.count_params() for layer in model.layers]
    assert table.memory == training_memory(table.layers, config)
    assert asked == [name]


def test_blocks_cover_the_layers_and_name_those_of_keras(network_config, workspace, asked):
    table = layer_table(workspace, network_config("inceptionv3"), 7)
    assert [block.keras_layer for block in table.blocks[-4:]] == [229, 249, 280, None]
    assert [block.name for block in table.blocks[-2:]] == ["mixed10", "head"]
    ends = [block.first_layer + block.num_layers for block in table.blocks]
    assert [0, *ends[:-1]] == [block.first_layer for block in table.blocks]
    assert ends[-1] == len(table.layers)
    assert sum(block.num_params for block in table.blocks) == table.num_params
    assert table.layers[table.blocks[-2].first_layer].name == "conv2d_89"


def test_memory_grows_with_the_part_that_is_trained(network_config, workspace, asked):
    needed = [layer_table(workspace, network_config("vgg19", cut=cut), 7).memory for cut in range(6)]
    assert needed == sorted(needed)
    assert needed[0] < needed[-1]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"version": 0, "layers": []}', '{"version": 1, "layers": [{"name": "conv1"}]}'],
)
def test_a_damaged_table_is_computed_again(network_config, workspace, asked, content):
    config = network_config("mobilenet")
    expected = layer_table(workspace, config, 7)
    (path,) = (workspace.root / "tables").glob("*.json")
    path.write_text(content)
    assert layer_table(workspace, config, 7) == expected
    assert json.loads(path.read_text())["version"] == layer_tables.VERSION
    assert asked == ["mobilenet"] * 2


def test_a_folder_that_cannot_be_written_does_not_matter(network_config, workspace, asked):
    (workspace.root / "tables").write_text("in the way")
    config = network_config("mobilenet")
    assert layer_table(workspace, config, 7) == layer_table(workspace, config, 7)
    assert asked == ["mobilenet"] * 2


def test_width_and_image_size_have_tables_of_their_own(network_config, workspace, asked):
    for settings in ({}, {"alpha": 0.5}, {"image_size": "40x32"}):
        layer_table(workspace, network_config("mobilenet", **settings), 7)
    assert {path.name for path in (workspace.root / "tables").iterdir()} == {
        "mobilenet-0.25-32.json",
        "mobilenet-0.5-32.json",
        "mobilenet-0.25-40x32.json",
    }


def test_simple_networks_are_computed_without_the_helper(workspace, asked):
    config = RunConfig(dataset="d", model="lenet", image_size=32)
    assert layer_table(workspace, config, 10) == stack_table(config, 10)
    assert asked == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "inceptionv3", "image_size": 74}, "needs at least 75 pixels"),
        ({"model": "vgg16", "image_size": 64, "cut": 6}, "vgg16 has 5 blocks"),
        ({"model": "mobilenetv2", "alpha": 0.25}, "set alpha to one of 0.5, 0.75, 1"),
    ],
)
def test_settings_that_cannot_be_built_are_refused_before_the_helper_is_asked(
    workspace, asked, settings, message
):
    with pytest.raises(ModelError, match=message):
        layer_table(workspace, RunConfig(dataset="d", **settings), 7)
    assert asked == []


def test_the_network_of_the_helper_is_the_one_that_is_trained(networks, network_config):
    rows = tables_in_helper.list_network(network_config("mobilenet"))
    layers = networks("mobilenet").layers
    assert [row["name"] for row in rows] == [layer.name for layer in layers[: len(rows)]]
    assert layers[len(rows)].name == "pool"
    assert sum(row["num_params"] for row in rows) == find_model("mobilenet").backbone.num_params[0.25]
