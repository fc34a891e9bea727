"""What is noted of a source while its images are looked at."""

from pathlib import Path

from PIL import Image

from core.datasets.adding.building import build_dataset
from core.datasets.sources.recognize import open_source


def test_classes_that_differ_by_case_only_are_kept_apart_and_said(make_folder):
    dataset = build_dataset("pets", open_source(make_folder({"Cat": 3, "cat": 2, "dog": 2})))
    assert set(dataset.class_names) == {"Cat", "cat", "dog"}
    assert "Classes that differ by upper and lower case only are kept apart: 'Cat', 'cat'." in dataset.notes


def test_animations_are_counted_and_their_first_picture_is_used(make_folder):
    root = make_folder({"cat": 2, "dog": 2})
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    for name in ("cat/moving.gif", "dog/pages.tif"):
        frames[0].save(root / name, save_all=True, append_images=frames[1:])
    frames[0].save(root / "dog" / "still.gif")
    dataset = build_dataset("pets", open_source(root))
    assert dataset.num_images == 7
    assert "Animations or files of several pages, of which the first picture is used: 2." in dataset.notes


def test_one_spelling_of_an_accent_is_one_class(make_folder):
    root = make_folder({"train/caf\u00e9": 2, "train/bar": 2, "test/cafe\u0301": 1, "test/bar": 1})
    assert build_dataset("places", open_source(Path(root))).class_names == ("bar", "caf\u00e9")
