"""The networks of the studies have the parameters that the studies state."""

import pytest

from core.errors import ModelError
from core.models.architectures import CATALOG, find_model
from core.models.blocks import layers_of
from core.models.stack.shapes import stack_table
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize


def _table(model, image_size, num_classes):
    return stack_table(RunConfig.make(dataset="d", model=model, image_size=image_size), num_classes)


@pytest.mark.parametrize(
    ("model", "image_size", "num_classes", "num_params", "num_trainable"),
    [
        ("vgg16_scratch", 224, 3116, 147_026_796, 147_026_796),  # hotel rooms
        ("vgg16_scratch", 224, 1000, 138_357_544, 138_357_544),  # as published
        ("tuned_cnn", "150x120", 7, 4_622_939, 4_622_939),  # skin lesions
        ("simple_cnn", 200, 10, 8_708_466, 8_708_466),  # coursework
        ("lenet", 32, 10, 81_302, 81_302),
        ("alexnet", 227, 10, 58_327_818, 58_325_066),
        ("cifar_cnn", 32, 10, 258_762, 258_762),  # lecture: 896 + 18,496 + 73,856 + 131,328 + 32,896 + 1,290
        ("cifar_cnn_bn", 32, 10, 258_762 + 4 * 608, 258_762 + 2 * 608),  # 608 filters and units
        ("skin_baseline", "150x120", 7, 1_147_047, 1_147_047),
        ("simplenet", 32, 10, 5_507_466, 5_498_378),
    ],
)
def test_a_network_has_the_parameters_of_its_source(
    model, image_size, num_classes, num_params, num_trainable
):
    table = _table(model, image_size, num_classes)
    assert (table.num_params, table.num_trainable) == (num_params, num_trainable)


def test_simplenet_has_the_thirteen_kernels_of_the_paper():
    """They make its 5.48 million; biases, batch normalization and the last layer come on top."""
    channels = [3, 64, 128, 128, 128, 128, 128, 256, 256, 256, 512, 2048, 256, 256]
    kernels = [1 if after in (11, 12) else 9 for after in range(1, 14)]
    weights = sum(k * a * b for k, a, b in zip(kernels, channels, channels[1:], strict=False))
    table = _table("simplenet", 32, 10)
    biases, norms, last = sum(channels[1:]), 4 * sum(channels[1:]), 257 * 10
    assert weights == 5_482_176
    assert table.num_params == weights + biases + norms + last
    assert sum(line.kind == "Conv2D" for line in table.layers) == 13


def test_alexnet_sees_maps_of_the_sizes_of_the_paper():
    table = _table("alexnet", 227, 10)
    shapes = [line.output_shape for line in table.layers if line.kind in {"Conv2D", "MaxPooling2D"}]
    assert [shape[0] for shape in shapes] == [55, 27, 27, 13, 13, 13, 13, 6]


@pytest.mark.parametrize("name", [name for name, spec in CATALOG.items() if spec.layers])
def test_the_smallest_image_size_is_the_smallest_that_leaves_a_map(name):
    spec = find_model(name)
    stack_table(RunConfig.make(dataset="d", model=name, image_size=spec.min_image_size), 2)
    if spec.min_image_size == 8:
        return  # the smallest of all settings
    size = ImageSize(spec.min_image_size - 1, 300)
    config = RunConfig.model_construct(dataset="d", model=name, image_size=size)
    with pytest.raises(ModelError, match=rf"Row \d+ \(\w+\) of {name} is not possible .* map would vanish"):
        stack_table(config.model_copy(update={"cut": None, "weights": "none"}), 2)


def test_a_pretrained_network_cannot_be_opened_as_a_stack():
    with pytest.raises(ModelError, match=r"mobilenet is not made of rows .* choose small_cnn, lenet"):
        layers_of("mobilenet", ImageSize(96, 96))


@pytest.mark.parametrize("spec", CATALOG.values(), ids=lambda spec: spec.name)
def test_every_network_is_described_for_a_reader(spec):
    assert spec.title
    assert spec.description.endswith(".")
    assert spec.source == "" or spec.source.startswith("https://")
    assert min(spec.default_image_size) >= spec.min_image_size
