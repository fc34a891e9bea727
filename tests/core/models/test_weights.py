"""Pretrained weights: found in Keras' cache, downloaded, or refused with what can be done."""

import hashlib
import io
import os
import urllib.error
from email.message import Message
from pathlib import Path

import h5py
import keras
import pytest

from core.download import CONNECT_TIMEOUT_S
from core.errors import WeightsError
from core.models import weights
from core.models.weights import (
    cache_dir,
    check_weights,
    find_imagenet_weights,
    resolve_weights,
    weights_name,
)
from core.runs.config import RunConfig


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


def _config(**settings) -> RunConfig:
    return RunConfig(dataset="d", model="mobilenet", image_size=96, **settings)


class _Answer(io.BytesIO):
    def __init__(self, content: bytes, *, length: int | None = None):
        super().__init__(content)
        self.headers = Message()
        self.headers["Content-Length"] = str(len(content) if length is None else length)


def _fail_to_connect(url, timeout):
    raise urllib.error.URLError("no route to host")


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("image_size", [96, 128, 160, 192, 224, 300])
def test_file_names_are_those_of_keras(alpha, image_size, monkeypatch):
    asked = []

    def get_file(name, *args, **kwargs):
        asked.append(name)
        raise InterruptedError

    module = "keras.src.applications.mobilenet"
    monkeypatch.setattr(f"{module}.file_utils.get_file", get_file)
    monkeypatch.setattr(f"{module}._depthwise_conv_block", lambda x, *args, **kwargs: x)
    monkeypatch.setattr(f"{module}.warnings.warn", lambda *args, **kwargs: None)
    with pytest.raises(InterruptedError):
        keras.applications.MobileNet(input_shape=(image_size, image_size, 3), alpha=alpha, include_top=False)
    assert asked == [weights_name(alpha, image_size)]


def test_none_needs_no_file():
    assert resolve_weights(_config(weights="none")) is None


def test_a_file_is_taken_where_it_lies(quarter_file):
    assert resolve_weights(_config(weights=str(quarter_file))) == quarter_file


def test_the_cache_lies_in_the_home_of_keras(keras_home, monkeypatch):
    assert cache_dir() == keras_home / "models"
    monkeypatch.delenv("KERAS_HOME")
    assert cache_dir() == Path.home() / ".keras" / "models"


def test_weights_in_the_cache_are_found_without_network(quarter_file, keras_home, monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", _fail_to_connect)
    assert find_imagenet_weights(0.25, 96) is None
    cached = keras_home / "models" / quarter_file.name
    cached.parent.mkdir(parents=True)
    os.link(quarter_file, cached)
    assert find_imagenet_weights(0.25, 128) == cached  # 224 pixels serve every size
    assert find_imagenet_weights(0.5, 96) is None
    assert resolve_weights(_config()) == cached


def test_without_network_the_message_names_file_place_and_choices(keras_home, monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", _fail_to_connect)
    with pytest.raises(WeightsError) as caught:
        resolve_weights(_config(alpha=0.5))
    message = str(caught.value)
    assert f"put that file into {keras_home / 'models'}, give its path as weights" in message
    assert "set weights to 'none' to train from scratch, or choose small_cnn or lenet" in message
    assert message.startswith("The ImageNet weights mobilenet_5_0_224_tf_no_top.h5 are not at hand")
    assert "no route to host" in message
    assert not list(keras_home.rglob("*.h5"))


def test_a_download_is_kept_in_the_cache(quarter_file, keras_home, monkeypatch):
    asked = []

    def urlopen(url, timeout):
        asked.append((url, timeout))
        return _Answer(quarter_file.read_bytes())

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    path = resolve_weights(_config())
    assert path == keras_home / "models" / "mobilenet_2_5_224_tf_no_top.h5"
    assert hashlib.sha1(path.read_bytes()).digest() == hashlib.sha1(quarter_file.read_bytes()).digest()
    assert resolve_weights(_config()) == path
    assert asked == [(weights.BASE_URL + path.name, CONNECT_TIMEOUT_S)]


def test_a_download_cut_short_leaves_nothing_behind(quarter_file, keras_home, monkeypatch):
    answer = _Answer(quarter_file.read_bytes()[:1000], length=quarter_file.stat().st_size)
    monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: answer)
    with pytest.raises(WeightsError, match="cannot be downloaded"):
        resolve_weights(_config())
    assert not list(keras_home.rglob("*.h5"))


def test_a_file_cut_short_is_refused(quarter_file, tmp_path):
    path = tmp_path / "short.h5"
    path.write_bytes(quarter_file.read_bytes()[:-1000])
    with pytest.raises(WeightsError, match=r"short\.h5 is damaged or cut short .* download it again"):
        resolve_weights(_config(weights=str(path)))


def test_a_file_that_is_no_weights_file_is_refused(tmp_path):
    path = tmp_path / "notes.h5"
    path.write_text("not weights")
    with pytest.raises(WeightsError, match=r"notes\.h5 is damaged or cut short"):
        resolve_weights(_config(weights=str(path)))


def test_weights_of_another_width_are_refused_with_the_width_they_have(quarter_file):
    with pytest.raises(WeightsError, match=r"alpha 0\.25, but alpha is 0\.5; set alpha to 0\.25, or give"):
        resolve_weights(_config(weights=str(quarter_file), alpha=0.5))


def test_weights_of_another_network_are_refused(tmp_path):
    path = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save_weights(path)
    with pytest.raises(WeightsError, match="is not of a Keras MobileNet; give a file such as mobilenet_2_5"):
        resolve_weights(_config(weights=str(path)))


def test_weights_with_the_classes_of_imagenet_are_refused(write_weights, tmp_path):
    path = write_weights(tmp_path / "top.h5", alpha=0.25, include_top=True)
    with pytest.raises(WeightsError, match="includes ImageNet's own classes; give the file without them"):
        resolve_weights(_config(weights=str(path)))


def test_a_path_that_no_file_can_have_is_refused():
    with pytest.raises(WeightsError, match=r"There is no weights file .*or choose small_cnn"):
        resolve_weights(RunConfig(dataset="d", model="mobilenet", weights="x" * 300))


@pytest.mark.parametrize("is_folder", [True, False])
def test_an_h5_file_of_something_else_under_the_same_name_is_refused(tmp_path, is_folder):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        if is_folder:
            file.create_group("conv1/conv1/kernel:0")
        else:
            file["conv1/conv1/kernel:0"] = 3.0
    with pytest.raises(WeightsError, match="is not of a Keras MobileNet; give a file such as"):
        check_weights(path, 0.25)
