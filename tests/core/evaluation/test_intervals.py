"""Intervals against SciPy, drawing one by one, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import binomtest

from core.evaluation import intervals
from core.evaluation.intervals import accuracy_interval, bootstrap_mean, wilson_interval


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


def brute_force(right: np.ndarray, clusters: np.ndarray, num_draws: int = 4000) -> np.ndarray:
    """Draw whole groups one by one."""
    rng, names = np.random.default_rng(1), np.unique(clusters)
    members = [np.flatnonzero(clusters == name) for name in names]
    shares = []
    for _ in range(num_draws):
        rows = np.concatenate([members[k] for k in rng.integers(0, len(names), len(names))])
        shares.append(right[rows].mean())
    return np.quantile(shares, [0.025, 0.975])


def test_by_images_it_is_the_binomial_interval():
    right = np.arange(400) < 300
    expected = stats.binom.ppf([0.025, 0.975], 400, 0.75) / 400
    np.testing.assert_allclose(accuracy_interval(right, num_draws=50_000)[:2], expected, atol=0.003)


def test_by_images_it_is_what_scipy_draws():
    right = np.random.default_rng(0).random(120) < 0.8
    drawn = stats.bootstrap(
        (right.astype(float),), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    np.testing.assert_allclose(accuracy_interval(right, num_draws=20_000)[:2], drawn, atol=0.01)


@pytest.mark.parametrize("as_text", [False, True])
def test_by_groups_it_is_what_drawing_groups_one_by_one_gives(as_text):
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(40), rng.integers(1, 12, 40))
    right = rng.random(len(clusters)) < np.where(rng.random(40) < 0.7, 0.95, 0.2)[clusters]
    given = np.array([f"patient {k}" for k in clusters]) if as_text else clusters * 3
    found = accuracy_interval(right, clusters=given, num_draws=20_000)
    np.testing.assert_allclose(found[:2], brute_force(right, clusters), atol=0.015)
    by_images = accuracy_interval(right, num_draws=20_000)
    assert found[1] - found[0] > 1.3 * (by_images[1] - by_images[0])


def test_groups_of_one_image_are_as_images():
    right = np.random.default_rng(4).random(300) < 0.6
    found = accuracy_interval(right, clusters=np.arange(300)[::-1])
    assert found[:3] == accuracy_interval(right)[:3]
    assert found.in_words == "bootstrap of 300 groups of images"


def test_where_all_are_right_or_wrong_it_is_wilsons_interval():
    found = accuracy_interval(np.ones(20, bool))
    assert found[:2] == wilson_interval(20, 20)
    assert found.in_words == "Wilson of 20 images"
    assert accuracy_interval(np.zeros(20, bool))[:2] == wilson_interval(0, 20)
    assert accuracy_interval(np.ones(20, bool), clusters=np.arange(20) // 5)[:2] == wilson_interval(4, 4)


def test_one_group_of_images_alone_tells_next_to_nothing():
    low, high, *_ = accuracy_interval(np.arange(50) < 40, clusters=np.zeros(50, int))
    assert (low, high) == wilson_interval(0.8, 1)
    assert low < 0.2
    assert high > 0.95


def test_the_interval_holds_the_share_and_repeats_with_its_seed():
    right = np.random.default_rng(5).random(50) < 0.9
    low, high, *_ = accuracy_interval(right, seed=7)
    assert 0 <= low <= right.mean() <= high <= 1
    assert accuracy_interval(right, seed=7)[:2] == (low, high)


def test_without_images_the_interval_of_an_accuracy_is_everything():
    assert accuracy_interval(np.zeros(0, bool))[:3] == (0, 1, 0)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40), st.booleans())
def test_the_share_of_several_runs_has_the_interval_of_one_where_they_agree(pairs, by_groups):
    right, clusters = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    together = clusters if by_groups else None
    of_runs = accuracy_interval(np.stack([right, right]).mean(axis=0), clusters=together, num_draws=50)
    of_one = accuracy_interval(right, clusters=together, num_draws=50)
    assert of_runs[:2] == pytest.approx(of_one[:2])
    assert of_runs[2:] == of_one[2:]


def test_the_paired_bootstrap_is_that_of_drawing_images_one_by_one():
    rng = np.random.default_rng(1)
    differences = rng.choice([-1, 0, 0, 0, 1, 1], 200).astype(float)
    draws = [differences[rng.integers(0, 200, 200)].mean() for _ in range(4000)]
    low, high = bootstrap_mean(differences, num_draws=4000)
    assert (low, high) == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])), abs=0.01)
    reference = stats.bootstrap((differences,), np.mean, method="percentile", n_resamples=4000, rng=0)
    assert (low, high) == pytest.approx(tuple(reference.confidence_interval), abs=0.01)


def test_the_bootstrap_of_groups_draws_whole_groups():
    rng = np.random.default_rng(2)
    sizes = rng.integers(1, 9, 40)
    clusters = np.repeat(rng.permutation(40), sizes)
    values = np.repeat(rng.choice([0.0, 1.0], 40), sizes)
    parts = [values[clusters == cluster] for cluster in range(40)]
    draws = []
    for _ in range(3000):
        drawn = [parts[k] for k in rng.integers(0, 40, 40)]
        draws.append(np.concatenate(drawn).mean())
    expected = tuple(np.quantile(draws, [0.025, 0.975]))
    assert bootstrap_mean(values, clusters=clusters, num_draws=3000) == pytest.approx(expected, abs=0.02)
    by_image = np.subtract(*bootstrap_mean(values))
    assert abs(by_image) < abs(expected[1] - expected[0])  # images of a group are alike: by image is too sure


def test_a_mean_by_groups_of_one_image_is_that_by_images():
    values = np.random.default_rng(0).random(50).round(1)
    assert bootstrap_mean(values, clusters=np.arange(50)) == bootstrap_mean(values)


def test_equal_values_leave_nothing_open():
    assert bootstrap_mean(np.full(7, 0.25)) == pytest.approx((0.25, 0.25))
    assert bootstrap_mean(np.array([0.5])) == pytest.approx((0.5, 0.5))


def test_drawing_in_blocks_changes_nothing(monkeypatch):
    rng = np.random.default_rng(6)
    values, clusters = rng.normal(size=80), rng.integers(0, 30, 80)
    at_once = bootstrap_mean(values, clusters=clusters, num_draws=500)
    monkeypatch.setattr(intervals, "MAX_BLOCK_VALUES", 700)
    assert bootstrap_mean(values, clusters=clusters, num_draws=500) == pytest.approx(at_once)
