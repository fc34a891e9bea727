import json

import numpy as np
import pytest
from sklearn import metrics

from core.evaluation.intervals import accuracy_interval
from core.evaluation.report import compute_report, report_confusion, summarize_report
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import score_grouping


def predictions_of(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int) -> Predictions:
    names = tuple(f"class {k}" for k in range(num_classes))
    return Predictions(
        "val", names, y_true, np.eye(num_classes, dtype=np.float32)[y_pred], np.arange(len(y_true))
    )


@pytest.mark.parametrize("seed", range(5))
def test_numbers_equal_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, 5, 60)  # classes 5 and 6 have no images
    y_pred = np.where(rng.random(60) < 0.5, y_true, rng.integers(1, 6, 60))  # 6 is never predicted either
    y_true[y_true == 2] = 1  # class 2 is only predicted
    report = compute_report(predictions_of(y_true, y_pred, 7))
    assert report.accuracy == pytest.approx(metrics.accuracy_score(y_true, y_pred))
    recalls = metrics.recall_score(y_true, y_pred, labels=np.unique(y_true), average=None)
    assert report.balanced_accuracy == pytest.approx(recalls.mean())
    assert report.macro_f1 == pytest.approx(
        metrics.f1_score(y_true, y_pred, average="macro", zero_division=0)
    )
    expected = metrics.precision_recall_fscore_support(y_true, y_pred, labels=range(7), zero_division=0)
    np.testing.assert_allclose(report.per_class.to_numpy().T, np.array(expected))


def test_balanced_accuracy_equals_scikit_learn_when_only_occurring_classes_are_predicted():
    rng = np.random.default_rng(1)
    y_true = np.repeat(np.arange(3), [40, 9, 2])
    y_pred = np.where(rng.random(51) < 0.6, y_true, rng.integers(0, 3, 51))
    report = compute_report(predictions_of(y_true, y_pred, 3))
    assert report.balanced_accuracy == pytest.approx(metrics.balanced_accuracy_score(y_true, y_pred))


def test_a_split_without_images_has_no_numbers_and_says_so_in_json():
    nothing = np.zeros(0, np.int64)
    report = compute_report(predictions_of(nothing, nothing, 3))
    assert (report.num_samples, report.interval[:2]) == (0, (0, 1))
    assert np.isnan([report.accuracy, report.balanced_accuracy, report.macro_f1]).all()
    assert json.loads(json.dumps(summarize_report(report))) == {
        "accuracy": None,
        "balanced_accuracy": None,
        "macro_f1": None,
    }


def test_one_class_alone_is_always_right():
    report = report_confusion(np.array([[4]]), ("only",))
    assert summarize_report(report) == {"accuracy": 1.0, "balanced_accuracy": 1.0, "macro_f1": 1.0}


def test_rows_are_named_after_the_classes():
    report = report_confusion(np.array([[2, 1], [0, 3]]), ("cat", "dog"))
    assert report.per_class.loc["cat"].to_dict() == {
        "precision": 1.0,
        "recall": pytest.approx(2 / 3),
        "f1": pytest.approx(0.8),
        "support": 3,
    }


def test_the_interval_is_the_one_that_groupings_are_scored_with():
    rng = np.random.default_rng(2)
    y_true, clusters = rng.integers(0, 3, 90), np.arange(90) // 3
    y_pred = np.where(rng.random(30)[clusters] < 0.7, y_true, 0)
    predictions = predictions_of(y_true, y_pred, 3)
    for together in (None, clusters):
        found = compute_report(predictions, clusters=together).interval
        scored = score_grouping(predictions, Grouping.identity(predictions.class_names), clusters=together)
        assert found[:2] == (scored.before_low, scored.before_high)
    assert found.in_words == "bootstrap of 30 groups of images"
    assert report_confusion(np.diag([40, 20]) + np.eye(2, dtype=int)[::-1] * 5, ("a", "b")).interval == (
        accuracy_interval(np.arange(70) < 60)
    )
