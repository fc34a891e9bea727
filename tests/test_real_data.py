"""The loop by command on real images; needs the folder that ``REGROUP_REAL_DATA`` names."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.datasets.store import load_dataset
from core.workspace import open_workspace

DATA = Path(os.environ.get("REGROUP_REAL_DATA", "/nonexistent"))
ROOT = Path(__file__).parents[1]
HAM_COUNTS = {"nv": 6705, "mel": 1113, "bkl": 1099, "bcc": 514, "akiec": 327, "vasc": 142, "df": 115}

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="set REGROUP_REAL_DATA to the folder with the real data"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real") / "home"


def regroup(home: Path, *arguments: object) -> dict:
    command = [sys.executable, "-m", "app.cli", *map(str, arguments), "--home", str(home), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_ham10000_is_counted_truly_and_no_lesion_stands_in_two_splits(home: Path) -> None:
    added = regroup(
        home,
        "datasets",
        "add",
        DATA / "ham10000" / "images",
        "--name",
        "ham",
        "--labels",
        DATA / "ham10000" / "HAM10000_metadata.csv",
        "--image-column",
        "image_id",
        "--label-column",
        "dx",
        "--group-column",
        "lesion_id",
    )
    assert added["counts"] == HAM_COUNTS
    assert added["rejected"] == []
    assert added["imbalance_ratio"] == pytest.approx(6705 / 115)
    table = load_dataset(open_workspace(home), "ham").table
    lesion_of = {}
    with (DATA / "ham10000" / "HAM10000_metadata.csv").open(newline="") as file:
        lesion_of = {row["image_id"]: row["lesion_id"] for row in csv.DictReader(file)}
    splits: dict[str, set[str]] = {}
    for path, split in zip(table["path"], table["split"], strict=True):
        splits.setdefault(lesion_of[Path(path).stem], set()).add(split)
    assert len(splits) == 7470
    assert Counter(map(len, splits.values())) == {1: 7470}


def test_bccd_goes_through_the_whole_loop_with_frozen_mobilenet(home: Path) -> None:
    added = regroup(home, "datasets", "add", DATA / "bccd_cells" / "images", "--name", "cells")
    assert added["num_images"] == 4886
    weights = DATA / "pretrained" / "mobilenet_2_5_224_tf_no_top.h5"
    settings = (
        "--dataset",
        "cells",
        "--model",
        "mobilenet",
        "--set",
        "alpha=0.25",
        "--image-size",
        "96",
        "--weights",
        weights,
        "--epochs",
        "2",
    )
    full = regroup(home, "train", *settings)
    assert (full["status"], full["epochs"]) == ("done", 2)
    assert full["test"]["accuracy"] > 0.9
    evaluated = regroup(home, "evaluate", full["run"], "--split", "test")
    assert sum(map(sum, evaluated["confusion"])) == evaluated["num_images"]
    suggested = regroup(home, "suggest", full["run"], "--groups", "2", "--save", "two")
    assert suggested["val"]["accuracy_merged"] >= suggested["val"]["accuracy_before"]
    retrained = regroup(home, "train", *settings, "--grouping", "two")
    assert retrained["status"] == "done"
    compared = regroup(home, "compare", full["run"], "--grouping", "two")
    assert compared["retrained"] == retrained["run"]
    assert len(compared["rows"]) == 4


def test_fashion_mnist_passes_088_and_the_shirts_merge_first(home: Path) -> None:
    archive = next((DATA / "fashion_mnist").glob("*.npz"))
    added = regroup(home, "datasets", "add", archive, "--name", "fashion")
    assert added["num_images"] == 70_000
    run = regroup(
        home,
        "train",
        "--dataset",
        "fashion",
        "--model",
        "small_cnn",
        "--image-size",
        "28",
        "--epochs",
        "5",
        "--batch-size",
        "64",
    )
    assert run["test"]["accuracy"] > 0.88
    shirts = {"T-shirt_top", "Pullover", "Dress", "Coat", "Shirt"}
    first = regroup(home, "suggest", run["run"], "--groups", "9")["groups"]
    merged = next(set(members) for members in first.values() if len(members) > 1)
    assert merged <= shirts, merged
