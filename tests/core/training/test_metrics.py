"""Macro F1, batch by batch, is that of scikit-learn over all images at once."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from core.training.metrics import MacroF1, build_metrics


def random_answers(num_classes, num_samples, seed=0):
    random = np.random.default_rng(seed)
    y_true = random.integers(0, num_classes, num_samples)
    probs = random.random((num_samples, num_classes)).astype(np.float32)
    probs[np.arange(num_samples), y_true] += random.random(num_samples).astype(np.float32)
    return y_true, probs / probs.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("num_classes", "num_samples"), [(2, 9), (7, 50), (3116, 200)])
def test_it_is_that_of_scikit_learn(num_classes, num_samples):
    y_true, probs = random_answers(num_classes, num_samples)
    accuracy, macro_f1 = build_metrics(num_classes)
    for begin in range(0, num_samples, 4):
        for metric in (accuracy, macro_f1):
            metric.update_state(y_true[begin : begin + 4], probs[begin : begin + 4])
    y_pred = probs.argmax(axis=1)
    assert float(macro_f1.result()) == pytest.approx(f1_score(y_true, y_pred, average="macro"), rel=1e-6)
    assert float(accuracy.result()) == pytest.approx(accuracy_score(y_true, y_pred))
    assert (accuracy.name, macro_f1.name) == ("accuracy", "macro_f1")


def test_a_class_that_is_neither_there_nor_predicted_does_not_count():
    y_true, probs = np.array([0, 0, 1]), np.eye(4, dtype=np.float32)[[0, 1, 1]]
    metric = MacroF1(4)
    metric.update_state(y_true, probs)
    assert float(metric.result()) == pytest.approx(f1_score(y_true, probs.argmax(1), average="macro"))
    assert float(metric.result()) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_a_class_that_is_only_predicted_counts_as_nothing():
    metric = MacroF1(3)
    metric.update_state(np.array([0, 1]), np.eye(3, dtype=np.float32)[[0, 2]])
    assert float(metric.result()) == pytest.approx(1 / 3)


def test_weights_do_not_change_it_and_a_reset_forgets():
    y_true, probs = random_answers(3, 12)
    plain, weighted = MacroF1(3), MacroF1(3)
    plain.update_state(y_true, probs)
    weighted.update_state(y_true, probs, sample_weight=np.arange(12))
    assert float(plain.result()) == float(weighted.result()) > 0
    plain.reset_state()
    assert float(plain.result()) == 0
