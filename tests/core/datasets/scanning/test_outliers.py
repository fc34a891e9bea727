"""Which images look unlike the others."""

import numpy as np
import pytest

from core.datasets.scanning import outliers
from core.datasets.scanning.outliers import outlier_scores
from core.datasets.scanning.row_file import RowFile


def pictures(count, seed=0):
    random = np.random.default_rng(seed)
    return np.clip(random.normal(128, 4, (count, 16, 16, 3)), 0, 255).astype(np.uint8)


def test_the_odd_one_has_the_highest_score():
    tiny = pictures(60)
    tiny[17, :8] = 255
    scores = outlier_scores(tiny)
    assert scores.dtype == np.float32
    assert scores.argmax() == 17
    assert scores[17] > 3 * np.median(scores)


def test_scores_are_mean_distances_to_the_ten_nearest_in_levels_per_pixel():
    tiny = pictures(25)  # fewer than 32 pictures: the principal components keep all of the distances
    flat = tiny.reshape(25, -1).astype(float)
    distances = np.sort(np.linalg.norm(flat[:, None] - flat, axis=2), axis=1)[:, 1:11]
    expected = distances.mean(axis=1) / np.sqrt(16 * 16 * 3)
    assert outlier_scores(tiny) == pytest.approx(expected, rel=1e-3)


def test_pictures_on_the_disk_have_the_same_scores(tmp_path, monkeypatch):
    monkeypatch.setattr(outliers, "NUM_REFERENCES", 12)
    monkeypatch.setattr(outliers, "CHUNK_ROWS", 7)
    tiny, stored = pictures(40), RowFile(tmp_path, (16, 16, 3))
    for start in range(0, 40, 9):
        stored.append(tiny[start : start + 9])
    assert np.array_equal(outlier_scores(stored), outlier_scores(tiny))
    stored.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_a_few_images_have_scores_too(count):
    scores = outlier_scores(pictures(count))
    assert scores.shape == (count,)
    assert np.isfinite(scores).all()
    assert (scores > 0).all() == (count != 1)


def test_identical_images_are_no_outliers():
    assert outlier_scores(np.full((30, 16, 16, 3), 7, np.uint8)).tolist() == [0] * 30


def test_a_sample_of_references_stands_for_all_and_is_the_same_each_time(monkeypatch):
    monkeypatch.setattr(outliers, "NUM_REFERENCES", 50)
    monkeypatch.setattr(outliers, "CHUNK_ROWS", 64)
    tiny = pictures(300)
    tiny[111] = 255
    scores = outlier_scores(tiny, seed=1)
    assert scores.argmax() == 111
    assert np.array_equal(scores, outlier_scores(tiny, seed=1))
    others = np.delete(scores, 111)
    assert others.max() < 2 * others.min()


def test_progress_is_told_and_can_stop_it():
    told = []
    outlier_scores(pictures(20), progress=lambda done, total: told.append((done, total)))
    assert told == [(20, 20)]

    def stop(done, total):
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        outlier_scores(pictures(20), progress=stop)
