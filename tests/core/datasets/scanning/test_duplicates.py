"""Images that nearly occur twice, against comparing all with all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.scanning import duplicates, hamming
from core.datasets.scanning.clusters import clusters_of
from core.datasets.scanning.duplicates import find_near_duplicates
from core.errors import DatasetError


def by_brute_force(phash, max_distance):
    """All pairs, each compared with Python's own whole numbers."""
    numbers = [int(value) for value in phash]
    found = [
        (first, second, (numbers[first] ^ numbers[second]).bit_count())
        for first in range(len(numbers))
        for second in range(first + 1, len(numbers))
    ]
    near = [pair for pair in found if pair[2] <= max_distance]
    return sorted(near, key=lambda pair: (pair[2], pair[0], pair[1]))


def flipped(values, num_bits, random):
    """Values with so many bits turned over in each."""
    values = values.copy()
    for index in range(len(values)):
        for bit in random.choice(64, num_bits, replace=False):
            values[index] ^= np.uint64(1) << np.uint64(bit)
    return values


def random_hashes(count, random):
    return random.integers(0, 2**64, count, dtype=np.uint64)


def alike(count, random):
    return np.full(count, 0xF0F0, np.uint64)


def clustered(count, random):
    centers = random_hashes(max(1, count // 100), random)
    return flipped(centers[random.integers(0, len(centers), count)], 3, random)


def counted_up(count, random):
    return np.arange(count, dtype=np.uint64)


def skewed(count, random):
    """Three of the four chunks are the same in all."""
    return random.integers(0, 1 << 16, count, dtype=np.uint64) << np.uint64(32)


@pytest.mark.parametrize("max_distance", [0, 1, 2, 3, 4, 8, 12, 16])
@pytest.mark.parametrize("make", [random_hashes, alike, clustered, counted_up, skewed])
def test_near_duplicates_are_those_of_brute_force(make, max_distance):
    hashes = make(150, np.random.default_rng(1))
    found = find_near_duplicates(hashes, max_distance=max_distance).pairs
    assert found.dtype == np.int64
    assert [tuple(pair) for pair in found.tolist()] == by_brute_force(hashes, max_distance)


@pytest.mark.parametrize(
    ("make", "max_distance", "count"),
    [(random_hashes, 4, 5000), (random_hashes, 14, 5000), (clustered, 9, 5000), (skewed, 3, 1500)],
)
def test_both_ways_of_searching_find_the_same(make, max_distance, count, monkeypatch):
    hashes = np.unique(make(count, np.random.default_rng(2)))
    monkeypatch.setattr(hamming, "AT_ONCE", 5000)
    distances = np.bitwise_count(hashes[:, None] ^ hashes[None])
    expected = np.argwhere(np.triu(distances <= max_distance, k=1))
    for cost in (0, 1_000_000):  # by chunks, by comparing all with all
        monkeypatch.setattr(hamming, "INDEX_COST", cost)
        found = hamming.pairs_within(hashes, max_distance, max_pairs=10**7)
        assert np.array_equal(found[:, :2], expected)
        assert np.array_equal(found[:, 2], distances[expected[:, 0], expected[:, 1]])


@settings(deadline=None, max_examples=25)
@given(
    values=st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 255), max_size=30),
    max_distance=st.integers(0, 16),
)
def test_any_hashes_give_the_pairs_of_brute_force(values, max_distance):
    phash = np.array(values, dtype=np.uint64)
    found = find_near_duplicates(phash, max_distance=max_distance).pairs
    assert [tuple(pair) for pair in found.tolist()] == by_brute_force(phash, max_distance)


@pytest.mark.parametrize("make", [alike, clustered, skewed])
def test_too_many_pairs_become_a_few_that_hold_the_same_clusters_together(make, monkeypatch):
    phash = make(400, np.random.default_rng(3))
    phash = np.concatenate([phash, phash[:50], random_hashes(50, np.random.default_rng(4))])
    every = find_near_duplicates(phash, max_distance=6)
    monkeypatch.setattr(duplicates, "MAX_PAIRS", 100)
    few = find_near_duplicates(phash, max_distance=6)
    assert every.is_complete
    assert not few.is_complete
    assert len(few.pairs) < len(phash)
    assert set(map(tuple, few.pairs.tolist())) <= set(map(tuple, every.pairs.tolist()))
    ours, all_of_them = (clusters_of(len(phash), found.pairs) for found in (few, every))
    assert set(zip(ours, all_of_them, strict=True)) == set(enumerate(range(ours.max() + 1)))


def test_fifty_thousand_that_are_all_alike_are_one_cluster_and_no_billion_of_pairs():
    found = find_near_duplicates(np.zeros(50_000, np.uint64), max_distance=8)
    assert not found.is_complete
    assert len(found.pairs) == 49_999
    assert not clusters_of(50_000, found.pairs).any()


def test_no_image_and_one_image_have_no_pair():
    assert find_near_duplicates(np.zeros(0, np.uint64), max_distance=4).pairs.shape == (0, 3)
    assert find_near_duplicates(np.ones(1, np.uint64), max_distance=4).pairs.shape == (0, 3)


@pytest.mark.parametrize("max_distance", [-1, 17])
def test_a_distance_out_of_range_is_refused(max_distance):
    with pytest.raises(DatasetError, match=f"A distance of {max_distance} bits .* choose 0 to 16"):
        find_near_duplicates(np.zeros(2, np.uint64), max_distance=max_distance)


def test_the_search_can_be_stopped():
    def stop(done, total):
        raise DatasetError("stopped")

    with pytest.raises(DatasetError, match="stopped"):
        find_near_duplicates(random_hashes(1000, np.random.default_rng(5)), max_distance=12, progress=stop)
