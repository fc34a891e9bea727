"""The catalog of networks: what is refused before a run is queued."""

import subprocess
import sys

import pytest

from core.errors import ModelError, WeightsError
from core.models.catalog import CATALOG, check_config, find_model
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize


def test_every_model_is_listed_under_its_own_name():
    assert list(CATALOG) == ["small_cnn", "lenet", "mobilenet"]
    assert all(find_model(name).name == name for name in CATALOG)


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(ModelError, match="no model 'resnet'; models are small_cnn, lenet, mobilenet"):
        find_model("resnet")


@pytest.mark.parametrize("name", CATALOG)
def test_the_smallest_image_size_is_accepted_and_one_pixel_less_is_not(name):
    smallest = find_model(name).min_image_size
    check_config(RunConfig(dataset="d", model=name, image_size=smallest, weights="none"))
    size = ImageSize(smallest - 1, 500)
    too_small = RunConfig.model_construct(dataset="d", model=name, image_size=size, weights="none")
    with pytest.raises(ModelError, match=f"needs at least {smallest} pixels; choose a larger image size"):
        check_config(too_small)


def test_missing_weights_are_refused_before_a_run_is_queued(tmp_path):
    config = RunConfig(dataset="d", model="mobilenet", weights=str(tmp_path / "gone.h5"))
    with pytest.raises(WeightsError, match=r"There is no weights file .*gone\.h5"):
        check_config(config)


def test_networks_that_are_not_pretrained_ignore_weights(tmp_path):
    check_config(RunConfig(dataset="d", model="lenet", weights=str(tmp_path / "gone.h5")))


def test_the_catalog_does_not_import_tensorflow():
    code = "import sys, core.models.catalog; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
