"""Entropy, effective classes and imbalance of sizes, against SciPy and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from core.datasets.evenness import effective_classes, entropy_of, imbalance_ratio


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30).filter(any))
def test_the_effective_number_of_classes_is_exp_of_the_entropy_that_scipy_finds(sizes):
    found = effective_classes(np.array(sizes))
    assert found == pytest.approx(np.exp(entropy(sizes)))
    assert entropy_of(np.array(sizes)) == pytest.approx(entropy(sizes, base=2), abs=1e-12)
    assert 1 - 1e-9 <= found <= len(sizes) + 1e-9


def test_the_ratio_is_largest_over_smallest_that_has_images():
    assert imbalance_ratio(np.array([183, 0, 174])) == pytest.approx(183 / 174)


def test_without_images_there_is_no_ratio_and_nothing_to_guess():
    nothing = np.zeros(3, int)
    assert math.isnan(imbalance_ratio(nothing))
    assert (entropy_of(nothing), effective_classes(nothing)) == (0, 1)
