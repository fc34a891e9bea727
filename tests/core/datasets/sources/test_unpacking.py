"""Files of an archive, written one by one into a folder."""

import io

import pytest

from core.datasets.sources.unpacking import Unpacker


def test_a_file_that_ends_early_is_not_kept(tmp_path):
    unpacker = Unpacker(tmp_path, "a.zip")
    with pytest.raises(OSError, match="ends after 1 of 9 bytes"):
        unpacker.write("a.png", io.BytesIO(b"1"), 9)
    assert list(tmp_path.iterdir()) == []
