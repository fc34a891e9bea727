from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import PredictionsError
from core.imported.arrays import read_foreign

NAMES = np.array(["cat", "dog", "hen"])
PROBS = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(**arrays: Any) -> Path:
        path = tmp_path / "val.npz"
        given = {"y_true": np.array([0, 1]), "probs": PROBS, "class_names": NAMES} | arrays
        np.savez(path, **{key: value for key, value in given.items() if value is not None})
        return path

    return written


def test_probabilities_and_ids_are_read_as_they_are(write: Write) -> None:
    found = read_foreign(write(ids=np.array(["a.png", "b.png"])))
    assert found.class_names == ("cat", "dog", "hen")
    assert found.y_true.tolist() == [0, 1]
    assert found.y_true.dtype == np.int64
    np.testing.assert_allclose(found.probs, PROBS, rtol=1e-6)
    assert found.ids is not None
    assert found.ids.tolist() == ["a.png", "b.png"]
    assert found.has_probs


def test_answers_alone_become_probabilities_of_one(write: Write) -> None:
    found = read_foreign(write(probs=None, y_pred=np.array([2, 1])))
    assert found.probs.tolist() == [[0, 0, 1], [0, 1, 0]]
    assert not found.has_probs


def test_classes_may_be_given_by_name_also_as_bytes(write: Write) -> None:
    found = read_foreign(
        write(y_true=np.array([b"dog", b"hen"]), y_pred=np.array(["cat", "dog"]), probs=None)
    )
    assert found.y_true.tolist() == [1, 2]
    assert found.probs.argmax(axis=1).tolist() == [0, 1]


def test_one_image_whose_classes_mostly_never_occur_is_enough(write: Write) -> None:
    assert len(read_foreign(write(y_true=np.array([2]), probs=PROBS[:1])).y_true) == 1


def test_whole_numbers_stored_as_real_ones_are_classes(write: Write) -> None:
    assert read_foreign(write(y_true=np.array([0.0, 2.0]))).y_true.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("arrays", "remedy"),
    [
        ({"class_names": None}, "lacks class_names; save it with"),
        ({"y_true": None}, "lacks y_true; save it with"),
        ({"probs": None}, "lacks probs or y_pred; save it with"),
        ({"y_true": np.zeros(0, int), "probs": np.zeros((0, 3))}, "has no images"),
        (
            {"y_true": np.array([0, 3])},
            "goes from 0 to 3, but class_names has 3 names; count the classes from 0",
        ),
        ({"y_true": np.array([-1, 0])}, "goes from -1 to 0"),
        ({"y_true": np.array([0.5, 1])}, "must hold class numbers or names"),
        ({"y_true": np.array([np.nan, 1])}, "must hold class numbers or names"),
        ({"y_true": np.array([[0], [1]])}, "one class an image"),
        ({"y_true": np.array(["cat", "cow"])}, "names 'cow', not among class_names"),
        ({"probs": PROBS[:1]}, "need numbers of shape (2, 3)"),
        ({"probs": PROBS[:, :2]}, "need numbers of shape (2, 3)"),
        ({"probs": PROBS * np.nan}, "for 2 of 2 images probs has values that are not numbers"),
        ({"probs": PROBS * 10}, "apply a softmax to logits"),
        ({"probs": PROBS - [[0.3, 0, 0]]}, "apply a softmax to logits"),
        ({"probs": None, "y_pred": np.array([0])}, "save both for the same images"),
        ({"class_names": np.array(["cat", "cat", "dog"])}, "has 'cat' twice"),
        ({"class_names": np.array(["cat", " ", "dog"])}, "has '', which is no name"),
        ({"class_names": np.array(["cat"])}, "two classes at least"),
        ({"class_names": np.array("cat")}, "two classes at least"),
        ({"ids": np.array(["a"])}, "give each image one id, or leave ids out"),
        ({"ids": np.array(["a", "a"])}, "ids has 'a' twice"),
    ],
)
def test_what_contradicts_itself_is_told_with_file_and_remedy(
    write: Write, arrays: dict[str, Any], remedy: str
) -> None:
    path = write(**arrays)
    with pytest.raises(PredictionsError) as caught:
        read_foreign(path)
    assert str(path) in str(caught.value)
    assert remedy in str(caught.value)


def test_pickled_names_are_not_loaded(write: Write) -> None:
    path = write(class_names=np.array(["cat", "dog", "hen"], dtype=object))
    with pytest.raises(PredictionsError, match=r"names as np\.array\(names, dtype=str\)"):
        read_foreign(path)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(PredictionsError, match=r"cannot be read as an \.npz of plain arrays"):
        read_foreign(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PredictionsError, match="There is no file"):
        read_foreign(tmp_path / "none.npz")
