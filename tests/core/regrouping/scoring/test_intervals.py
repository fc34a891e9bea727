import numpy as np
import pytest
from scipy import stats

from core.evaluation.intervals import wilson_interval
from core.regrouping.scoring.intervals import bootstrap_interval


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
    np.testing.assert_allclose(bootstrap_interval(right, num_draws=50_000), expected, atol=0.003)


def test_by_images_it_is_what_scipy_draws():
    right = np.random.default_rng(0).random(120) < 0.8
    drawn = stats.bootstrap(
        (right.astype(float),), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    np.testing.assert_allclose(bootstrap_interval(right, num_draws=20_000), drawn, atol=0.01)


@pytest.mark.parametrize("as_text", [False, True])
def test_by_groups_it_is_what_drawing_groups_one_by_one_gives(as_text):
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(40), rng.integers(1, 12, 40))
    right = rng.random(len(clusters)) < np.where(rng.random(40) < 0.7, 0.95, 0.2)[clusters]
    given = np.array([f"patient {k}" for k in clusters]) if as_text else clusters * 3
    found = bootstrap_interval(right, clusters=given, num_draws=20_000)
    np.testing.assert_allclose(found, brute_force(right, clusters), atol=0.015)
    by_images = bootstrap_interval(right, num_draws=20_000)
    assert found[1] - found[0] > 1.3 * (by_images[1] - by_images[0])


def test_groups_of_one_image_are_as_images():
    right = np.random.default_rng(4).random(300) < 0.6
    assert bootstrap_interval(right, clusters=np.arange(300)[::-1]) == bootstrap_interval(right)


def test_where_all_are_right_or_wrong_it_is_wilsons_interval():
    assert bootstrap_interval(np.ones(20, bool)) == wilson_interval(20, 20)
    assert bootstrap_interval(np.zeros(20, bool)) == wilson_interval(0, 20)
    assert bootstrap_interval(np.ones(20, bool), clusters=np.arange(20) // 5) == wilson_interval(4, 4)


def test_one_group_of_images_alone_tells_next_to_nothing():
    low, high = bootstrap_interval(np.arange(50) < 40, clusters=np.zeros(50, int))
    assert (low, high) == wilson_interval(0.8, 1)
    assert low < 0.2
    assert high > 0.95


def test_the_interval_holds_the_share_and_repeats_with_its_seed():
    right = np.random.default_rng(5).random(50) < 0.9
    low, high = bootstrap_interval(right, seed=7)
    assert 0 <= low <= right.mean() <= high <= 1
    assert bootstrap_interval(right, seed=7) == (low, high)
