"""The two datasets that come with the program."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.datasets.sources.digits import list_digits
from core.datasets.sources.shapes import BY_FREQUENCY, FAMILIES, class_sizes, draw_shapes, list_shapes


@pytest.fixture(scope="module")
def shapes():
    return list_shapes()


def test_digits_are_those_of_scikit_learn_scaled_to_255():
    listing, original = list_digits(), load_digits()
    assert listing.labels == [str(label) for label in original.target]
    np.testing.assert_array_equal(np.rint(listing.arrays[0] / (255 / 16)), original.images)
    assert (listing.arrays[0].min(), listing.arrays[0].max()) == (0, 255)


def test_shapes_are_about_three_thousand_with_a_tail_of_twenty_to_one(shapes):
    images = shapes.arrays[0]
    assert (images.shape[1:], images.dtype) == ((64, 64, 3), np.uint8)
    assert 2900 < len(images) == len(shapes.labels) < 3100
    sizes = class_sizes()
    assert (len(sizes), sizes[0] / sizes[-1]) == (12, 20)
    assert (np.diff(sizes) < 0).all()


def test_the_families_are_written_down_and_each_has_frequent_and_rare_classes(shapes):
    assert set(BY_FREQUENCY) == set(shapes.class_names) == set(shapes.known_groups)
    assert len(set(shapes.known_groups.values())) == 4
    for members in FAMILIES.values():
        ranks = [BY_FREQUENCY.index(name) for name in members]
        assert len(members) == 3
        assert min(ranks) < 5 < max(ranks) + 3
    assert shapes.description.startswith("Generated")


def test_shapes_are_the_same_every_time_and_no_two_pictures_are_alike(shapes):
    names = list(BY_FREQUENCY) * 3
    first, second = (draw_shapes(names, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert len({image.tobytes() for image in shapes.arrays[0]}) == len(shapes.labels)


def test_a_shape_is_lighter_than_its_background(shapes):
    middle = shapes.arrays[0][:, 26:38, 26:38].mean(axis=(1, 2, 3))
    border = shapes.arrays[0][:, :4].mean(axis=(1, 2, 3))
    assert (middle > border).mean() > 0.95
