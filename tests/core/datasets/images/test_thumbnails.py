"""Small JPEGs for grids."""

import cv2
import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.images.thumbnails import thumbnails
from core.datasets.store import load_dataset
from core.errors import DatasetError


def decode(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def test_the_longer_side_has_the_size_asked_for(home, write_image, tmp_path):
    write_image("pets/wide/a.png", height=20, width=400)
    write_image("pets/high/a.jpg", height=900, width=300)
    dataset = add_dataset(home, tmp_path / "pets")
    shapes = [decode(jpeg).shape for jpeg in thumbnails(dataset, [0, 1], size=60)]
    assert shapes == [(60, 20, 3), (3, 60, 3)]


def test_a_tiny_picture_is_enlarged_with_hard_edges(home):
    digits = load_dataset(home, "digits")
    large = decode(thumbnails(digits, [0], size=80)[0])
    small = np.load(digits.array_path)[0]
    assert large.shape == (80, 80, 3)
    assert np.abs(large[5::10, 5::10, 1].astype(int) - small).max() < 20


def test_a_picture_that_has_gone_is_a_crossed_square_and_no_error(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 1, "dog": 1}))
    (dataset.root / "cat" / "0.jpg").unlink()
    gone, there = thumbnails(dataset, np.array([0, 1]), size=40)
    assert decode(gone)[0, 20].tolist() == pytest.approx([200] * 3, abs=30)
    assert decode(there).shape == (30, 40, 3)


def test_an_unknown_picture_is_refused(home):
    with pytest.raises(DatasetError, match="no image 1797; choose 0 to 1796"):
        thumbnails(load_dataset(home, "digits"), [1797])
