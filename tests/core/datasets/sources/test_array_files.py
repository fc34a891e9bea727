"""Arrays in an .npz file: shapes, values and labels that are understood, and those that are refused."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.datasets.sources.array_files import list_array_file
from core.errors import DatasetError

GREY = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)
LABELS = np.array([0, 1, 1, 0])


def write(folder: Path, **arrays: object) -> Path:
    path = folder / "made.npz"
    np.savez(path, **arrays)
    return path


def test_grey_images_with_or_without_a_channel_are_the_same(tmp_path):
    for images in (GREY, GREY[..., None]):
        listing = list_array_file(write(tmp_path, x_train=images, y_train=LABELS[:, None]))
        np.testing.assert_array_equal(listing.arrays[0], GREY)
        assert listing.labels == ["0", "1", "1", "0"]
        assert listing.splits == [None] * 4


def test_splits_and_names_are_kept(tmp_path):
    color = np.repeat(GREY[..., None], 3, axis=-1)
    path = write(
        tmp_path,
        x_train=color,
        y_train=LABELS,
        x_val=color[:1],
        y_val=[1],
        x_test=color[:2],
        y_test=[1, 0],
        class_names=["zebra", "ape"],
    )
    listing = list_array_file(path)
    assert listing.class_names == ("zebra", "ape")
    assert listing.splits == ["train"] * 4 + ["val"] + ["test"] * 2
    assert listing.labels == ["zebra", "ape", "ape", "zebra", "ape", "ape", "zebra"]
    assert [images.shape for images in listing.arrays] == [(4, 5, 6, 3), (1, 5, 6, 3), (2, 5, 6, 3)]


def test_texts_bytes_and_whole_real_numbers_are_labels(tmp_path):
    for labels, names in (
        (np.array(["cat", "dog", "dog", "cat"]), ["cat", "dog", "dog", "cat"]),
        (np.array([b"cat", b"dog", b"dog", b"cat"]), ["cat", "dog", "dog", "cat"]),
        (np.array([3.0, 7.0, 7.0, 3.0]), ["3", "7", "7", "3"]),
        (np.array([3, -7, 3, 3]), ["3", "-7", "3", "3"]),
    ):
        assert list_array_file(write(tmp_path, x_train=GREY, y_train=labels)).labels == names


@pytest.mark.parametrize(
    "values", [GREY / 255, GREY.astype(np.float32) / 255, GREY.astype(float), GREY.astype(int)]
)
def test_values_0_to_1_and_0_to_255_of_any_type_come_out_the_same(tmp_path, values):
    images = values.copy()
    images[0, 0, 0] = 1 if values.max() <= 1 else 255
    expected = GREY.copy()
    expected[0, 0, 0] = 255
    found = list_array_file(write(tmp_path, x_train=images, y_train=LABELS)).arrays[0]
    np.testing.assert_array_equal(found, expected)


def test_class_numbers_of_any_size_keep_their_digits(tmp_path):
    labels = np.array([0, 2**63] * (len(GREY) // 2 + 1), np.uint64)[: len(GREY)]
    found = list_array_file(write(tmp_path, x_train=GREY, y_train=labels))
    assert set(found.labels) == {"0", "9223372036854775808"}
    with pytest.raises(DatasetError, match="float64 values; expected are class numbers"):
        list_array_file(write(tmp_path, x_train=GREY, y_train=labels.astype(float)))


def test_black_and_white_of_zeros_and_ones_are_0_and_255(tmp_path):
    for images in (GREY > 50, (GREY > 50).astype(np.uint8)):
        found = list_array_file(write(tmp_path, x_train=images, y_train=LABELS)).arrays[0]
        np.testing.assert_array_equal(found, np.where(GREY > 50, 255, 0))


def test_the_families_of_a_cifar_100_file_are_known_groups(tmp_path):
    path = write(
        tmp_path,
        x_train=GREY,
        y_train=LABELS,
        fine_names=["oak", "cod"],
        coarse_names=["fish", "trees"],
        fine_to_coarse=[1, 0],
    )
    assert list_array_file(path).known_groups == {"oak": "trees", "cod": "fish"}


def test_pickled_objects_are_refused_and_not_opened(tmp_path):
    path = write(tmp_path, x_train=GREY, y_train=np.array([{"a": 1}] * 4, dtype=object))
    with pytest.raises(DatasetError, match=r"y_train in .* holds pickled Python objects.*save it as a plain"):
        list_array_file(path)


def test_arrays_of_other_names_are_not_looked_at(tmp_path):
    path = write(tmp_path, x_train=GREY, y_train=LABELS, extra=np.array([None], dtype=object))
    assert len(list_array_file(path).labels) == 4


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"boxes": GREY}, "only arrays named 'boxes'. Expected are x_train"),
        ({"images": GREY}, "no array 'labels', but 'images'. Expected are x_train"),
        ({"x_train": GREY}, "no array 'y_train'"),
        ({"x_train": GREY, "y_train": LABELS, "x_test": GREY}, "no array 'y_test'"),
        ({"x_train": GREY, "y_train": LABELS[:2]}, r"labels of shape \(2,\) do not fit 4 images"),
        ({"x_train": GREY, "y_train": np.eye(4)}, "one class number or name an image"),
        ({"x_train": np.zeros((4, 3, 8, 8), np.uint8), "y_train": LABELS}, "Move the channels to the end"),
        ({"x_train": np.zeros((4, 9), np.uint8), "y_train": LABELS}, r"expected is \(n, height, width\)"),
        ({"x_train": np.zeros((4, 0, 8), np.uint8), "y_train": LABELS}, r"shape \(4, 0, 8\)"),
        ({"x_train": GREY.astype(int) * 9, "y_train": LABELS}, "values from 0 to 1071; scale them to 0-255"),
        ({"x_train": GREY - 50.0, "y_train": LABELS}, "values from -50 to 69; scale"),
        ({"x_train": np.full((4, 2, 2), np.nan), "y_train": LABELS}, "scale them"),
        ({"x_train": GREY.astype(str), "y_train": LABELS}, "not numbers; save them as uint8"),
        ({"x_train": GREY, "y_train": [0, 1, 2, 5], "class_names": ["a", "b", "c"]}, "class name: '5'"),
        ({"x_train": GREY, "y_train": ["a", "b", "x", ""], "class_names": ["a", "b"]}, "class name: '', 'x'"),
        ({"x_train": GREY, "y_train": [0.5, 1, 1, 0]}, "expected are class numbers or class names"),
        ({"x_train": GREY, "y_train": LABELS, "class_names": ["a", "a"]}, "repeated names"),
        ({"x_train": GREY, "y_train": LABELS, "x_test": GREY[:, 1:], "y_test": LABELS}, "image shape"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_array_s_name(tmp_path, arrays, words):
    with pytest.raises(DatasetError, match=words):
        list_array_file(write(tmp_path, **arrays))


def test_files_that_are_no_archive_or_damaged_are_refused(tmp_path):
    path = tmp_path / "text.npz"
    path.write_text("hello")
    with pytest.raises(DatasetError, match=r"not an .npz file; write one with"):
        list_array_file(path)
    path = write(tmp_path, x_train=GREY, y_train=LABELS)
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="write it again"):
        list_array_file(path)


def test_an_archive_larger_than_the_free_memory_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path, x_train=GREY, y_train=LABELS)
    memory = type("Memory", (), {"available": 100})
    monkeypatch.setattr("core.datasets.sources.array_files.psutil.virtual_memory", lambda: memory)
    with pytest.raises(DatasetError, match="of memory are free; save fewer images"):
        list_array_file(path)


def test_entries_that_are_no_arrays_or_claim_to_be_huge_are_refused(tmp_path):
    path = tmp_path / "made.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", b"hello")
        archive.writestr("y_train.npy", b"hello")
    with pytest.raises(DatasetError, match=r"x_train in .* is not a NumPy array; write the file with"):
        list_array_file(path)
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (10**9, 10**6)}
    np.lib.format.write_array_header_1_0(header, shape)
    labels = io.BytesIO()
    np.save(labels, LABELS)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", header.getvalue())
        archive.writestr("labels.npy", header.getvalue())
    with pytest.raises(DatasetError, match=r"images of shape \(1000000000, 1000000\) do not fit"):
        list_array_file(path)
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (4, 10**6, 10**6)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", header.getvalue())
        archive.writestr("labels.npy", labels.getvalue())
    with pytest.raises(DatasetError, match=r"damaged .*; write it again"):
        list_array_file(path)


KEY_NAMES = [
    {
        "train_images": GREY,
        "train_labels": LABELS[:, None],
        "test_images": GREY[:1],
        "test_labels": LABELS[:1],
    },
    {"X_train": GREY, "y_train": LABELS, "X_test": GREY[:1], "y_test": LABELS[:1], "extra": GREY},
    {
        "trainingData": GREY,
        "train_data": GREY,
        "train_targets": LABELS,
        "Test_Data": GREY[:1],
        "test_target": [0],
    },
]


@pytest.mark.parametrize("arrays", KEY_NAMES)
def test_splits_are_told_by_the_names_of_medmnist_and_others(tmp_path, arrays):
    listing = list_array_file(write(tmp_path, **arrays))
    assert listing.splits == ["train"] * 4 + ["test"]
    assert [len(images) for images in listing.arrays] == [4, 1]
    assert listing.labels == ["0", "1", "1", "0", "0"]


@pytest.mark.parametrize("names", [("images", "labels"), ("X", "y"), ("data", "target"), ("arr_0", "arr_1")])
def test_images_and_labels_without_splits_are_told_by_their_names(tmp_path, names):
    listing = list_array_file(write(tmp_path, **dict(zip(names, (GREY, LABELS), strict=True))))
    assert (listing.splits, listing.labels) == ([None] * 4, ["0", "1", "1", "0"])


def test_arrays_of_any_name_can_be_named(tmp_path):
    path = write(tmp_path, faces_small=GREY, person=LABELS, age=LABELS + 40)
    with pytest.raises(DatasetError, match="only arrays named 'age', 'faces_small', 'person'"):
        list_array_file(path)
    assert list_array_file(path, image_array="faces_small", label_array="age").labels == [
        "40",
        "41",
        "41",
        "40",
    ]
    with pytest.raises(DatasetError, match="no array 'sex', but 'faces_small', 'person', 'age'"):
        list_array_file(path, image_array="faces_small", label_array="sex")


def test_two_arrays_for_the_same_are_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"two arrays for the same, 'x_train', 'train_images'; remove one"):
        list_array_file(write(tmp_path, x_train=GREY, train_images=GREY, y_train=LABELS))


def test_npy_files_are_paired_with_their_neighbors_and_not_copied(tmp_path):
    np.save(tmp_path / "birds.npy", GREY)
    with pytest.raises(DatasetError, match=r"none of labels beside it; save it as birds_labels.npy"):
        list_array_file(tmp_path / "birds.npy")
    np.save(tmp_path / "birds_labels.npy", LABELS)
    listing = list_array_file(tmp_path / "birds.npy")
    assert listing.labels == ["0", "1", "1", "0"]
    assert isinstance(listing.arrays[0], np.memmap)
    for split, count in (("train", 4), ("test", 2)):
        np.save(tmp_path / f"x_{split}.npy", GREY[:count])
        np.save(tmp_path / f"y_{split}.npy", LABELS[:count])
    assert list_array_file(tmp_path / "x_test.npy").splits == ["train"] * 4 + ["test"] * 2


def test_npy_files_that_are_damaged_or_pickled_are_refused(tmp_path):
    np.save(tmp_path / "labels.npy", LABELS)
    np.save(tmp_path / "images.npy", np.array([None] * 4), allow_pickle=True)
    with pytest.raises(DatasetError, match=r"expected is \(n, height, width\)|pickled Python objects"):
        list_array_file(tmp_path / "images.npy")
    np.save(tmp_path / "images.npy", GREY)
    content = (tmp_path / "images.npy").read_bytes()
    (tmp_path / "images.npy").write_bytes(content[:-5])
    with pytest.raises(DatasetError, match=r"images in .* is damaged .*; copy or write it again"):
        list_array_file(tmp_path / "images.npy")
    (tmp_path / "images.npy").write_bytes(b"hello")
    with pytest.raises(DatasetError, match="is not a NumPy array"):
        list_array_file(tmp_path / "images.npy")


def test_object_arrays_of_images_are_refused(tmp_path):
    ragged = np.array([np.zeros((2, 2)), np.zeros((3, 3)), None, None], dtype=object)
    with pytest.raises(DatasetError, match=r"images of shape \(4,\) do not fit|pickled Python objects"):
        list_array_file(write(tmp_path, x_train=ragged, y_train=LABELS))
    cube = np.empty((4, 2, 2), dtype=object)
    with pytest.raises(
        DatasetError, match=r"x_train in .* holds pickled Python objects, which could run code"
    ):
        list_array_file(write(tmp_path, x_train=cube, y_train=LABELS))
