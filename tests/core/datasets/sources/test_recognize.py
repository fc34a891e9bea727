"""Which kind of source a path is."""

import os
import sys

import numpy as np
import pytest

from core.datasets.sources.metadata_csv import MetadataColumns
from core.datasets.sources.recognize import open_source
from core.errors import DatasetError


def test_each_kind_is_recognized(make_folder, tmp_path):
    root = make_folder({"cat": 1, "dog": 1})
    assert open_source(root).labels == ["cat", "dog"]
    (tmp_path / "labels.csv").write_text("file,kind\ncat/0,x\ndog/0,y\n")
    assert open_source(root, MetadataColumns(tmp_path / "labels.csv", "file", "kind")).labels == ["x", "y"]
    np.savez(tmp_path / "a.npz", x_train=np.zeros((2, 3, 3), np.uint8), y_train=[0, 1])
    assert open_source(tmp_path / "a.npz").labels == ["0", "1"]


def test_what_is_no_source_is_refused_with_what_would_be(tmp_path):
    with pytest.raises(DatasetError, match="gone does not exist; give the path of a folder of class"):
        open_source(tmp_path / "gone")
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(DatasetError, match=r"no known kind.*Unpack it first"):
        open_source(tmp_path / "a.zip")
    (tmp_path / "labels.csv").write_text("file,kind\n")
    with pytest.raises(DatasetError, match=r"is a file of labels; .*it has file, kind"):
        open_source(tmp_path / "labels.csv")
    np.savez(tmp_path / "a.npz", x_train=np.zeros((2, 3, 3), np.uint8), y_train=[0, 1])
    with pytest.raises(DatasetError, match="add it without a CSV file"):
        open_source(tmp_path / "a.npz", MetadataColumns(tmp_path / "labels.csv", "file", "kind"))


def test_a_path_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"cannot be opened \(File name too long\); give the path"):
        open_source(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names are always text there")
def test_a_folder_whose_path_is_no_text_is_refused(make_folder):
    root = make_folder({"cat": 1, "dog": 1})
    with pytest.raises(DatasetError, match="is not UTF-8 text, so it cannot be noted; rename it"):
        open_source(root.rename(root.with_name("\udcff")))
