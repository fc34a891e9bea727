import pytest
from scipy.stats import binomtest

from core.evaluation.intervals import wilson_interval


@pytest.mark.parametrize(
    ("num_correct", "num_samples"), [(0, 1), (0, 40), (1, 3), (8, 10), (499, 1000), (7, 7)]
)
def test_the_interval_equals_that_of_scipy(num_correct, num_samples):
    expected = binomtest(num_correct, num_samples).proportion_ci(0.95, method="wilson")
    assert wilson_interval(num_correct, num_samples) == pytest.approx(
        (expected.low, expected.high), abs=1e-12
    )


@pytest.mark.parametrize("num_samples", [1, 3, 10, 77, 12345])
def test_the_share_lies_within_its_interval_at_both_ends(num_samples):
    assert wilson_interval(0, num_samples)[0] == 0
    assert wilson_interval(num_samples, num_samples)[1] == 1


def test_without_images_everything_is_possible():
    assert wilson_interval(0, 0) == (0, 1)
