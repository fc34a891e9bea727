"""Mask pictures are read once, by transparency or by white; what cannot be a mask is named."""

import cv2
import numpy as np
import pytest

from core.datasets.preparing.mask_pictures import read_mask_pictures
from core.datasets.preparing.masks import unpack_mask
from core.errors import DatasetError


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)


def left_half(height=40, width=60):
    mask = np.zeros((height, width), np.uint8)
    mask[:, : width // 2] = 255
    return mask


def test_white_hides_and_invert_turns_it_around(tmp_path):
    write(tmp_path / "a.png", left_half())
    mask = unpack_mask(read_mask_pictures(tmp_path).bits[0])
    assert mask[:, :126].all()
    assert not mask[:, 130:].any()
    turned = unpack_mask(read_mask_pictures(tmp_path, invert=True).bits[0])
    np.testing.assert_array_equal(turned, 1 - mask)


def test_of_a_picture_with_transparency_the_opaque_part_hides_whatever_its_color(tmp_path):
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[..., 3] = left_half()
    write(tmp_path / "black_on_nothing.png", pixels)
    pixels[..., 3] = 255
    pixels[:, 30:, :3] = 255
    write(tmp_path / "opaque.png", pixels)
    black, opaque = (unpack_mask(bits) for bits in read_mask_pictures(tmp_path).bits)
    assert black[:, :126].all()
    assert not black[:, 130:].any()
    np.testing.assert_array_equal(opaque, 1 - black)  # nothing is transparent, so white counts


def test_bad_pictures_are_named_with_the_reason_and_the_others_used(tmp_path):
    write(tmp_path / "deep" / "good.png", left_half())
    write(tmp_path / "empty.png", np.zeros((9, 9), np.uint8))
    write(tmp_path / "full.png", np.full((9, 9), 255, np.uint8))
    (tmp_path / "broken.png").write_text("no picture")
    found = read_mask_pictures(tmp_path)
    assert found.shares == pytest.approx([0.5], abs=0.01)
    assert set(found.left_out) == {"empty.png", "full.png", "broken.png"}
    assert "hides nothing" in found.left_out["empty.png"]
    assert "hides everything" in found.left_out["full.png"]


def test_a_folder_without_a_usable_picture_is_refused(tmp_path):
    (tmp_path / "broken.png").write_text("no picture")
    with pytest.raises(DatasetError, match=r"no picture that can be a mask; .*The first, broken.png"):
        read_mask_pictures(tmp_path)
    with pytest.raises(DatasetError, match=r"gone"):
        read_mask_pictures(tmp_path / "gone")


def test_a_preview_reads_only_the_first(tmp_path):
    for number in range(5):
        write(tmp_path / f"{number}.png", left_half())
    assert len(read_mask_pictures(tmp_path, limit=2).bits) == 2
