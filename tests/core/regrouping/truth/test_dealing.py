"""Mistakes dealt anew keep what they must keep, and reach every way of dealing equally often."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from core.evaluation.confusion import confusion_matrix
from core.regrouping.truth.dealing import deal_mistakes


def test_each_class_keeps_how_often_it_is_right_and_each_answer_how_often_it_is_given() -> None:
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 7, 500), rng.integers(0, 7, 500)
    before = confusion_matrix(y_true, y_pred, 7)
    moved = []
    for source in deal_mistakes(y_true, y_pred, num_draws=5, seed=1):
        assert sorted(source.tolist()) == list(range(500))
        after = confusion_matrix(y_true, y_pred[source], 7)
        assert np.diag(after).tolist() == np.diag(before).tolist()
        assert after.sum(axis=0).tolist() == before.sum(axis=0).tolist()
        right = y_true == y_pred
        assert (source[right] == np.flatnonzero(right)).all()
        moved.append(np.mean(source[~right] != np.flatnonzero(~right)))
    assert min(moved) > 0.9


def test_images_that_belong_together_and_are_taken_for_one_class_stay_together() -> None:
    rng = np.random.default_rng(3)
    y_true = np.repeat(rng.integers(0, 5, 60), 4)
    y_pred = np.repeat(rng.integers(0, 5, 60), 4)
    clusters = np.repeat(np.arange(60), 4)
    (source,) = deal_mistakes(y_true, y_pred, num_draws=1, clusters=clusters)
    assert sorted(source.tolist()) == list(range(240))
    taken_from = clusters[source].reshape(60, 4)
    assert (taken_from == taken_from[:, :1]).all()
    assert np.mean(taken_from[:, 0] != np.arange(60)) > 0.5
    assert ((y_pred[source] == y_true) == (y_pred == y_true)).all()


def test_every_allowed_way_of_dealing_comes_equally_often() -> None:
    y_true, y_pred = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 0])
    allowed = {order for order in permutations(range(4)) if all(y_pred[list(order)] != y_true)}
    drawn = Counter(
        tuple(source.tolist()) for source in deal_mistakes(y_true, y_pred, num_draws=1800, seed=2)
    )
    assert set(drawn) == allowed  # the 9 derangements of 4
    expected = 1800 / len(allowed)
    chi_squared = sum((count - expected) ** 2 / expected for count in drawn.values())
    assert chi_squared < 26.1  # 99.9 % quantile of 8 degrees of freedom


@pytest.mark.parametrize("y_pred", [[0, 1, 2], [0, 0, 2], [1, 2, 0]])
def test_where_hardly_anything_can_be_dealt_nothing_breaks(y_pred: list[int]) -> None:
    for source in deal_mistakes(np.array([0, 1, 2]), np.array(y_pred), num_draws=3):
        assert sorted(np.array(y_pred)[source].tolist()) == sorted(y_pred)


def test_the_same_seed_deals_the_same() -> None:
    y_true, y_pred = np.arange(10), np.roll(np.arange(10), 1)
    first, again = (
        [source.tolist() for source in deal_mistakes(y_true, y_pred, num_draws=2, seed=5)] for _ in range(2)
    )
    assert first == again
    assert first[0] != first[1]
