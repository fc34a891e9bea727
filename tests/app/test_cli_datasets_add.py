"""``regroup datasets add`` and ``relocate``: every way in by options, previews, refusals in one sentence."""

import json
import sys
import zipfile

import cv2
import numpy as np
import pytest

from app.commands import progress as module
from app.commands.progress import ProgressLine
from core.datasets.sources.listing import Listing
from core.datasets.store import list_datasets, load_dataset


@pytest.fixture
def make(tmp_path):
    """Make a folder of noise images; every one another picture."""
    random = np.random.default_rng(0)

    def make_folder(name, paths):
        for path in paths:
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            target.write_bytes(cv2.imencode(target.suffix, pixels)[1].tobytes())
        return tmp_path / name

    return make_folder


@pytest.fixture
def boxes(make):
    return make(
        "boxes", [f"boxes_{name}_{n}/{k}.png" for n, name in enumerate(["Fig", "Nut"]) for k in "abc"]
    )


@pytest.fixture
def hotels(make):
    return make(
        "hotels", [f"{hotel}_{track}_{k}.png" for hotel in ("ritz", "inn") for track in "xyz" for k in "12"]
    )


def test_class_names_are_cleaned_by_options(regroup, home, boxes):
    status, out, _ = regroup("datasets", "add", boxes, "--strip-prefix", "boxes_", "--strip-digits", "--json")
    assert status == 0
    assert json.loads(out)["class_names"] == ["Fig", "Nut"]
    status, _, err = regroup("datasets", "add", boxes, "--name", "b", "--class-regex", "boxes")
    assert status == 1
    assert "merge" in err
    both = ("--strip-prefix", "boxes_", "--strip-suffix", "_1", "--underscores-to-spaces")
    assert regroup("datasets", "add", boxes, "--name", "c", *both)[0] == 0
    assert load_dataset(home, "c").class_names == ("Fig 0", "Nut")


@pytest.mark.parametrize(
    "options",
    [
        ["--label-pattern", "{label}_{rest}", "--group-pattern", "{group+}_{*}"],
        ["--label-regex", "(?P<label>[a-z]+)_", "--group-regex", "(?P<group>.+)_"],
        ["--label-pattern", "{label}_{rest}", "--group-separator", "_"],
    ],
)
def test_labels_and_groups_are_read_from_file_names(regroup, home, hotels, options):
    status, _, err = regroup("datasets", "add", hotels, *options)
    assert status == 0, err
    dataset = load_dataset(home, "hotels")
    assert dataset.class_names == ("inn", "ritz")
    assert sorted(set(dataset.table["group"])) == [f"{h}_{t}" for h in ("inn", "ritz") for t in "xyz"]
    assert dataset.table.groupby("group")["split"].nunique().max() == 1


def test_a_preview_prints_what_would_be_made_and_makes_nothing(regroup, home, boxes):
    options = ("--strip-prefix", "boxes_", "--strip-digits", "--preview")
    status, out, _ = regroup("datasets", "add", boxes, *options)
    assert status == 0
    assert "class folders: 6 images, 2 classes, 0 left out" in out
    assert out.splitlines()[2].split() == ["boxes_Fig_0", "Fig", "3"]
    status, out, _ = regroup("datasets", "add", boxes, *options, "--json")
    found = json.loads(out)
    assert found["classes"][1] == {"old": "boxes_Nut_1", "new": "Nut", "num_images": 3}
    assert (found["kind"], found["problem"], found["collisions"]) == ("class folders", None, {})
    assert list_datasets(home) == ["digits", "shapes"]


def test_a_preview_tells_what_stands_in_the_way(regroup, hotels):
    status, out, err = regroup("datasets", "add", hotels, "--preview")
    assert (status, "12 images" in out or "0 images" in out) == (0, True)
    assert "telling classes apart needs two" in err


def test_a_table_is_read_with_group_and_split_columns(regroup, home, make):
    folder = make("skin", [f"i{n}.png" for n in range(12)])
    splits = ["train"] * 8 + ["val"] * 2 + ["test"] * 2
    rows = [f"i{n},{'nv' if n % 2 else 'mel'},l{n // 2},{splits[n]}" for n in range(12)]
    (folder / "meta.csv").write_text("\n".join(["image,dx,lesion,fold", *rows]))
    columns = ("--image-column", "image", "--label-column", "dx", "--group-column", "lesion")
    status, *_ = regroup("datasets", "add", folder, "--labels", folder / "meta.csv", *columns,
                         "--split-column", "fold")  # fmt: skip
    assert status == 0
    dataset = load_dataset(home, "skin")
    assert dataset.table["split"].tolist() == splits
    assert dataset.table["group"].nunique() == 6
    status, *_ = regroup("datasets", "add", folder / "meta.csv", "--name", "by table", *columns)
    assert status == 0
    assert load_dataset(home, "by table").class_names == ("mel", "nv")


def test_an_archive_and_arrays_are_added_by_their_paths(regroup, home, boxes, tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for path in sorted(boxes.rglob("*.png")):
            archive.write(path, path.relative_to(boxes.parent))
    assert regroup("datasets", "add", tmp_path / "b.zip")[0] == 0
    assert load_dataset(home, "b").num_images == 6
    np.savez(tmp_path / "a.npz", pics=np.arange(64, dtype=np.uint8).reshape(4, 4, 4), kinds=[0, 1, 0, 1])
    assert regroup("datasets", "add", tmp_path / "a.npz")[0] == 1
    arrays = ("--image-array", "pics", "--label-array", "kinds")
    assert regroup("datasets", "add", tmp_path / "a.npz", *arrays)[0] == 0
    assert load_dataset(home, "a").num_images == 4


def tiny_set(name, *, coarse=False, progress=None):
    labels = ["a", "b", "c"] * 2
    images = np.arange(6 * 16, dtype=np.uint8).reshape(6, 4, 4)
    classes = {"a": "vowel", "b": "consonant", "c": "consonant"}
    return Listing(
        "Tiny.",
        arrays=[images],
        labels=[classes[label] if coarse else label for label in labels],
        splits=[None] * 6,
        groups=[None] * 6,
        reasons=[None] * 6,
    )


def test_a_set_of_keras_is_added_by_its_name(regroup, home, monkeypatch):
    monkeypatch.setattr("core.datasets.sources.keras_sets.list_keras_set", tiny_set)
    assert regroup("datasets", "add", "keras:cifar100")[0] == 0
    assert regroup("datasets", "add", "keras:cifar100", "--coarse")[0] == 0
    assert load_dataset(home, "cifar100").num_classes == 3
    assert load_dataset(home, "cifar100 coarse").class_names == ("consonant", "vowel")


def test_a_dataset_of_the_hub_is_added_by_its_name_and_what_failed_leaves_nothing(regroup, home, monkeypatch):
    asked = []

    def list_hub(source, folder, columns, *, progress=None):
        asked.append((source, columns.config, columns.image_column, columns.label_column))
        (folder / "half.png").write_bytes(b"")
        raise OSError(28, "No space left on device", "half.png")

    monkeypatch.setattr("core.datasets.sources.hub.list_hub", list_hub)
    status, _, err = regroup(
        "datasets",
        "add",
        "hf:owner/birds",
        "--config",
        "small",
        "--image-column",
        "img",
        "--label-column",
        "dx",
    )
    assert asked == [("owner/birds", "small", "img", "dx")]
    assert (status, err.count("\n")) == (1, 1)
    assert not [path for path in home.datasets_dir.iterdir() if path.is_dir()]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "--split-column", "c"], "need --labels"),
        (["x", "--labels", "t.csv"], "needs --image-column"),
        (["x", "--label-pattern", "{label}", "--label-regex", "(?P<label>a)"], "not both"),
        (["x", "--coarse"], "are for keras"),
        (["keras:mnist", "--group-separator", "_"], "means nothing for keras:mnist"),
        (["hf:a/b", "--preview"], "looks at what lies on this disk"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_usage(regroup, arguments, words):
    status, out, err = regroup("datasets", "add", *arguments)
    assert (status, out) == (2, "")
    assert words in " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["keras:imagenet"], "no image dataset 'imagenet'; choose one of mnist"),
        (["keras:mnist", "--coarse"], "has no coarse labels"),
        ([""], "The path is empty"),
        (["x", "--label-pattern", "{rest}"], "has no {label} or {group}"),
        (["keras:mnist", "--name", "digits"], "already a dataset named 'digits'"),
    ],
)
def test_what_cannot_be_added_is_one_sentence(regroup, arguments, words):
    status, out, err = regroup("datasets", "add", *arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert words in err


def test_a_moved_folder_is_told_by_a_command(regroup, home, boxes, tmp_path):
    regroup("datasets", "add", boxes)
    boxes.rename(tmp_path / "new")
    status, _, err = regroup("datasets", "relocate", "boxes", boxes)
    assert (status, "is not a folder" in err) == (1, True)
    status, out, _ = regroup("datasets", "relocate", "boxes", tmp_path / "new", "--json")
    assert json.loads(out) == {"name": "boxes", "root": str(tmp_path / "new"), "num_missing": 0}
    (tmp_path / "new" / "boxes_Fig_0" / "a.png").unlink()
    status, out, _ = regroup("datasets", "relocate", "boxes", tmp_path / "new", "--allow-missing")
    assert (status, "1 of 6 are not there, such as boxes_Fig_0/a.png" in out) == (0, True)


def test_a_terminal_sees_how_far_a_command_is_and_a_file_does_not(capsys, monkeypatch):
    with ProgressLine() as line:
        line(1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(module, "REDRAW_S", 0.0)
    with ProgressLine() as line:
        line.part("Downloading a.gz", "bytes")(1_000_000, 2_000_000)
        line.part("Downloading owner/name", "images")(3, 0)
        line(2, 2)
    shown = capsys.readouterr().err.split("\r")
    assert [text.strip() for text in shown if text.strip()] == [
        "Downloading a.gz: 1.0 of 2.0 MB",
        "Downloading owner/name: 3 images",
        "Reading: 2 of 2 images",
    ]
