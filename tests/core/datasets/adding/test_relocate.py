"""Folders that move away under a dataset, and the way back."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.adding.relocate import MissingFiles, can_relocate, missing_files, relocate
from core.datasets.editing.edits import exclude, record
from core.datasets.images.pixels import load_pixels
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import square
from core.datasets.scanning.scan import load_scan, scan_dataset
from core.datasets.store import load_dataset
from core.errors import DatasetError, DatasetFileError


@pytest.fixture
def pets(home, make_folder):
    return add_dataset(home, make_folder({"cat": 12, "dog": 8}), name="pets")


def test_nothing_is_missing_where_nothing_was_touched(home, pets):
    assert missing_files(pets) == MissingFiles(20, 20, 0)
    assert missing_files(pets, limit=5) == MissingFiles(20, 5, 0)
    assert missing_files(load_dataset(home, "digits")) == MissingFiles(0, 0, 0)


def test_images_that_are_gone_are_told_by_name(pets):
    for name in ("cat/3.jpg", "cat/11.jpg", "dog/0.jpg"):
        (pets.root / name).unlink()
    found = missing_files(pets)
    assert (found.num_missing, found.root_is_gone) == (3, False)
    assert set(found.names) == {"cat/3.jpg", "cat/11.jpg", "dog/0.jpg"}


def test_a_folder_that_is_gone_misses_all_images_and_names_the_first(pets):
    shutil.rmtree(pets.root / "cat")
    found = missing_files(pets)
    assert (found.num_missing, len(found.names), found.root_is_gone) == (12, 8, False)
    shutil.rmtree(pets.root)
    found = missing_files(pets, limit=4)
    assert (found.num_files, found.num_checked, found.num_missing, found.root_is_gone) == (20, 20, 20, True)


def test_a_sample_is_spread_over_the_whole_dataset(pets):
    shutil.rmtree(pets.root / "dog")
    assert missing_files(pets, limit=4).num_missing == 2  # rows 0, 6, 12 and 19, of which 12 to 19 are dogs


def test_a_link_that_leads_nowhere_is_a_missing_image(pets):
    (pets.root / "cat" / "0.jpg").unlink()
    (pets.root / "cat" / "0.jpg").symlink_to(pets.root / "gone.jpg")
    assert missing_files(pets).names == ("cat/0.jpg",)


def test_images_that_could_never_be_read_are_not_missed(home, make_folder):
    folder = make_folder({"cat": 3, "dog": 3})
    (folder / "cat" / "bad.jpg").write_text("no image")
    dataset = add_dataset(home, folder)
    (folder / "cat" / "bad.jpg").unlink()
    assert missing_files(dataset) == MissingFiles(6, 6, 0)


def test_the_search_tells_its_progress_and_can_be_stopped(pets):
    told = []
    missing_files(pets, progress=lambda *numbers: told.append(numbers))
    assert told == [(12, 20), (20, 20)]


def test_a_moved_folder_is_found_again_with_edits_runs_and_caches_as_they_were(home, pets, tmp_path):
    load_pixels(home, pets, square(8))
    edited = record(home, pets, exclude(pets, [2]))
    first = read_image(pets, 0)
    pets.root.rename(tmp_path / "elsewhere")
    with pytest.raises(
        DatasetFileError, match=r"0\.jpg cannot be used .*If its folder has moved, say where to"
    ):
        read_image(pets, 0)

    moved = relocate(home, "pets", tmp_path / "elsewhere")
    assert moved.root == tmp_path / "elsewhere"
    assert str(tmp_path / "elsewhere") in moved.description
    assert (moved.version, moved.num_images, moved.num_edits) == (edited.version, 19, 1)
    np.testing.assert_array_equal(read_image(moved, 0), first)
    caches = sorted(path.name for path in moved.folder.glob("pixels-*"))
    assert caches == [f"pixels-8-{moved.images_hash}.npy"]
    assert moved.images_hash != pets.images_hash


def test_a_scan_is_kept_on_a_move_unless_it_missed_images(home, pets, tmp_path):
    whole = scan_dataset(home, pets)
    copy, again = tmp_path / "copy", tmp_path / "again"
    shutil.copytree(pets.root, copy)
    shutil.copytree(pets.root, again)
    moved = relocate(home, "pets", copy)
    pd.testing.assert_frame_equal(load_scan(moved), whole)
    (copy / "dog" / "7.jpg").unlink()
    scan_dataset(home, moved)
    assert load_scan(moved)["brightness"].isna().sum() == 1
    assert load_scan(relocate(home, "pets", again)) is None


def test_training_pixels_of_missing_images_are_refused_with_file_and_remedy(home, pets):
    (pets.root / "dog" / "4.jpg").unlink()
    with pytest.raises(DatasetFileError, match=r"dog/4\.jpg cannot be used .*`regroup datasets relocate`"):
        load_pixels(home, pets, square(8))


def test_the_folder_above_will_do_as_well(home, pets, tmp_path):
    (tmp_path / "disk").mkdir()
    pets.root.rename(tmp_path / "disk" / "pets")
    assert relocate(home, "pets", tmp_path / "disk").root == tmp_path / "disk" / "pets"


def test_a_folder_that_lacks_images_is_refused_unless_that_is_wanted(home, pets, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(pets.root, copy)
    (copy / "dog" / "7.jpg").unlink()
    with pytest.raises(
        DatasetError, match=r"copy lacks 1 of the 20 images of 'pets', such as 'dog/7.jpg'; give"
    ):
        relocate(home, "pets", copy)
    assert load_dataset(home, "pets").root == pets.root
    assert relocate(home, "pets", copy, allow_missing=True).root == copy


def test_a_folder_without_any_of_the_images_is_always_refused(home, pets, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="lacks 20 of the 20 images"):
        relocate(home, "pets", tmp_path / "empty", allow_missing=True)


def test_other_images_of_the_same_names_are_refused_with_the_name_of_one(home, pets, tmp_path, write_image):
    copy = tmp_path / "copy"
    shutil.copytree(pets.root, copy)
    write_image("copy/cat/5.jpg")
    with pytest.raises(
        DatasetError, match=r"copy/cat/5\.jpg is not the image that 'pets' was made with; give"
    ):
        relocate(home, "pets", copy)


@pytest.mark.parametrize("place", ["nowhere", "pets/cat/0.jpg"])
def test_what_is_no_folder_is_refused(home, pets, tmp_path, place):
    with pytest.raises(
        DatasetError, match="is not a folder; give the folder that the images of 'pets' are in"
    ):
        relocate(home, "pets", tmp_path / place)


def test_datasets_that_live_in_the_workspace_have_nothing_to_move(home, pets, tmp_path):
    digits = load_dataset(home, "digits")
    assert (can_relocate(pets), can_relocate(digits)) == (True, False)
    assert not can_relocate(replace(pets, root=pets.folder / "files"))
    with pytest.raises(DatasetError, match="'digits' keeps its images in the workspace itself"):
        relocate(home, "digits", tmp_path)


def test_a_stop_while_comparing_changes_nothing(home, pets, tmp_path):
    def stop(done, total):
        raise DatasetError("stopped")

    shutil.copytree(pets.root, tmp_path / "copy")
    with pytest.raises(DatasetError, match="stopped"):
        relocate(home, "pets", tmp_path / "copy", progress=stop)
    assert load_dataset(home, "pets").root == pets.root
