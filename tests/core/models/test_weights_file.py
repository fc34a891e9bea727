"""Weights files: what they hold, and which are refused."""

import json
import zipfile
from pathlib import Path

import h5py
import keras
import pytest

from core.errors import WeightsError
from core.models.backbones.building import build_backbone
from core.models.weights_file import check_weights, look_at
from core.runs.config import RunConfig

QUARTER = 218_544  # parameters of MobileNet 0.25 without classes


def _config(model: str = "mobilenet", alpha: float = 0.25) -> RunConfig:
    return RunConfig(dataset="d", model=model, image_size=32, alpha=alpha)


@pytest.fixture(scope="module")
def keras_file(tmp_path_factory) -> Path:
    """A network that Keras has written: MobileNet 0.25 without classes."""
    path = tmp_path_factory.mktemp("weights") / "own.keras"
    keras.applications.MobileNet(include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.25).save(
        path
    )
    return path


def test_published_files_are_accepted(quarter_file):
    assert look_at(quarter_file).num_params == QUARTER
    check_weights(quarter_file, _config())


def test_networks_that_keras_writes_today_are_accepted(keras_file):
    found = look_at(keras_file)
    assert (found.num_params, found.is_ours, found.has_lambda) == (QUARTER, False, False)
    check_weights(keras_file, _config())


def test_a_network_trained_here_counts_without_its_head(tmp_path):
    config = RunConfig(
        dataset="d", model="mobilenet", image_size=32, alpha=0.25, head_units=(9, 8), head_batch_norm=True
    )
    build_backbone(config, 3).save(tmp_path / "best.keras")
    found = look_at(tmp_path / "best.keras")
    assert (found.num_params, found.is_ours) == (QUARTER, True)
    check_weights(tmp_path / "best.keras", _config())


def test_weights_of_another_width_are_refused_with_the_width_they_have(quarter_file):
    with pytest.raises(
        WeightsError, match=r"alpha 0\.25, but alpha is 0\.5; set alpha to 0\.25, or give mobilenet"
    ):
        check_weights(quarter_file, _config(alpha=0.5))


def test_weights_of_another_network_are_refused_with_its_name(quarter_file, keras_file):
    for path in (quarter_file, keras_file):
        with pytest.raises(WeightsError, match="is of MobileNet; set model to mobilenet, give vgg16_weights"):
            check_weights(path, _config("vgg16"))


def test_weights_of_an_unknown_network_are_refused_with_what_is_expected(tmp_path):
    path = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2), keras.layers.Dropout(0.5)]).save_weights(path)
    with pytest.raises(
        WeightsError, match="has 10 parameters, but MobileNet without its classes has 218,544"
    ):
        check_weights(path, _config())


def test_weights_with_the_classes_of_imagenet_are_refused(write_weights, tmp_path):
    path = write_weights(tmp_path / "top.h5", alpha=0.25, include_top=True)
    with pytest.raises(
        WeightsError, match="includes ImageNet's own classes; give the file without them, such as"
    ):
        check_weights(path, _config())


@pytest.mark.parametrize("cut", [-1000, 100, 0])
def test_a_file_cut_short_or_empty_is_refused(quarter_file, keras_file, tmp_path, cut):
    for whole in (quarter_file, keras_file):
        path = tmp_path / f"short{whole.suffix}"
        path.write_bytes(whole.read_bytes()[:cut])
        with pytest.raises(
            WeightsError, match=r"is damaged or cut short.* delete it and get it again, or set"
        ):
            check_weights(path, _config())


@pytest.mark.parametrize("name", ["notes.h5", "notes.weights.h5", "notes.keras"])
def test_a_file_that_is_no_weights_file_is_refused(tmp_path, name):
    (tmp_path / name).write_text("not weights")
    with pytest.raises(WeightsError, match=r"notes.* is damaged or cut short, or holds no weights"):
        check_weights(tmp_path / name, _config())


def test_an_h5_file_of_something_else_is_refused(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["numbers"] = [1, 2, 3]
    with pytest.raises(WeightsError, match="holds no weights"):
        check_weights(tmp_path / "other.h5", _config())


def test_folders_and_other_endings_are_refused(tmp_path):
    with pytest.raises(WeightsError, match=r"are a folder; give a file"):
        check_weights(tmp_path, _config())
    (tmp_path / "weights.pt").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"does not end in \.keras, \.weights\.h5, \.h5; give a file"):
        check_weights(tmp_path / "weights.pt", _config())


def test_a_network_with_a_lambda_layer_is_refused(keras_file, tmp_path):
    path = tmp_path / "evil.keras"
    with zipfile.ZipFile(keras_file) as source, zipfile.ZipFile(path, "w") as target:
        config = json.loads(source.read("config.json"))
        config["config"]["layers"][3]["class_name"] = "Lambda"
        target.writestr("config.json", json.dumps(config))
        target.writestr("model.weights.h5", source.read("model.weights.h5"))
    with pytest.raises(
        WeightsError, match=r"evil\.keras holds a Lambda layer, .* is not opened; give a file"
    ):
        check_weights(path, _config())


def test_an_old_network_with_a_lambda_layer_is_refused(quarter_file, tmp_path):
    path = tmp_path / "evil.h5"
    path.write_bytes(quarter_file.read_bytes())
    layers = [{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda"}]}}]
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": {"layers": layers}})
    with pytest.raises(WeightsError, match=r"evil\.h5 holds a Lambda layer"):
        check_weights(path, _config())
