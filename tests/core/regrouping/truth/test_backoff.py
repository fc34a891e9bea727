"""Back-off against brute force: every threshold tried, every image counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import GroupingError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.truth.backoff import (
    Answerable,
    Sureness,
    Thresholds,
    answerable,
    backoff_curve,
    choose_thresholds,
    judge,
    risk_coverage,
)


def test_answers_without_probabilities_tell_nothing_of_sureness() -> None:
    y_true, grouping = np.array([0, 1, 2]), Grouping.identity("abc")
    for probs, tells in ((np.eye(3), False), (np.eye(3) * 0.7 + 0.1, True)):
        predictions = Predictions("val", ("a", "b", "c"), y_true, probs.astype(np.float32), np.arange(3))
        assert answerable(predictions, grouping).tells_sureness is tells


IMAGES = st.lists(
    st.tuples(st.integers(1, 8), st.booleans(), st.integers(0, 2), st.booleans()), min_size=1, max_size=12
)


def found_of(images: list[tuple[int, bool, int, bool]]) -> Answerable:
    fine, is_right, more, group_right = (np.array(values) for values in zip(*images, strict=True))
    return Answerable(
        Sureness(fine / 10, is_right.astype(bool)),
        Sureness((fine + more) / 10, (group_right | is_right).astype(bool)),
    )


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


def test_a_verdict_counts_classes_groups_and_silence() -> None:
    found = Answerable(
        Sureness(np.array([0.9, 0.9, 0.5, 0.4, 0.2]), np.array([True, False, True, False, False])),
        Sureness(np.array([0.9, 0.9, 0.8, 0.7, 0.3]), np.array([True, True, True, False, False])),
    )
    verdict = judge(found, Thresholds(0.8, 0.6))
    assert (verdict.fine_share, verdict.group_share, verdict.coverage) == (0.4, 0.4, 0.8)
    assert (verdict.fine_risk, verdict.group_risk, verdict.risk) == (0.5, 0.5, 0.5)
    assert verdict.in_words == (
        "answers the fine class for 40 % of images, the group for 40 %, abstains on 20 %; risk 50.0 %"
    )
    assert "no answer" in judge(found, Thresholds(1, 1)).in_words
    assert judge(found, Thresholds(0, 0)).fine_share == 1


@settings(deadline=None, max_examples=80)
@given(IMAGES, st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
def test_the_thresholds_answer_as_much_as_any_within_the_risk(
    images: list[tuple[int, bool, int, bool]], wished: float
) -> None:
    found = found_of(images)
    chosen = judge(found, choose_thresholds(found, wished))
    levels = [step / 10 for step in range(11)]
    fine_only = [judge(found, Thresholds(level, 1.0)) for level in levels]
    best_fine = max(v.fine_share for v in fine_only if v.fine_risk <= wished + 1e-9)
    assert chosen.fine_share == pytest.approx(best_fine)
    assert chosen.risk <= wished + 1e-9
    both = [judge(found, Thresholds(fine, group)) for fine in levels for group in levels]
    best = max(
        v.coverage
        for v in both
        if v.fine_share == best_fine and v.fine_risk <= wished + 1e-9 and v.risk <= wished + 1e-9
    )
    assert chosen.coverage == pytest.approx(best)


@settings(deadline=None, max_examples=80)
@given(IMAGES)
def test_the_curve_and_its_area_are_those_of_every_threshold_in_turn(
    images: list[tuple[int, bool, int, bool]],
) -> None:
    fine = found_of(images).fine
    curve = risk_coverage(fine)
    risks = []
    for confidence in fine.confidence:  # each image as the least sure one answered
        answered = fine.confidence >= confidence
        risks.append(np.mean(~fine.is_right[answered]))
    assert curve.area == pytest.approx(np.mean(risks))
    assert curve.coverage[-1] == 1
    assert curve.risk[-1] == pytest.approx(np.mean(~fine.is_right))
    assert (np.diff(curve.coverage) > 0).all()


@settings(deadline=None, max_examples=60)
@given(IMAGES, st.integers(0, 8), st.integers(0, 10))
def test_the_curve_of_backing_off_passes_through_every_verdict(
    images: list[tuple[int, bool, int, bool]], fine: int, group: int
) -> None:
    found = found_of(images)
    curve = backoff_curve(found, fine / 10)
    verdict = judge(found, Thresholds(fine / 10, group / 10))
    assert curve.coverage[-1] == 1
    if verdict.coverage:
        at = np.flatnonzero(np.isclose(curve.coverage, verdict.coverage))
        assert curve.risk[at] == pytest.approx(verdict.risk)


def test_a_risk_beyond_everything_is_refused_with_the_remedy() -> None:
    with pytest.raises(GroupingError, match="from 0 to 1"):
        choose_thresholds(found_of([(5, True, 0, True)]), 1.5)
