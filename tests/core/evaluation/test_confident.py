"""Confident learning in blocks, against cleanlab that reads everything at once."""

import warnings

import numpy as np
import pytest
from cleanlab.filter import find_label_issues

from core.evaluation import confident
from core.evaluation.confident import judge_labels
from core.predictions import Predictions


def made(seed: int, num_classes: int, dtype: type, order: str = "C") -> tuple[np.ndarray, list[Predictions]]:
    """Labels with mistakes and predictions of two splits; not every class occurs."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, num_classes - 1, 400)
    labels = np.where(rng.random(400) < 0.15, rng.integers(0, num_classes - 1, 400), truth)
    probs = rng.dirichlet(np.full(num_classes, 0.4), 400)
    probs[np.arange(400), truth] += rng.random(400) * 1.5
    probs = np.asarray(probs / probs.sum(axis=1, keepdims=True), dtype, order=order)
    names = tuple(f"class {k}" for k in range(num_classes))
    parts = (("val", slice(0, 150)), ("test", slice(150, 400)))
    return labels, [
        Predictions(split, names, labels[rows], probs[rows], np.arange(400)[rows]) for split, rows in parts
    ]


@pytest.mark.parametrize("max_values", [300, 1500, 10**9])
@pytest.mark.parametrize(("seed", "num_classes", "dtype"), [(0, 4, np.float32), (1, 23, np.float16)])
def test_in_blocks_of_any_size_the_labels_are_those_that_cleanlab_suspects(
    monkeypatch, max_values, seed, num_classes, dtype
):
    monkeypatch.setattr(confident, "MAX_BLOCK_VALUES", max_values)
    labels, predictions = made(seed, num_classes, dtype, "F" if dtype == np.float16 else "C")
    kept = np.random.default_rng(seed).random(400) < 0.9
    exact = np.concatenate([each.probs for each in predictions])[kept].astype(float, order="C")
    exact /= exact.sum(axis=1, keepdims=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        expected = find_label_issues(labels[kept], exact, n_jobs=1) & (exact.argmax(axis=1) != labels[kept])
    judged = judge_labels(labels[kept], predictions, kept)
    assert judged.is_suspected.tolist() == expected.tolist()
    assert expected.sum() > 5
    assert judged.best.tolist() == exact.argmax(axis=1).tolist()
    np.testing.assert_array_equal(judged.own, exact[np.arange(kept.sum()), labels[kept]])


def test_no_more_than_a_block_is_in_memory_at_once(monkeypatch):
    monkeypatch.setattr(confident, "MAX_BLOCK_VALUES", 2000)
    labels, predictions = made(2, 20, np.float16)
    sizes, read = [], confident._read

    def noted(*arguments):
        sizes.append(read(*arguments).size)
        return read(*arguments)

    monkeypatch.setattr(confident, "_read", noted)
    judge_labels(labels, predictions, np.ones(400, bool))
    assert max(sizes) < 400 * 20 / 2


def test_of_one_class_alone_nothing_is_suspected():
    one = Predictions("val", ("a", "b"), np.zeros(9, int), np.full((9, 2), 0.5, np.float32), np.arange(9))
    assert not judge_labels(np.zeros(9, int), [one], np.ones(9, bool)).is_suspected.any()
