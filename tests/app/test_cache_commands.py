"""``regroup cache`` and the line of doctor: what is kept, cleared, limited."""

import json

import pytest

from app.commands.caches import CacheKind
from core.caches import KINDS
from core.datasets.images.pixels import load_pixels
from core.datasets.images.resizing import square
from core.datasets.store import load_dataset


@pytest.fixture
def pixels(home):
    for size in (8, 9):
        load_pixels(home, load_dataset(home, "digits"), square(size))
    return [1797 * 3 * size**2 + 128 for size in (8, 9)]


def test_caches_are_listed_oldest_first(regroup, pixels):
    status, out, _ = regroup("cache", "list", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["bytes"] == sum(pixels)
    assert 0 < found["limit_bytes"] <= 20_000_000_000
    assert [cache["bytes"] for cache in found["caches"]] == pixels
    assert {(cache["kind"], cache["owner"]) for cache in found["caches"]} == {("pixels", "digits")}
    assert found["caches"][0]["path"].startswith("datasets/digits/pixels-8-")


def test_the_list_for_people_names_sizes(regroup, pixels):
    _, out, _ = regroup("cache", "list")
    assert "345 kB" in out
    assert "caches take 782 kB of at most" in out
    assert regroup("cache", "clear")[1].strip() == "2 caches deleted, 782 kB freed"
    assert regroup("cache", "list")[1].startswith("caches take 0 kB of at most")


def test_clearing_keeps_to_kind_and_dataset(regroup, pixels):
    for arguments in (("--kind", "features"), ("--dataset", "shapes")):
        _, out, _ = regroup("cache", "clear", *arguments, "--json")
        assert json.loads(out) == {"deleted": 0, "bytes": 0, "kept": 0}
    _, out, _ = regroup("cache", "clear", "--kind", "pixels", "--dataset", "digits", "--json")
    assert json.loads(out) == {"deleted": 2, "bytes": sum(pixels), "kept": 0}


def test_what_is_in_use_stays_and_is_counted(regroup, home, pixels):
    used = load_pixels(home, load_dataset(home, "digits"), square(8))
    assert "1 cache deleted, 437 kB freed; 1 cache in use stay" in regroup("cache", "clear")[1]
    assert used[0].shape == (8, 8, 3)


def test_an_unknown_dataset_is_refused(regroup):
    status, _, error = regroup("cache", "clear", "--dataset", "none")
    assert status == 1
    assert "no dataset 'none'" in error


def test_the_limit_is_set_printed_and_refused(regroup):
    assert json.loads(regroup("cache", "limit", "2.5", "--json")[1]) == {
        "bytes": 0,
        "limit_bytes": 2_500_000_000,
    }
    assert regroup("cache", "limit")[1].strip() == "caches take 0 kB of at most 2.5 GB"
    status, _, error = regroup("cache", "limit", "0")
    assert status == 1
    assert "give a number above 0" in error


def test_the_doctor_knows_the_caches(regroup, pixels):
    regroup("cache", "limit", "2.5")
    found = json.loads(regroup("doctor", "--json")[1])
    assert (found["caches_gb"], found["cache_limit_gb"]) == (0.001, 2.5)
    assert "caches take 782 kB of at most 2.5 GB" in regroup("doctor")[1]


def test_each_kind_has_a_word_for_the_terminal():
    assert [kind.replace(" ", "-") for kind in KINDS] == list(CacheKind)
