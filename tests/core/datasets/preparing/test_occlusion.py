"""The same image gets the same mask in every dataset, wherever its pixels are read; others stay clean."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.images.pixels import load_pixels
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.images.thumbnails import thumbnails
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.occlusion import MASKS_FILE, Occlusion, identify, occlude, paint
from core.datasets.preparing.occlusion_preview import choose_pictures, occluded_pair
from core.datasets.store import load_dataset
from core.errors import DatasetError


def hidden_in(clean: np.ndarray, painted: np.ndarray) -> np.ndarray:
    return (clean != painted).any(axis=-1)


@pytest.mark.parametrize("kind", ["rectangle", "polygon", "person"])
@pytest.mark.parametrize("fill", ["black", "grey", "white", "noise", "mean"])
def test_the_share_of_painted_pixels_is_the_one_asked_for(kind, fill):
    pixels = np.full((60, 80, 3), 77, np.uint8)
    pixels[::2] = 79
    painted = occlude(pixels, Occlusion(kind=kind, share=0.3, fill=fill), "cat/1.jpg")
    assert painted.dtype == np.uint8
    assert hidden_in(pixels, painted).mean() == pytest.approx(0.3, abs=0.01)
    assert set(np.unique(pixels)) == {77, 79}  # the image itself is not touched


def test_each_fill_has_its_color():
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[..., 0], pixels[:10, :, 1] = 50, 100
    for fill, color in (
        ("black", (0, 0, 0)),
        ("grey", (128,) * 3),
        ("white", (255,) * 3),
        ("mean", (50, 50, 0)),
    ):
        painted = occlude(pixels, Occlusion(fill=fill, share=0.5), "1")
        where = hidden_in(pixels, painted)
        assert (painted[where] == color).all()
    noise = occlude(pixels, Occlusion(fill="noise", share=0.5), "1")
    assert len(np.unique(noise[hidden_in(pixels, noise)])) > 50


def test_the_mask_depends_on_the_image_and_the_seed_and_on_nothing_else():
    pixels = np.full((50, 50, 3), 200, np.uint8)
    first = occlude(pixels, Occlusion(seed=1), "a")
    np.testing.assert_array_equal(first, occlude(pixels, Occlusion(seed=1, splits=("test",)), "a"))
    assert (first != occlude(pixels, Occlusion(seed=1), "b")).any()
    assert (first != occlude(pixels, Occlusion(seed=2), "a")).any()


@pytest.mark.parametrize("size", [96, 24])
def test_every_reader_of_pixels_paints_the_same_and_only_in_the_chosen_splits(home, size):
    digits = load_dataset(home, "digits")
    settings = Occlusion(kind="rectangle", share=0.3, fill="white", splits=("test",))
    made = derive_dataset(home, digits, Derivation(occlusion=settings), name="hidden")
    for split, is_painted in (("train", False), ("test", True)):
        ids = made.sample_ids(split)[:3].tolist()
        for sample in ids:
            clean, seen = read_image(digits, sample), read_image(made, sample)
            assert (clean != seen).any() == is_painted
            expected = occlude(clean, settings, str(sample)) if is_painted else clean
            np.testing.assert_array_equal(seen, expected)
            np.testing.assert_array_equal(
                load_pixels(home, made, square(16))[sample], resize_image(seen, square(16))
            )
        assert (thumbnails(made, ids, size=size) != thumbnails(digits, ids, size=size)) == is_painted


def test_files_are_painted_too_and_their_reduced_thumbnails_at_the_same_place(home, write_image):
    for number in range(4):
        for name in ("cat", "dog"):
            path = write_image(f"pets/{name}/{number}.jpg")
            cv2.imwrite(str(path), np.full((400, 600, 3), 90, np.uint8))
    pets = add_dataset(home, path.parents[1])
    settings = Occlusion(kind="rectangle", share=0.25, fill="white")
    made = derive_dataset(home, pets, Derivation(occlusion=settings), name="hidden")
    full = read_image(made, 0)[..., 0] > 200
    small = cv2.imdecode(np.frombuffer(thumbnails(made, [0], size=96)[0], np.uint8), cv2.IMREAD_GRAYSCALE)
    assert full.mean() == pytest.approx(0.25, abs=0.01)
    expected = cv2.resize(full.astype(np.uint8) * 255, small.shape[::-1], interpolation=cv2.INTER_AREA) > 127
    assert ((small > 160) != expected).mean() < 0.02


def test_a_dataset_made_of_an_occluded_one_shows_the_same_masks(home):
    digits = load_dataset(home, "digits")
    hidden = derive_dataset(home, digits, Derivation(occlusion=Occlusion(seed=4)), name="hidden")
    few = derive_dataset(home, hidden, Derivation(classes=("3", "8"), max_per_class=20), name="few")
    for row in range(len(few.table)):
        parent = int(few.table["position"].iat[row])
        np.testing.assert_array_equal(read_image(few, row), read_image(hidden, parent))


def test_an_image_that_moves_to_another_split_is_painted_as_that_split_is(home):
    digits = load_dataset(home, "digits")
    made = derive_dataset(home, digits, Derivation(occlusion=Occlusion(splits=("train",))), name="hidden")
    sample = int(made.sample_ids("train")[0])
    pixels = read_image(digits, sample)
    assert (paint(made, sample, pixels) != pixels).any()
    moved = replace(
        made, table=made.table.assign(split=made.table["split"].where(made.table.index != sample, "val"))
    )
    assert paint(moved, sample, pixels) is pixels
    assert moved.images_hash != made.images_hash  # so that no cache of pixels is taken for the other's


def test_without_occlusion_the_very_same_pixels_come_back(home):
    digits = load_dataset(home, "digits")
    pixels = read_image(digits, 0)
    assert paint(digits, 0, pixels) is pixels
    assert identify(digits, 5) == "5"


def test_settings_that_cannot_be_are_refused_in_a_sentence():
    for values, word in (({"share": 0.95}, "share"), ({"kind": "cloud"}, "kind"), ({"splits": ()}, "splits")):
        with pytest.raises(DatasetError, match=rf"{word}.*choose another value"):
            Occlusion.make(**values)
    assert Occlusion.make(share="0.3").share == 0.3


def test_mask_pictures_that_are_gone_are_told(home, tmp_path):
    cv2.imwrite(str(tmp_path / "m.png"), np.eye(40, dtype=np.uint8) * 255)
    settings = Derivation(occlusion=Occlusion(kind="pictures"), masks_dir=tmp_path)
    made = derive_dataset(home, load_dataset(home, "digits"), settings, name="hidden")
    read_image(made, 0)
    (made.folder / MASKS_FILE).unlink()
    with pytest.raises(DatasetError, match=r"masks.npy cannot be read .*occlude anew"):
        read_image(made, 0)


def test_a_preview_shows_pictures_of_the_chosen_splits_and_what_will_be(home):
    digits = load_dataset(home, "digits")
    settings = Occlusion(kind="polygon", splits=("test",))
    chosen = choose_pictures(digits, settings)
    assert len(chosen) == 9
    assert set(chosen) <= set(digits.sample_ids("test"))
    assert len(set(digits.labels(chosen))) == 9
    clean, hidden = occluded_pair(digits, int(chosen[0]), settings, size=96)
    made = derive_dataset(home, digits, Derivation(occlusion=settings), name="hidden")
    assert thumbnails(digits, chosen[:1])[0] == clean
    assert thumbnails(made, chosen[:1])[0] == hidden
