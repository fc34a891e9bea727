"""The loop by command on real images; needs the folder that ``REGROUP_REAL_DATA`` names."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.datasets.editing.edits import divide, record
from core.datasets.images.reading import read_image
from core.datasets.split import assign_splits
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
    assert list(added["counts"].values()) == [7000] * 10
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


def findings(home: Path, name: str, *options: object) -> dict[str, dict]:
    told = regroup(home, "datasets", "check", name, "--quick", *options)
    return {finding["kind"]: finding for finding in told["findings"]}


def test_the_leak_of_bccd_photos_is_found_by_their_names_and_cured(home: Path) -> None:
    images = DATA / "bccd_cells" / "images"
    added = regroup(home, "datasets", "add", images, "--name", "loose cells")
    assert added["counts"] == {folder.name: len(list(folder.iterdir())) for folder in images.iterdir()}
    table = load_dataset(open_workspace(home), "loose cells").table
    photos = table["path"].str.extract(r"([^/]*)_[^_]*$")[0]
    torn = photos.groupby(photos).transform(lambda rows: table["split"][rows.index].nunique()) > 1
    leak = findings(home, "loose cells")["leak_group"]
    assert leak["groups_by"] == "{group+}_{rest}"
    assert {Path(path).stem.rpartition("_")[0] for path in leak["paths"]} == set(photos[torn])
    refused = ["datasets", "cure", "loose cells", "leaks", "--way", "move", "--home", str(home), "--quick"]
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *refused], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "divide anew" in done.stderr
    regroup(home, "datasets", "cure", "loose cells", "leaks", "--way", "divide", "--quick")
    assert "leak_group" not in findings(home, "loose cells")
    after = load_dataset(open_workspace(home), "loose cells").table
    assert (after.groupby(photos)["split"].nunique() == 1).all()
    assert abs((after["split"] == "test").mean() - (table["split"] == "test").mean()) < 0.002


def test_the_leak_of_ham10000_lesions_is_known_by_their_column_only_and_cured(home: Path) -> None:
    source = [DATA / "ham10000" / "images", "--labels", DATA / "ham10000" / "HAM10000_metadata.csv"]
    columns = ["--image-column", "image_id", "--label-column", "dx"]
    loose = regroup(home, "datasets", "add", *source, *columns, "--name", "loose ham")
    assert loose["num_images"] == 10_015
    assert "leak_group" not in findings(home, "loose ham")
    dataset = load_dataset(open_workspace(home), "loose ham")
    lesions = dataset.metadata["lesion_id"]
    num_torn = int((dataset.table["split"].groupby(lesions).nunique() > 1).sum())
    assert num_torn > 500
    leak = findings(home, "loose ham", "--group-by", "lesion_id")["leak_group"]
    assert len({lesions[image] for image in leak["images"]}) == num_torn
    cured = regroup(
        home,
        "datasets",
        "cure",
        "loose ham",
        "leaks",
        "--way",
        "divide",
        "--group-by",
        "lesion_id",
        "--quick",
    )
    assert cured["done"]
    assert "leak_group" not in findings(home, "loose ham", "--group-by", "lesion_id")
    assert regroup(home, "datasets", "undo", "loose ham")["version"] == dataset.version


def test_ham10000_added_by_lesion_has_no_leak_until_a_division_ignores_the_lesions(home: Path) -> None:
    workspace = open_workspace(home)
    source = [DATA / "ham10000" / "images", "--labels", DATA / "ham10000" / "HAM10000_metadata.csv"]
    columns = ["--image-column", "image_id", "--label-column", "dx", "--group-column", "lesion_id"]
    regroup(home, "datasets", "add", *source, *columns, "--name", "grouped ham")
    assert "leak_group" not in findings(home, "grouped ham")
    dataset = load_dataset(workspace, "grouped ham")
    labels = dataset.labels(dataset.table.index.to_numpy())
    record(workspace, dataset, divide(dataset, assign_splits(labels), title="Without regard to lesions"))
    assert findings(home, "grouped ham")["leak_group"]["num_images"] > 1000
    regroup(home, "datasets", "cure", "grouped ham", "leaks", "--quick")
    assert "leak_group" not in findings(home, "grouped ham")
    assert load_dataset(workspace, "grouped ham").table.groupby("group")["split"].nunique().max() == 1


def test_both_duplicates_of_cifar100_are_found(home: Path) -> None:
    archive = next((DATA / "cifar100").glob("*.npz"))
    added = regroup(home, "datasets", "add", archive, "--name", "cifar")
    assert list(added["counts"].values()) == [130] * 100
    assert added["effective_classes"] == pytest.approx(100)
    found = findings(home, "cifar")
    assert (found["duplicates"]["num_pairs"], found["leak_exact"]["num_pairs"]) == (2, 1)
    dataset = load_dataset(open_workspace(home), "cifar")
    splits = dataset.table["split"]
    (crossing,) = found["leak_exact"]["pairs"]
    assert sorted(splits[crossing]) == ["test", "train"]
    assert all((read_image(dataset, one) == read_image(dataset, crossing[0])).all() for one in crossing)
    (within,) = [pair for pair in found["duplicates"]["pairs"] if pair != crossing]
    assert "test" not in set(splits[within])
    regroup(home, "datasets", "cure", "cifar", "leaks", "--way", "exclude", "--quick")
    assert "leak_exact" not in findings(home, "cifar")
    assert len(load_dataset(open_workspace(home), "cifar").sample_ids("test")) == 3_000


def test_the_colors_of_cifar100_are_those_of_all_pixels_of_its_training_images(home: Path) -> None:
    archive = next((DATA / "cifar100").glob("*.npz"))
    regroup(home, "datasets", "add", archive, "--name", "colors")
    scanned = regroup(home, "datasets", "scan", "colors")["training_split"]
    dataset = load_dataset(open_workspace(home), "colors")
    assert dataset.array_path is not None
    pixels = np.load(dataset.array_path)[dataset.sample_ids("train")].reshape(-1, 3)
    for channel, values in zip(("red", "green", "blue"), pixels.T, strict=True):
        assert scanned[channel]["mean"] == pytest.approx(values.mean(), abs=0.01)
        assert scanned[channel]["std"] == pytest.approx(values.std(), abs=0.01)
