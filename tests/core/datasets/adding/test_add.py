"""From a source on disk to a dataset in the workspace, and what is refused."""

import pickle
from collections import Counter

import numpy as np
import pytest

from core.datasets.adding.add import MetadataColumns, SourceOptions, add_dataset, suggest_name
from core.datasets.balance import count_images, summarize
from core.datasets.images.reading import read_image
from core.datasets.store import list_datasets, load_dataset
from core.errors import DatasetError


def names_in(workspace) -> set[str]:
    return {path.name for path in workspace.datasets_dir.iterdir()}


def test_a_folder_becomes_a_dataset_whose_images_stay_where_they_are(home, make_folder):
    root = make_folder({"cat": 20, "dog 2": 10, "dog 10": 10})
    dataset = add_dataset(home, root, seed=3)
    assert (dataset.name, dataset.root, dataset.seed, dataset.given_split) == ("pets", root, 3, False)
    assert dataset.class_names == ("cat", "dog 2", "dog 10")
    assert count_images(dataset).to_numpy().tolist() == [[16, 2, 2, 20], [8, 1, 1, 10], [8, 1, 1, 10]]
    assert names_in(home) == {"pets"}
    assert read_image(dataset, 0).shape == (12, 16, 3)
    assert not list(home.datasets_dir.rglob("*.jpg"))


def test_files_that_cannot_be_read_are_listed_and_left_out(home, make_folder):
    root = make_folder({"cat": 3, "dog": 3})
    (root / "cat" / "text.jpg").write_text("hello")
    whole = (root / "dog" / "0.jpg").read_bytes()
    (root / "dog" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    summary = summarize(add_dataset(home, root))
    assert summary["num_images"] == 6
    assert {each["path"]: each["reason"].split(";")[0] for each in summary["rejected"]} == {
        "cat/text.jpg": "The file is not an image, or its beginning is damaged",
        "dog/cut.jpg": summary["rejected"][1]["reason"].split(";")[0],
    }
    assert "cut short" in summary["rejected"][1]["reason"]


def test_a_csv_gives_labels_and_groups_and_missing_images_are_listed(home, write_image, tmp_path):
    rows = ["image,kind,patient"]
    for number in range(30):
        write_image(f"scans/{number}.png")
        rows.append(f"{number},{'ill' if number % 3 else 'well'},p{number // 3}")
    rows.append("99,ill,p1")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    columns = MetadataColumns(tmp_path / "labels.csv", "image", "kind", "patient")
    dataset = add_dataset(home, tmp_path / "scans", options=SourceOptions(columns))
    assert summarize(dataset)["counts"] == {"ill": 20, "well": 10}
    assert dataset.included.groupby("group")["split"].nunique().max() == 1
    assert dataset.rejected["path"].tolist() == ["99"]
    assert "names an image that is not there" in dataset.rejected["reason"].iat[0]


def test_given_splits_are_kept_and_a_missing_validation_part_is_taken_from_train(home, make_folder):
    counts = {"train/cat": 40, "train/dog": 20, "test/cat": 5, "test/dog": 3}
    dataset = add_dataset(home, make_folder(counts))
    assert dataset.given_split
    assert count_images(dataset).to_numpy().tolist() == [[36, 4, 5, 45], [18, 2, 3, 23]]
    assert set(dataset.included.loc[dataset.included["split"] == "test", "path"].str[:4]) == {"test"}
    assert any("no validation images; a tenth of its training images" in note for note in dataset.notes)


def test_given_splits_without_a_test_part_get_one_from_train(home, make_folder):
    dataset = add_dataset(home, make_folder({"train/a": 20, "train/b": 20, "valid/a": 4, "valid/b": 4}))
    assert count_images(dataset)[["train", "val", "test"]].to_numpy().tolist() == [[18, 4, 2], [18, 4, 2]]


def test_all_three_given_splits_are_left_as_they_are(home, make_folder):
    folders = [f"{split}/{name}" for split in ("train", "val", "test") for name in "ab"]
    dataset = add_dataset(home, make_folder(dict.fromkeys(folders, 2)))
    assert count_images(dataset)[["train", "val", "test"]].to_numpy().tolist() == [[2, 2, 2]] * 2
    assert dataset.notes == ()


def test_identical_images_never_stand_in_two_splits_that_were_drawn(home, make_folder):
    root = make_folder({"cat": 30, "dog": 30})
    for number in range(0, 30, 3):
        (root / "cat" / f"copy{number}.jpg").write_bytes((root / "cat" / f"{number}.jpg").read_bytes())
    included = add_dataset(home, root).included
    assert included.groupby("sha1")["split"].nunique().max() == 1


def test_identical_images_in_given_splits_are_told(home, make_folder):
    root = make_folder({"train/cat": 9, "train/dog": 9, "test/cat": 1, "test/dog": 1})
    (root / "test" / "cat" / "copy.jpg").write_bytes((root / "train" / "cat" / "0.jpg").read_bytes())
    notes = add_dataset(home, root).notes
    assert any("In more than one split: 1 set of identical images" in note for note in notes)


def test_an_npz_is_copied_once_as_uint8(home, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (60, 6, 5), dtype=np.uint8)
    labels = np.arange(60) % 2
    np.savez(
        tmp_path / "marks.npz",
        x_train=images[:40],
        y_train=labels[:40],
        x_test=images[40:],
        y_test=labels[40:],
        class_names=["even", "odd"],
    )
    dataset = add_dataset(home, tmp_path / "marks.npz")
    assert names_in(home) == {"marks"}
    np.testing.assert_array_equal(np.load(dataset.array_path, mmap_mode="r"), images)
    np.testing.assert_array_equal(read_image(dataset, 57)[..., 1], images[57])
    assert Counter(dataset.included["split"]) == {"train": 36, "val": 4, "test": 20}


def test_a_class_with_a_single_image_is_trained_on_and_noted(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 10, "dog": 10, "emu": 1}))
    assert count_images(dataset).loc["emu"].tolist() == [1, 0, 0, 1]
    assert any("single image" in note and "'emu'" in note for note in dataset.notes)


def test_a_class_without_any_usable_image_is_left_out_and_noted(home, make_folder):
    root = make_folder({"cat": 3, "dog": 3, "emu": 1})
    (root / "emu" / "0.jpg").write_bytes(b"")
    dataset = add_dataset(home, root)
    assert dataset.class_names == ("cat", "dog")
    assert any("'emu'" in note for note in dataset.notes)


def test_the_same_source_and_seed_give_the_same_version(home, make_folder):
    root = make_folder({"cat": 20, "dog": 20})
    versions = [
        add_dataset(home, root, name=f"{seed}{again}", seed=seed).version for seed in (0, 1) for again in "ab"
    ]
    assert versions[0] == versions[1] != versions[2] == versions[3]


def test_stopping_leaves_nothing_behind(home, make_folder):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_dataset(home, make_folder({"cat": 3, "dog": 3}), progress=stop)
    assert names_in(home) == set()


def test_a_name_that_is_taken_or_cannot_be_a_folder_is_refused(home, make_folder):
    root = make_folder({"cat": 2, "dog": 2})
    add_dataset(home, root, name="Pets")
    for taken in ("Pets", "pets", "shapes", " digits "):
        with pytest.raises(DatasetError, match=r"already a dataset named.*choose another name"):
            add_dataset(home, root, name=taken)
    for bad in ("", "../up", "a/b", ".hidden", "x" * 81):
        with pytest.raises(DatasetError, match="cannot be the name of a dataset; use"):
            add_dataset(home, root, name=bad)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/a/birds", "birds"),
        ("/a/birds.npz", "birds"),
        ("/a/v1.2", "v1.2"),
        ("/a/<b>x</b>", "b"),
        ("/", "dataset"),
        ("/a/日本 2", "日本 2"),
    ],
)
def test_the_suggested_name_is_that_of_the_source(source, name):
    assert suggest_name(source) == name


def test_when_only_one_class_can_be_read_the_reason_of_the_first_is_told(home, make_folder):
    root = make_folder({"cat": 2, "dog": 1})
    (root / "dog" / "0.jpg").write_text("hello")
    with pytest.raises(DatasetError, match=r"only one class, 'cat'.*first of 1 left out: The file is not"):
        add_dataset(home, root)
    assert list_datasets(home) == ["digits", "shapes"]


def test_validation_and_test_without_train_are_refused(home, tmp_path):
    np.savez(tmp_path / "a.npz", x_test=np.zeros((2, 3, 3), np.uint8), y_test=[0, 1])
    with pytest.raises(DatasetError, match="no array 'x_train', 'y_train'"):
        add_dataset(home, tmp_path / "a.npz")


def test_a_pickle_named_npz_is_refused(home, tmp_path):
    (tmp_path / "a.npz").write_bytes(pickle.dumps({"x_train": 1}))
    with pytest.raises(DatasetError, match=r"not an .npz file"):
        add_dataset(home, tmp_path / "a.npz")


def test_a_negative_seed_is_refused(home, make_folder):
    with pytest.raises(DatasetError, match="-1 is negative; choose 0 or more"):
        add_dataset(home, make_folder({"cat": 1, "dog": 1}), seed=-1)


def test_five_hundred_classes_are_no_trouble(home, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3500, 4, 4), dtype=np.uint8)
    np.savez(tmp_path / "many.npz", x_train=images, y_train=np.arange(3500) % 500)
    counts = count_images(add_dataset(home, tmp_path / "many.npz"))
    assert counts.index.tolist() == [str(number) for number in range(500)]
    assert (counts[["train", "val", "test"]] > 0).all(axis=None)


def test_what_was_written_is_what_is_read_again(home, make_folder):
    root = make_folder({"<b>cat": 4, "dög's": 4})
    (root / "<b>cat" / "bad.png").write_text("no")
    dataset = add_dataset(home, root)
    again = load_dataset(home, "pets")
    assert again == dataset
    assert again.table.equals(dataset.table)
    assert again.version == dataset.version


def test_a_class_without_training_images_is_noted(home, make_folder):
    dataset = add_dataset(home, make_folder({"train/cat": 3, "train/dog": 3, "val/cat": 2, "test/owl": 2}))
    assert "Without training images, so never learned: 'owl'." in dataset.notes
