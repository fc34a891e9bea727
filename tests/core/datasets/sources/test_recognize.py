"""Which kind of source a path is."""

import os
import sys

import numpy as np
import pytest

from core.datasets.sources.options import MetadataColumns, SourceOptions
from core.datasets.sources.recognize import open_source
from core.errors import DatasetError


def test_each_kind_is_recognized(make_folder, tmp_path):
    root = make_folder({"cat": 1, "dog": 1})
    assert open_source(root).labels == ["cat", "dog"]
    (tmp_path / "labels.csv").write_text("file,kind\ncat/0,x\ndog/0,y\n")
    columns = MetadataColumns(tmp_path / "labels.csv", "file", "kind")
    assert open_source(root, SourceOptions(columns)).labels == ["x", "y"]
    np.savez(tmp_path / "a.npz", x_train=np.zeros((2, 3, 3), np.uint8), y_train=[0, 1])
    assert open_source(tmp_path / "a.npz").labels == ["0", "1"]
    (tmp_path / "arrays").mkdir()
    np.save(tmp_path / "arrays" / "images.npy", np.zeros((2, 3, 3), np.uint8))
    np.save(tmp_path / "arrays" / "labels.npy", [5, 6])
    for source in (tmp_path / "arrays", tmp_path / "arrays" / "images.npy"):
        assert open_source(source).labels == ["5", "6"]


def test_a_table_in_a_folder_without_class_folders_is_used_when_its_columns_can_be_told(
    write_image, tmp_path
):
    for name in ("scans/a.png", "scans/b.png"):
        write_image(f"study/{name}")
    table = tmp_path / "study" / "meta.csv"
    table.write_text("patient_id,image_id,dx,age,split\np1,a,nv,50,train\np2,b,mel,60,test\n")
    for source in (tmp_path / "study", table):
        listing = open_source(source)
        assert (listing.paths, listing.labels) == (["scans/a.png", "scans/b.png"], ["nv", "mel"])
        assert (listing.groups, listing.splits) == (["p1", "p2"], ["train", "test"])
        assert listing.metadata.to_dict("list") == {"age": [50, 60]}
    assert open_source(tmp_path / "study").notes == [
        "Columns taken from meta.csv by their names: image 'image_id', label 'dx', group 'patient_id', "
        "split 'split'."
    ]


def test_of_several_array_files_one_must_be_chosen(tmp_path):
    for name in ("one.npz", "two.npz"):
        np.savez(tmp_path / name, images=np.zeros((2, 3, 3), np.uint8), labels=[0, 1])
    with pytest.raises(DatasetError, match=r"holds several datasets, 'one.npz', 'two.npz'; give one"):
        open_source(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["pipe.zip", "pipe.csv", "pipe.npz"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(DatasetError, match="neither a folder nor a regular file; give the path"):
        open_source(tmp_path / name)


def test_of_several_tables_that_fit_none_is_guessed(write_image, tmp_path):
    write_image("study/a.png")
    for name in ("one.csv", "two.csv"):
        (tmp_path / "study" / name).write_text("image,label\na,x\n")
    with pytest.raises(
        DatasetError, match=r"give the labels' file 'one.csv', 'two.csv' with its image and label"
    ):
        open_source(tmp_path / "study")


def test_a_table_that_names_other_images_is_not_guessed(write_image, tmp_path):
    write_image("study/a.png")
    (tmp_path / "study" / "one.csv").write_text("image,label\nzz,x\n")
    with pytest.raises(DatasetError, match=r"give the labels' file 'one.csv'"):
        open_source(tmp_path / "study")


def test_what_is_no_source_is_refused_with_what_would_be(tmp_path):
    with pytest.raises(DatasetError, match="gone does not exist; give the path of a folder of class"):
        open_source(tmp_path / "gone")
    (tmp_path / "a.doc").write_bytes(b"PK")
    with pytest.raises(DatasetError, match=r"no known kind of dataset; give a folder of class .*zip"):
        open_source(tmp_path / "a.doc")
    (tmp_path / "labels.csv").write_text("file,kind\n")
    with pytest.raises(DatasetError, match=r"cannot be told \(it has file, kind\); give the folder"):
        open_source(tmp_path / "labels.csv")
    np.savez(tmp_path / "a.npz", x_train=np.zeros((2, 3, 3), np.uint8), y_train=[0, 1])
    columns = MetadataColumns(tmp_path / "labels.csv", "file", "kind")
    with pytest.raises(DatasetError, match="add it without a table or pattern"):
        open_source(tmp_path / "a.npz", SourceOptions(columns))
    with pytest.raises(DatasetError, match="Arrays have no file names to tell groups by; leave out"):
        open_source(tmp_path / "a.npz", SourceOptions(group_separator="_"))


def test_a_path_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"cannot be opened \(File name too long\); give the path"):
        open_source(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names are always text there")
def test_a_folder_whose_path_is_no_text_is_refused(make_folder):
    root = make_folder({"cat": 1, "dog": 1})
    with pytest.raises(DatasetError, match="is not UTF-8 text, so it cannot be noted; rename it"):
        open_source(root.rename(root.with_name("\udcff")))
