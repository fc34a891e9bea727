"""Features of a network: the right layer, asked in blocks, kept, and never those of an older network."""

import os

import numpy as np
import pytest

from core.datasets.images.pixels import load_pixels
from core.datasets.images.resizing import square
from core.datasets.store import load_dataset
from core.errors import DatasetError, ModelError, RunError
from core.explain import features, service
from core.explain.features import feature_reader, features_name, load_features
from core.runs.config import RunConfig
from core.runs.run import Run, create_run

IDS = np.array([1700, 3, 44, 45, 600], np.int64)


@pytest.fixture(scope="module", autouse=True)
def _ended_helper():
    yield
    service.stop()


@pytest.fixture
def trained(home, model) -> Run:
    run = create_run(home, RunConfig.make(dataset="digits", model="lenet", image_size=16))
    model.save(run.model_path)
    return run


@pytest.fixture
def counted(monkeypatch):
    """Numbers of images that the helper was asked about."""
    asked = []
    ask = service.show_features

    def count(run, pixels_path, sample_ids):
        asked.append(len(sample_ids))
        return ask(run, pixels_path, sample_ids)

    monkeypatch.setattr(service, "show_features", count)
    return asked


def expected_features(home, model, sample_ids):
    import keras

    pixels = np.asarray(load_pixels(home, load_dataset(home, "digits"), square(16))[sample_ids], np.float32)
    return keras.Model(model.input, model.get_layer("average").output).predict(pixels, verbose=0)


def test_features_are_what_comes_into_the_layer_of_logits(home, trained, model, counted, monkeypatch):
    monkeypatch.setattr(features, "BLOCK_SIZE", 2)
    told = []
    found = load_features(
        home, trained, load_dataset(home, "digits"), IDS, progress=lambda *n: told.append(n)
    )
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected_features(home, model, IDS), rtol=1e-4, atol=1e-5)
    assert counted == [2, 2, 1]
    assert told[-3:] == [(0, 5), (2, 5), (4, 5)]


def test_features_are_kept_and_parts_of_them_found_again(home, trained, model, counted):
    dataset = load_dataset(home, "digits")
    load_features(home, trained, dataset, IDS)
    again = load_features(home, trained, dataset, IDS[[2, 0]])
    np.testing.assert_allclose(again, expected_features(home, model, IDS[[2, 0]]), rtol=1e-4, atol=1e-5)
    assert counted == [5]
    load_features(home, trained, dataset, np.array([3, 4]))
    assert counted == [5, 2]


def test_a_network_trained_on_has_new_features_and_the_old_ones_go(home, trained, counted):
    dataset = load_dataset(home, "digits")
    load_features(home, trained, dataset, IDS)
    name = features_name(trained)
    os.utime(trained.model_path, ns=(1, service.network_time(trained) + 10**9))
    assert features_name(trained) != name
    feature_reader(home, trained, dataset)(IDS, None)
    assert counted == [5, 5]
    assert len(list((trained.directory / "features").iterdir())) == 1


def test_a_damaged_file_is_made_anew(home, trained, counted):
    dataset = load_dataset(home, "digits")
    expected = load_features(home, trained, dataset, IDS)
    path = next((trained.directory / "features").iterdir())
    path.write_bytes(path.read_bytes()[:50])
    np.testing.assert_array_equal(load_features(home, trained, dataset, IDS), expected)
    assert counted == [5, 5]


def test_a_stop_keeps_nothing(home, trained):
    def stop(done, total):
        raise DatasetError("stopped")

    with pytest.raises(DatasetError, match="stopped"):
        load_features(home, trained, load_dataset(home, "digits"), IDS, progress=stop)
    assert not (trained.directory / "features").exists()


def test_a_run_without_a_network_is_refused_with_what_to_do(home):
    run = create_run(home, RunConfig.make(dataset="digits", model="lenet", image_size=16))
    with pytest.raises(RunError, match=r"lenet-1 has no trained network yet.*train it again"):
        load_features(home, run, load_dataset(home, "digits"), IDS)
    with pytest.raises(RunError, match="no trained network yet"):
        features_name(run)


def test_a_network_without_logits_is_refused(tmp_path):
    import keras

    image = keras.Input((4, 4, 3))
    other = keras.Model(image, keras.layers.Flatten()(image))
    with pytest.raises(ModelError, match="no layer 'logits'"):
        features.compute_features(other, tmp_path / "none.npy", IDS)
