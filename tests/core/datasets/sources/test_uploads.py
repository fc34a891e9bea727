"""Files that come through the browser, by the same rules as those of an archive."""

import io

import pytest

from core.datasets.sources.unpacking import LEADS_OUT
from core.datasets.sources.uploads import store_upload
from core.errors import DatasetError

FILES = [("pets/cat/1.png", io.BytesIO(b"1")), ("pets\\dog\\2.png", io.BytesIO(b"22"))]


def test_the_files_of_a_dropped_folder_keep_their_paths(tmp_path):
    told = []
    others = [
        ("pets/notes.txt", io.BytesIO(b"x")),
        ("../x.png", io.BytesIO(b"x")),
        ("/x.png", io.BytesIO(b"x")),
    ]
    for _, file in FILES:
        file.read()  # the reader may have been used before
    content = store_upload([*FILES, *others], tmp_path, progress=lambda *state: told.append(state))
    assert content.images == ["pets/cat/1.png", "pets/dog/2.png"]
    assert (tmp_path / "pets/dog/2.png").read_bytes() == b"22"
    assert list(content.left_out.values()) == [LEADS_OUT] * 2
    assert told[-1] == (5, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["pets"]


def test_an_upload_without_anything_to_use_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"The upload holds no images, table of labels or arrays; give"):
        store_upload([("notes.txt", io.BytesIO(b"x"))], tmp_path)
    with pytest.raises(DatasetError, match=r"holds no images.* \(../x.png: Its name leads out"):
        store_upload([("../x.png", io.BytesIO(b"x"))], tmp_path)


def test_a_disk_that_fills_up_leaves_no_half_file(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def __enter__(self):
            return self

        def __exit__(self, *args: object) -> None:
            self.close()

        def write(self, content: bytes) -> int:
            raise OSError(28, "No space left on device")

    original = type(tmp_path).open

    def open_full(path, mode="r", **options):
        if mode == "xb":
            original(path, mode).close()
            return Full()
        return original(path, mode, **options)

    monkeypatch.setattr(type(tmp_path), "open", open_full)
    with pytest.raises(DatasetError, match=r"cannot be unpacked .*No space left on device\); free some disk"):
        store_upload(FILES, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
