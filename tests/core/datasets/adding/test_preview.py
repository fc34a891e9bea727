"""A look at a source before it is added."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.datasets.adding.preview import ClassPreview, preview_source, preview_upload
from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.name_pattern import NamePattern
from core.datasets.sources.options import MetadataColumns, SourceOptions
from core.errors import DatasetError


def pack(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in folder.rglob("*.*"):
            archive.write(path, path.relative_to(folder.parent))
    return target


def test_class_folders_show_old_and_new_names_and_a_rule_is_suggested(make_folder):
    root = make_folder({"boxes_Red_Apple_0042": 3, "boxes_Pear_0007": 2})
    plain = preview_source(root)
    assert (plain.kind, plain.num_images, plain.is_complete, plain.problem) == (
        "class folders",
        5,
        True,
        None,
    )
    assert plain.suggested_rule == ClassNameRule(strip_prefix="boxes_", strip_digits=True)
    rule = ClassNameRule(strip_prefix="boxes_", strip_digits=True, underscores_to_spaces=True)
    shown = preview_source(root, SourceOptions(class_name_rule=rule))
    assert shown.classes == (
        ClassPreview("boxes_Pear_0007", "Pear", 2),
        ClassPreview("boxes_Red_Apple_0042", "Red Apple", 3),
    )
    assert [(each.path, each.label) for each in shown.examples][:1] == [
        ("boxes_Pear_0007/0.jpg", "boxes_Pear_0007")
    ]


def test_collisions_are_shown_and_are_a_problem_unless_they_are_merged(make_folder):
    root = make_folder({"apple_1": 1, "apple_2": 1, "pear_1": 1})
    shown = preview_source(root, SourceOptions(class_name_rule=ClassNameRule(strip_digits=True)))
    assert shown.collisions == {"apple": ("apple_1", "apple_2")}
    assert "one name, 'apple'; change the rule, or ask to merge" in shown.problem
    merging = ClassNameRule(strip_digits=True, merge_collisions=True)
    assert preview_source(root, SourceOptions(class_name_rule=merging)).problem is None


def test_a_pattern_shows_what_it_reads_even_when_it_reads_nothing(write_image, tmp_path):
    for name in ("12_a.jpg", "13_b.jpg"):
        write_image(f"hotels/{name}")
    root = tmp_path / "hotels"
    assert "no class folders" in preview_source(root).problem
    shown = preview_source(root, SourceOptions(label_pattern=NamePattern("{label}_{group}")))
    assert (shown.kind, shown.problem) == ("file names", None)
    assert [(each.label, each.group) for each in shown.examples] == [("12", "a"), ("13", "b")]
    nothing = preview_source(root, SourceOptions(label_pattern=NamePattern("x{label}")))
    assert (nothing.num_images, nothing.num_left_out) == (0, 2)
    assert "no class, and telling classes apart needs two" in nothing.problem
    assert "does not fit its name" in nothing.examples[0].reason
    no_group = preview_source(
        root,
        SourceOptions(label_pattern=NamePattern("{label}_{rest}"), group_pattern=NamePattern("x{group}")),
    )
    assert "fits no file name" in no_group.problem


def test_a_table_that_would_be_guessed_is_told(write_image, tmp_path):
    for name in ("a.png", "b.png"):
        write_image(f"scans/{name}")
    (tmp_path / "scans" / "meta.csv").write_text("image,dx,age\na,x,1\nb,y,2\nc,y,3\n")
    shown = preview_source(tmp_path / "scans")
    assert shown.kind == "table"
    assert shown.guessed == MetadataColumns(tmp_path / "scans" / "meta.csv", "image", "dx")
    assert (shown.columns, shown.num_images, shown.num_left_out) == (("image", "dx", "age"), 2, 1)
    packed = preview_source(pack(tmp_path / "scans", tmp_path / "scans.zip"))
    assert packed.guessed == MetadataColumns(Path("scans/meta.csv"), "image", "dx")
    assert (packed.is_packed, packed.num_images) == (True, 2)
    chosen = preview_source(tmp_path / "scans.zip", SourceOptions(packed.guessed))
    assert (chosen.classes, chosen.guessed) == (packed.classes, None)


def test_an_archive_is_shown_without_being_unpacked(make_folder, tmp_path, monkeypatch):
    path = pack(make_folder({"cat": 2, "dog": 1}), tmp_path / "pets.zip")
    monkeypatch.setattr("core.datasets.sources.unpacking.MAX_FILE_BYTES", 0)
    shown = preview_source(path)
    assert (shown.kind, shown.is_packed, shown.num_images, shown.problem) == ("class folders", True, 3, None)


def test_an_upload_is_shown_by_its_names(make_folder):
    root = make_folder({"cat": 2, "dog": 1})
    files = [(path.relative_to(root.parent).as_posix(), io.BytesIO(b"")) for path in root.rglob("*.jpg")]
    shown = preview_upload(files)
    assert {each.old: each.num_images for each in shown.classes} == {"cat": 2, "dog": 1}


def test_arrays_are_shown_without_reading_the_images(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=np.zeros((3, 2, 2), np.uint8), y_train=[0, 1, 1])
    shown = preview_source(tmp_path / "a.npz")
    assert (shown.kind, shown.num_images) == ("arrays", 3)
    assert [(each.new, each.num_images) for each in shown.classes] == [("0", 1), ("1", 2)]


def test_a_large_folder_is_looked_at_in_part(make_folder):
    shown = preview_source(make_folder({"cat": 3, "dog": 3, "emu": 3}), limit=4)
    assert (shown.num_images, shown.is_complete) == (6, False)


def test_what_cannot_be_shown_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="gone does not exist; give the path"):
        preview_source(tmp_path / "gone")
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(DatasetError, match=r"no zip archive, or its end is missing; copy it again"):
        preview_source(tmp_path / "a.zip")
    (tmp_path / "a.doc").touch()
    with pytest.raises(DatasetError, match="no known kind of dataset"):
        preview_source(tmp_path / "a.doc")
    with pytest.raises(DatasetError, match="There are no images in"):
        preview_source(tmp_path)
