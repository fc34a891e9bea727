"""Folders of class folders, with and without folders of splits."""

import os
import sys
from pathlib import Path

import pytest

from core.datasets.sources.listing import Listing
from core.datasets.sources.options import SourceOptions
from core.datasets.sources.recognize import open_source
from core.errors import DatasetError


def left_out(listing: Listing) -> dict[str, str]:
    return {path: why for path, why in zip(listing.paths, listing.reasons, strict=True) if why}


def list_class_folders(root: Path, **options: str) -> Listing:
    return open_source(root, SourceOptions(**options))


def test_the_folder_names_are_the_classes_and_deeper_files_belong_to_them(make_folder, write_image):
    root = make_folder({"cat": 2, "dog": 1})
    write_image("pets/dog/more/deep.png")
    listing = list_class_folders(root)
    assert list(zip(listing.paths, listing.labels, strict=True)) == [
        ("cat/0.jpg", "cat"),
        ("cat/1.jpg", "cat"),
        ("dog/0.jpg", "dog"),
        ("dog/more/deep.png", "dog"),
    ]
    assert set(listing.splits) == {None}


def test_split_folders_are_kept_under_any_of_their_names(make_folder):
    root = make_folder({"Train/cat": 2, "Train/dog": 1, "validation/cat": 1, "test/dog": 1})
    listing = list_class_folders(root)
    assert sorted(zip(listing.splits, listing.labels, strict=True)) == [
        ("test", "dog"),
        ("train", "cat"),
        ("train", "cat"),
        ("train", "dog"),
        ("val", "cat"),
    ]


def test_a_class_may_be_called_train(make_folder):
    listing = list_class_folders(make_folder({"train": 2, "tram": 2, "test": 1}))
    assert set(listing.labels) == {"train", "tram", "test"}
    assert set(listing.splits) == {None}


def test_hidden_files_and_what_is_no_image_are_passed_over(make_folder, write_image):
    root = make_folder({"cat": 1, "dog": 1})
    for hidden in (".hidden.jpg", ".cache/x.jpg", "cat/.thumb.png", "__MACOSX/cat/0.jpg"):
        write_image(f"pets/{hidden}")
    (root / "cat" / "notes.txt").write_text("no image")
    assert list_class_folders(root).paths == ["cat/0.jpg", "dog/0.jpg"]


def test_a_folder_that_only_wraps_the_class_folders_is_entered(make_folder, tmp_path):
    make_folder({"images/cat": 1, "images/dog": 1})
    listing = list_class_folders(tmp_path / "pets")
    assert listing.root == tmp_path / "pets"
    assert listing.paths == ["images/cat/0.jpg", "images/dog/0.jpg"]
    assert listing.labels == ["cat", "dog"]


def test_a_wrapped_folder_of_splits_is_entered_too(make_folder, tmp_path):
    make_folder({"set/train/cat": 1, "set/train/dog": 1, "set/test/dog": 1})
    listing = list_class_folders(tmp_path / "pets")
    assert listing.labels == ["dog", "cat", "dog"]
    assert listing.splits == ["test", "train", "train"]


def test_split_folders_below_the_class_folders_are_kept(make_folder, write_image):
    root = make_folder({"cat/train": 2, "cat/test": 1, "dog/Train": 1, "dog/valid": 1})
    write_image("pets/dog/stray.jpg")
    listing = list_class_folders(root)
    assert list(zip(listing.labels, listing.splits, strict=True)) == [
        ("cat", "test"),
        ("cat", "train"),
        ("cat", "train"),
        ("dog", "train"),
        ("dog", None),
        ("dog", "val"),
    ]
    assert "no train, val or test folder as the others do; move it" in listing.reasons[4]


def test_subfolders_of_classes_that_are_not_all_splits_mean_nothing(make_folder):
    listing = list_class_folders(make_folder({"cat/test": 1, "cat/indoor": 1, "dog/train": 1}))
    assert (listing.labels, set(listing.splits)) == (["cat", "cat", "dog"], {None})


def test_splits_that_hold_images_themselves_are_no_classes(make_folder):
    with pytest.raises(DatasetError, match=r"no class folders below 'test', 'train'.*\{label\}_\{rest\}"):
        list_class_folders(make_folder({"train": 2, "test": 1}))


def test_images_beside_the_class_folders_are_left_out_with_the_reason(make_folder, write_image):
    root = make_folder({"cat": 1, "dog": 1})
    write_image("pets/stray.jpg")
    listing = list_class_folders(root)
    reason = listing.reasons[listing.paths.index("stray.jpg")]
    assert "in no class folder; move it" in reason


def test_links_that_leave_the_folder_are_not_followed(make_folder, write_image):
    root = make_folder({"cat": 1, "dog": 1})
    secret = write_image("secret/private.jpg")
    (root / "cat" / "link.jpg").symlink_to(secret)
    (root / "bird").symlink_to(secret.parent)
    (root / "dog" / "inside.jpg").symlink_to(root / "cat" / "0.jpg")
    listing = list_class_folders(root)
    reasons = dict(zip(listing.paths, listing.reasons, strict=True))
    assert "leads out of the folder and is not followed; copy" in reasons["cat/link.jpg"]
    assert "leads out of the folder and is not followed; copy" in reasons["bird"]
    assert reasons["dog/inside.jpg"] is None
    assert len(reasons) == 5


def test_files_cut_from_one_photo_can_be_grouped_by_name(write_image, tmp_path):
    for name in ("rbc/photo7_1.jpg", "wbc/photo7_2.jpg", "wbc/photo8.jpg"):
        write_image(f"cells/{name}")
    grouped = list_class_folders(tmp_path / "cells", group_separator="_")
    assert grouped.groups == ["photo7", "photo7", "photo8"]
    assert list_class_folders(tmp_path / "cells").groups == [None] * 3


def test_names_in_any_script_and_with_markup_are_classes(make_folder):
    names = ["Ä ö ß", "<b>bold<", "quo\"te's", "日本", "*star*"]
    assert set(list_class_folders(make_folder(dict.fromkeys(names, 1))).labels) == set(names)


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "cat").mkdir()
    with pytest.raises(DatasetError, match=r"no images in .*subfolders are named after the classes"):
        list_class_folders(tmp_path)


def test_a_single_class_is_refused_and_a_csv_beside_it_is_pointed_at(make_folder):
    root = make_folder({"images": 3})
    with pytest.raises(DatasetError, match=r"only one class folder with images, 'im.*one folder a class"):
        list_class_folders(root)
    (root / "labels.csv").write_text("image,label\n")
    with pytest.raises(DatasetError, match=r"give the labels' file 'labels.csv'"):
        list_class_folders(root)


def test_images_without_any_folder_are_refused(write_image, tmp_path):
    write_image("pets/a.jpg")
    with pytest.raises(DatasetError, match="no class folders"):
        list_class_folders(tmp_path / "pets")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_opened_is_left_out(make_folder):
    root = make_folder({"cat": 1, "dog": 1, "locked": 1})
    (root / "locked").chmod(0)
    listing = list_class_folders(root)
    (root / "locked").chmod(0o755)
    assert "cannot be read" in listing.reasons[listing.paths.index("locked/")]


def test_validation_and_test_folders_alone_are_splits_and_no_classes(make_folder):
    listing = list_class_folders(make_folder({"val/cat": 1, "val/dog": 1, "test/cat": 1}))
    assert sorted(zip(listing.splits, listing.labels, strict=True)) == [
        ("test", "cat"),
        ("val", "cat"),
        ("val", "dog"),
    ]


def test_a_link_to_itself_does_not_hide_its_neighbors(make_folder):
    root = make_folder({"cat": 2, "dog": 1})
    (root / "cat" / "loop.jpg").symlink_to("loop.jpg")
    (root / "cat" / "up").symlink_to(root)
    listing = list_class_folders(root)
    usable = [path for path, why in zip(listing.paths, listing.reasons, strict=True) if why is None]
    assert {"cat/0.jpg", "cat/1.jpg", "dog/0.jpg"} <= set(usable)
    assert "would never end" in listing.reasons[listing.paths.index("cat/up")]


def test_links_to_folders_inside_the_source_are_followed_and_never_in_a_circle(make_folder):
    root = make_folder({"all/cat": 2, "all/dog": 1})
    (root / "train").mkdir()
    (root / "train" / "cat").symlink_to(root / "all" / "cat")
    (root / "train" / "dog").symlink_to("../all/dog")
    (root / "all" / "dog" / "back").symlink_to(root / "train")
    listing = list_class_folders(root)
    found = {
        path: label
        for path, label, why in zip(listing.paths, listing.labels, listing.reasons, strict=True)
        if not why
    }
    assert found == {"train/cat/0.jpg": "cat", "train/cat/1.jpg": "cat", "train/dog/0.jpg": "dog"} | {
        f"train/dog/back/cat/{number}.jpg": "dog" for number in range(2)
    }
    assert any(path.endswith("/back") and "never end" in why for path, why in left_out(listing).items())


def test_folders_that_link_to_each_other_do_not_explode(make_folder, monkeypatch):
    monkeypatch.setattr("core.datasets.sources.folder.MAX_LINKED_FOLDERS", 20)
    root = make_folder({f"{number}": 1 for number in range(6)})
    for number in range(6):
        for other in range(6):
            if other != number:
                (root / str(number) / f"to{other}").symlink_to(root / str(other))
    listing = list_class_folders(root)
    assert len([why for why in listing.reasons if why is None]) == 26
    assert any("more than 10,000 links" in why for why in left_out(listing).values())


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names are always text there")
def test_names_that_are_no_text_are_left_out_with_the_reason(make_folder):
    root = make_folder({"cat": 2, "dog": 1, "owl": 1})
    (root / "cat" / "0.jpg").rename(root / "cat" / "\udcff.jpg")
    (root / "owl").rename(root / "\udcfe")
    (root / "cat" / "\udcff.txt").touch()
    listing = list_class_folders(root)
    reasons = dict(zip(listing.paths, listing.reasons, strict=True))
    assert set(reasons) == {"cat/1.jpg", "dog/0.jpg", r"cat/\udcff.jpg", r"\udcfe"}
    assert "not UTF-8 text; rename it" in reasons[r"cat/\udcff.jpg"]
