"""``regroup models``: networks, their layers before any training, and saved stacks."""

import json

import pytest

from core.models.catalog import CATALOG
from core.models.stack.store import load_stack


def _ask(regroup, *arguments):
    status, out, err = regroup("models", *arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def test_all_networks_are_listed(regroup):
    listed = _ask(regroup, "list")
    assert [model["name"] for model in listed] == list(CATALOG)
    assert listed[1] == {
        "name": "lenet",
        "title": "LeNet",
        "description": CATALOG["lenet"].description,
        "source": "https://doi.org/10.1109/5.726791",
        "pretrained": False,
        "min_image_size": 10,
        "default_image_size": [32, 32],
    }
    status, out, _ = regroup("models", "list")
    assert status == 0
    assert "tuned_cnn" in out
    assert "150 x 120" in out


def test_a_network_is_shown_layer_by_layer(regroup):
    shown = _ask(regroup, "show", "tuned_cnn", "--image-size", "150x120", "--classes", "7")
    assert (shown["parameters"], shown["trainable"]) == (4_622_939, 4_622_939)
    assert shown["image_size"] == [150, 120]
    assert shown["layers"][2] == {
        "name": "conv1",
        "kind": "Conv2D",
        "output_shape": [150, 120, 43],
        "parameters": 1204,
        "trainable": 1204,
        "trained": True,
        "block": "conv1",
    }
    assert [block["name"] for block in shown["blocks"]] == ["conv1", "conv2", "dense1", "dense2", "head"]
    assert shown["blocks"][1]["first_layer"] == 3
    assert sum(block["parameters"] for block in shown["blocks"]) == shown["parameters"]


def test_a_network_is_shown_as_text(regroup):
    status, out, _ = regroup("models", "show", "lenet")
    assert status == 0
    assert out.startswith("LeNet at 32 x 32, 10 classes")
    assert "81,302 parameters, 81,302 of them trained; a training step takes about" in out


def test_settings_change_what_is_shown(regroup):
    shown = _ask(regroup, "show", "lenet", "--set", "weights=run:lenet-1", "--set", "cut=1")
    assert shown["trainable"] == 84 * 121 + 85 * 10
    assert [block["trained"] for block in shown["blocks"]] == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["show", "vgg"], "There is no model 'vgg'; models are small_cnn"),
        (["show", "lenet", "--image-size", "9"], "needs at least 10 pixels; choose a larger image size"),
        (["show", "lenet", "--image-size", "wide"], "image_size cannot be 'wide': it should be 8 to 1024"),
        (
            ["show", "lenet", "--set", "cut=7"],
            "has 4 blocks (conv1, conv2, dense1, dense2); set the cut to 4",
        ),
        (["show", "lenet", "--set", "depth=7"], "There is no setting 'depth'"),
        (["show", "stack"], "The stack has no layers; add a row to its table"),
        (
            ["show", "stack", "--set", "stack=mine"],
            "There is no saved stack 'mine'; saved ones are: none yet",
        ),
        (["stack", "show", "mine"], "There is no saved stack 'mine'"),
        (["stack", "delete", "mine"], "There is no saved stack 'mine' to delete"),
        (["stack", "save", "mine", "--from", "mobilenet"], "cannot be opened as a stack; choose small_cnn"),
        (["stack", "save", "mine", "--layers", '[{"kind": "cnv"}]'], "layers.0.kind cannot be 'cnv'"),
        (["stack", "save", "a/b", "--from", "lenet"], "cannot be the name of a stack"),
    ],
)
def test_what_cannot_be_shown_or_saved_is_refused_in_a_sentence(regroup, arguments, remedy):
    status, out, err = regroup("models", *arguments)
    assert (status, out) == (1, "")
    assert remedy in err


@pytest.mark.parametrize("sources", [[], ["--from", "lenet", "--layers", "[]"]])
def test_a_stack_is_saved_from_one_source(regroup, sources):
    status, _, err = regroup("models", "stack", "save", "mine", *sources)
    assert status == 2
    assert "give either --from MODEL or --layers" in err


def test_a_simple_network_is_saved_as_a_stack_changed_shown_and_deleted(regroup, home):
    saved = _ask(regroup, "stack", "save", "Größe", "--from", "small_cnn", "--image-size", "28")
    assert saved == {"name": "Größe", "rows": 8}
    assert _ask(regroup, "stack", "list")[0]["rows"] == 8
    as_stack = _ask(regroup, "show", "stack", "--set", "stack=Größe", "--image-size", "28")
    built_in = _ask(regroup, "show", "small_cnn", "--image-size", "28")
    assert as_stack["layers"] == built_in["layers"]
    shown = _ask(regroup, "stack", "show", "Größe", "--image-size", "28")
    assert shown["parameters"] == built_in["parameters"]
    assert shown["rows"][1]["output_shape"] == [14, 14, 16]
    assert regroup("models", "stack", "save", "Größe", "--from", "lenet")[0] == 1
    _ask(regroup, "stack", "save", "Größe", "--from", "lenet", "--force")
    assert len(load_stack(home, "Größe").layers) == 7
    assert _ask(regroup, "stack", "delete", "Größe") == {"deleted": "Größe"}
    assert _ask(regroup, "stack", "list") == []


def test_a_stack_that_is_not_possible_is_shown_with_its_problem(regroup, tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"kind": "conv", "units": 4}, {"kind": "dense", "units": 3}]))
    _ask(regroup, "stack", "save", "wrong", "--layers", f"@{path}")
    shown = _ask(regroup, "stack", "show", "wrong", "--image-size", "16")
    assert shown["parameters"] is None
    assert "put a flatten or a global pooling before it" in shown["rows"][1]["problem"]
    status, out, _ = regroup("models", "stack", "show", "wrong")
    assert status == 0
    assert "put a flatten" in out
