"""Cures end what they are for, as one edit, and never at the cost of the test."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.editing.edits import apply_steps
from core.datasets.trouble.cures import Way, cure_copies, cure_leaks
from core.datasets.trouble.findings import LEAKS, Kind, find_trouble
from core.errors import DatasetError

SPLITS = np.array(["train", "val", "test"], object)


def found(dataset, scan=None, **options):
    return {finding.kind: finding for finding in find_trouble(dataset, scan, **options)}


def cured(dataset, cure):
    return replace(dataset, table=apply_steps(dataset.table, dataset.class_names, [cure.step]))


def doomed(cure):
    return [] if not cure.step.changes else cure.step.changes[0].sample_ids.tolist()


def test_one_copy_of_each_set_stays_that_of_the_test_first_then_the_larger_then_the_first(make_dataset):
    dataset = make_dataset(
        9, sha1=["a", "a", "b", "b", "c", "c", "c", "d", "e"], width=[9, 9, 5, 9, 9, 9, 9, 9, 9],
        split=["train", "test", "train", "train", "val", "train", "val", "train", "test"],
    )  # fmt: skip
    cure = cure_copies(dataset, found(dataset)[Kind.DUPLICATES])
    assert doomed(cure) == [0, 2, 5, 6]
    assert cure.title == "Exclude 4 second copies"
    assert Kind.DUPLICATES not in found(cured(dataset, cure))


def test_copies_with_two_labels_are_left_to_a_person(make_dataset):
    dataset = make_dataset(5, sha1=["a", "a", "b", "b", "b"], label=[0, 0, 1, 1, 2])
    cure = cure_copies(dataset, found(dataset)[Kind.DUPLICATES])
    assert doomed(cure) == [1]
    assert "Left alone, since their labels differ: 3" in cure.preview
    dataset = make_dataset(2, sha1=["a", "a"], label=[0, 1])
    with pytest.raises(DatasetError, match="different labels; decide for each"):
        cure_copies(dataset, found(dataset)[Kind.DUPLICATES])


def test_a_chain_of_near_duplicates_loses_only_what_is_near_something_that_stays(make_dataset, make_scan):
    hashes = make_scan(6)["phash"].to_numpy(copy=True)
    hashes[1] = hashes[0] ^ np.uint64(0b1111)
    hashes[2] = hashes[1] ^ np.uint64(0b11110000)
    dataset, scan = make_dataset(6), make_scan(6, phash=hashes)
    cure = cure_copies(dataset, found(dataset, scan)[Kind.NEAR_DUPLICATES])
    assert doomed(cure) == [1]
    assert Kind.NEAR_DUPLICATES not in found(cured(dataset, cure), scan)


def test_moving_brings_each_set_to_the_split_that_has_most_of_it(make_dataset):
    dataset = make_dataset(
        9, sha1=["a", "a", "a", "b", "b", "c", "d", "e", "f"],
        split=["test", "test", "train", "test", "train", "test", "test", "val", "train"],
    )  # fmt: skip
    cure = cure_leaks(dataset, list(found(dataset).values()), Way.MOVE)
    assert {(change.values["split"], *change.sample_ids.tolist()) for change in cure.step.changes} == {
        ("test", 2),
        ("train", 3),
    }
    assert cure.preview.startswith("Moves 1 to train, 1 to test")
    assert "3 / 1 / 5 before, 3 / 1 / 5 after" in cure.preview
    assert Kind.LEAK_EXACT not in found(cured(dataset, cure))


def test_curing_copies_tears_no_group_apart(make_dataset):
    dataset = make_dataset(
        10, sha1=["a", "a", *"bcdefghi"], group=["p", None, "p", "p", *[None] * 6],
        split=["test", "train", "test", "test", "train", "train", "train", "test", "test", "test"],
    )  # fmt: skip
    findings = found(dataset)
    cure = cure_leaks(dataset, [findings[Kind.LEAK_EXACT]], Way.MOVE)
    after = cured(dataset, cure)
    assert after.table["split"].tolist()[:4] == ["test"] * 4
    assert found(after).keys() == {Kind.DUPLICATES}


def test_excluding_leaves_the_test_as_it_is(make_dataset):
    dataset = make_dataset(
        7, sha1=["a", "a", "a", "b", "b", "c", "d"],
        split=["train", "test", "val", "train", "val", "train", "train"], group=["p"] * 7,
    )  # fmt: skip
    findings = found(dataset)
    cure = cure_leaks(dataset, [findings[Kind.LEAK_EXACT]], Way.EXCLUDE)
    assert doomed(cure) == [0, 2, 3]
    with pytest.raises(DatasetError, match="would lose too many images; move them or divide anew"):
        cure_leaks(dataset, list(findings.values()), Way.EXCLUDE)


def test_near_leaks_are_cured_each_way(make_dataset, make_scan):
    hashes = make_scan(12)["phash"].to_numpy(copy=True)
    hashes[1] = hashes[0] ^ np.uint64(0b11)
    dataset = make_dataset(12, split=["test", "train", *["train"] * 6, "val", "val", "test", "test"])
    scan = make_scan(12, phash=hashes)
    for way in Way:
        cure = cure_leaks(dataset, list(found(dataset, scan).values()), way)
        assert Kind.LEAK_NEAR not in found(cured(dataset, cure), scan), way


def test_dividing_anew_keeps_sets_whole_and_proportions(make_dataset):
    random = np.random.default_rng(0)
    groups = [f"g{n // 4}" for n in range(400)]
    dataset = make_dataset(
        400, group=groups, split=random.choice(SPLITS, 400, p=[0.7, 0.2, 0.1]), label=np.arange(400) % 3,
        excluded=[True] + [False] * 399,
    )  # fmt: skip
    cure = cure_leaks(dataset, list(found(dataset).values()), Way.DIVIDE)
    after = cured(dataset, cure)
    assert not set(found(after)) & set(LEAKS)
    for split in SPLITS:
        assert abs(len(after.sample_ids(split)) - len(dataset.sample_ids(split))) <= 4
    assert after.table["split"].iat[0] == dataset.table["split"].iat[0]
    assert "Runs made before were tested on other images" in cure.preview


def test_groups_read_from_a_column_are_written_down_with_the_cure(make_dataset):
    lesions = [f"l{n // 2}" for n in range(40)]
    splits = ["train", "test"] + ["train"] * 26 + ["val"] * 6 + ["test"] * 6
    dataset = make_dataset(40, split=splits, metadata={"lesion": lesions})
    leaks = list(found(dataset, group_by="lesion").values())
    for way in (Way.DIVIDE, Way.MOVE):
        after = cured(dataset, cure_leaks(dataset, leaks, way))
        assert after.table["group"].tolist() == lesions
        assert not found(after)
        assert after.images_hash == dataset.images_hash


def test_a_cure_that_empties_a_split_is_refused(make_dataset):
    dataset = make_dataset(12, group=["p"] * 12, split=["train"] * 10 + ["val", "test"])
    with pytest.raises(DatasetError, match=r"leave 0 of 1 validation images of 'zoo'.*divide anew"):
        cure_leaks(dataset, list(found(dataset).values()), Way.MOVE)


def test_a_cure_that_shrinks_a_split_recommends_dividing_anew(make_dataset):
    groups = ["p", "p", *[None] * 8]
    splits = ["train", "test", "test", "test", "test", "val", *["train"] * 4]
    dataset = make_dataset(10, group=groups, split=splits)
    cure = cure_leaks(dataset, list(found(dataset).values()), Way.MOVE)
    assert "dividing anew keeps the proportions" in cure.preview
    given_split = replace(dataset, given_split=True)
    assert (
        "not comparable with published ones"
        in cure_leaks(given_split, list(found(dataset).values()), Way.MOVE).preview
    )


def test_without_a_leak_there_is_nothing_to_cure(make_dataset):
    dataset = make_dataset(4, sha1=["a", "a", "b", "c"])
    with pytest.raises(DatasetError, match="no leak between its splits"):
        cure_leaks(dataset, list(found(dataset).values()))


table = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 9), st.sampled_from(list(SPLITS)), st.booleans()),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(rows=table)
def test_after_a_cure_no_leak_is_left_whatever_the_dataset(make_dataset_of, rows):
    dataset = make_dataset_of(rows)
    leaks = [finding for finding in find_trouble(dataset, None) if finding.kind in LEAKS]
    for way in Way if leaks else ():
        try:
            cure = cure_leaks(dataset, leaks, way)
        except DatasetError:
            continue  # it would empty a split, or groups are not excluded
        after = cured(dataset, cure)
        assert not {finding.kind for finding in find_trouble(after, None)} & set(LEAKS)
        if way is not Way.EXCLUDE:
            assert after.num_images == dataset.num_images


@pytest.fixture(scope="module")
def make_dataset_of():
    """A dataset of rows (content, group, split, excluded)."""
    from pathlib import Path

    import pandas as pd

    from core.datasets.dataset import TABLE_COLUMNS, Dataset

    def make(rows):
        contents, groups, splits, excluded = zip(*rows, strict=True)
        columns = {
            "path": [f"{n}.jpg" for n in range(len(rows))], "position": -1, "label": 0, "split": splits,
            "group": [f"g{g}" if g < 5 else None for g in groups], "width": 64, "height": 64, "mode": "RGB",
            "sha1": [f"{c}" if c < 4 else f"own {n}" for n, c in enumerate(contents)],
            "excluded": excluded, "reason": None,
        }  # fmt: skip
        table = pd.DataFrame(columns).astype(TABLE_COLUMNS)
        return Dataset("zoo", "", ("cat", "dog", "cow"), table, root=Path("/photos"))

    return make
