"""``regroup datasets split``, ``occlude``, ``derive`` and ``export`` do what the page does."""

import functools
import json

import cv2
import numpy as np
import pytest

from core.datasets.editing.edits import undo
from core.datasets.store import load_dataset


@pytest.fixture
def datasets(regroup):
    """Run ``regroup datasets ...``."""
    return functools.partial(regroup, "datasets")


def test_a_division_is_previewed_applied_and_restored(datasets, home):
    shares = ("--train", "0.5", "--val", "0.25", "--test", "0.25")
    before = load_dataset(home, "digits")
    status, out, _ = datasets("split", "digits", *shares, "--preview", "--json")
    seen = json.loads(out)
    assert (status, seen["applied"], seen["version"]) == (0, False, before.version)
    assert load_dataset(home, "digits").version == before.version
    status, out, _ = datasets("split", "digits", *shares)
    after = load_dataset(home, "digits")
    assert f"{seen['num_moved']} images change their split" in out
    counts = np.bincount(after.labels(after.sample_ids("val")))
    assert counts.tolist() == [seen["after"][name]["val"] for name in after.class_names]
    assert counts.sum() == pytest.approx(1797 / 4, abs=1)
    assert datasets("split", "digits", "--given")[0] == 0
    assert load_dataset(home, "digits").version == before.version
    assert undo(home, "digits").version == after.version


def test_an_occluded_and_a_derived_dataset_are_made(datasets, home, tmp_path):
    status, out, _ = datasets(
        "occlude",
        "digits",
        "--as",
        "hidden",
        "--kind",
        "polygon",
        "--share",
        "0.4",
        "--split",
        "test",
        "--json",
    )
    told = json.loads(out)
    assert (status, told["num_images"]) == (0, 1797)
    assert "40 % hidden by a polygon in black, test" in told["origin"]
    assert load_dataset(home, "hidden").occlusion.splits == ("test",)
    cv2.imwrite(str(tmp_path / "mask.png"), np.eye(20, dtype=np.uint8) * 255)
    status, out, _ = datasets(
        "occlude", "digits", "--as", "masked", "--masks", str(tmp_path), "--invert", "--fill", "noise"
    )
    assert (status, load_dataset(home, "masked").occlusion.kind) == (0, "pictures")
    status, out, _ = datasets(
        "derive", "hidden", "--as", "few", "--class", "1", "--class", "7", "--at-most", "9"
    )
    assert (status, load_dataset(home, "few").num_images) == (0, 18)
    assert "Made few: 18 images, 2 classes." in out


def test_an_export_tells_where_it_is(datasets, tmp_path):
    status, out, _ = datasets("export", "digits", str(tmp_path / "out"), "--layout", "csv", "--json")
    told = json.loads(out)
    assert (status, told["num_images"], told["num_drawn"]) == (0, 1797, 1797)
    assert (tmp_path / "out" / "images.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["split", "digits", "--train", "0.9"], 1, "make 1.1 together, not 1"),
        (["split", "digits", "--by", "patient"], 1, "has no column 'patient'"),
        (["split", "digits", "--by", "age", "--name-part", "_"], 2, "exclude each other"),
        (["split", "digits"], 1, "divided like this already"),
        (["occlude", "digits", "--as", "x", "--share", "2"], 1, "share cannot be 2.0"),
        (["occlude", "digits", "--as", "x", "--masks", ""], 1, "The path is empty"),
        (["export", "digits", ""], 1, "No folder is named; give the path of a folder that is not there"),
        (["occlude", "digits", "--as", "x", "--invert"], 2, "give their folder with --masks"),
        (["occlude", "digits", "--as", "digits"], 1, "already a dataset named 'digits'"),
        (["derive", "digits", "--as", "x", "--class", "eleven"], 1, "no class 'eleven'"),
        (["derive", "digits", "--as", "x", "--where", "age"], 1, "given together"),
        (["derive", "digits", "--as", "x", "--grouping", "none"], 1, "no grouping 'none'"),
        (["export", "digits", "/no/such/place"], 1, "does not exist; create it"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(datasets, arguments, status, words):
    ended, out, err = datasets(*arguments)
    assert (ended, out) == (status, "")
    assert words in err
