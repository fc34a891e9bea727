import json
from dataclasses import replace

import numpy as np
import pytest
from planted_predictions import planted

from core.regrouping.keeping import stability as kept_stability
from core.regrouping.keeping.stability import (
    KeptStability,
    keep_stability,
    kept_files,
    load_stability,
    stability_folder,
    stability_path,
)
from core.regrouping.keeping.store import list_groupings
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.stability import bootstrap_stability

PREDICTIONS = planted({(0, 1): 30, (1, 0): 30, (2, 3): 9})
SETTINGS = SearchSettings(num_groups=3)


@pytest.fixture
def kept():
    found = bootstrap_stability([PREDICTIONS], SETTINGS, num_draws=7)
    return KeptStability(SETTINGS, found, PREDICTIONS.num_samples, ("lenet-1", "lenet-2"), False)


@pytest.fixture
def path(home, kept):
    keep_stability(home, "zoo", PREDICTIONS, kept)
    return stability_path(home, "zoo", "lenet-1", SETTINGS)


def test_what_was_measured_is_read_again_as_it_was(home, kept, path):
    found = load_stability(path, SETTINGS, PREDICTIONS)
    assert found.stability.pair_share.dtype == kept.stability.pair_share.dtype
    assert np.array_equal(found.stability.pair_share, kept.stability.pair_share)
    assert replace(found, stability=kept.stability) == kept
    assert (found.stability.num_draws, found.stability.class_names) == (7, PREDICTIONS.class_names)
    assert list_groupings(home, "zoo") == []


def test_each_search_has_a_file_of_its_own_and_the_same_search_replaces_its_own(home, kept, path):
    other = SearchSettings(num_groups=2)
    keep_stability(home, "zoo", PREDICTIONS, replace(kept, settings=other))
    keep_stability(home, "zoo", PREDICTIONS, replace(kept, by_groups=True))
    assert len(kept_files(stability_folder(home, "zoo", "lenet-1"))) == 2
    assert load_stability(path, SETTINGS, PREDICTIONS).by_groups
    other_path = stability_path(home, "zoo", "lenet-1", other)
    assert load_stability(other_path, other, PREDICTIONS).settings == other
    assert load_stability(path, other, PREDICTIONS) is None


def test_predictions_or_classes_that_changed_count_as_not_measured(path):
    assert load_stability(path, SETTINGS, planted({(0, 1): 30, (1, 0): 29, (2, 3): 9})) is None
    renamed = replace(PREDICTIONS, class_names=("cat", "dog", "car", "bus", "cow"))
    assert load_stability(path, SETTINGS, renamed) is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", "null", "{}", "\x00\x80", "[" * 100_000, '{"format": 1, "counts": 3}']
)
def test_a_foreign_file_counts_as_not_measured(path, content):
    path.write_text(content)
    assert load_stability(path, SETTINGS, PREDICTIONS) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", 2), ("num_draws", 6), ("num_draws", 0), ("num_draws", "many"), ("num_images", None),
        ("runs", 4), ("counts", "??"), ("counts", "AAAA"), ("counts", 7),
        ("settings", {"num_groups": 3, "x": 1}), ("settings", None),
    ],
)  # fmt: skip
def test_a_damaged_file_counts_as_not_measured(path, name, value):
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    assert load_stability(path, SETTINGS, PREDICTIONS) is None


def test_packed_counts_that_swell_are_not_unpacked(path, kept):
    swollen = kept_stability.base64.b64encode(kept_stability.zlib.compress(bytes(50_000_000))).decode()
    path.write_text(json.dumps({**json.loads(path.read_text()), "counts": swollen}))
    assert load_stability(path, SETTINGS, PREDICTIONS) is None


def test_the_oldest_files_go(home, kept, monkeypatch):
    monkeypatch.setattr(kept_stability, "MAX_KEPT", 2)
    for num_groups in (2, 3, 4):
        settings = SearchSettings(num_groups=num_groups)
        keep_stability(home, "zoo", PREDICTIONS, replace(kept, settings=settings))
    newest = stability_path(home, "zoo", "lenet-1", SearchSettings(num_groups=4))
    assert newest in kept_files(stability_folder(home, "zoo", "lenet-1"))
    assert len(kept_files(newest.parent)) == 2


def test_a_missing_file_is_not_measured(home):
    assert load_stability(stability_path(home, "zoo", "x", SETTINGS), SETTINGS, PREDICTIONS) is None
    assert kept_files(stability_folder(home, "zoo", "x")) == []
