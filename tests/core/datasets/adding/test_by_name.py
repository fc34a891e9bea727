"""Datasets by their names: where they end up, what they are called, and what is left when it fails."""

import numpy as np
import pytest

from core.datasets.adding.by_name import NamedOptions, add_by_name, is_by_name, suggest_name_of
from core.datasets.sources import hub, keras_sets
from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.listing import Listing
from core.datasets.sources.options import SourceOptions
from core.datasets.store import list_datasets
from core.errors import DatasetError


def tiny(name, *, coarse=False, progress=None):
    images = np.arange(6 * 16, dtype=np.uint8).reshape(6, 4, 4)
    labels = ["n_a", "n_b", "n_c"] * 2
    blank = [None] * 6
    return Listing(
        "Tiny.", arrays=[images], labels=labels, splits=blank, groups=list(blank), reasons=list(blank)
    )


@pytest.fixture
def pictures(write_image):
    def list_hub(source, folder, columns, *, progress=None):
        listing = Listing(f"Of {source}.", root=folder, own_files=folder)
        for number in range(6):
            content = write_image(f"{number}.png").read_bytes()
            (folder / f"{number}.png").write_bytes(content)
            listing.add(f"{number}.png", "ab"[number % 2])
        return listing

    return list_hub


def test_a_name_is_told_from_a_path():
    assert is_by_name("keras:mnist")
    assert is_by_name("hf:owner/name")
    assert not is_by_name("/data/hf:x")
    assert suggest_name_of("hf:owner/name/") == "name"


def test_a_set_of_arrays_is_stored_with_its_classes_cleaned(home, monkeypatch):
    monkeypatch.setattr(keras_sets, "list_keras_set", tiny)
    rule = SourceOptions(class_name_rule=ClassNameRule(strip_prefix="n_"))
    dataset = add_by_name(home, "keras:mnist", options=rule)
    assert (dataset.name, dataset.class_names, dataset.num_images) == ("mnist", ("a", "b", "c"), 6)
    assert add_by_name(home, "keras:cifar100", named=NamedOptions(coarse=True)).name == "cifar100 coarse"


def test_pictures_of_the_hub_become_files_of_the_dataset(home, monkeypatch, pictures):
    monkeypatch.setattr(hub, "list_hub", pictures)
    dataset = add_by_name(home, "hf:owner/birds")
    assert (dataset.name, dataset.num_images) == ("birds", 6)
    assert dataset.root.is_relative_to(dataset.folder)
    assert (dataset.root / "0.png").is_file()
    assert not list(home.datasets_dir.glob(".*.tmp"))


def test_a_stop_leaves_nothing_behind(home, monkeypatch, pictures):
    monkeypatch.setattr(hub, "list_hub", pictures)

    def stop(done, total):
        raise DatasetError("stopped")

    with pytest.raises(DatasetError, match="stopped"):
        add_by_name(home, "hf:owner/birds", progress=stop)
    assert list_datasets(home) == ["digits", "shapes"]
    assert not list(home.datasets_dir.glob(".*.tmp"))


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        ("hf:owner/digits", {}, "already a dataset named 'digits'"),
        ("keras:mnist", {"seed": -1}, "seed -1 is negative; choose 0 or more"),
        ("http://x", {"name": "x"}, "is no name of a dataset; write keras: or hf: before it"),
    ],
)
def test_what_is_known_to_fail_is_refused_before_anything_is_downloaded(home, source, options, words):
    with pytest.raises(DatasetError, match=words):
        add_by_name(home, source, **options)
