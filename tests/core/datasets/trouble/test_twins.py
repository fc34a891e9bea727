"""Copies, contradictions and leaks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.trouble.findings import LEAKS, TITLES, Kind, find_trouble, looked_for
from core.datasets.trouble.twins import across, codes_of, star
from core.errors import DatasetError


def found(dataset, scan=None, **options):
    return {finding.kind: finding for finding in find_trouble(dataset, scan, **options)}


def test_identical_images_are_found_in_sets_of_any_size(make_dataset):
    findings = found(make_dataset(7, sha1=["a", "b", "a", "c", "b", "a", "d"]))
    assert list(findings) == [Kind.DUPLICATES]
    assert findings[Kind.DUPLICATES].pairs.tolist() == [[0, 2], [1, 4], [0, 5]]
    assert findings[Kind.DUPLICATES].distances.tolist() == [0, 0, 0]
    assert findings[Kind.DUPLICATES].count == "3 pairs, 5 images"


def test_a_copy_in_another_split_is_a_leak_and_one_in_another_class_a_contradiction(make_dataset):
    dataset = make_dataset(
        6, sha1=["a", "a", "b", "b", "c", "c"], split=["train", "test", "val", "val", "train", "train"],
        label=[0, 0, 0, 1, 2, 2],
    )  # fmt: skip
    findings = found(dataset)
    assert findings[Kind.LEAK_EXACT].pairs.tolist() == [[0, 1]]
    assert findings[Kind.CONFLICT].pairs.tolist() == [[2, 3]]
    assert findings[Kind.DUPLICATES].num_pairs == 3
    assert list(findings) == [Kind.LEAK_EXACT, Kind.CONFLICT, Kind.DUPLICATES]


def test_groups_in_two_splits_leak(make_dataset):
    dataset = make_dataset(
        6, group=["p", "p", "q", "q", None, None], split=["train", "val", "test", "test", "train", "test"]
    )
    findings = found(dataset)
    assert list(findings) == [Kind.LEAK_GROUP]
    assert findings[Kind.LEAK_GROUP].pairs.tolist() == [[0, 1]]
    assert findings[Kind.LEAK_GROUP].groups_by is None


def test_a_column_of_the_source_tells_a_leak_that_was_not_known(make_dataset):
    lesions = [f"l{n // 2}" for n in range(6)]
    dataset = make_dataset(6, split=["train", "test"] * 3, metadata={"lesion": lesions})
    assert found(dataset) == {}
    finding = found(dataset, group_by="lesion")[Kind.LEAK_GROUP]
    assert (finding.num_pairs, finding.groups_by) == (3, "lesion")


def test_near_duplicates_are_found_up_to_the_distance_and_told_from_copies(make_dataset, make_scan):
    hashes = make_scan(8)["phash"].to_numpy(copy=True)
    hashes[1] = hashes[0] ^ np.uint64(0b111)
    hashes[3] = hashes[2] ^ np.uint64(0b11111)
    hashes[5] = hashes[4]
    dataset = make_dataset(
        8, sha1=["a", "b", "c", "d", "e", "e", "f", "g"], split=["train", "test"] * 4, label=[0, 0, 0, 1] * 2
    )
    scan = make_scan(8, phash=hashes)
    findings = found(dataset, scan)
    assert findings[Kind.NEAR_DUPLICATES].pairs.tolist() == [[0, 1]]
    assert findings[Kind.NEAR_DUPLICATES].distances.tolist() == [3]
    assert findings[Kind.LEAK_NEAR].pairs.tolist() == [[0, 1]]
    assert Kind.NEAR_CONFLICT not in findings
    findings = found(dataset, scan, near_distance=5)
    assert findings[Kind.NEAR_DUPLICATES].distances.tolist() == [3, 5]
    assert findings[Kind.NEAR_CONFLICT].pairs.tolist() == [[2, 3]]
    assert Kind.NEAR_DUPLICATES not in found(dataset, scan, near_distance=0)


def test_blank_images_are_no_near_duplicates_of_each_other(make_dataset, make_scan):
    scan = make_scan(40, phash=[0, 0, *range(1 << 50, (1 << 50) * 39, 1 << 50)], contrast=[1, 1] + [50] * 38)
    assert Kind.NEAR_DUPLICATES not in found(make_dataset(40), scan, near_distance=0)


def test_excluded_copies_are_no_trouble_any_more(make_dataset, make_scan):
    dataset = make_dataset(
        3, sha1=["a", "a", "b"], group=["p", "p", "p"], split=["train", "test", "train"],
        excluded=[False, True, False],
    )  # fmt: skip
    assert found(dataset, make_scan(3, phash=[0, 0, 2**63 + 2**40 - 1])) == {}


def test_a_distance_out_of_range_is_refused(make_dataset):
    for distance in (-1, 13):
        with pytest.raises(DatasetError, match=f"cannot be {distance}; choose 0 to 12"):
            find_trouble(make_dataset(2), None, near_distance=distance)


def test_what_could_not_be_looked_for_is_not_said_to_be_absent(make_dataset):
    files, arrays = make_dataset(1), make_dataset(1, in_files=False)
    assert looked_for(files, has_scan=True, has_groups=True) == list(Kind)
    assert Kind.LEAK_GROUP not in looked_for(files, has_scan=True, has_groups=False)
    assert Kind.NAMES not in looked_for(arrays, has_scan=True, has_groups=True)
    without = looked_for(files, has_scan=False, has_groups=True)
    assert not {Kind.NEAR_BLANK, Kind.LEAK_NEAR, Kind.OUTLIERS} & set(without)


def test_every_kind_has_a_title_and_leaks_come_first():
    assert set(TITLES) == set(Kind)
    assert list(Kind)[:3] == list(LEAKS)


@settings(deadline=None, max_examples=60)
@given(
    codes=st.lists(st.integers(-1, 4), max_size=12),
    values=st.lists(st.integers(0, 2), min_size=12, max_size=12),
)
def test_stars_tie_each_set_together_and_name_each_image_that_differs(codes, values):
    codes, values = np.array(codes, int), np.array(values[: len(codes)], int)
    pairs = star(codes)
    assert all(codes[a] == codes[b] >= 0 and a < b for a, b in pairs)
    for code in set(codes.tolist()) - {-1}:
        rows = np.flatnonzero(codes == code)
        assert {(rows[0], row) for row in rows[1:]} == {(a, b) for a, b in pairs.tolist() if codes[a] == code}
        torn = len(set(values[rows].tolist())) > 1
        assert torn == any(codes[a] == code for a, _ in across(codes, values).tolist())


def test_a_value_that_occurs_once_is_no_set():
    values = np.array(["a", "b", None, "a", None], object)
    assert codes_of(values, np.ones(5, bool)).tolist() == [0, -1, -1, 0, -1]
    assert codes_of(values[:0], np.ones(0, bool)).tolist() == []


def test_200_000_images_are_looked_through_at_once(make_dataset, make_scan):
    num = 200_000
    ids = np.arange(num)
    dataset = make_dataset(
        num, sha1=[f"{n // 2}" for n in ids], group=[f"g{n // 10}" for n in ids],
        split=np.array(["train", "val", "test"], object)[ids % 3], label=ids % 3,
        path=[f"{n % 3}/{n}.jpg" for n in ids],
    )  # fmt: skip
    findings = found(dataset)
    assert findings[Kind.DUPLICATES].num_pairs == num // 2
    assert findings[Kind.LEAK_EXACT].num_pairs == num // 2
    elsewhere = ids % 3 != (ids - ids % 10) % 3
    assert findings[Kind.LEAK_GROUP].num_pairs == elsewhere.sum()
