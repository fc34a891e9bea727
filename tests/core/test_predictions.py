import zipfile

import numpy as np
import pytest

from core import predictions as module
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


@pytest.fixture
def many(monkeypatch) -> Predictions:
    """More probabilities than are kept exactly, with near ties that float16 cannot tell apart."""
    monkeypatch.setattr(module, "MAX_EXACT", 100)
    monkeypatch.setattr(module, "MAX_BLOCK_VALUES", 64)
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(7), 60)
    probs[:20] = np.array([0.1, 0.25, 0.25, 0.25, 0.05, 0.05, 0.05])
    probs[np.arange(20), rng.integers(1, 4, 20)] += 1e-5
    names = tuple(f"Klasse ä{k}" for k in range(7))
    return Predictions("val", names, rng.integers(0, 7, 60), probs.astype(np.float32), np.arange(60) * 3)


def test_many_probabilities_come_back_as_float16_by_class_and_mapped(tmp_path, many):
    save_predictions(tmp_path / "val.npz", many)
    loaded = load_predictions(tmp_path / "val.npz")
    assert (loaded.split, loaded.class_names) == (many.split, many.class_names)
    np.testing.assert_array_equal(loaded.y_true, many.y_true)
    np.testing.assert_array_equal(loaded.sample_ids, many.sample_ids)
    assert (loaded.probs.dtype, loaded.probs.shape) == (np.float16, (60, 7))
    assert loaded.probs.T.flags.c_contiguous
    assert not loaded.probs.flags.writeable
    assert loaded.probs.ctypes.data % module.ALIGNMENT == 0
    np.testing.assert_allclose(loaded.probs.astype(float), many.probs, rtol=2e-3)


def test_predicted_classes_of_many_stay_exact_and_are_those_of_the_rounded_probabilities(tmp_path, many):
    assert (many.probs.astype(np.float16).argmax(axis=1) != many.y_pred).any()
    save_predictions(tmp_path / "val.npz", many)
    loaded = load_predictions(tmp_path / "val.npz")
    np.testing.assert_array_equal(loaded.y_pred, many.y_pred)
    np.testing.assert_array_equal(np.asarray(loaded.probs).argmax(axis=1), many.y_pred)


def test_a_file_of_many_is_one_that_numpy_reads(tmp_path, many):
    save_predictions(tmp_path / "val.npz", many)
    with np.load(tmp_path / "val.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["probs"], load_predictions(tmp_path / "val.npz").probs)
        np.testing.assert_array_equal(arrays["y_pred"], many.y_pred)


def test_probabilities_of_many_that_are_not_numbers_stay_so(tmp_path, many):
    many.probs[3] = np.nan
    save_predictions(tmp_path / "val.npz", many)
    loaded = load_predictions(tmp_path / "val.npz")
    assert np.isnan(loaded.probs[3]).all()
    assert loaded.y_pred[3] == 0


@pytest.mark.parametrize("keep", [0, 10, 300, 1500, -1200, -300, -30])
def test_a_file_of_many_cut_short_is_refused(tmp_path, many, keep):
    path = tmp_path / "val.npz"
    save_predictions(path, many)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(PredictionsError, match=r"val\.npz is damaged .*train the run again"):
        load_predictions(path)


def test_a_changed_byte_anywhere_in_a_file_of_many_is_noticed_or_changes_nothing(tmp_path, many):
    path = tmp_path / "val.npz"
    save_predictions(path, many)
    content, whole = path.read_bytes(), load_predictions(path)
    for place in range(0, len(content), 3):
        changed = bytearray(content)
        changed[place] ^= 0x55
        path.write_bytes(changed)
        try:
            loaded = load_predictions(path)
        except PredictionsError:
            continue
        np.testing.assert_array_equal(loaded.probs, whole.probs)
        np.testing.assert_array_equal(loaded.y_pred, whole.y_pred)


def test_mapped_predictions_outlive_the_file_they_were_read_from(tmp_path, many):
    path = tmp_path / "val.npz"
    save_predictions(path, many)
    loaded = load_predictions(path)
    before = np.array(loaded.probs)
    save_predictions(path, Predictions("val", many.class_names, many.y_true, 1 - many.probs, many.sample_ids))
    np.testing.assert_array_equal(loaded.probs, before)


@pytest.mark.parametrize("y_pred", [[0, 1], [0, 1, 2], [0, 1, -1]])
def test_predicted_classes_that_do_not_fit_are_refused(tmp_path, predictions, y_pred):
    path = tmp_path / "val.npz"
    np.savez(path, **{**vars(predictions), "y_pred": np.array(y_pred)})
    with pytest.raises(PredictionsError, match=r"damaged .*does not give each image one of 2 classes"):
        load_predictions(path)
