"""Presets of the studies are settings that a run can have."""

import pytest

from core.models.catalog import find_model
from core.runs.augmentation import preset_of
from core.runs.config import RunConfig
from core.runs.presets import STUDIES


@pytest.mark.parametrize("name", STUDIES)
def test_each_preset_is_a_run_of_a_known_network(name: str) -> None:
    study = STUDIES[name]
    config = RunConfig.make(dataset="d", **study.settings)
    spec = find_model(config.model)
    assert min(config.image_size) >= spec.min_image_size
    assert study.title
    assert study.description.endswith(".")
    assert not {"dataset", "grouping", "groups"} & study.settings.keys()


def test_the_studies_figures_stand_in_their_presets() -> None:
    hotels, products, vgg16 = (
        RunConfig.make(dataset="d", **STUDIES[name].settings) for name in ("hotels", "products", "skin_vgg16")
    )
    assert (hotels.epochs, hotels.steps_per_epoch, hotels.batch_size, hotels.resize) == (
        150,
        100,
        32,
        "lanczos",
    )
    assert (products.optimizer, products.learning_rate, products.patience) == ("rmsprop", 2e-4, 3)
    assert preset_of(products.augmentation) == "products"
    assert (vgg16.image_size.height, vgg16.image_size.width, vgg16.scaling) == (150, 120, "minmax")
    assert (vgg16.cut, vgg16.head_pooling, vgg16.head_units) == (0, "flatten", (128,))
