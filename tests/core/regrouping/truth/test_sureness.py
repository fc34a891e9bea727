"""What could be answered, and risk at every coverage, by hand and by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.truth.sureness import Sureness, answerable, risk_coverage


def test_answers_without_probabilities_tell_nothing_of_sureness() -> None:
    y_true, grouping = np.array([0, 1, 2]), Grouping.identity("abc")
    for probs, tells in ((np.eye(3), False), (np.eye(3) * 0.7 + 0.1, True)):
        predictions = Predictions("val", ("a", "b", "c"), y_true, probs.astype(np.float32), np.arange(3))
        assert answerable(predictions, grouping).tells_sureness is tells


def test_what_can_be_answered_is_read_from_the_probabilities() -> None:
    predictions = Predictions(
        split="val",
        class_names=("a", "b", "c"),
        y_true=np.array([0, 1, 2]),
        probs=np.array([[0.5, 0.3, 0.2], [0.3, 0.25, 0.45], [0.4, 0.4, 0.2]], np.float32),
        sample_ids=np.arange(3),
    )
    found = answerable(predictions, Grouping.from_assignment("abc", [0, 0, 1]))
    assert found.fine.is_right.tolist() == [True, False, False]
    assert found.group.is_right.tolist() == [True, True, False]
    assert found.fine.confidence == pytest.approx([0.5, 0.45, 0.4])
    assert found.group.confidence == pytest.approx([0.8, 0.55, 0.8])


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=12))
def test_the_curve_and_its_area_are_those_of_every_threshold_in_turn(
    images: list[tuple[int, bool]],
) -> None:
    confidences, is_right = (np.array(values) for values in zip(*images, strict=True))
    fine = Sureness(confidences / 10, is_right)
    curve = risk_coverage(fine)
    risks = []
    for confidence in fine.confidence:  # each image as the least sure one answered
        answered = fine.confidence >= confidence
        risks.append(np.mean(~fine.is_right[answered]))
    assert curve.area == pytest.approx(np.mean(risks))
    assert curve.coverage[-1] == 1
    assert curve.risk[-1] == pytest.approx(np.mean(~fine.is_right))
    assert (np.diff(curve.coverage) > 0).all()
