"""Which pictures a run is shown, and which occluded datasets are refused."""

import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.editing.edits import exclude, move_to_split, record, relabel
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.preparing.shown import find_occluded
from core.datasets.store import load_dataset
from core.errors import DatasetError


@pytest.fixture
def pets(home, make_folder):
    return add_dataset(home, make_folder({"cat": 12, "dog": 12}))


def occlude(home, dataset, name="hidden", **settings):
    derivation = {key: settings.pop(key) for key in ("max_per_class", "groups") if key in settings}
    settings = Derivation(occlusion=Occlusion(**settings), **derivation)
    return derive_dataset(home, dataset, settings, name=name)


@pytest.mark.parametrize("splits", ["train", "test", "both"])
def test_a_dataset_made_by_occlusion_fits(home, pets, splits):
    hidden = occlude(home, pets)
    assert find_occluded(home, pets, "hidden", splits).images_hash == hidden.images_hash


def test_an_unknown_one_and_a_clean_one_are_refused(home, pets):
    with pytest.raises(DatasetError, match=r"no dataset 'hidden'"):
        find_occluded(home, pets, "hidden", "both")
    with pytest.raises(DatasetError, match=r"'pets' is not occluded; .* or make one with"):
        find_occluded(home, pets, "pets", "both")


def test_one_of_other_images_is_refused(home, pets):
    occlude(home, load_dataset(home, "shapes"))
    occlude(home, pets, name="few", max_per_class=5)
    for name in ("hidden", "few"):
        with pytest.raises(DatasetError, match=f"'{name}' does not have the images of 'pets' .* anew"):
            find_occluded(home, pets, name, "both")


def test_a_run_on_an_occluded_dataset_takes_no_other_pictures(home, pets):
    hidden = occlude(home, pets)
    with pytest.raises(DatasetError, match=r"'hidden' is occluded itself.*train on the dataset that it"):
        find_occluded(home, hidden, "hidden", "both")


def test_other_labels_and_other_classes_are_refused(home, pets):
    occlude(home, pets)
    occlude(home, pets, name="joined", groups={"cat": "kitten"})
    with pytest.raises(DatasetError, match=r"'joined' has other classes than 'pets'; occlude"):
        find_occluded(home, pets, "joined", "both")
    edited = record(home, pets, relabel(pets, {0: "dog", 1: "dog"}))
    with pytest.raises(DatasetError, match=r"2 images of 'hidden' have another label than in 'pets'"):
        find_occluded(home, edited, "hidden", "both")


def test_images_left_out_by_hand_do_not_matter(home, pets):
    occlude(home, pets)
    edited = record(home, pets, exclude(pets, np.array([0, 1])))
    assert find_occluded(home, edited, "hidden", "both").name == "hidden"


def test_splits_that_the_occlusion_leaves_clean_are_refused(home, pets):
    occlude(home, pets, splits=("train", "val"))
    assert find_occluded(home, pets, "hidden", "train").name == "hidden"
    count = len(pets.sample_ids("test"))
    expected = rf"{count} test images? of 'pets' would be shown clean, since 'hidden' occludes training and"
    for splits in ("test", "both"):
        with pytest.raises(DatasetError, match=expected):
            find_occluded(home, pets, "hidden", splits)


def test_images_that_have_changed_their_split_since_are_refused_where_that_leaves_them_clean(home, pets):
    occlude(home, pets, splits=("test",))
    edited = record(home, pets, move_to_split(pets, pets.sample_ids("train")[:3], "test"))
    with pytest.raises(DatasetError, match=r"3 test images .* clean, since in 'hidden' they are of another"):
        find_occluded(home, edited, "hidden", "test")
