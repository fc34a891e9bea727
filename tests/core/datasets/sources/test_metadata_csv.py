"""A CSV file beside a folder of images."""

from pathlib import Path

import pytest

from core.datasets.sources.metadata_csv import MetadataColumns, list_metadata_csv, read_columns
from core.errors import DatasetError


@pytest.fixture
def folder(write_image, tmp_path) -> Path:
    for name in ("a.jpg", "b.jpg", "deep/c.png", "deep/d.jpg", "other/d.jpg"):
        write_image(f"images/{name}")
    return tmp_path / "images"


def write_csv(folder: Path, text: str, **options: str) -> Path:
    path = folder.parent / "labels.csv"
    path.write_text(text, encoding=options.get("encoding", "utf-8"))
    return path


def columns(path: Path, group: str | None = None) -> MetadataColumns:
    return MetadataColumns(path, "image", "label", group)


def test_images_are_found_with_and_without_extension_and_folder(folder):
    path = write_csv(folder, "image,label\na,x\nb.jpg,y\nc,x\ndeep/d,y\n./other/d.jpg,x\n")
    listing = list_metadata_csv(folder, columns(path))
    assert listing.paths == ["a.jpg", "b.jpg", "deep/c.png", "deep/d.jpg", "other/d.jpg"]
    assert listing.labels == ["x", "y", "x", "y", "x"]
    assert listing.reasons == [None] * 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_and_a_byte_order_mark_are_understood(folder, delimiter):
    text = delimiter.join(["image", "label"]) + "\n" + delimiter.join(["a", '"x, y"']) + "\n"
    path = write_csv(folder, text, encoding="utf-8-sig")
    assert read_columns(path) == ["image", "label"]
    assert list_metadata_csv(folder, columns(path)).labels == ["x, y"]


def test_groups_are_read_and_empty_ones_stand_alone(folder):
    path = write_csv(folder, "image,label,patient\na,x,p1\nb,y,\nc,x\n")
    assert list_metadata_csv(folder, columns(path, "patient")).groups == ["p1", None, None]


def test_a_class_may_be_called_na_or_be_a_number(folder):
    path = write_csv(folder, "image,label\na,NA\nb,007\nc,None\n")
    assert list_metadata_csv(folder, columns(path)).labels == ["NA", "007", "None"]


def test_rows_that_cannot_be_used_are_listed_with_their_row_and_reason(folder):
    path = write_csv(
        folder,
        "image,label\na,x\ngone,x\n,x\nb,\nd,y\na.jpg,y\n../secret.jpg,x\n/etc/passwd,x\nC:\\x.jpg,x\n",
    )
    listing = list_metadata_csv(folder, columns(path))
    expected = [
        None, "Row 3 names an image that is not there; add it", "Row 4 names no image; fill", "has no label",
        "Row 6 could mean 'deep/d.jpg', 'other/d.jpg'; write folder",
        "Row 7 names an image of an earlier row", *["leads out of the folder"] * 3,
    ]  # fmt: skip
    for reason, words in zip(listing.reasons, expected, strict=True):
        assert reason is None if words is None else words in reason
    assert listing.paths[1] == "gone"


def test_images_that_stand_in_no_row_are_told(folder):
    listing = list_metadata_csv(folder, columns(write_csv(folder, "image,label\na,x\nb,y\n")))
    assert any("no row of labels.csv names them: 3 images" in note for note in listing.notes)


def test_a_missing_column_is_refused_with_the_columns_there_are(folder):
    path = write_csv(folder, "file,kind,age\na,x,3\n")
    with pytest.raises(DatasetError, match=r"no column 'image', 'label'; its columns are file, kind, age"):
        list_metadata_csv(folder, columns(path))


def test_when_no_row_can_be_used_the_first_is_quoted(folder):
    path = write_csv(folder, "image,label\nnope,x\nno,y\n")
    with pytest.raises(DatasetError, match=r"None of the 2 rows.*'nope'.*Check the folder"):
        list_metadata_csv(folder, columns(path))


def test_files_that_are_no_table_are_refused(folder, tmp_path):
    with pytest.raises(DatasetError, match=r"cannot be opened.*check the path"):
        read_columns(tmp_path / "gone.csv")
    with pytest.raises(DatasetError, match="is empty; its first line must name the columns"):
        read_columns(write_csv(folder, ""))
    (folder.parent / "labels.csv").write_bytes("image,größe\n".encode("latin-1"))
    with pytest.raises(DatasetError, match="not UTF-8 text; save it as 'CSV UTF-8'"):
        read_columns(folder.parent / "labels.csv")
    with pytest.raises(DatasetError, match="has no rows"):
        list_metadata_csv(folder, columns(write_csv(folder, "image,label\n")))
