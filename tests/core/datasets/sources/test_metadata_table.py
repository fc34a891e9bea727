"""A CSV file beside a folder of images."""

from pathlib import Path

import pytest

from core.datasets.sources.folder import scan_folder
from core.datasets.sources.listing import Listing
from core.datasets.sources.metadata_table import list_metadata_table, read_columns
from core.datasets.sources.options import MetadataColumns
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


def list_table(folder: Path, columns: MetadataColumns) -> Listing:
    return list_metadata_table(scan_folder(folder), columns)


def columns(path: Path, group: str | None = None) -> MetadataColumns:
    return MetadataColumns(path, "image", "label", group)


def test_images_are_found_with_and_without_extension_and_folder(folder):
    path = write_csv(folder, "image,label\na,x\nb.jpg,y\nc,x\ndeep/d,y\n./other/d.jpg,x\n")
    listing = list_table(folder, columns(path))
    assert listing.paths == ["a.jpg", "b.jpg", "deep/c.png", "deep/d.jpg", "other/d.jpg"]
    assert listing.labels == ["x", "y", "x", "y", "x"]
    assert listing.reasons == [None] * 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_and_a_byte_order_mark_are_understood(folder, delimiter):
    text = delimiter.join(["image", "label"]) + "\n" + delimiter.join(["a", '"x, y"']) + "\n"
    path = write_csv(folder, text, encoding="utf-8-sig")
    assert read_columns(path) == ["image", "label"]
    assert list_table(folder, columns(path)).labels == ["x, y"]


def test_groups_are_read_and_empty_ones_stand_alone(folder):
    path = write_csv(folder, "image,label,patient\na,x,p1\nb,y,\nc,x\n")
    assert list_table(folder, columns(path, "patient")).groups == ["p1", None, None]


def test_a_class_may_be_called_na_or_be_a_number(folder):
    path = write_csv(folder, "image,label\na,NA\nb,007\nc,None\n")
    assert list_table(folder, columns(path)).labels == ["NA", "007", "None"]


def test_rows_that_cannot_be_used_are_listed_with_their_row_and_reason(folder):
    path = write_csv(
        folder,
        "image,label\na,x\ngone,x\n,x\nb,\nd,y\nc,y\nc.png,x\n../secret.jpg,x\n/etc/passwd,x\nC:\\x.jpg,x\n",
    )
    listing = list_table(folder, columns(path))
    expected = [
        None, "Row 3 names an image that is not there; add it", "Row 4 names no image; fill", "has no label",
        "Row 6 could mean 'deep/d.jpg', 'other/d.jpg'; write folder",
        "Rows 7, 8 of labels.csv give it several labels, 'y', 'x'; keep the right one",
        *["leads out of the folder"] * 3,
    ]  # fmt: skip
    for reason, words in zip(listing.reasons, expected, strict=True):
        assert reason is None if words is None else words in reason
    assert listing.paths[1] == "gone"


def test_images_that_stand_in_no_row_are_told(folder):
    listing = list_table(folder, columns(write_csv(folder, "image,label\na,x\nb,y\n")))
    assert any("no row of labels.csv names them: 3 images" in note for note in listing.notes)


def test_a_missing_column_is_refused_with_the_columns_there_are(folder):
    path = write_csv(folder, "file,kind,age\na,x,3\n")
    with pytest.raises(DatasetError, match=r"no column 'image', 'label'; its columns are file, kind, age"):
        list_table(folder, columns(path))


def test_when_no_row_can_be_used_the_first_is_quoted(folder):
    path = write_csv(folder, "image,label\nnope,x\nno,y\n")
    with pytest.raises(DatasetError, match=r"None of the 2 rows.*'nope'.*Check the folder"):
        list_table(folder, columns(path))


def test_files_that_are_no_table_are_refused(folder, tmp_path):
    with pytest.raises(DatasetError, match=r"cannot be opened.*check the path"):
        read_columns(tmp_path / "gone.csv")
    with pytest.raises(DatasetError, match="is empty; its first line must name the columns"):
        read_columns(write_csv(folder, ""))
    (folder.parent / "labels.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0")
    with pytest.raises(DatasetError, match="is not a table of text; give a CSV"):
        read_columns(folder.parent / "labels.csv")
    with pytest.raises(DatasetError, match="has no rows"):
        list_table(folder, columns(write_csv(folder, "image,label\n")))


def with_columns(path: Path, **others: str) -> MetadataColumns:
    return MetadataColumns(path, "image", "label", **others)


def test_all_other_columns_are_kept_numbers_as_numbers(folder):
    text = "image,label,age,site,score,code\na,x,50,left,0.5,007\ngone,y,60,,1e2,8\nc,y,,right,,9\n"
    listing = list_table(folder, columns(write_csv(folder, text)))
    assert {name: str(kind) for name, kind in listing.metadata.dtypes.items()} == {
        "age": "float64",
        "site": "string",
        "score": "float64",
        "code": "string",
    }
    assert listing.metadata["age"].tolist()[:2] == [50.0, 60.0]
    assert listing.metadata["site"].isna().tolist() == [False, True, False]
    assert listing.metadata["code"].tolist() == ["007", "8", "9"]
    assert len(listing.metadata) == len(listing.paths) == 3


def test_rows_that_name_an_image_again_with_the_same_label_are_counted_once(folder):
    text = "image,label,age\na,x,1\na.jpg,x,2\nb,y,3\n./a.jpg,x,4\n"
    listing = list_table(folder, columns(write_csv(folder, text)))
    assert (listing.paths, listing.reasons) == (["a.jpg", "b.jpg"], [None, None])
    assert listing.metadata["age"].tolist() == [1, 3]
    assert "Named again by a later row of labels.csv with the same label: 2 images." in listing.notes


def test_a_split_column_is_read_and_other_words_in_it_are_left_out(folder):
    text = "image,label,part\na,x,Training\nb,y,valid\nc,x,TEST\ndeep/d,x,extra\nother/d,y,\n"
    listing = list_table(folder, with_columns(write_csv(folder, text), split_column="part"))
    assert listing.splits == ["train", "val", "test", None, None]
    assert "has the split 'extra'; write train, val or test" in listing.reasons[3]
    assert "has the split ''" in listing.reasons[4]


def test_folders_of_splits_are_kept_without_a_split_column(write_image, tmp_path):
    for name in ("train/a.png", "train/b.png", "test/c.png"):
        write_image(f"set/{name}")
    path = write_csv(tmp_path / "set", "image,label\na,x\nb,y\nc,x\n")
    assert list_table(tmp_path / "set", columns(path)).splits == ["train", "train", "test"]


def test_an_image_of_another_extension_than_the_row_gives_is_found_and_said(folder):
    listing = list_table(folder, columns(write_csv(folder, "image,label\na.png,x\nb.jpg,y\n")))
    assert listing.paths == ["a.jpg", "b.jpg"]
    assert "Found under another extension than labels.csv gives: 1 images." in listing.notes


def test_numeric_labels_lose_a_needless_fraction(folder):
    path = write_csv(folder, "image,label\na,1.0\nb,0.0\nc,\n")
    listing = list_table(folder, columns(path))
    assert listing.labels == ["1", "0", None]
    assert "has no label; fill it in" in listing.reasons[2]
    assert list_table(folder, columns(write_csv(folder, "image,label\na,1.5\nb,2.0\n"))).labels == [
        "1.5",
        "2.0",
    ]


def test_links_that_lead_out_are_not_reached_through_a_table(folder):
    (folder / "secret.jpg").symlink_to("/etc/passwd")
    listing = list_table(folder, columns(write_csv(folder, "image,label\na,x\nsecret,y\n")))
    assert "cannot be used. It is a link that leads out" in listing.reasons[1]


def test_a_table_may_be_named_by_its_path_below_the_source(folder):
    (folder / "deep" / "labels.csv").write_text("image,label\na,x\n")
    listing = list_table(folder, columns(Path("deep/labels.csv")))
    assert listing.labels == ["x"]
