"""An export holds every image once, overwrites nothing, and can be added again with the same counts."""

import csv
import os
import time
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest

from core.datasets.adding.add import MetadataColumns, SourceOptions, add_dataset
from core.datasets.balance import count_images
from core.datasets.editing.edits import exclude, record
from core.datasets.images.reading import read_image
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.exporting import BUILDING, export_dataset
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.store import LEFTOVER_AGE_S, load_dataset, save_dataset
from core.errors import DatasetError, DatasetFileError, WorkspaceError


@pytest.fixture
def pets(home, make_folder):
    return add_dataset(home, make_folder({"cat": 12, "dog": 10}))


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_class_folders_are_added_again_with_the_same_counts(home, pets, tmp_path):
    pets = record(home, pets, exclude(pets, [0]))
    done = export_dataset(pets, tmp_path / "out")
    assert (done.num_images, done.num_linked, done.num_drawn, done.renamed) == (21, 0, 0, {})
    again = add_dataset(home, tmp_path / "out", name="again")
    pd.testing.assert_frame_equal(count_images(again), count_images(pets))
    assert sorted(again.table["sha1"]) == sorted(pets.included["sha1"])
    assert again.given_split


def test_a_table_beside_the_images_holds_splits_groups_and_metadata(home, pets, tmp_path):
    metadata = pd.DataFrame({"age": np.arange(22) / 4, "label": ['mine; "it"\n'] * 22})
    table = pets.table.assign(group=[f"g{n // 2}" for n in range(22)])
    pets = save_dataset(home, replace(pets, name="more", table=table), metadata=metadata)
    export_dataset(pets, tmp_path / "out", layout="csv")
    with (tmp_path / "out" / "images.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["path", "label", "split", "group", "age", "label-2"]
    assert [row["group"] for row in rows] == table["group"].tolist()
    assert [float(row["age"]) for row in rows] == metadata["age"].tolist()
    assert rows[0]["label-2"] == metadata["label"].iat[0]
    columns = MetadataColumns(tmp_path / "out" / "images.csv", "path", "label", "group", "split")
    again = add_dataset(home, tmp_path / "out", name="again", options=SourceOptions(metadata=columns))
    pd.testing.assert_frame_equal(count_images(again), count_images(pets))
    assert again.table["group"].tolist() == table["group"].tolist()


def test_hard_links_take_no_space_and_copies_are_files_of_their_own(pets, tmp_path):
    linked = export_dataset(pets, tmp_path / "links", copies="hardlink", splits=False)
    export_dataset(pets, tmp_path / "copies", splits=False)
    assert linked.num_linked == 22
    source = pets.root / "cat" / "3.jpg"
    assert source.samefile(tmp_path / "links" / "cat" / "3.jpg")
    assert not source.samefile(tmp_path / "copies" / "cat" / "3.jpg")
    assert (tmp_path / "copies" / "cat" / "3.jpg").read_bytes() == source.read_bytes()


def test_a_link_inside_the_source_becomes_the_file_that_it_leads_to(home, make_folder, tmp_path):
    root = make_folder({"cat": 3, "dog": 3})
    (root / "dog" / "link.jpg").symlink_to("../cat/0.jpg")
    pets = add_dataset(home, root)
    export_dataset(pets, tmp_path / "out", copies="hardlink", splits=False)
    exported = tmp_path / "out" / "dog" / "link.jpg"
    assert not exported.is_symlink()
    assert exported.read_bytes() == (root / "cat" / "0.jpg").read_bytes()


def test_the_table_alone_names_the_files_where_they_are(home, pets, tmp_path):
    export_dataset(pets, tmp_path / "out", layout="csv", copies="none")
    assert files_in(tmp_path / "out") == ["images.csv"]
    table = pd.read_csv(tmp_path / "out" / "images.csv")
    assert all((pets.root / path).is_file() for path in table["path"])
    with pytest.raises(DatasetError, match="choose the layout csv, or copies"):
        export_dataset(pets, tmp_path / "other", copies="none")
    with pytest.raises(DatasetError, match="choose the layout csv, or copies"):
        export_dataset(load_dataset(home, "digits"), tmp_path / "other", layout="csv", copies="none")


def test_an_array_is_written_as_lossless_png(home, tmp_path):
    digits = derive_dataset(home, load_dataset(home, "digits"), Derivation(max_per_class=6), name="few")
    done = export_dataset(digits, tmp_path / "out")
    assert done.num_drawn == 60
    row = digits.included.iloc[0]
    path = tmp_path / "out" / row["split"] / digits.class_names[row["label"]] / f"{row['position']:06d}.png"
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert stored.ndim == 2
    np.testing.assert_array_equal(np.repeat(stored[..., None], 3, axis=-1), read_image(digits, 0))
    again = add_dataset(home, tmp_path / "out", name="again")
    pd.testing.assert_frame_equal(count_images(again), count_images(digits))


def test_what_is_painted_over_is_written_as_it_is_seen_and_the_rest_copied(home, pets, tmp_path):
    hidden = derive_dataset(home, pets, Derivation(occlusion=Occlusion(splits=("test",))), name="hidden")
    done = export_dataset(hidden, tmp_path / "out")
    tests = hidden.sample_ids("test")
    assert done.num_drawn == len(tests) > 0
    path = hidden.table["path"].iat[int(tests[0])]
    label, _, name = path.partition("/")
    stored = cv2.imread(str(tmp_path / "out" / "test" / label / name.replace(".jpg", ".png")))[..., ::-1]
    np.testing.assert_array_equal(stored, read_image(hidden, int(tests[0])))
    assert sum(name.endswith(".jpg") for name in files_in(tmp_path / "out")) == 22 - len(tests)


def test_names_that_collide_or_cannot_be_a_folders_are_changed_and_told(home, write_image, tmp_path):
    for n in range(3):
        write_image(f"odd/cat/{n}/same.jpg")
        write_image(f"odd/Cat/{n}.jpg")
        write_image(f"odd/dog/{n}.jpg")
    odd = add_dataset(home, tmp_path / "odd", options=SourceOptions())
    odd = replace(odd, class_names=tuple("a/b" if name == "dog" else name for name in odd.class_names))
    done = export_dataset(odd, tmp_path / "out", splits=False)
    folders = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert {name.casefold() for name in folders} == {"cat", "cat-2", "a_b"}
    assert "a/b" in done.renamed
    told = pd.read_csv(tmp_path / "out" / "classes.csv").to_numpy().tolist()
    assert ["a_b", "a/b"] in told
    names = {path.name for path in (tmp_path / "out").rglob("*same*")}
    assert names == {"same.jpg", "same-2.jpg", "same-3.jpg"}


def test_nothing_is_overwritten_and_nothing_written_among_the_images(home, pets, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    for target, words in (
        (full, "is there and not empty; choose a folder that is not there yet"),
        (full / "mine.txt", "is there and not empty"),
        (pets.root / "out", "among the images; choose a folder elsewhere"),
        (home.datasets_dir / "new", "among the images; choose a folder elsewhere"),
        (tmp_path / "no" / "where", "does not exist; create it"),
        ("", "No folder is named"),
    ):
        with pytest.raises(DatasetError, match=words):
            export_dataset(pets, target)
    assert (full / "mine.txt").read_text() == "mine"
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "by_link").symlink_to(empty)
    assert export_dataset(pets, tmp_path / "by_link").folder == empty
    assert len(files_in(empty)) == 22


def test_stopping_a_full_disk_or_a_vanished_image_leaves_nothing(pets, tmp_path, monkeypatch):
    def stop(done, total):
        raise KeyboardInterrupt

    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        export_dataset(pets, tmp_path / "out", progress=stop)
    with monkeypatch.context() as patched:
        patched.setattr(
            "shutil.copy2", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        with pytest.raises(WorkspaceError, match=r"cannot be written \(No space left .*free some disk space"):
            export_dataset(pets, tmp_path / "out")
    (pets.root / "dog" / "1.jpg").unlink()
    with pytest.raises(DatasetFileError, match=r"1.jpg is gone; exclude the image, or put the file back"):
        export_dataset(pets, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_what_a_killed_export_left_beside_the_folder_is_removed_after_a_day(pets, tmp_path):
    for name, age in (
        (f"{BUILDING}old.tmp", 2 * LEFTOVER_AGE_S),
        (f"{BUILDING}new.tmp", 0),
        (".mine.tmp", 1e6),
    ):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    export_dataset(pets, tmp_path / "out")
    assert {path.name for path in tmp_path.glob(".*")} == {f"{BUILDING}new.tmp", ".mine.tmp"}


def test_nothing_is_exported_when_all_images_are_excluded(home, pets, tmp_path):
    nothing = record(home, pets, exclude(pets, range(22)))
    with pytest.raises(DatasetError, match="All images of 'pets' are excluded; take some back in to export"):
        export_dataset(nothing, tmp_path / "out")
