"""Colors of classes: apart from each other for every kind of color vision, and the same each time."""

import itertools

import numpy as np
import pytest

from core.plots.theme import CLASS_COLORS, CLASS_SYMBOLS, PALETTE, class_color, class_symbol

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colors, vision):
    """CIE Lab (D65), shape (num_colors, 3)."""
    rgb = np.array([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in colors])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(VISION[vision]).T, 0, 1)
    xyz = seen @ TO_XYZ.T / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def closest(colors, vision):
    places = lab(colors, vision)
    return min(np.linalg.norm(one - other) for one, other in itertools.combinations(places, 2))


@pytest.mark.parametrize("vision", VISION)
def test_the_colors_of_classes_differ_for_every_kind_of_color_vision(vision):
    assert closest(CLASS_COLORS[:8], vision) > 15
    assert closest(CLASS_COLORS, vision) > (20 if vision == "normal" else 6)


def test_no_color_is_lost_on_a_light_or_a_dark_page():
    lightness = lab(CLASS_COLORS, "normal")[:, 0]
    assert lightness.min() > 38
    assert lightness.max() < 82


def test_the_first_classes_have_the_colors_of_all_figures():
    assert CLASS_COLORS[:6] == PALETTE[:6]


def test_color_and_marker_together_tell_160_classes_apart():
    pairs = {(class_color(index), class_symbol(index)) for index in range(160)}
    assert len(pairs) == len(CLASS_COLORS) * len(CLASS_SYMBOLS) == 160
