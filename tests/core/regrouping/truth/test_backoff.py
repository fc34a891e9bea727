"""Back-off against brute force: every threshold tried, every image counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import GroupingError
from core.evaluation.intervals import accuracy_interval
from core.regrouping.truth.backoff import Thresholds, choose_thresholds, judge
from core.regrouping.truth.sureness import Answerable, Sureness, backoff_curve

IMAGES = st.lists(
    st.tuples(st.integers(1, 8), st.booleans(), st.integers(0, 2), st.booleans()), min_size=1, max_size=12
)


def found_of(images: list[tuple[int, bool, int, bool]]) -> Answerable:
    fine, is_right, more, group_right = (np.array(values) for values in zip(*images, strict=True))
    return Answerable(
        Sureness(fine / 10, is_right.astype(bool)),
        Sureness((fine + more) / 10, (group_right | is_right).astype(bool)),
    )


def test_a_verdict_counts_classes_groups_and_silence() -> None:
    found = Answerable(
        Sureness(np.array([0.9, 0.9, 0.5, 0.4, 0.2]), np.array([True, False, True, False, False])),
        Sureness(np.array([0.9, 0.9, 0.8, 0.7, 0.3]), np.array([True, True, True, False, False])),
    )
    verdict = judge(found, Thresholds(0.8, 0.6))
    assert (verdict.fine_share, verdict.group_share, verdict.coverage) == (0.4, 0.4, 0.8)
    assert (verdict.fine_risk, verdict.group_risk, verdict.risk) == (0.5, 0.5, 0.5)
    assert verdict.in_words == (
        "answers the fine class for 40\N{NO-BREAK SPACE}% of images, the group for 40\N{NO-BREAK SPACE}%, "
        "abstains on 20\N{NO-BREAK SPACE}%; risk 50.0\N{NO-BREAK SPACE}%"
    )
    assert "no answer" in judge(found, Thresholds(1, 1)).in_words
    assert judge(found, Thresholds(0, 0)).fine_share == 1


@settings(deadline=None, max_examples=30)
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


def test_the_interval_of_the_risk_draws_groups_of_images_as_that_of_the_accuracy() -> None:
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.arange(30), 4)
    sure = Sureness(rng.random(120), (rng.random(30) < 0.8)[clusters])
    found = Answerable(sure, sure, clusters)
    verdict, expected = judge(found, Thresholds(0, 0)), accuracy_interval(sure.is_right, clusters=clusters)
    assert (verdict.risk_low, verdict.risk_high) == (1 - expected.high, 1 - expected.low)
    by_image = judge(found._replace(clusters=None), Thresholds(0, 0))
    assert verdict.risk_high - verdict.risk_low > 1.3 * (by_image.risk_high - by_image.risk_low)
    half = judge(found, Thresholds(0.5, 1))
    answered = sure.confidence > 0.5
    expected = accuracy_interval(sure.is_right[answered], clusters=clusters[answered])
    assert half.risk_low == 1 - expected.high < half.risk < half.risk_high


def test_a_risk_beyond_everything_is_refused_with_the_remedy() -> None:
    with pytest.raises(GroupingError, match="from 0 to 1"):
        choose_thresholds(found_of([(5, True, 0, True)]), 1.5)
