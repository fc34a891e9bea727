"""Write the files of an archive or an upload into a folder that they cannot leave and cannot fill.

Only images, tables of labels and arrays are written. A name is refused when it is absolute or has ``..``;
existing files are never written over; the bytes are counted as they come, whatever the archive claims.
"""

import errno
import os
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from core.datasets.images.file_bytes import MAX_FILE_BYTES
from core.datasets.images.integrity import is_image_name
from core.datasets.sources.folder import (
    ARCHIVE_SUFFIXES,
    ARRAY_SUFFIXES,
    OTHER_ARCHIVES,
    TABLE_SUFFIXES,
    FolderContent,
    is_hidden,
)  # fmt: skip
from core.errors import DatasetError
from core.words import some

MAX_MEMBERS = 2_000_000  # files in an archive
RESERVE_BYTES = 500_000_000  # of the disk stay free
MAX_ARRAY_BYTES = 64 * MAX_FILE_BYTES
CHUNK_BYTES = 1 << 20
LEADS_OUT = "Its name leads out of the archive, so it was not unpacked; pack it anew with plain names."
IS_LINK = "It is a link in an archive, which is not unpacked; pack the file itself."
IS_DEVICE = "It is no regular file, so it was not unpacked; pack an image instead."
TWICE = "The archive holds this name twice; only the first was unpacked."
BAD_NAME = "Its name cannot be a file name here ({}), so it was not unpacked; rename it and pack anew."
TOO_LARGE = "It unpacks to more than 1 GB, so it was not unpacked; make it smaller."
DAMAGED = "It is damaged in the archive ({}); pack it anew."
DISK_FULL = "{} cannot be unpacked into the workspace ({}); free some disk space, then try again."
NOTHING = "{} holds no images, table of labels or arrays{}; give an archive of a folder of images."


@dataclass
class Unpacker:
    """Takes files one by one.

    Attributes:
        folder: Where to, an empty folder.
        source: Path or name of what is unpacked, for messages.
        only_tables: Write tables and arrays only and merely note the names of images, for a preview.
        budget: Bytes that may still be written.
        content: What was found.
        num_members: Files and folders seen.
    """

    folder: Path
    source: str
    only_tables: bool = False
    budget: int = 0
    content: FolderContent = field(init=False)
    num_members: int = 0

    def __post_init__(self) -> None:
        self.content = FolderContent(self.folder)
        self.budget = shutil.disk_usage(self.folder).free - RESERVE_BYTES
        self._seen: set[str] = set()

    def wants(self, name: str, *, kind: str = "file") -> str | None:
        """Return the path to write a member to; None where it is not written, which is noted if it matters.

        Args:
            name: As it stands in the archive.
            kind: ``"file"``, ``"link"`` or ``"device"``.

        Raises:
            DatasetError: There are too many members.
        """
        self.num_members += 1
        if self.num_members > MAX_MEMBERS:
            raise DatasetError(
                f"{self.source} holds more than {MAX_MEMBERS:,} files; divide it into several."
            )
        name = name.replace("\\", "/")
        parts = [part for part in name.split("/") if part != "."]
        name = "/".join(parts)
        if any(is_hidden(part) and part != ".." for part in parts):
            return None
        if not self._matters(name):
            return None
        reason = _refuse_name(name, parts) or {"link": IS_LINK, "device": IS_DEVICE}.get(kind)
        if reason is None and name in self._seen:
            reason = TWICE
        if reason is not None:
            self.leave_out(name, reason)
            return None
        self._seen.add(name)
        if self.only_tables and is_image_name(parts[-1]):
            self.content.images.append(name)
            return None
        return name

    def require(self, num_bytes: int) -> None:
        """Refuse what will not fit.

        Raises:
            DatasetError: So many bytes are more than the disk may take.
        """
        if num_bytes > self.budget:
            free = shutil.disk_usage(self.folder).free
            raise DatasetError(
                f"{self.source} does not fit on the disk of the workspace: it needs {num_bytes / 1e6:,.0f} "
                f"MB more, {free / 1e6:,.0f} MB are free and {RESERVE_BYTES / 1e6:,.0f} MB are kept free; "
                f"make room, or unpack it on another disk and give the folder."
            )

    def write(self, name: str, file: IO[bytes], claimed: int) -> None:
        """Write one member.

        Args:
            name: As ``wants`` returned it.
            file: Its unpacked bytes.
            claimed: How many there should be.

        Raises:
            DatasetError: The disk would become full.
            OSError: The member cannot be read.
        """
        limit = MAX_ARRAY_BYTES if name.lower().endswith(ARRAY_SUFFIXES) else MAX_FILE_BYTES
        if claimed > limit:
            self.leave_out(name, TOO_LARGE)
            return
        self.require(claimed)
        target = self.folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            output = target.open("xb", buffering=0)  # else a full disk would be noticed when it is closed
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DatasetError(DISK_FULL.format(self.source, error.strerror)) from error
            self.leave_out(name, BAD_NAME.format(getattr(error, "strerror", None) or error))
            return
        try:
            with output:
                self._copy(file, output, claimed)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        self.content.sort_in(name)

    def leave_out(self, name: str, reason: str) -> None:
        """Note that a file is not there, and why."""
        clean = unicodedata.normalize("NFC", name).encode(errors="backslashreplace").decode()
        self.content.left_out[clean.replace("\0", " ")] = reason

    def finish(self) -> FolderContent:
        """Return what was found.

        Raises:
            DatasetError: There is nothing to use.
        """
        found = self.content
        if not (found.images or found.tables or found.arrays):
            why = [f" ({name}: {reason})" for name, reason in found.left_out.items()]
            if not why and found.archives:
                why = [f", but {some(found.archives)}, which is not opened; unpack it first"]
            raise DatasetError(NOTHING.format(self.source, why[0] if why else ""))
        if found.archives:
            found.notes.append(
                f"Not opened, being archives themselves: {some(found.archives)}; add them by themselves."
            )
        found.sort()
        return found

    def _matters(self, name: str) -> bool:
        lower = name.lower()
        if lower.endswith((*ARCHIVE_SUFFIXES, *OTHER_ARCHIVES)):
            self.content.archives.append(name)
            return False
        return is_image_name(name.rpartition("/")[2]) or lower.endswith((*TABLE_SUFFIXES, *ARRAY_SUFFIXES))

    def _copy(self, file: IO[bytes], output: IO[bytes], claimed: int) -> None:
        written = 0
        while chunk := file.read(CHUNK_BYTES):
            written += len(chunk)
            self.require(written)
            if written > claimed:
                raise OSError(f"it unpacks to more than the {claimed:,} bytes it claims")
            rest = memoryview(chunk)
            try:
                while rest:
                    rest = rest[output.write(rest) :]
            except OSError as error:
                raise DatasetError(DISK_FULL.format(self.source, error.strerror or error)) from error
        if written < claimed:
            raise OSError(f"it ends after {written:,} of {claimed:,} bytes")
        self.budget -= written


def _refuse_name(name: str, parts: list[str]) -> str | None:
    if name.startswith("/") or ".." in parts or name[1:2] == ":":
        return LEADS_OUT
    if "" in parts or "\0" in name or (os.name == "nt" and any(letter in name for letter in '<>:"|?*')):
        return BAD_NAME.format("it has a part or a character that is not allowed")
    return None
