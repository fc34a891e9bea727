"""Archives: what is unpacked, what is left out with its reason, and what is refused whole."""

import io
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.datasets.sources import archives, unpacking
from core.datasets.sources.archives import unpack_archive
from core.errors import DatasetError


def picture(seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def write_zip(path: Path, files: dict[str, bytes], **options: object) -> Path:
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, options.get("compression"))
    return path


def write_tar(path: Path, files: dict[str, bytes], mode: str = "w", **options: object) -> Path:
    with tarfile.open(path, mode, **options) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "target"
    folder.mkdir(parents=True)
    return folder


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


FILES = {"pets/cat/1.png": picture(1), "pets/dog/2.png": picture(2), "pets/labels.csv": b"image,label\n"}


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_every_kind_of_archive_is_unpacked(tmp_path, target, suffix):
    path = tmp_path / f"pets.{suffix}"
    others = {"pets/notes.txt": b"no", "pets/.hidden.png": picture(), "__MACOSX/pets/cat/1.png": picture()}
    if suffix == "zip":
        write_zip(path, FILES | others)
    else:
        write_tar(
            path, FILES | others, f"w:{suffix.removeprefix('tar.').replace('tgz', 'gz').replace('tar', '')}"
        )
    told = []
    content = unpack_archive(path, target, progress=lambda *state: told.append(state))
    assert content.images == ["pets/cat/1.png", "pets/dog/2.png"]
    assert (content.tables, content.left_out, content.notes) == (["pets/labels.csv"], {}, [])
    assert files_below(target) == set(FILES)
    assert (target / "pets/dog/2.png").read_bytes() == FILES["pets/dog/2.png"]
    assert told == ([(3, 3)] if suffix == "zip" else [])


NAMES = [
    "../out.png",
    "/tmp/out.png",
    "a/../../out.png",
    "C:/out.png",
    "..\\out.png",
    "C:\\out.png",
    "\\out.png",
]


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_out_are_left_out_and_written_nowhere(tmp_path, target, write, name):
    path = write(
        tmp_path / ("a.zip" if write is write_zip else "a.tar"), {"ok.png": picture(), name: picture(1)}
    )
    content = unpack_archive(path, target)
    assert list(content.left_out.values()) == [unpacking.LEADS_OUT]
    assert "pack it anew" in unpacking.LEADS_OUT
    assert files_below(tmp_path / "outer") == {"target/ok.png"}
    assert not Path("/tmp/out.png").exists()


def test_links_hard_links_and_devices_in_a_tar_are_left_out(tmp_path, target):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind, leads_to in [
            ("out.png", tarfile.SYMTYPE, "/etc/passwd"),
            ("in.png", tarfile.SYMTYPE, "ok.png"),
            ("hard.png", tarfile.LNKTYPE, "../../secret.png"),
            ("pipe.png", tarfile.FIFOTYPE, ""),
            ("device.png", tarfile.CHRTYPE, ""),
            ("folder", tarfile.SYMTYPE, "/tmp"),
            ("folder/x.png", tarfile.REGTYPE, ""),
            ("ok.png", tarfile.REGTYPE, ""),
        ]:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, leads_to
            archive.addfile(member)
    content = unpack_archive(path, target)
    assert content.images == ["folder/x.png", "ok.png"]
    assert (target / "folder").is_dir()
    assert not (target / "folder").is_symlink()
    reasons = {name: reason.split(",")[0] for name, reason in content.left_out.items()}
    link, device = "It is a link in an archive", "It is no regular file"
    assert reasons == {
        "out.png": link,
        "in.png": link,
        "hard.png": link,
        "pipe.png": device,
        "device.png": device,
    }


def test_links_in_a_zip_are_left_out(tmp_path, target):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        member = zipfile.ZipInfo("link.png")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
        archive.writestr("ok.png", picture())
    content = unpack_archive(tmp_path / "a.zip", target)
    assert "pack the file itself" in content.left_out["link.png"]
    assert files_below(target) == {"ok.png"}


def test_a_zip_bomb_is_refused_before_anything_is_written(tmp_path, target, monkeypatch):
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 100_000)
    path = write_zip(tmp_path / "a.zip", {"a.png": bytes(1_000_000)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(
        DatasetError, match="times its size, and is taken for a bomb; if you trust it, unpack"
    ):
        unpack_archive(path, target)
    assert files_below(target) == set()


@pytest.mark.parametrize("name", ["a.png", "ignored.bin"])
def test_a_tar_bomb_is_refused_while_it_is_read(tmp_path, target, monkeypatch, name):
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 2_000_000)
    path = write_tar(tmp_path / "a.tgz", {name: bytes(20_000_000)}, "w:gz")
    with pytest.raises(DatasetError, match="taken for a bomb"):
        unpack_archive(path, target)
    assert files_below(target) == set()


def test_what_does_not_fit_on_the_disk_is_refused(tmp_path, target, monkeypatch):
    monkeypatch.setattr(unpacking, "RESERVE_BYTES", 1 << 60)
    for path in (write_zip(tmp_path / "a.zip", FILES), write_tar(tmp_path / "a.tar", FILES)):
        with pytest.raises(DatasetError, match=r"does not fit on the disk of the workspace: .*; make room"):
            unpack_archive(path, target)
    assert files_below(target) == set()


def test_too_many_files_are_refused(tmp_path, target, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_MEMBERS", 2)
    for path in (write_zip(tmp_path / "a.zip", FILES), write_tar(tmp_path / "a.tar", FILES)):
        with pytest.raises(DatasetError, match="holds more than 2 files; divide it"):
            unpack_archive(path, target)


def test_a_list_of_names_that_claims_to_be_huge_is_not_read(tmp_path, target):
    path = write_zip(tmp_path / "a.zip", FILES)
    content = bytearray(path.read_bytes())
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 12, 0x7FFFFFFF)
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="lists more files than can be read; divide it"):
        unpack_archive(path, target)


def test_a_single_file_that_is_too_large_is_left_out(tmp_path, target, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_FILE_BYTES", 1000)
    path = write_zip(tmp_path / "a.zip", {"big.png": bytes(1001), "ok.png": picture()})
    content = unpack_archive(path, target)
    assert content.left_out == {"big.png": unpacking.TOO_LARGE}
    assert content.images == ["ok.png"]


def test_archives_in_archives_are_not_opened_and_said(tmp_path, target):
    inner = write_zip(tmp_path / "inner.zip", FILES).read_bytes()
    content = unpack_archive(
        write_zip(tmp_path / "a.zip", {"x/inner.zip": inner, "ok.png": picture()}), target
    )
    assert content.notes == ["Not opened, being archives themselves: 'x/inner.zip'; add them by themselves."]
    assert files_below(target) == {"ok.png"}
    with pytest.raises(
        DatasetError, match=r"holds no images.*but 'inner.tar.gz', which is not opened; unpack"
    ):
        unpack_archive(write_zip(tmp_path / "b.zip", {"inner.tar.gz": inner}), target)


def test_an_encrypted_zip_is_refused(tmp_path, target):
    path = write_zip(tmp_path / "a.zip", {"a.png": picture()})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag stands in both headers
        content[content.find(signature) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"is encrypted; unpack it with its password and give the folder"):
        unpack_archive(path, target)
    with pytest.raises(DatasetError, match="is encrypted"):
        unpack_archive(path, target, only_tables=True)


def test_a_member_that_is_damaged_is_left_out_and_the_rest_is_used(tmp_path, target):
    files = {"bad.png": picture(1), "good.png": picture(2)}
    path = write_zip(tmp_path / "a.zip", files)
    content = bytearray(path.read_bytes())
    content[content.find(files["bad.png"]) + 20] ^= 0xFF
    path.write_bytes(content)
    found = unpack_archive(path, target)
    assert "damaged in the archive (Bad CRC-32" in found.left_out["bad.png"]
    assert files_below(target) == {"good.png"}


def test_a_member_that_unpacks_to_more_than_it_claims_is_left_out(tmp_path, target):
    path = write_zip(tmp_path / "a.zip", {"lie.png": bytes(5000), "ok.png": picture()})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.find(b"PK\x01\x02") + 24, 100)
    path.write_bytes(content)
    found = unpack_archive(path, target)
    assert "damaged in the archive" in found.left_out["lie.png"]
    assert files_below(target) == {"ok.png"}


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tar.xz"])
def test_an_archive_that_is_cut_short_is_refused(tmp_path, target, suffix):
    files = {f"{number}.png": random.Random(number).randbytes(4000) for number in range(10)}
    path = tmp_path / f"a.{suffix}"
    if suffix == "zip":
        write_zip(path, files)
    else:
        write_tar(path, files, "w:" + suffix.removeprefix("tar").removeprefix("."))
    whole = path.read_bytes()
    for size in (0, 1, 100, len(whole) // 2):
        path.write_bytes(whole[:size])
        folder = target / str(size)
        folder.mkdir()
        with pytest.raises(DatasetError, match=r"copy it again|holds no images"):
            unpack_archive(path, folder)


def test_a_tar_that_is_damaged_in_the_middle_is_refused(tmp_path, target):
    path = write_tar(tmp_path / "a.tar", {f"{number}.png": picture(number) for number in range(4)})
    content = bytearray(path.read_bytes())
    content[content.find(b"2.png")] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"is damaged .*no file header after 2 files.*; copy it again"):
        unpack_archive(path, target)


def test_a_header_of_any_length_is_not_read_into_memory(tmp_path, target):
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("x" * 5_000_000 + ".png")  # the name stands in a header of its own
        archive.addfile(member)
    with pytest.raises(DatasetError, match=r"has a file header of 5,\d+,\d+ bytes and is damaged; pack it"):
        unpack_archive(path, target)


def test_a_name_twice_is_unpacked_once(tmp_path, target):
    archive = zipfile.ZipFile(tmp_path / "a.zip", "w")
    archive.writestr("a.png", picture(1))
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.png", picture(2))
    archive.close()
    content = unpack_archive(tmp_path / "a.zip", target)
    assert content.left_out == {"a.png": unpacking.TWICE}
    assert (target / "a.png").read_bytes() == picture(1)


def test_names_in_other_encodings_are_kept_readable(tmp_path, target):
    write_zip(tmp_path / "a.zip", {"größe.png": picture(), "xyz.png": picture()})
    content = (tmp_path / "a.zip").read_bytes().replace("größe".encode(), "größe".encode())
    unmarked = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):  # take the UTF-8 mark away
        unmarked[unmarked.find(signature) + offset] &= ~0x08
    (tmp_path / "a.zip").write_bytes(unmarked)
    found = unpack_archive(tmp_path / "a.zip", target)
    assert found.images == ["größe.png", "xyz.png"]
    assert found.notes == ["The archive does not say how its names are written; check names with accents."]
    path = write_tar(
        tmp_path / "a.tar", {"größe.png": picture()}, format=tarfile.GNU_FORMAT, encoding="latin-1"
    )
    (target / "tar").mkdir()
    assert unpack_archive(path, target / "tar").images == ["größe.png"]


def test_names_that_no_file_can_have_are_left_out(tmp_path, target):
    names = ["a//b.png", "x" * 300 + ".png", "ok.png", "ok.png/below.png"]
    content = unpack_archive(write_tar(tmp_path / "a.tar", {name: picture() for name in names}), target)
    assert content.images == ["ok.png"]
    assert all("rename it and pack anew" in reason for reason in content.left_out.values())
    assert len(content.left_out) == 3


def test_names_with_quotes_markup_emoji_newline_and_right_to_left_are_kept(tmp_path, target):
    names = ['it\'s "q".png', "<b>&amp;.png", "🐈‍⬛.png", "a\nb.png", "חתול.png", "é" * 125 + ".png"]
    content = unpack_archive(write_tar(tmp_path / "a.tar", {name: picture() for name in names}), target)
    assert (set(content.images), content.left_out) == (set(names), {})
    assert files_below(target) == set(names)


def test_for_a_preview_only_tables_are_written_and_a_tar_is_read_in_part(tmp_path, target):
    for path in (write_zip(tmp_path / "a.zip", FILES), write_tar(tmp_path / "a.tar", FILES)):
        content = unpack_archive(path, target, only_tables=True)
        assert (content.images, content.is_complete) == (["pets/cat/1.png", "pets/dog/2.png"], True)
        assert files_below(target) == {"pets/labels.csv"}
        (target / "pets/labels.csv").unlink()
    content = unpack_archive(tmp_path / "a.tar", target, only_tables=True, limit=1)
    assert (content.images, content.is_complete) == (["pets/cat/1.png"], False)


def test_what_stops_the_work_is_handed_on(tmp_path, target, monkeypatch):
    monkeypatch.setattr(archives, "TELL_EVERY", 1)

    def stop(done: int, total: int) -> None:
        raise DatasetError(f"stopped at {done} of {total}")

    with pytest.raises(DatasetError, match="stopped at 1 of 3"):
        unpack_archive(write_zip(tmp_path / "a.zip", FILES), target, progress=stop)
    with pytest.raises(DatasetError, match=r"stopped at 1 of \d"):
        unpack_archive(write_tar(tmp_path / "a.tar", FILES), target / "pets", progress=stop)


def test_damaged_bytes_anywhere_in_an_archive_never_do_more_than_refuse(tmp_path, target):
    rng = random.Random(4)
    zipped = write_zip(tmp_path / "a.zip", FILES, compression=zipfile.ZIP_DEFLATED).read_bytes()
    tarred = write_tar(tmp_path / "a.tar.gz", FILES, "w:gz").read_bytes()
    plain = write_tar(tmp_path / "a.tar", FILES).read_bytes()
    for number in range(150):
        suffix, whole = [(".zip", zipped), (".tar.gz", tarred), (".tar", plain)][number % 3]
        content = bytearray(whole)
        for _ in range(rng.choice([1, 3, 10])):
            content[rng.randrange(min(len(content), 3000))] = rng.randrange(256)
        path, folder = tmp_path / f"bad{suffix}", target / str(number)
        path.write_bytes(content)
        folder.mkdir()
        try:
            found = unpack_archive(path, folder)
        except DatasetError:
            continue
        assert files_below(folder) == {*found.images, *found.tables, *found.arrays}
    assert {path.name for path in (tmp_path / "outer").iterdir()} == {"target"}
