"""Principal components against NumPy's and scikit-learn's."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.datasets.mapping import pca
from core.datasets.mapping.pca import compute_components


def planted(num_rows: int, num_columns: int, seed: int = 0) -> np.ndarray:
    """Rows with a few strong directions and noise."""
    random = np.random.default_rng(seed)
    strong = random.normal(size=(num_rows, 5)) * [30, 20, 12, 7, 4]
    return strong @ random.normal(size=(5, num_columns)) + random.normal(size=(num_rows, num_columns))


@pytest.mark.parametrize("shape", [(40, 300), (300, 40), (5, 8), (8, 5), (300, 280)])
def test_scores_and_shares_are_those_of_a_full_decomposition(shape):
    matrix = planted(*shape)
    found = compute_components(matrix, 2)
    centered = matrix - matrix.mean(axis=0)
    left, lengths, _ = np.linalg.svd(centered, full_matrices=False)
    expected = left[:, :2] * lengths[:2]
    for index in range(2):
        sign = np.sign(expected[:, index] @ found.scores[:, index])
        np.testing.assert_allclose(found.scores[:, index], sign * expected[:, index], rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(found.explained, (lengths**2 / (lengths**2).sum())[:2], rtol=1e-4)


def test_pixels_give_what_scikit_learn_gives_though_read_in_chunks(monkeypatch):
    monkeypatch.setattr(pca, "CHUNK_ROWS", 7)
    pixels = np.clip(planted(60, 48) + 128, 0, 255).astype(np.uint8)
    found, expected = compute_components(pixels, 3), PCA(3, svd_solver="full").fit(pixels.astype(np.float64))
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_, rtol=1e-4)
    scores = expected.transform(pixels.astype(np.float64))
    np.testing.assert_allclose(np.abs(found.scores), np.abs(scores), rtol=1e-3, atol=0.05)


def test_the_row_farthest_from_the_middle_lies_on_the_positive_side():
    scores = compute_components(planted(30, 12), 3).scores
    assert (scores[np.abs(scores).argmax(axis=0), np.arange(3)] > 0).all()


@pytest.mark.parametrize("value", [0, 0.1, 200])
def test_rows_that_are_all_the_same_lie_on_one_point_and_explain_nothing(value):
    found = compute_components(np.full((9, 12), value), 2)
    assert not found.scores.any()
    assert not found.explained.any()


def test_two_rows_differ_in_one_direction_only():
    found = compute_components(np.array([[0, 0, 0], [3, 4, 0]], np.uint8), 2)
    np.testing.assert_allclose(np.sort(found.scores[:, 0]), [-2.5, 2.5], atol=1e-5)
    np.testing.assert_allclose(found.scores[:, 1], 0, atol=1e-5)
    np.testing.assert_allclose(found.explained, [1, 0], atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 5), (0, 5), (3, 0)])
def test_hardly_any_rows_or_columns_are_no_error(shape):
    assert compute_components(np.ones(shape), 2).scores.shape == (shape[0], 2)


def test_a_seed_gives_the_same_places_again():
    matrix = planted(50, 100)
    np.testing.assert_array_equal(
        compute_components(matrix, 2, seed=3).scores, compute_components(matrix, 2, seed=3).scores
    )
