"""A derived dataset shows the same images, costs no second copy and outlives what it was made of."""

from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.balance import count_images
from core.datasets.dataset import SPLITS
from core.datasets.editing.edits import exclude, record, relabel
from core.datasets.images.reading import read_image
from core.datasets.preparing.deriving import Derivation, derive_dataset, plan_derived
from core.datasets.preparing.occlusion import MASKS_FILE, Occlusion
from core.datasets.store import delete_dataset, list_datasets, load_dataset, save_dataset
from core.errors import DatasetError, DatasetFileError


@pytest.fixture
def digits(home):
    return load_dataset(home, "digits")


@pytest.fixture
def pets(home, make_folder):
    return add_dataset(home, make_folder({"cat": 12, "dog": 8, "owl": 5}))


@pytest.fixture
def own(home, pets, tmp_path):
    """The same pets as files that lie in the workspace, as from an archive, with metadata."""
    files = home.datasets_dir / ".unpacked.tmp"
    pets.root.rename(files)
    metadata = pd.DataFrame({"age": np.arange(25.0), "sex": ["f", "m", None, "f", "m"] * 5})
    return save_dataset(home, replace(pets, name="own", root=files), metadata=metadata, own_files=files)


def test_an_unchanged_copy_has_the_same_rows_under_the_same_numbers(home, digits):
    digits = record(home, digits, relabel(digits, {3: "7", 4: "7"}))
    digits = record(home, digits, exclude(digits, [5]))
    made = derive_dataset(home, digits, Derivation(), name="copy")
    pd.testing.assert_frame_equal(made.table, digits.table)
    assert made.version == digits.version
    assert made.num_edits == 0
    assert load_dataset(home, "copy", edited=False).class_names[made.table["label"][3]] == "7"
    assert made.origin == f"Made of digits, version {digits.version}: all of it."


def test_no_image_is_stored_twice_and_the_first_dataset_may_be_deleted(home, pets, own, tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (25, 4, 4), dtype=np.uint8)
    table = pets.table.assign(path=pd.NA, position=np.arange(25))
    arrays = save_dataset(home, replace(pets, name="arrays", root=None, table=table), array)
    for parent in (arrays, own):
        made = derive_dataset(home, parent, Derivation(classes=("cat", "owl")), name=f"of {parent.name}")
        before = [read_image(made, row) for row in range(len(made.table))]
        if parent.root is None:
            assert parent.array_path.samefile(made.array_path)
        else:
            first = made.table["path"].iat[0]
            assert (parent.root / first).samefile(made.root / first)
            assert made.root.is_relative_to(made.folder)
            assert len(list(made.root.rglob("*.jpg"))) == 17
        delete_dataset(home, parent.name)
        again = load_dataset(home, made.name)
        for row, pixels in enumerate(before):
            np.testing.assert_array_equal(read_image(again, row), pixels)
    assert [path.name for path in home.datasets_dir.glob(".*.tmp")] == []


def test_a_folder_stays_where_it_is(home, pets):
    made = derive_dataset(home, pets, Derivation(classes=("cat", "dog")), name="few")
    assert made.root == pets.root
    assert {path.name for path in made.folder.iterdir()} == {"dataset.json", "images.parquet"}
    assert made.class_names == ("cat", "dog")
    assert made.num_images == 20


def test_at_most_n_images_of_each_class_are_taken_from_each_split_in_proportion(home, digits):
    made, rows = plan_derived(digits, Derivation(max_per_class=50), name="few")
    counts = count_images(made)
    assert (counts["total"] == 50).all()
    assert counts["train"].between(39, 41).all()
    assert counts[["val", "test"]].min().min() >= 4
    np.testing.assert_array_equal(made.table["sha1"], digits.table["sha1"].iloc[rows])
    _, same = plan_derived(digits, Derivation(max_per_class=50), name="few")
    np.testing.assert_array_equal(rows, same)
    assert (rows != plan_derived(digits, Derivation(max_per_class=50, seed=1), name="few")[1]).any()
    larger = plan_derived(digits, Derivation(max_per_class=120), name="more")[1]
    assert np.isin(rows, larger).mean() > 0.97


def test_a_class_with_fewer_images_than_allowed_is_kept_whole(home, pets):
    made, _ = plan_derived(pets, Derivation(max_per_class=8), name="few")
    assert count_images(made)["total"].tolist() == [8, 8, 5]


def test_classes_are_joined_and_counted_after_joining(home, pets):
    joined = Derivation(groups={"cat": "furry", "dog": "furry"}, max_per_class=5)
    made = derive_dataset(home, pets, joined, name="joined")
    assert made.class_names == ("furry", "owl")
    assert Counter(made.included["label"]) == {0: 5, 1: 5}
    owls = made.table["path"].str.startswith("owl/")
    np.testing.assert_array_equal(made.table["label"], owls.astype(int))


def test_images_are_chosen_by_metadata_which_come_along(home, own):
    young = derive_dataset(home, own, Derivation(column="age", lowest=2, highest=20), name="young")
    assert young.metadata["age"].tolist() == list(np.arange(2.0, 21.0))
    women = derive_dataset(home, own, Derivation(column="sex", values=("f",)), name="women")
    assert set(women.metadata["sex"]) == {"f"}
    assert women.num_images == 10
    with pytest.raises(DatasetError, match=r"no column 'site'; its columns are 'age', 'sex'"):
        plan_derived(own, Derivation(column="site", lowest=1), name="x")
    with pytest.raises(DatasetError, match="'sex' holds texts; name the values to keep"):
        plan_derived(own, Derivation(column="sex", lowest=1), name="x")


def test_groups_and_known_families_come_along_as_far_as_they_hold(pets):
    table = pets.table.assign(group=[f"g{n // 3}" for n in range(len(pets.table))])
    pets = replace(pets, table=table, known_groups={"cat": "mammal", "dog": "mammal", "owl": "bird"})
    same, _ = plan_derived(pets, Derivation(groups={"cat": "pet", "dog": "pet"}), name="x")
    assert same.known_groups == {"pet": "mammal", "owl": "bird"}
    mixed, _ = plan_derived(pets, Derivation(groups={"cat": "pet", "owl": "pet"}), name="x")
    assert mixed.known_groups is None
    made, rows = plan_derived(pets, Derivation(classes=("cat", "owl"), max_per_class=3), name="x")
    assert made.known_groups == {"cat": "mammal", "owl": "bird"}
    assert made.table["group"].tolist() == table["group"].iloc[rows].tolist()


def test_a_single_split_is_told_to_need_a_division(home, digits):
    made = derive_dataset(home, digits, Derivation(splits=("train",)), name="train only")
    assert set(made.table["split"]) == {"train"}
    assert made.notes == ("Without validation and test images; divide it anew on Prepare before training.",)


def test_images_left_out_are_dropped_as_soon_as_others_are(home, digits):
    digits = record(home, digits, exclude(digits, [0, 1]))
    assert len(derive_dataset(home, digits, Derivation(occlusion=Occlusion()), name="hidden").table) == 1797
    assert len(derive_dataset(home, digits, Derivation(splits=SPLITS), name="part").table) == 1795


def test_mask_pictures_are_kept_as_bits_and_their_folder_may_vanish(home, digits, tmp_path):
    folder = tmp_path / "masks"
    folder.mkdir()
    for number in range(3):
        mask = np.zeros((50, 50), np.uint8)
        mask[:, number * 10 : number * 10 + 10] = 255
        cv2.imwrite(str(folder / f"{number}.png"), mask)
    (folder / "bad.png").write_text("no picture")
    settings = Derivation(occlusion=Occlusion(kind="pictures", fill="white"), masks_dir=folder)
    made = derive_dataset(home, digits, settings, name="hidden")
    assert np.load(made.folder / MASKS_FILE).shape == (3, 8192)
    assert "3 mask pictures" in made.notes[0]
    assert "20% to 20%" in made.notes[0]
    assert "bad.png" in made.notes[1]
    first = [read_image(made, row) for row in range(40)]
    for path in folder.iterdir():
        path.unlink()
    again = load_dataset(home, "hidden")
    used = set()
    for row, pixels in enumerate(first):
        np.testing.assert_array_equal(read_image(again, row), pixels)
        used.add(int((pixels == 255).all(axis=2).sum(axis=0).argmax()))
    assert len(used) >= 3
    part = derive_dataset(home, again, Derivation(classes=("1", "2")), name="part")
    np.testing.assert_array_equal(np.load(part.folder / MASKS_FILE), np.load(made.folder / MASKS_FILE))
    other = derive_dataset(
        home, load_dataset(home, "digits"), Derivation(occlusion=Occlusion()), name="other"
    )
    assert len({made.version, other.version, load_dataset(home, "digits").version}) == 3


def test_what_cannot_be_derived_is_refused_with_its_remedy(home, pets):
    hidden = derive_dataset(home, pets, Derivation(occlusion=Occlusion()), name="hidden")
    for dataset, values, words in (
        (hidden, {"occlusion": Occlusion()}, "occluded already; occlude the dataset that it was made of"),
        (pets, {"classes": ("cow", "cat")}, "no class 'cow'; choose among 'cat', 'dog', 'owl'"),
        (pets, {"classes": ("cat",)}, "only the class 'cat' would be left, .* choose more"),
        (pets, {"groups": {"cat": " "}}, "give it at least one visible letter"),
        (pets, {"groups": dict.fromkeys(("cat", "dog", "owl"), "pet")}, "only the class 'pet'"),
    ):
        with pytest.raises(DatasetError, match=words):
            derive_dataset(home, dataset, Derivation.make(**values), name="new")
    for values, words in (
        ({"column": "age"}, "given together"),
        ({"lowest": 3}, "given together"),
        ({"masks_dir": "/m"}, "just when they are what hides"),
        ({"occlusion": Occlusion(kind="pictures")}, "just when they are what hides"),
        ({"splits": ("dev",)}, "splits.0 cannot be 'dev'"),
    ):
        with pytest.raises(DatasetError, match=words):
            Derivation.make(**values)
    with pytest.raises(DatasetError, match="already a dataset named 'pets'"):
        derive_dataset(home, pets, Derivation(), name="pets")
    with pytest.raises(DatasetError, match="cannot be the name of a dataset"):
        derive_dataset(home, pets, Derivation(), name="../x")
    assert list_datasets(home) == ["digits", "shapes", "hidden", "pets"]


def test_stopping_or_a_vanished_file_leaves_nothing(home, own):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        derive_dataset(home, own, Derivation(), name="new", progress=stop)
    gone = own.root / own.table["path"].iat[3]
    gone.unlink()
    with pytest.raises(DatasetFileError, match=f"{gone.name} is gone; exclude the image first"):
        derive_dataset(home, own, Derivation(), name="new")
    assert {path.name for path in home.datasets_dir.iterdir()} == {"own", "pets"}
