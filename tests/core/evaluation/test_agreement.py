"""Kappa, information and balanced accuracy, against scikit-learn and by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, mutual_info_score

from core.datasets.evenness import entropy_of
from core.evaluation.agreement import (
    balanced_accuracy_of,
    cohen_kappa,
    count_totals,
    mutual_information,
)

CONFUSION = np.array([[30, 5, 0, 1], [4, 20, 2, 0], [0, 0, 0, 0], [3, 3, 3, 9]])
CONFUSIONS = arrays(np.int64, (5, 5), elements=st.integers(0, 20))


def labels_of(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.nonzero(confusion)
    return np.repeat(rows, confusion[rows, columns]), np.repeat(columns, confusion[rows, columns])


def cells_of(confusion: np.ndarray) -> SimpleNamespace:
    rows, columns = np.nonzero(confusion)
    return SimpleNamespace(
        rows=rows, columns=columns, counts=confusion[rows, columns], num_classes=len(confusion)
    )


def test_kappa_information_and_balanced_accuracy_equal_those_of_scikit_learn() -> None:
    y_true, y_pred = labels_of(CONFUSION)
    assert cohen_kappa(CONFUSION) == pytest.approx(cohen_kappa_score(y_true, y_pred))
    expected = mutual_info_score(y_true, y_pred) / math.log(2)
    assert mutual_information(CONFUSION, corrected=False) == pytest.approx(expected)
    # Of class 2 there are no images: scikit-learn leaves it out too where it only looks at true classes.
    y_pred[y_pred == 2] = 0
    confusion = CONFUSION.copy()
    confusion[:, 0] += confusion[:, 2]
    confusion[:, 2] = 0
    assert balanced_accuracy_of(count_totals(confusion)) == pytest.approx(
        balanced_accuracy_score(y_true, y_pred)
    )


def test_the_cells_give_the_same_as_the_whole_matrix() -> None:
    for measure in (cohen_kappa, mutual_information):
        assert measure(cells_of(CONFUSION)) == pytest.approx(measure(CONFUSION))


def test_the_correction_is_that_of_miller_and_madow_for_each_entropy() -> None:
    num_samples, bits = CONFUSION.sum(), math.log(2)

    def corrected(sizes: np.ndarray) -> float:
        sizes = sizes[sizes > 0]
        plain = -sum(size / num_samples * math.log(size / num_samples) for size in sizes.tolist())
        return (plain + (len(sizes) - 1) / (2 * num_samples)) / bits

    expected = corrected(CONFUSION.sum(1)) + corrected(CONFUSION.sum(0)) - corrected(CONFUSION.ravel())
    assert mutual_information(CONFUSION) == pytest.approx(expected)


def test_answers_without_any_information_show_none_once_corrected() -> None:
    rng = np.random.default_rng(0)
    drawn = [rng.multinomial(400, np.full(64, 1 / 64)).reshape(8, 8) for _ in range(200)]
    raw = np.mean([mutual_information(confusion, corrected=False) for confusion in drawn])
    # About 49 degrees of freedom: 49 / (2 x 400 x ln 2) bits too many.
    assert raw == pytest.approx(49 / (800 * math.log(2)), rel=0.1)
    assert np.mean([mutual_information(confusion) for confusion in drawn]) < 0.15 * raw


def test_perfect_answers_tell_the_whole_entropy() -> None:
    confusion = np.diag([8, 4, 4])
    assert mutual_information(confusion) == pytest.approx(1.5)
    assert cohen_kappa(confusion) == pytest.approx(1.0)


def test_nothing_is_told_by_one_class_or_no_image() -> None:
    assert math.isnan(cohen_kappa(np.array([[7]])))
    assert math.isnan(cohen_kappa(np.array([[7, 0], [0, 0]])))
    assert math.isnan(cohen_kappa(np.zeros((2, 2), np.int64)))
    assert mutual_information(np.zeros((2, 2), np.int64)) == 0
    assert math.isnan(balanced_accuracy_of(count_totals(np.zeros((2, 2), np.int64))))


@settings(deadline=None, max_examples=60)
@given(CONFUSIONS)
def test_information_lies_between_nothing_and_the_entropy_of_the_truth(confusion: np.ndarray) -> None:
    bits = mutual_information(confusion)
    assert 0 <= bits <= entropy_of(confusion.sum(axis=1))
    assert mutual_information(confusion, corrected=False) >= 0
