"""The catalog of networks: what is refused before a run is queued."""

import subprocess
import sys

import pytest

from core.errors import ModelError, WeightsError
from core.models.catalog import CATALOG, check_config, find_model
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize

NETWORKS = [name for name in CATALOG if name != "stack"]  # which has no layers of its own


def _config(model: str = "lenet", image_size: object = 32, **settings) -> RunConfig:
    return RunConfig.make(dataset="d", model=model, image_size=image_size, **settings)


def test_every_model_is_listed_under_its_own_name():
    assert list(CATALOG)[:2] == ["small_cnn", "lenet"]
    assert all(find_model(name).name == name for name in CATALOG)


def test_a_network_has_rows_or_a_backbone_or_is_an_own_stack():
    kinds = {name: (spec.layers is not None, spec.backbone is not None) for name, spec in CATALOG.items()}
    assert kinds.pop("stack") == (False, False)
    assert set(kinds.values()) == {(True, False), (False, True)}


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(ModelError, match="no model 'resnet'; models are small_cnn, lenet, "):
        find_model("resnet")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_smallest_image_size_is_accepted_and_one_pixel_less_is_not(name):
    smallest = find_model(name).min_image_size
    config = _config(name, smallest, weights="none", alpha=1.0)
    check_config(config)
    check_config(config.model_copy(update={"image_size": ImageSize(smallest + 5, smallest)}))
    for size in (ImageSize(smallest - 1, 500), ImageSize(500, smallest - 1)):
        with pytest.raises(ModelError, match=f"needs at least {smallest} pixels; choose a larger image size"):
            check_config(config.model_copy(update={"image_size": size}))


def test_missing_weights_are_refused_before_a_run_is_queued(tmp_path):
    with pytest.raises(WeightsError, match=r"There is no weights file .*gone\.h5"):
        check_config(_config("mobilenet", weights=str(tmp_path / "gone.h5")))


def test_networks_that_are_not_pretrained_ignore_weights(tmp_path):
    check_config(_config(weights=str(tmp_path / "gone.h5")))


def test_a_width_that_was_not_published_is_refused():
    alphas = CATALOG["mobilenetv2"].backbone.alphas
    config = _config("mobilenetv2", weights="none").model_copy(update={"alpha": 0.3})
    with pytest.raises(ModelError, match=rf"no published width 0\.3; set alpha to one of .*{alphas[-1]:g}"):
        check_config(config)


def test_a_stack_without_layers_is_refused():
    with pytest.raises(ModelError, match="The stack has no layers; add a row to its table"):
        check_config(_config("stack"))


def test_a_map_that_vanishes_is_refused_with_its_row():
    layers = [{"kind": "max_pool", "kernel": 16}, {"kind": "conv", "units": 2, "padding": "valid"}]
    with pytest.raises(ModelError, match=r"Row 2 \(conv\) of stack .* take padding same, a smaller kernel"):
        check_config(_config("stack", layers=layers))


@pytest.mark.parametrize("given", [{"layers": [{"kind": "flatten"}]}, {"stack": "mine"}])
def test_layers_for_another_model_are_refused(given):
    with pytest.raises(ModelError, match="but the model is lenet; set model to 'stack', or leave stack and"):
        check_config(_config(**given))


def test_a_cut_beyond_the_blocks_is_refused():
    with pytest.raises(ModelError, match=r"The cut is 9, but lenet has 4 blocks .* set the cut to 4 or less"):
        check_config(_config(cut=9))


def test_frozen_random_weights_are_refused():
    check_config(_config(cut=4))
    with pytest.raises(
        ModelError, match=r"first 3 of 4 blocks would stay random; leave the cut empty, or start "
    ):
        check_config(_config(cut=1))
    with pytest.raises(ModelError, match=r"mobilenet starts at random, .* \(run:ID\) or of ImageNet"):
        check_config(_config("mobilenet", weights="none", cut=0))


def test_an_unknown_run_as_start_is_refused(home):
    with pytest.raises(WeightsError, match="There is no run 'lenet-7'; runs are: none yet"):
        check_config(_config(weights="run:lenet-7"), home)


def test_what_a_page_needs_does_not_import_tensorflow():
    modules = "catalog blocks memory run_weights scaling stack.shapes stack.store"
    imports = ", ".join(f"core.models.{module}" for module in modules.split())
    code = f"import sys, {imports}; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
