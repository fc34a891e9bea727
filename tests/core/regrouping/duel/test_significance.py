"""Tests of differences against SciPy, brute force and formulas by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.regrouping.duel.significance import EXACT_BELOW, mcnemar_test, welch_test


def answers(only_first: int, only_second: int, both: int = 5) -> tuple[np.ndarray, np.ndarray]:
    first = np.array([True] * only_first + [False] * only_second + [True] * both + [False])
    second = np.array([False] * only_first + [True] * only_second + [True] * both + [False])
    return first, second


@pytest.mark.parametrize("split", [(0, 1), (5, 0), (3, 3), (12, 12), (7, 17), (24, 0)])
def test_few_disagreements_are_tested_exactly_as_scipy_does(split: tuple[int, int]) -> None:
    found = mcnemar_test(*answers(*split))
    assert (found.only_first, found.only_second, found.method) == (*split, "exact binomial")
    assert found.p_value == pytest.approx(stats.binomtest(split[0], sum(split)).pvalue)


@pytest.mark.parametrize("split", [(13, 12), (20, 5), (25, 25), (300, 220), (0, 40)])
def test_many_disagreements_are_tested_by_chi_square_with_continuity_correction(
    split: tuple[int, int],
) -> None:
    found = mcnemar_test(*answers(*split))
    # As statsmodels.stats.contingency_tables.mcnemar(exact=False, correction=True) has it, but never below 0.
    statistic = max(0, abs(split[0] - split[1]) - 1) ** 2 / sum(split)
    assert found.method == "chi-square, continuity-corrected"
    assert found.p_value == pytest.approx(stats.chi2.sf(statistic, 1))


def test_the_two_forms_meet_where_one_takes_over_from_the_other() -> None:
    only_first = EXACT_BELOW // 4
    by_chi_square = mcnemar_test(*answers(only_first, EXACT_BELOW - only_first)).p_value
    assert by_chi_square == pytest.approx(stats.binomtest(only_first, EXACT_BELOW).pvalue, abs=0.02)


def test_two_models_that_never_differ_have_a_p_value_of_one() -> None:
    right = np.array([True, False])
    assert mcnemar_test(right, right).p_value == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_the_order_of_the_two_does_not_change_the_p_value(pairs: list[tuple[bool, bool]]) -> None:
    first, second = np.array(pairs).T
    there, back = mcnemar_test(first, second), mcnemar_test(second, first)
    assert there.p_value == pytest.approx(back.p_value)
    assert 0 <= there.p_value <= 1
    assert (there.only_first, there.only_second) == (back.only_second, back.only_first)


def test_seeds_are_tested_as_scipy_tests_unequal_variances() -> None:
    first, second = np.array([0.81, 0.84, 0.80]), np.array([0.78, 0.79])
    expected = stats.ttest_ind(first, second, equal_var=False).pvalue
    assert welch_test(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [([0.8], [0.7, 0.6], None), ([0.8, 0.8], [0.8, 0.8], 1.0), ([0.8, 0.8], [0.7, 0.7], None)],
)
def test_a_single_seed_tells_nothing_of_seeds_and_neither_do_seeds_without_spread(
    first: list[float], second: list[float], p_value: float | None
) -> None:
    assert welch_test(np.array(first), np.array(second)) == p_value
