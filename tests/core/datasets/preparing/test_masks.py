"""Masks hide the share that was asked for, at every size, and the same state of chance gives the same one."""

import numpy as np
import pytest

from core.datasets.preparing.masks import TOLERANCE, draw_mask, fit_mask, pack_mask, share_of, unpack_mask

KINDS = ("rectangle", "polygon", "person")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_a_mask_hides_the_share_that_was_asked_for(kind, share):
    rng = np.random.default_rng(0)
    for _ in range(40):
        mask = draw_mask(kind, share, rng)
        assert mask.shape == (256, 256)
        assert set(np.unique(mask)) == {0, 1}
        assert abs(mask.mean() - share) <= TOLERANCE


@pytest.mark.parametrize("kind", KINDS)
def test_masks_differ_in_shape_and_place_and_are_repeated_by_the_seed(kind):
    masks = [draw_mask(kind, 0.3, np.random.default_rng(seed)) for seed in range(20)]
    assert len({mask.tobytes() for mask in masks}) == 20
    again = draw_mask(kind, 0.3, np.random.default_rng(7))
    np.testing.assert_array_equal(again, masks[7])


@pytest.mark.parametrize("size", [(8, 8), (1, 1), (28, 31), (150, 200), (256, 256), (300, 100), (700, 900)])
def test_a_fitted_mask_hides_the_same_share_to_half_a_pixel(size):
    rng = np.random.default_rng(1)
    for kind in KINDS:
        mask = draw_mask(kind, 0.2, rng)
        fitted = fit_mask(mask, *size)
        assert (fitted.shape, fitted.dtype) == (size, bool)
        assert abs(fitted.sum() - mask.mean() * fitted.size) <= 0.5 + 1e-9


def test_a_fitted_mask_is_in_the_same_place():
    mask = np.zeros((256, 256), np.uint8)
    mask[64:128, 0:128] = 1
    small = fit_mask(mask, 8, 8)
    assert small.sum() == 8
    assert small[2:4, 0:4].all()
    large = fit_mask(mask, 512, 1024)
    assert large[130:254, 4:508].all()
    assert large.sum() == 512 * 1024 // 8


def test_a_rectangle_is_one_upright_block():
    mask = draw_mask("rectangle", 0.25, np.random.default_rng(3))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    assert mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    assert 0.5 < len(rows) / len(columns) < 2


def test_a_person_has_a_head_narrower_than_the_shoulders():
    heads = 0
    for seed in range(20):
        mask = draw_mask("person", 0.1, np.random.default_rng(seed))
        widths = mask.sum(axis=1)[mask.any(axis=1)]
        heads += int(widths[: len(widths) // 8].max() < widths.max())
    assert heads == 20


def test_bits_give_the_mask_back():
    mask = draw_mask("polygon", 0.3, np.random.default_rng(0))
    bits = pack_mask(mask)
    assert (bits.shape, bits.dtype) == ((8192,), np.uint8)
    np.testing.assert_array_equal(unpack_mask(bits), mask)
    assert share_of(mask) == mask.mean()
