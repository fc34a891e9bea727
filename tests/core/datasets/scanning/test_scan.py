"""The full scan: what it finds, what it keeps, and what it leaves when it is stopped."""

import errno
import threading
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

from core.datasets.adding.add import add_dataset
from core.datasets.editing.edits import exclude, record
from core.datasets.images import thumbnail_pack
from core.datasets.images.reading import read_image
from core.datasets.images.thumbnails import thumbnails
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.scanning import scan as scanning
from core.datasets.scanning.quality import measure_pixels
from core.datasets.scanning.scan import SCAN_COLUMNS, estimate_seconds, load_scan, scan_dataset
from core.datasets.store import delete_dataset, load_dataset
from core.errors import DatasetError, WorkspaceError


@pytest.fixture
def pets(home, make_folder):
    folder = make_folder({"cat": 6, "dog": 5})
    (folder / "dog" / "bad.jpg").write_bytes(b"no image")
    return add_dataset(home, folder)


def files_of(dataset):
    return {path.name for path in dataset.folder.iterdir()} - {scanning.LOCK_FILE}


def kept_by_scan(dataset):
    return {f"scan-{dataset.images_hash}.parquet", f"thumbnails-{dataset.images_hash}.pack"}


def size_of(jpeg):
    height, width = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    return width, height


def test_each_image_has_a_row_and_what_cannot_be_read_has_none(home, pets):
    assert load_scan(pets) is None
    found = scan_dataset(home, pets)
    assert found.dtypes.astype(str).to_dict() == SCAN_COLUMNS
    assert found.index.equals(pets.table.index)
    seen = pets.readable
    assert found.loc[~seen].drop(columns=["bytes", "phash"]).isna().all(axis=None)
    assert found.loc[~seen, ["bytes", "phash"]].to_numpy().tolist() == [[0, 0]]
    for sample_id in np.flatnonzero(seen):
        numbers = measure_pixels(read_image(pets, sample_id)).numbers
        assert found.loc[sample_id, list(scanning.NUMBERS)].tolist() == pytest.approx(numbers, rel=1e-6)
        path = pets.root / pets.table["path"].iat[sample_id]
        assert found["bytes"].iat[sample_id] == path.stat().st_size
    assert found["phash"][seen].nunique() == seen.sum()
    assert found["outlier"][seen].gt(0).all()
    assert found.attrs["notes"] == []


def test_what_was_found_is_kept_beside_the_dataset_and_read_again(home, pets):
    before = files_of(pets)
    found = scan_dataset(home, pets)
    assert files_of(pets) == before | kept_by_scan(pets)
    again = load_scan(load_dataset(home, pets.name))
    pd.testing.assert_frame_equal(again, found)


def test_an_array_is_scanned_without_a_second_copy_of_its_pictures(home):
    digits = load_dataset(home, "digits")
    found = scan_dataset(home, digits)
    images = np.load(digits.array_path)
    assert found["brightness"].to_numpy() == pytest.approx(images.mean(axis=(1, 2)), rel=1e-6)
    assert found["contrast"].to_numpy() == pytest.approx(images.std(axis=(1, 2)), rel=1e-6)
    assert (found["bytes"] == images[0].nbytes).all()
    assert f"scan-{digits.images_hash}.parquet" in files_of(digits)
    assert not any(name.startswith("thumbnails") for name in files_of(digits))


def test_an_edit_keeps_the_scan_and_an_occlusion_has_its_own(home, pets):
    scan_dataset(home, pets)
    edited = record(home, pets, exclude(pets, [0]))
    assert len(load_scan(edited)) == len(edited.table)
    hidden = replace(pets, occlusion=Occlusion(share=0.5))
    assert load_scan(hidden) is None
    dark = scan_dataset(home, hidden)
    assert dark["brightness"].mean() < 100
    assert kept_by_scan(hidden) <= files_of(hidden)
    assert not kept_by_scan(pets) & files_of(pets)  # the older one was replaced


def test_thumbnails_are_taken_from_the_scan_even_when_the_file_has_gone(home, pets, write_image):
    write_image("pets/cat/0.jpg", 300, 400)
    wide = add_dataset(home, pets.root, name="wide")
    place = wide.table["path"].tolist().index("cat/0.jpg")
    scan_dataset(home, wide)
    (wide.root / "cat" / "0.jpg").unlink()
    assert [size_of(thumbnails(wide, [place], size=size)[0]) for size in (96, 48)] == [(96, 72), (48, 36)]
    kept = thumbnail_pack.read_pack(wide, list(wide.table.index))
    assert [jpeg is not None for jpeg in kept] == wide.readable.tolist()
    assert thumbnails(wide, [place])[0] == kept[place]
    assert size_of(thumbnails(wide, [place], size=120)[0]) == (120, 120)  # the crossed square: a true read


def test_a_damaged_pack_is_passed_over(home, pets):
    scan_dataset(home, pets)
    fresh = thumbnails(pets, [0, 1])
    pack = thumbnail_pack.pack_path(pets)
    content = pack.read_bytes()
    for damaged in (b"", content[:50], content[:-1], content[:-9] + b"\xff" * 9, content + b"more"):
        pack.write_bytes(damaged)
        assert thumbnail_pack.read_pack(pets, [0, 1]) == [None, None]
        assert [size_of(jpeg) for jpeg in thumbnails(pets, [0, 1])] == [(96, 72)] * 2
    pack.write_bytes(b"\0" * 10 + content[10:])
    assert thumbnail_pack.read_pack(pets, [0, 1]) == [None, fresh[1]]
    pack.unlink()
    assert len(thumbnails(pets, [0, 1])) == 2


@pytest.mark.parametrize("content", [b"", b"PAR1 no table"])
def test_a_damaged_scan_is_none_and_is_made_anew(home, pets, content):
    scan_dataset(home, pets)
    scanning.scan_path(pets).write_bytes(content)
    assert load_scan(pets) is None
    scan_dataset(home, pets)
    assert load_scan(pets) is not None


def test_a_file_that_has_gone_or_was_damaged_since_has_no_numbers_and_that_is_said(home, pets):
    first, second, third = (pets.root / pets.table["path"].iat[n] for n in range(3))
    first.unlink()
    second.write_bytes(second.read_bytes()[:40])
    third.unlink()
    third.mkdir()
    found = scan_dataset(home, pets)
    assert found["brightness"].isna().tolist() == [True] * 3 + (~pets.readable[3:]).tolist()
    assert found["outlier"].isna().sum() == 4
    assert found.attrs["notes"] == ["Can no longer be read: 3 of 11 images; their files are gone or damaged."]
    assert load_scan(pets).attrs["notes"] == found.attrs["notes"]


def test_a_dataset_without_any_file_left_is_refused_and_nothing_kept_in_place_of_a_scan(home, pets):
    before = files_of(pets)
    pets.root.rename(pets.root.with_name("elsewhere"))
    with pytest.raises(DatasetError, match="None of the 11 images of 'pets' can be read any more; put them"):
        scan_dataset(home, pets)
    assert files_of(pets) == before


@pytest.mark.parametrize("stop_at", ["looking", "comparing"])
def test_a_stopped_scan_leaves_nothing(home, pets, stop_at):
    before = files_of(pets)

    class Teller:
        def __call__(self, done, total):
            if stop_at == "looking":
                raise DatasetError("It was stopped.")

        def part(self, doing, unit):
            def stop(done, total):
                raise DatasetError("It was stopped.")

            return stop

    with pytest.raises(DatasetError, match="stopped"):
        scan_dataset(home, pets, progress=Teller())
    assert files_of(pets) == before
    assert load_scan(pets) is None
    scan_dataset(home, pets)  # and its lock is free


def test_what_a_killed_scan_left_is_removed_by_the_next(home, pets):
    killed = (".scan-abc.parquet-x.tmp", ".thumbnails-abc.pack-x.tmp")
    for name in (*killed, "scan-old.parquet", "thumbnails-old.pack"):
        (pets.folder / name).write_bytes(b"half")
    (pets.folder / "pixels-64-abc.npy").write_bytes(b"another's")
    before = {"dataset.json", "images.parquet", "pixels-64-abc.npy"}
    scan_dataset(home, pets)
    assert files_of(pets) == before | kept_by_scan(pets)


class FullDisk:
    """Stands for the file of a pack on a disk with room for some bytes."""

    def __init__(self, file, room):
        self._file, self._room = file, room

    def write(self, content):
        self._room -= len(content)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(content)

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("room", [0, 3000, 10_000])
def test_a_full_disk_costs_the_thumbnails_but_not_the_scan(home, pets, monkeypatch, room):
    open_file = thumbnail_pack.os.fdopen
    limited = lambda handle, mode: FullDisk(open_file(handle, mode), room)  # noqa: E731
    monkeypatch.setattr(thumbnail_pack, "os", type("os", (), {"fdopen": staticmethod(limited)}))
    found = scan_dataset(home, pets)
    assert found["brightness"].notna().sum() == 11
    assert "could not be kept (No space left on device); pages make them anew" in found.attrs["notes"][0]
    assert files_of(pets) == {"dataset.json", "images.parquet", f"scan-{pets.images_hash}.parquet"}


def test_where_there_is_room_for_one_only_it_is_the_table(home, pets, monkeypatch):
    to_parquet, tries = pd.DataFrame.to_parquet, []

    def full_at_first(self, *arguments, **options):
        tries.append(1)
        if len(tries) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return to_parquet(self, *arguments, **options)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full_at_first)
    found = scan_dataset(home, pets)
    assert "could not be kept" in found.attrs["notes"][0]
    assert load_scan(pets) is not None
    assert f"thumbnails-{pets.images_hash}.pack" not in files_of(pets)


def test_without_room_for_the_table_the_scan_is_refused_and_leaves_nothing(home, pets, monkeypatch):
    before = files_of(pets)

    def full(self, *arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(WorkspaceError, match=r"No space left on device\); free some disk space"):
        scan_dataset(home, pets)
    assert files_of(pets) == before


def test_a_dataset_deleted_before_or_while_it_is_scanned_is_not_brought_back(home, pets):
    def delete_it(done, total):
        if pets.folder.exists():
            delete_dataset(home, "pets")

    with pytest.raises(WorkspaceError, match="check that the folder is still there"):
        scan_dataset(home, pets, progress=delete_it)
    assert not pets.folder.exists()
    with pytest.raises(DatasetError, match=r"no dataset 'pets' .* add it first"):
        scan_dataset(home, pets)
    with pytest.raises(DatasetError, match="add it first"):
        scan_dataset(home, replace(pets, folder=None))


def test_another_process_that_scans_the_same_is_waited_for(home, pets, monkeypatch):
    monkeypatch.setattr(scanning, "WAIT_S", 0.02)
    others = scan_dataset(home, pets)
    lock = FileLock(pets.folder / scanning.LOCK_FILE, thread_local=False)
    told, is_waiting = [], threading.Event()

    def tell(done, total):
        told.append((done, total))
        is_waiting.set()

    with lock:
        threading.Thread(target=lambda: is_waiting.wait(30) and lock.release()).start()
        found = scan_dataset(home, pets, progress=tell)
    assert set(told) == {(0, 0)}  # nothing was read: the other's result was taken
    pd.testing.assert_frame_equal(found, others)


def test_the_estimate_grows_with_the_images_and_their_pixels(home, pets):
    larger = replace(pets, table=pets.table.assign(width=4000, height=3000))
    assert 0 < estimate_seconds(pets) < 1
    assert estimate_seconds(larger) > 10 * estimate_seconds(pets)
