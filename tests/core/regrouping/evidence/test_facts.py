import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_predictions import planted
from scipy.stats import binom

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.evidence.facts import (
    Direction,
    count_pair,
    sure_mistakes,
)
from core.regrouping.evidence.voices import direction_p_value


def test_both_directions_are_counted():
    facts = count_pair(planted({(0, 1): 9, (1, 0): 4, (0, 2): 3}), "cat", "dog")
    assert (facts.mistaken, facts.support, facts.wrong) == ((9, 4), (100, 100), (12, 4))
    assert facts.shares == (0.09, 0.04)
    assert (facts.num_classes, facts.num_samples, facts.source) == (5, 500, 0)


@given(st.integers(0, 25), st.integers(0, 25), st.integers(1, 90), st.integers(1, 90))
def test_the_p_value_is_the_sum_of_all_outcomes_that_are_no_more_likely(there, back, first, second):
    total = there + back
    likely = binom.pmf(np.arange(total + 1), total, first / (first + second))
    expected = likely[likely <= likely[there] * (1 + 1e-7)].sum()
    assert direction_p_value((there, back), (first, second)) == pytest.approx(min(1.0, expected))


@pytest.mark.parametrize(
    ("mistakes", "direction"),
    [
        ({}, Direction.NONE),
        ({(0, 1): 3, (1, 0): 1}, Direction.UNCLEAR),
        ({(0, 1): 5, (1, 0): 1}, Direction.UNCLEAR),
        ({(0, 1): 12, (1, 0): 10}, Direction.BOTH),
        ({(0, 1): 20, (1, 0): 2}, Direction.ONE_WAY),
        ({(1, 0): 20}, Direction.ONE_WAY),
    ],
)
def test_the_direction_is_told_when_there_are_enough_mistakes(mistakes, direction):
    assert count_pair(planted(mistakes), "cat", "dog").direction is direction


def test_unequal_numbers_of_images_are_no_direction():
    even = planted({(0, 1): 40, (1, 0): 4}, support=(400, 40))
    assert count_pair(even, "cat", "dog").direction is Direction.BOTH


def test_the_order_of_the_names_does_not_matter():
    predictions = planted({(0, 1): 9, (1, 0): 2})
    one, other = count_pair(predictions, "cat", "dog"), count_pair(predictions, "dog", "cat")
    assert one.mistaken == other.mistaken[::-1]
    assert one.p_value == pytest.approx(other.p_value)
    assert one.direction is other.direction


def test_confident_mistakes_come_the_surest_first():
    y_true = np.array([0, 0, 0, 1, 1])
    probs = np.array([[0.9, 0.1], [0.05, 0.95], [0.01, 0.99], [0.15, 0.85], [0.3, 0.7]], np.float32)
    predictions = Predictions("val", ("cat", "dog"), y_true, probs, np.arange(5))
    sure = sure_mistakes(predictions, count_pair(predictions, "cat", "dog"))
    assert sure.ids.tolist() == [2, 1]
    assert sure.num_voices == 2
    assert sure.shared == pytest.approx((0.1 + 0.15 + 0.3) / 3)


def test_a_mistake_less_certain_than_is_usual_is_not_confident():
    predictions = planted({(0, 1): 4}, sure=0.85, shared=0.01)
    assert sure_mistakes(predictions, count_pair(predictions, "cat", "dog")).ids.tolist() == []


@pytest.mark.parametrize(
    ("pair", "remedy"), [(("cat", "cow"), "no class 'cow'"), (("cat", "cat"), "name another one")]
)
def test_classes_that_are_not_two_are_refused(pair, remedy):
    with pytest.raises(GroupingError, match=remedy):
        count_pair(planted({}), *pair)


def test_evidence_is_never_read_on_test():
    with pytest.raises(ValueError, match="val, where groups are chosen"):
        count_pair(planted({}, split="test"), "cat", "dog")


def test_probabilities_that_are_no_numbers_are_refused():
    predictions = planted({})
    predictions.probs[3] = np.nan
    with pytest.raises(PredictionsError, match="train again with a smaller learning rate"):
        count_pair(predictions, "cat", "dog")
