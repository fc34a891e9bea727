"""Unpack ``.zip`` and ``.tar`` archives, packed or not, without trusting anything they say.

What an archive may try: names that leave the folder, links and devices, contents a thousand times its own
size (zip bombs), members that overlap, headers of any length. Formats: PKWARE APPNOTE 6.3.10, POSIX pax.
"""

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from core.datasets.parallel import Progress
from core.datasets.sources.folder import ARCHIVE_SUFFIXES, FolderContent
from core.datasets.sources.unpacking import DAMAGED, Unpacker
from core.errors import DatasetError

MAX_RATIO = 200  # unpacked bytes for each packed one; photos have 1, drawn pictures 20
HARMLESS_BYTES = 500_000_000  # unpacked, at any ratio
MAX_DIRECTORY_BYTES = 256_000_000  # the list of names in a zip, which is read into memory at once
MAX_HEADER_BYTES = 1 << 20  # one header of a tar file; real ones have a few hundred
ENCRYPTED, UTF8_NAME = 0x1, 0x800  # flags of a zip member
TELL_EVERY = 64  # members
LOOKED_AT_BYTES = 100_000_000  # of a tar file, unpacked, for a preview
ENCODING_UNKNOWN = "The archive does not say how its names are written; check names with accents."
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
           ValueError, NotImplementedError, RuntimeError, struct.error, MemoryError)  # fmt: skip


def is_archive(name: str) -> bool:
    """Whether a file is an archive, by its name."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def unpack_archive(
    path: Path,
    folder: Path,
    *,
    only_tables: bool = False,
    limit: int | None = None,
    progress: Progress | None = None,
) -> FolderContent:
    """Unpack the images, tables and arrays of an archive; what cannot be used is left out with its reason.

    Args:
        path: The archive.
        folder: An empty folder; the caller removes it when this is refused.
        only_tables: For a preview: write tables and arrays only, and merely note the names of images.
        limit: For a preview of a tar file, which has no list of names: stop after so many members.
        progress: Called with (done, total) members, the total estimated; what it raises stops the work.

    Raises:
        DatasetError: The archive is damaged, encrypted, empty, too large for the disk or made to harm.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise DatasetError(f"{path} cannot be opened ({error.strerror or error}); check the path.") from error
    unpacker = Unpacker(folder, str(path), only_tables=only_tables)
    with file:
        return unpack_open_archive(file, unpacker, limit=limit, progress=progress)


def unpack_open_archive(
    file: IO[bytes], unpacker: Unpacker, *, limit: int | None = None, progress: Progress | None = None
) -> FolderContent:
    """Unpack an archive that is open already, such as an upload; see ``unpack_archive``."""
    try:
        if unpacker.source.lower().endswith(".zip"):
            _unpack_zip(file, unpacker, progress)
        else:
            _unpack_tar(file, unpacker, limit, progress)
    except _DAMAGE as error:
        message = f"{unpacker.source} is damaged or no such archive ({error}); copy it again."
        raise DatasetError(message) from error
    return unpacker.finish()


def _unpack_zip(packed: IO[bytes], unpacker: Unpacker, progress: Progress | None) -> None:
    _check_directory(packed, unpacker.source)
    with zipfile.ZipFile(packed) as archive:
        wanted: list[tuple[zipfile.ZipInfo, str]] = []
        for member in archive.infolist():
            name = None if member.is_dir() else unpacker.wants(_zip_name(member), kind=_zip_kind(member))
            if name is not None:
                wanted.append((member, name))
        _check_readable(archive.infolist() if unpacker.only_tables else [m for m, _ in wanted], unpacker)
        _check_members([member for member, _ in wanted], unpacker, _size(packed))
        for done, (member, name) in enumerate(wanted, start=1):
            try:
                with archive.open(member) as file:
                    unpacker.write(name, file, member.file_size)
            except _DAMAGE as error:
                unpacker.leave_out(name, DAMAGED.format(error))
            if progress is not None and (done % TELL_EVERY == 0 or done == len(wanted)):
                progress(done, len(wanted))
    if any(not member.flag_bits & UTF8_NAME and not member.filename.isascii() for member, _ in wanted):
        unpacker.content.notes.append(ENCODING_UNKNOWN)


def _unpack_tar(packed: IO[bytes], unpacker: Unpacker, limit: int | None, progress: Progress | None) -> None:
    size = _size(packed)
    with _decompressed(packed) as plain:
        source = _Forward(plain, unpacker.source, size, seekable=plain is packed)
        with tarfile.open(fileobj=source, mode="r:", encoding="utf-8") as archive:
            while (member := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined] # it would keep all of them
                name = None if member.isdir() else unpacker.wants(_tar_name(member), kind=_tar_kind(member))
                file = archive.extractfile(member) if name is not None else None
                if name is not None and file is not None:
                    unpacker.write(name, file, member.size)
                done = unpacker.num_members
                if limit is not None and (done >= limit or source.num_bytes > LOOKED_AT_BYTES):
                    unpacker.content.is_complete = False
                    return
                if progress is not None and done and done % TELL_EVERY == 0:
                    progress(done, max(done, round(done * size / max(packed.tell(), 1))))
        if source.last.strip(b"\0"):  # tarfile takes what is no header for the end
            raise tarfile.ReadError(f"there is no file header after {unpacker.num_members:,} files")


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


class _Forward(io.RawIOBase):
    """The bytes of a tar file, read once from begin to end, in pieces of bounded size and number."""

    def __init__(self, file: IO[bytes], name: str, size: int, *, seekable: bool) -> None:
        super().__init__()
        self.file, self.name, self.size = file, name, size
        self.jumps = seekable
        self.position = 0
        self.num_bytes = 0  # read, not jumped over
        self.last = b""

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_HEADER_BYTES:
            raise DatasetError(
                f"{self.name} has a file header of {size:,} bytes and is damaged; pack it anew."
            )
        self.last = self.file.read(size)
        self.position += len(self.last)
        self.num_bytes += len(self.last)
        _check_ratio(self.name, self.num_bytes, self.size)
        return self.last

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self.position:
            raise tarfile.ReadError("a file header points backwards")
        if self.jumps:
            self.position = self.file.seek(offset)
        while self.position < offset and self.read(min(offset - self.position, MAX_HEADER_BYTES)):
            pass
        return self.position


def _decompressed(raw: IO[bytes]) -> IO[bytes]:
    """Return what a file holds, unpacked; told by how it begins, not by its name."""
    start = raw.read(6)
    raw.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw, mode="rb")  # type: ignore[return-value]
    if start.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    if start == b"\xfd7zXZ\0":
        return lzma.LZMAFile(raw)
    return raw


def _tar_name(member: tarfile.TarInfo) -> str:
    """Return the name of a member; bytes that are not UTF-8 are read as Western European."""
    try:
        member.name.encode()
    except UnicodeEncodeError:
        return member.name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return member.name


def _tar_kind(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "link"
    return "file" if member.isreg() and not member.issparse() else "device"


def _zip_kind(member: zipfile.ZipInfo) -> str:
    mode = member.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "link"
    return "file" if stat.S_IFMT(mode) in {0, stat.S_IFREG} else "device"


def _zip_name(member: zipfile.ZipInfo) -> str:
    """Return the name; one without the UTF-8 mark is UTF-8 all the same where that is possible."""
    if member.flag_bits & UTF8_NAME:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _check_directory(file: IO[bytes], name: str) -> None:
    """Refuse a list of names that would not fit into memory, before it is read."""
    size = _size(file)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + 20 > len(tail):
        raise DatasetError(f"{name} is no zip archive, or its end is missing; copy it again.")
    (claimed,) = struct.unpack_from("<I", tail, end + 12)
    if claimed == 0xFFFFFFFF:  # the true number stands in the record before, which has no limit of its own
        record = tail.rfind(b"PK\x06\x06")
        claimed = struct.unpack_from("<Q", tail, record + 40)[0] if 0 <= record <= len(tail) - 48 else size
    if claimed > MAX_DIRECTORY_BYTES:
        raise DatasetError(f"{name} lists more files than can be read; divide it into several archives.")


def _check_readable(members: list[zipfile.ZipInfo], unpacker: Unpacker) -> None:
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise DatasetError(
            f"{unpacker.source} is encrypted; unpack it with its password and give the folder."
        )


def _check_members(members: list[zipfile.ZipInfo], unpacker: Unpacker, packed: int) -> None:
    unpacked = sum(member.file_size for member in members)
    _check_ratio(unpacker.source, unpacked, packed)
    unpacker.require(unpacked)


def _check_ratio(name: str, unpacked: int, packed: int) -> None:
    if unpacked > HARMLESS_BYTES and unpacked > MAX_RATIO * packed:
        raise DatasetError(
            f"{name} unpacks to {unpacked / 1e9:,.1f} GB, {unpacked // max(packed, 1):,} times its size, and "
            f"is taken for a bomb; if you trust it, unpack it yourself and give the folder."
        )
