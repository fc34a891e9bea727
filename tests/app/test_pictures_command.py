"""``regroup datasets pictures`` lists what the page shows; ``show`` prints the numbers of the first page."""

import functools
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.datasets.browsing.index import find_samples
from core.datasets.browsing.picture_filter import Filter, Sort
from core.datasets.store import load_dataset, save_dataset


@pytest.fixture
def datasets(regroup):
    """Run ``regroup datasets ...``."""
    return functools.partial(regroup, "datasets")


def test_pictures_lists_what_the_page_would_show(datasets, home):
    status, out, _ = datasets(
        "pictures", "digits", "--class", "3", "--class", "8", "--split", "val", "--sort=-order",
        "--per-page", "5", "--page", "2", "--json",
    )  # fmt: skip
    assert status == 0
    answer = json.loads(out)
    dataset = load_dataset(home, "digits")
    expected = find_samples(dataset, Filter(classes=("3", "8"), splits=("val",)), Sort("order", True))
    assert answer["num_found"] == len(expected)
    assert [picture["id"] for picture in answer["pictures"]] == expected[5:10].tolist()
    assert {picture["class"] for picture in answer["pictures"]} <= {"3", "8"}
    assert answer["pictures"][0]["columns"] == {}


def test_pictures_prints_a_table(datasets):
    status, out, _ = datasets("pictures", "digits", "--sort", "order", "--per-page", "2")
    assert status == 0
    assert out.splitlines()[0] == "2 of 1,797 images"
    assert out.splitlines()[1].split() == ["id", "path", "class", "split", "width", "height"]
    assert out.splitlines()[2].split()[0] == "0"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--class", "cow"], "'cow' is no class here"),
        (["--width", "9..1"], "'9..1' is no width"),
        (["--where", "age=3"], "there is no column 'age'"),
        (["--sort", "taste"], "images cannot be sorted by 'taste'"),
    ],
)
def test_what_the_dataset_has_not_is_refused_in_one_sentence(datasets, arguments, sentence):
    status, out, err = datasets("pictures", "digits", *arguments)
    assert (status, out) == (1, "")
    assert sentence in err
    assert "look at 'digits' with `regroup datasets show`" in err


def test_a_column_whose_name_holds_an_equals_sign_can_be_chosen_by(datasets, home):
    digits = load_dataset(home, "digits")
    rest = [""] * (len(digits.table) - 3)
    columns = pd.DataFrame({"a": ["b=1", "x", "x", *rest], "a=b": ["2", "1", "2", *rest]})
    save_dataset(home, replace(digits, name="odd"), metadata=columns)
    for where, expected in (("a=b=1", [1]), ("a=x", [1, 2])):
        _, out, _ = datasets("pictures", "odd", "--where", where, "--sort", "order", "--json")
        assert [picture["id"] for picture in json.loads(out)["pictures"]] == expected


def test_what_only_a_scan_knows_asks_for_the_scan(datasets):
    status, _, err = datasets("pictures", "digits", "--sort", "sharpness")
    assert status == 1
    assert "Sharpness is known once the images have been scanned; scan 'digits' first." in err


def test_a_column_without_a_value_is_wrong_usage(datasets):
    status, _, err = datasets("pictures", "digits", "--where", "age")
    assert status == 2
    assert "COLUMN=VALUE" in err


def test_show_tells_how_uneven_the_classes_are_and_the_version(datasets, home):
    counts = np.bincount(load_dataset(home, "shapes").table["label"])
    shares = counts / counts.sum()
    status, out, _ = datasets("show", "shapes", "--json")
    assert status == 0
    summary = json.loads(out)
    assert summary["effective_classes"] == pytest.approx(np.exp(-(shares * np.log(shares)).sum()))
    assert summary["largest_share"] == pytest.approx(shares.max())
    assert (summary["num_edits"], summary["sizes"], summary["color_modes"]) == (0, [[64, 64]], {"RGB": 2987})
    _, text, _ = datasets("show", "shapes")
    assert "effective number of classes 8.47, largest class 24.8% of all, classes under 10 images: 0" in text
    assert f"version {summary['version']}, 0 edits" in text
    assert "judge by balanced accuracy" in text
