"""Kept features: whole or not at all, and found again only for what they are of."""

from dataclasses import replace

import numpy as np
import pytest

from core.caches import list_caches, set_limit
from core.errors import CacheFullError
from core.runs.config import RunConfig
from core.training.pipeline import Samples
from core.training.prefix.store import Shelf, open_shelf

CONFIG = RunConfig(dataset="colors", image_size=8, augmentation="light", augmentation_views=2)
SAMPLES = Samples("train", ("a", "b"), np.arange(4), np.arange(4) % 2, np.zeros((4, 8, 8, 3), np.uint8))
VALUES = np.arange(12, dtype=np.float32).reshape(4, 3)


@pytest.fixture
def shelf(workspace) -> Shelf:
    return open_shelf(workspace, CONFIG, SAMPLES, shown="abc")


def test_what_is_written_is_found_again_and_listed_as_a_cache(workspace, shelf):
    assert shelf.find("net", "float16") is None
    shelf.write("net", "float16", iter([VALUES[:3], VALUES[3:]]), shape=(4, 3))
    found = shelf.find("net", "float16")
    assert found.dtype == np.float16
    assert np.array_equal(found, VALUES)
    [cache] = list_caches(workspace)
    assert (cache.kind, cache.owner, cache.path) == ("features", "colors", shelf.path("net", "float16"))
    assert cache.path.name.startswith("small_cnn-8-train-")


def test_no_images_have_no_features(shelf):
    assert shelf.write("net", "float32", iter([]), shape=(0, 3)).shape == (0, 3)


def test_what_breaks_off_leaves_nothing(workspace, shelf):
    def batches():
        yield VALUES[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelf.write("net", "float32", batches(), shape=(4, 3))
    assert not [path for path in (workspace.root / "features").rglob("*") if path.is_file()]


def test_more_than_the_limit_is_refused_before_anything_is_computed(workspace, shelf):
    set_limit(workspace, 0.1)
    with pytest.raises(CacheFullError, match="does not fit"):
        shelf.write("net", "float32", iter(lambda: pytest.fail("computed"), None), shape=(10**9, 3))


def test_a_damaged_file_is_no_cache(shelf):
    shelf.write("net", "float32", iter([VALUES]), shape=(4, 3))
    path = shelf.path("net", "float32")
    path.write_bytes(path.read_bytes()[:100])
    assert shelf.find("net", "float32") is None


def test_everything_that_the_numbers_depend_on_is_in_the_name(workspace, shelf):
    fewer = replace(SAMPLES, sample_ids=np.arange(1, 5))
    others = [
        open_shelf(workspace, CONFIG, SAMPLES, shown="abd"),
        open_shelf(workspace, CONFIG, fewer, shown="abc"),
        open_shelf(workspace, CONFIG, SAMPLES, shown="abc", view=1),
        open_shelf(workspace, CONFIG, SAMPLES, shown="abc", view=2),
        open_shelf(workspace, CONFIG.model_copy(update={"seed": 1}), SAMPLES, shown="abc", view=2),
        open_shelf(workspace, CONFIG.model_copy(update={"fit": "crop"}), SAMPLES, shown="abc"),
    ]
    paths = [each.path("net", "float32") for each in (shelf, *others)]
    paths += [shelf.path("net", "float16"), shelf.path("other", "float32")]
    assert len(set(paths)) == len(paths)


def test_settings_of_the_head_and_the_names_of_classes_are_not_in_the_name(workspace, shelf):
    other = CONFIG.model_copy(update={"seed": 5, "learning_rate": 0.1, "head_units": (8,), "epochs": 99})
    grouped = replace(SAMPLES, class_names=("c",), labels=np.zeros(4, int))
    assert open_shelf(workspace, other, grouped, shown="abc").path("n", "float32") == shelf.path(
        "n", "float32"
    )
