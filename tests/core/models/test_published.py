"""Published weights: named as Keras names them, found in its cache, downloaded, or refused at once."""

import hashlib
import http.server
import threading
import time
from dataclasses import replace
from pathlib import Path

import keras
import pytest

from core.errors import WeightsError
from core.models import published
from core.models.architectures import PRETRAINED, find_model
from core.models.published import (
    cache_dir,
    check_published,
    download_weights,
    find_imagenet_weights,
    list_cached_weights,
    weights_name,
)
from core.runs.config import RunConfig

MODULES = {
    "vgg16": "vgg16",
    "vgg19": "vgg19",
    "resnet50": "resnet",
    "inceptionv3": "inception_v3",
    "xception": "xception",
    "mobilenet": "mobilenet",
    "mobilenetv2": "mobilenet_v2",
    "efficientnetv2b0": "efficientnet_v2",
    "densenet121": "densenet",
    "convnexttiny": "convnext",
}
NAME = "mobilenet_2_5_224_tf_no_top.h5"


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


def _config(model: str = "mobilenet", image_size: object = 96, alpha: float = 0.25) -> RunConfig:
    return RunConfig(dataset="d", model=model, image_size=image_size, alpha=alpha)


def _asked_of_keras(monkeypatch, config: RunConfig) -> tuple[str, str, str]:
    """Return name, URL and checksum of the file for which Keras' own function asks."""
    asked = []

    class Stub:
        def load_weights(self, path: str) -> None: ...

    def get_file(name, origin, file_hash="", **options):
        asked.append((name, origin, file_hash))
        return name

    module = f"keras.src.applications.{MODULES[config.model]}"
    monkeypatch.setattr(f"{module}.file_utils.get_file", get_file)
    monkeypatch.setattr(f"{module}.Functional", lambda *args, **options: Stub())
    backbone = find_model(config.model).backbone
    options = {"alpha": config.alpha} if backbone.alphas else {}
    getattr(keras.applications, backbone.application)(
        include_top=False, input_shape=(*config.image_size, 3), **options
    )
    return asked[0]


@pytest.mark.parametrize("name", ["vgg16", "mobilenetv2"])
def test_files_are_those_that_keras_asks_for(monkeypatch, name):
    config = _config(name, alpha=0.5)
    stated = find_model(name).backbone.published
    expected = (weights_name(config), stated.folder + weights_name(config), stated.checksum)
    assert _asked_of_keras(monkeypatch, config) == expected


@pytest.mark.parametrize("name", MODULES)
def test_checksums_and_addresses_stand_in_the_source_of_keras(name):
    import importlib
    import inspect

    source = inspect.getsource(importlib.import_module(f"keras.src.applications.{MODULES[name]}"))
    stated = find_model(name).backbone.published
    plain = "".join(source.replace('"', "").split())  # adjacent pieces of text become one
    folder = stated.folder.removeprefix("https://storage.googleapis.com/tensorflow/")
    assert stated.checksum in source
    assert "".join(folder.split()) in plain


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize(("image_size", "size"), [(96, 224), (128, 128), (224, 224), ("128x160", 224)])
def test_mobilenet_takes_the_file_of_its_image_size(image_size, size, alpha):
    text = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}[alpha]
    assert (
        weights_name(_config(image_size=image_size, alpha=alpha)) == f"mobilenet_{text}_{size}_tf_no_top.h5"
    )


def test_a_width_that_is_not_published_is_refused():
    with pytest.raises(WeightsError, match=r"MobileNetV2 of alpha 0\.25; set alpha to one of 0\.5, 0\.75, 1"):
        weights_name(_config("mobilenetv2"))


def test_the_cache_lies_in_the_home_of_keras(keras_home, monkeypatch):
    assert cache_dir() == keras_home / "models"
    monkeypatch.delenv("KERAS_HOME")
    assert cache_dir() == Path.home() / ".keras" / "models"


def test_a_file_for_another_image_size_in_the_cache_serves_too(keras_home):
    assert find_imagenet_weights(_config()) is None
    (keras_home / "models").mkdir(parents=True)
    other = keras_home / "models" / "mobilenet_2_5_128_tf_no_top.h5"
    other.write_bytes(b"")
    (keras_home / "models" / "notes.h5").write_bytes(b"")
    assert find_imagenet_weights(_config()) == other
    assert list_cached_weights() == [other]
    assert find_imagenet_weights(_config(alpha=0.5)) is None


def test_a_cached_file_with_another_checksum_is_refused(tmp_path):
    path = tmp_path / weights_name(_config("vgg16"))
    path.write_bytes(b"half of it")
    with pytest.raises(
        WeightsError, match=r"not the one that Keras publishes .* delete it, and it is downloaded"
    ):
        check_published(path, _config("vgg16"))


@pytest.fixture
def serve(monkeypatch):
    """Publish some bytes as the weights of a network, on a server of this machine."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(self.server.content)

        do_HEAD = do_GET  # noqa: N815 - the library's naming

        def log_message(self, *arguments): ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()

        def publish(content: bytes, checksum: str) -> None:
            server.content = content
            folder = f"http://127.0.0.1:{server.server_address[1]}/"
            _publish_at(monkeypatch, folder, checksum)

        yield publish
        server.shutdown()
        thread.join()


def _publish_at(monkeypatch, folder: str, checksum: str = "") -> None:
    spec = find_model("mobilenet")
    stated = replace(spec.backbone.published, folder=folder, checksum=checksum)
    moved = replace(spec, backbone=replace(spec.backbone, published=stated))
    monkeypatch.setitem(published.CATALOG, "mobilenet", moved)


def test_weights_are_downloaded_with_progress_into_the_cache(serve, keras_home):
    content, told = b"weights" * 1000, []
    serve(content, hashlib.md5(content).hexdigest())
    path = download_weights(_config(), progress=lambda *numbers: told.append(numbers))
    assert path == keras_home / "models" / NAME
    assert path.read_bytes() == content
    assert told[-1] == (7000, 7000)


def test_a_download_of_another_content_is_refused_and_nothing_is_kept(serve, keras_home):
    serve(b"something else", "0" * 32)
    with pytest.raises(WeightsError, match=r"cannot be downloaded \(what came is another file"):
        download_weights(_config())
    assert not list(keras_home.rglob("*.h5"))


def test_without_a_network_the_refusal_names_the_file_its_place_and_the_choices(monkeypatch, keras_home):
    _publish_at(monkeypatch, "http://127.0.0.1:9/")
    with pytest.raises(WeightsError) as caught:
        download_weights(_config())
    message = str(caught.value)
    assert "Connection refused" in message
    for part in (NAME, str(keras_home / "models"), "give its path as weights", "'none'", "small_cnn"):
        assert part in message


def test_a_network_that_never_answers_is_given_up_soon(monkeypatch):
    asked = threading.Event()

    def wait(*arguments, **options):
        asked.wait(30)
        raise OSError("too late")

    monkeypatch.setattr(published.urllib.request, "urlopen", wait)
    monkeypatch.setattr(published, "CONNECT_TIMEOUT_S", 0.05)
    start = time.monotonic()
    with pytest.raises(WeightsError, match=r"no answer within 0\.05 s"):
        download_weights(_config())
    assert time.monotonic() - start < 20
    asked.set()


def test_every_pretrained_network_has_a_file():
    assert {module.SPEC.name for module in PRETRAINED} == set(MODULES)
