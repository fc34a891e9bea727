"""Labels and groups out of the names of the files of a folder."""

import pytest

from core.datasets.sources.name_pattern import NamePattern
from core.datasets.sources.options import SourceOptions
from core.datasets.sources.recognize import open_source
from core.errors import DatasetError


def options(label: str | None = None, group: str | None = None, **others: str) -> SourceOptions:
    patterns = {"label_pattern": label, "group_pattern": group}
    return SourceOptions(**{key: NamePattern(text) for key, text in patterns.items() if text}, **others)


def test_labels_and_groups_are_read_and_what_does_not_fit_is_left_out(write_image, tmp_path):
    for name in ("12_a.jpg", "7_b.jpg", "deep/12_c.png", "odd.png"):
        write_image(f"hotels/{name}")
    (tmp_path / "hotels" / "99_x.png").symlink_to("/etc/passwd")
    listing = open_source(tmp_path / "hotels", options("{label}_{group}"))
    found = dict(zip(listing.paths, zip(listing.labels, listing.groups, strict=True), strict=True))
    assert found == {
        "12_a.jpg": ("12", "a"),
        "7_b.jpg": ("7", "b"),
        "deep/12_c.png": ("12", "c"),
        "odd.png": (None, None),
        "99_x.png": (None, None),
    }
    reasons = dict(zip(listing.paths, listing.reasons, strict=True))
    assert "does not fit its name; rename the file or change the pattern" in reasons["odd.png"]
    assert "leads out of the folder" in reasons["99_x.png"]


def test_folders_of_splits_are_kept_with_labels_from_names(write_image, tmp_path):
    for name in ("train/a_1.png", "train/b_1.png", "test/a_2.png"):
        write_image(f"set/{name}")
    listing = open_source(tmp_path / "set", options("{label}_{rest}"))
    assert list(zip(listing.splits, listing.labels, strict=True)) == [
        ("test", "a"),
        ("train", "a"),
        ("train", "b"),
    ]


def test_groups_of_class_folders_come_from_a_pattern_and_misfits_stand_alone(write_image, tmp_path):
    for name in ("rbc/p7_1.png", "wbc/p7_2.png", "wbc/other.png"):
        write_image(f"cells/{name}")
    listing = open_source(tmp_path / "cells", options(group="{group}_{digits}"))
    assert listing.groups == ["p7", None, "p7"]
    (note,) = listing.notes
    assert note.endswith("does not fit 1 file names, which stand alone: 'wbc/other.png'.")
    with pytest.raises(DatasetError, match=r"fits no file name, such as 'rbc/p7_1.png'.*; change it"):
        open_source(tmp_path / "cells", options(group="x{group}_{digits}"))
    assert open_source(tmp_path / "cells", options(group_separator="_")).groups == ["p7", "other", "p7"]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"no images in .*; choose the folder that holds them"):
        open_source(tmp_path, options("{label}_{rest}"))
