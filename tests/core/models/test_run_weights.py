"""The weights of another run: found, or refused before anything is queued."""

import pytest

from core.errors import WeightsError
from core.models.run_weights import find_run_weights
from core.runs.config import RunConfig
from core.runs.run import create_run

LAYERS = [{"kind": "conv", "units": 3}, {"kind": "flatten"}, {"kind": "dense", "units": 4}]


def _config(model="lenet", image_size=32, **settings) -> RunConfig:
    return RunConfig.make(dataset="d", model=model, image_size=image_size, **settings)


@pytest.fixture
def trained(home):
    """Make a run with a network on disk."""

    def make(*given, **settings):
        run = create_run(home, _config(*given, **settings))
        run.model_path.write_bytes(b"")
        return run

    return make


def test_the_network_of_the_best_epoch_is_found(home, trained):
    run = trained()
    assert find_run_weights(_config(weights=f"run:{run.id}"), home) == run.model_path


def test_the_workspace_of_the_environment_is_looked_at_when_none_is_given(home, trained, monkeypatch):
    run = trained()
    monkeypatch.setenv("REGROUP_HOME", str(home.root))
    assert find_run_weights(_config(weights=f"run: {run.id}")) == run.model_path


def test_an_unknown_run_is_refused_with_the_known_ones(home, trained):
    trained()
    with pytest.raises(
        WeightsError, match=r"'run:x' are not to be had: There is no run 'x'; runs are: lenet-1"
    ):
        find_run_weights(_config(weights="run:x"), home)


@pytest.mark.parametrize("run_id", ["", "../datasets"])
def test_an_id_that_no_run_can_have_is_refused(home, run_id):
    with pytest.raises(WeightsError, match=r"are not to be had: .* cannot be the name of a run"):
        find_run_weights(_config(weights=f"run:{run_id}"), home)


def test_a_run_of_another_network_is_refused(home, trained):
    run = trained("small_cnn")
    with pytest.raises(
        WeightsError, match="trained small_cnn, whose weights do not fit lenet; set model to sma"
    ):
        find_run_weights(_config(weights=f"run:{run.id}"), home)


def test_a_run_of_another_width_is_refused(home, trained):
    run = trained("mobilenet", alpha=0.5)
    with pytest.raises(WeightsError, match=r"alpha 0\.5, but alpha is 0\.25; set alpha to 0\.5, or choose"):
        find_run_weights(_config("mobilenet", weights=f"run:{run.id}"), home)


def test_a_pretrained_network_fits_at_every_image_size(home, trained):
    run = trained("mobilenet", 64)
    assert find_run_weights(_config("mobilenet", 96, weights=f"run:{run.id}"), home) == run.model_path


def test_an_image_size_at_which_dense_layers_differ_is_refused(home, trained):
    run = trained("lenet", "40x32")
    with pytest.raises(
        WeightsError, match=r"at image size 40 x 32; at 32 x 32 lenet has .* set image size to 40x3"
    ):
        find_run_weights(_config(weights=f"run:{run.id}"), home)


def test_an_image_size_that_changes_the_last_layer_alone_fits(home, trained):
    run = trained("small_cnn", 60)
    assert find_run_weights(_config("small_cnn", 64, weights=f"run:{run.id}"), home) == run.model_path


def test_another_stack_is_refused_and_the_same_fits(home, trained):
    run = trained("stack", layers=LAYERS)
    weights = f"run:{run.id}"
    assert find_run_weights(_config("stack", layers=LAYERS, weights=weights), home)
    with pytest.raises(WeightsError, match=r"a stack of other layers, .*open the layers of that run as"):
        find_run_weights(_config("stack", layers=LAYERS[:2], weights=weights), home)
    with pytest.raises(
        WeightsError, match="was trained at image size 32 x 32; at 24 x 24 stack has layers of"
    ):
        find_run_weights(_config("stack", 24, layers=LAYERS, weights=weights), home)


def test_stacks_that_differ_only_in_what_has_no_weights_fit(home, trained):
    run = trained("stack", layers=LAYERS)
    layers = [{**LAYERS[0], "activation": "gelu"}, LAYERS[1], {**LAYERS[2], "dropout": 0.5}]
    assert find_run_weights(_config("stack", layers=layers, weights=f"run:{run.id}"), home)


def test_a_run_without_a_finished_epoch_is_refused(home):
    run = create_run(home, _config())
    with pytest.raises(
        WeightsError, match="has no trained network yet, as it has not finished an epoch; wait"
    ):
        find_run_weights(_config(weights=f"run:{run.id}"), home)
