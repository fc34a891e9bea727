"""Where a network starts: the file that settings name, or why there is none."""

import shutil
from pathlib import Path

import pytest

from core.errors import WeightsError
from core.models import weights
from core.models.weights import missing_weights, resolve_weights
from core.runs.config import RunConfig
from core.runs.run import create_run
from core.workspace import Workspace, open_workspace


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return open_workspace(tmp_path / "home")


def _config(**settings) -> RunConfig:
    settings = {"dataset": "d", "model": "mobilenet", "image_size": 96, "alpha": 0.25, **settings}
    return RunConfig(**settings)


def _fill_cache(keras_home: Path, quarter_file: Path) -> Path:
    (keras_home / "models").mkdir(parents=True)
    return Path(shutil.copy(quarter_file, keras_home / "models"))


def test_none_needs_no_file_and_neither_does_a_simple_network(tmp_path):
    for config in (
        _config(weights="none"),
        _config(model="lenet"),
        _config(model="lenet", weights="gone.h5"),
    ):
        assert resolve_weights(config) is None
        assert missing_weights(config) is None


def test_a_file_is_taken_where_it_lies(quarter_file):
    assert resolve_weights(_config(weights=str(quarter_file))) == quarter_file
    assert missing_weights(_config(weights=str(quarter_file))) is None


def test_weights_in_the_cache_are_found_without_network(quarter_file, keras_home, monkeypatch):
    cached = _fill_cache(keras_home, quarter_file)
    monkeypatch.setattr(weights, "download_weights", None)
    assert resolve_weights(_config()) == cached
    assert missing_weights(_config()) is None


def test_a_damaged_file_in_the_cache_is_refused(quarter_file, keras_home):
    cached = _fill_cache(keras_home, quarter_file)
    cached.write_bytes(cached.read_bytes()[:-1000])
    with pytest.raises(WeightsError, match=r"224_tf_no_top\.h5 is damaged or cut short"):
        resolve_weights(_config())


def test_weights_that_are_not_at_hand_are_downloaded_and_looked_at(quarter_file, monkeypatch):
    told = []

    def download(config, *, progress):
        progress(1, 2)
        return quarter_file

    monkeypatch.setattr(weights, "download_weights", download)
    assert resolve_weights(_config(), progress=lambda *numbers: told.append(numbers)) == quarter_file
    assert told == [(1, 2)]


def test_what_is_missing_is_said_without_a_download(monkeypatch, keras_home):
    monkeypatch.setattr(weights, "download_weights", None)
    sentence = missing_weights(_config(model="vgg16"))
    assert "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5 are not at hand" in sentence
    assert str(keras_home / "models") in sentence
    assert "downloaded when the run is queued" in sentence
    assert "There is no weights file" in missing_weights(_config(weights="gone.h5"))
    assert "set alpha to one of 0.5" in missing_weights(_config(model="mobilenetv2"))


@pytest.mark.parametrize("path", ["gone.h5", "x" * 300, ""])
def test_a_path_without_a_file_is_refused(path):
    with pytest.raises(WeightsError, match=r"weights.*small_cnn|is empty; write where"):
        resolve_weights(_config(weights=path))


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="are a folder; give a file"):
        resolve_weights(_config(weights=str(tmp_path)))


def test_a_run_of_the_workspace_gives_its_network(workspace):
    run = create_run(workspace, _config())
    config = _config(weights=f"run:{run.id}")
    assert "no trained network yet" in missing_weights(config, workspace)
    run.model_path.write_bytes(b"")
    assert resolve_weights(config, workspace) == run.model_path
    assert missing_weights(config, workspace) is None
    with pytest.raises(WeightsError, match=r"alpha 0\.25, but alpha is 0\.5"):
        resolve_weights(_config(weights=f"run:{run.id}", alpha=0.5), workspace)
    with pytest.raises(WeightsError, match="There is no run 'gone-1'"):
        resolve_weights(_config(weights="run:gone-1"), workspace)
