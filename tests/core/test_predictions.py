import zipfile

import numpy as np
import pytest

from core.errors import PredictionsError
from core.predictions import Predictions, load_predictions, save_predictions


@pytest.fixture
def predictions() -> Predictions:
    probs = np.array([[0.5, 0.5], [0.25, 0.75], [1, 0]], np.float32)
    return Predictions("val", ("Häuser 家", "b"), np.array([0, 1, 1]), probs, np.array([7, 2, 40_000]))


def test_what_is_saved_comes_back(tmp_path, predictions):
    save_predictions(tmp_path / "deep" / "val.npz", predictions)
    loaded = load_predictions(tmp_path / "deep" / "val.npz")
    assert (loaded.split, loaded.class_names) == (predictions.split, predictions.class_names)
    for name in ("y_true", "probs", "sample_ids"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(predictions, name))
    assert (loaded.y_true.dtype, loaded.probs.dtype, loaded.sample_ids.dtype) == (
        np.int64,
        np.float32,
        np.int64,
    )


def test_the_first_of_equal_probabilities_is_predicted(predictions):
    assert predictions.y_pred.tolist() == [0, 1, 0]
    assert (predictions.num_samples, predictions.num_classes) == (3, 2)


def test_a_split_without_images_can_be_kept(tmp_path):
    nothing = Predictions(
        "test", ("a", "b"), np.zeros(0, int), np.zeros((0, 2), np.float32), np.zeros(0, int)
    )
    save_predictions(tmp_path / "test.npz", nothing)
    loaded = load_predictions(tmp_path / "test.npz")
    assert (loaded.num_samples, loaded.num_classes, loaded.y_pred.tolist()) == (0, 2, [])


def test_a_missing_file_is_refused_with_when_it_will_be_there(tmp_path):
    with pytest.raises(PredictionsError, match=r"no predictions at .*val\.npz; they are written when"):
        load_predictions(tmp_path / "val.npz")


@pytest.mark.parametrize("keep", [0, 10, 300, -30])
def test_a_file_cut_short_is_refused_with_the_remedy(tmp_path, predictions, keep):
    path = tmp_path / "val.npz"
    save_predictions(path, predictions)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(PredictionsError, match=r"val\.npz is damaged .*train the run again"):
        load_predictions(path)


def test_another_kind_of_array_file_is_refused(tmp_path):
    path = tmp_path / "val.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(PredictionsError, match="damaged"):
        load_predictions(path)


def test_pickled_objects_are_refused(tmp_path, predictions):
    path = tmp_path / "val.npz"
    arrays = {**vars(predictions), "y_true": np.array([{"a": 1}], dtype=object)}
    np.savez(path, **arrays)
    with pytest.raises(PredictionsError, match="damaged"):
        load_predictions(path)


def test_arrays_that_do_not_fit_together_are_refused(tmp_path, predictions):
    path = tmp_path / "val.npz"
    np.savez(path, **{**vars(predictions), "y_true": np.array([0, 1])})
    with pytest.raises(PredictionsError, match="same number of rows"):
        load_predictions(path)
    with pytest.raises(ValueError, match="3 class names"):
        Predictions("val", ("a", "b", "c"), predictions.y_true, predictions.probs, predictions.sample_ids)


@pytest.mark.parametrize(
    ("name", "value"),
    [("split", "dev"), ("class_names", ["a", "a"]), ("y_true", [-1] * 3), ("y_true", [2] * 3)],
)
def test_values_that_were_never_written_are_refused(tmp_path, predictions, name, value):
    path = tmp_path / "val.npz"
    np.savez(path, **{**vars(predictions), name: np.array(value)})
    with pytest.raises(PredictionsError, match=r"val\.npz is damaged .*train the run again"):
        load_predictions(path)


def test_an_archive_of_something_else_than_arrays_is_refused(tmp_path, predictions):
    path = tmp_path / "val.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in vars(predictions):
            archive.writestr(f"{name}.npy", b"hello")
    with pytest.raises(PredictionsError, match="is damaged"):
        load_predictions(path)
