"""Blocks: where fine-tuning may cut, and how much of a network a cut trains."""

import pytest

from core.errors import ModelError
from core.models.blocks import first_trained_layer, list_blocks, rows_of, starts_from_weights, trained_blocks
from core.runs.config import RunConfig


def _config(model="lenet", **more) -> RunConfig:
    return RunConfig.make(dataset="d", model=model, image_size=96, **more)


def test_a_simple_network_has_a_block_for_each_layer_with_weights_but_the_last():
    blocks = list_blocks(_config("alexnet"))
    assert [block.name for block in blocks] == [f"conv{i}" for i in range(1, 6)] + ["dense1", "dense2"]
    assert [block.layer for block in blocks] == [block.name for block in blocks]
    assert {block.first_layer for block in blocks} == {None}


def test_a_pretrained_network_has_the_blocks_of_its_backbone():
    assert list_blocks(_config("mobilenet"))[-1].name == "block13"


@pytest.mark.parametrize(
    ("model", "weights", "cut", "expected"),
    [
        ("lenet", "imagenet", None, 4),
        ("lenet", "run:a", None, 0),
        ("lenet", "run:a", 3, 3),
        ("mobilenet", "imagenet", None, 0),
        ("mobilenet", "imagenet", 2, 2),
        ("mobilenet", "none", None, 14),
    ],
)
def test_without_a_cut_a_network_from_weights_trains_its_head_and_a_random_one_all(
    model, weights, cut, expected
):
    assert trained_blocks(_config(model, weights=weights, cut=cut)) == expected


def test_a_cut_beyond_the_blocks_is_refused_with_their_number():
    with pytest.raises(
        ModelError, match=r"cut is 5, but lenet has 4 blocks \(conv1.*set the cut to 4 or less"
    ):
        trained_blocks(_config(cut=5))


def test_a_stack_without_weights_before_its_head_has_no_blocks():
    config = _config("stack", layers=[{"kind": "flatten"}])
    assert list_blocks(config) == ()
    with pytest.raises(ModelError, match=r"stack has 0 blocks \(none but the head\)"):
        trained_blocks(config.model_copy(update={"cut": 1}))


@pytest.mark.parametrize("layers", [None, []])
def test_a_stack_without_layers_is_refused(layers):
    with pytest.raises(ModelError, match="The stack has no layers; add a row to its table, set layers"):
        rows_of(_config("stack", layers=layers))


@pytest.mark.parametrize(
    ("model", "cut", "expected"),
    [
        ("small_cnn", 0, "dropout1"),
        ("lenet", 0, "logits"),
        ("lenet", 1, "dense2"),
        ("lenet", 4, None),
        ("stack", 0, "flatten"),
        ("mobilenet", 0, "pool"),
    ],
)
def test_training_begins_with_the_first_layer_after_the_cut(model, cut, expected):
    rows = [{"kind": "conv", "units": 2}] if model == "stack" else None
    assert first_trained_layer(_config(model, weights="run:a", cut=cut, layers=rows)) == expected


def test_a_stack_without_blocks_is_trained_whole():
    assert first_trained_layer(_config("stack", layers=[{"kind": "batch_norm"}])) is None


def test_simple_networks_start_from_weights_only_of_a_run():
    assert not starts_from_weights(_config(weights="imagenet"))
    assert starts_from_weights(_config(weights="run:lenet-1"))
