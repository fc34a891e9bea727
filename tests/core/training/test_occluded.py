"""Which pixels each split of a run is shown."""

import numpy as np
import pytest

from core.caches import list_caches, set_limit
from core.datasets.images.reading import read_image
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.store import delete_dataset
from core.errors import RunError
from core.runs.config import RunConfig
from core.runs.run import create_run
from core.training.occluded import KEYS_FILE, check_same_shown, open_shown

SEES_HIDDEN = {"train": {"train", "val"}, "test": {"test"}, "both": {"train", "val", "test"}}


def make_config(**settings):
    return RunConfig.make(dataset="colors", image_size=8, **settings)


@pytest.fixture
def clean(add_colors):
    return add_colors()


@pytest.fixture
def hidden(workspace, clean):
    return occlude(workspace, clean)


def occlude(workspace, clean, seed=0):
    settings = Derivation(occlusion=Occlusion(share=0.5, fill="white", seed=seed))
    return derive_dataset(workspace, clean, settings, name="hidden")


@pytest.mark.parametrize("splits", ["train", "test", "both"])
def test_the_chosen_splits_are_occluded_and_the_others_are_not(workspace, clean, hidden, splits):
    shown = open_shown(workspace, clean, make_config(occluded_with="hidden", occluded_splits=splits))
    for split in ("train", "val", "test"):
        source = hidden if split in SEES_HIDDEN[splits] else clean
        for sample_id in clean.sample_ids(split):
            np.testing.assert_array_equal(shown.pixels[split][sample_id], read_image(source, sample_id))
        assert shown.keys[split] == source.images_hash
    assert shown.reasons == ()


def test_without_an_occluded_dataset_all_is_clean_and_decoded_once(workspace, clean):
    shown = open_shown(workspace, clean, make_config())
    assert shown.pixels["train"] is shown.pixels["test"]
    assert set(shown.keys.values()) == {clean.images_hash}
    assert len(list_caches(workspace)) == 1


def test_pixels_that_cannot_be_kept_say_so_for_each_dataset(workspace, clean, hidden):
    set_limit(workspace, 1e-6)
    shown = open_shown(workspace, clean, make_config(occluded_with="hidden", occluded_splits="test"))
    assert len(shown.reasons) == 2
    sample_id = clean.sample_ids("test")[0]
    np.testing.assert_array_equal(shown.pixels["test"][sample_id], read_image(hidden, sample_id))


def test_for_a_look_at_a_few_nothing_is_kept(workspace, clean, hidden):
    open_shown(workspace, clean, make_config(occluded_with="hidden"), keep=False)
    assert list_caches(workspace) == []


def test_a_run_goes_on_only_with_the_pictures_that_it_was_begun_with(workspace, clean, hidden):
    config = make_config(occluded_with="hidden")
    run = create_run(workspace, config)
    shown = open_shown(workspace, clean, config)
    check_same_shown(run, shown, is_resumed=False)
    check_same_shown(run, shown, is_resumed=True)
    delete_dataset(workspace, "hidden")
    occlude(workspace, clean, seed=1)
    other = open_shown(workspace, clean, config)
    with pytest.raises(RunError, match=r"'hidden' has changed since run small_cnn-1 .* train a new run"):
        check_same_shown(run, other, is_resumed=True)
    check_same_shown(run, other, is_resumed=False)
    check_same_shown(run, other, is_resumed=True)


def test_a_run_on_clean_pictures_notes_nothing(workspace, clean):
    run = create_run(workspace, make_config())
    check_same_shown(run, open_shown(workspace, clean, run.config), is_resumed=True)
    assert not (run.directory / KEYS_FILE).exists()
