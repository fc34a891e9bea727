"""Files that came through the browser: those of a dropped folder, or a single archive."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from core.datasets.parallel import Progress
from core.datasets.sources.archives import is_archive, unpack_open_archive
from core.datasets.sources.folder import FolderContent
from core.datasets.sources.unpacking import Unpacker

Upload = tuple[str, IO[bytes]]  # path as the browser gives it, and the content


def store_upload(
    files: Sequence[Upload], folder: Path, *, only_tables: bool = False, progress: Progress | None = None
) -> FolderContent:
    """Write an upload into a folder, of a single archive what is in it; the rules are those of archives.

    Args:
        files: Path as the browser gives it, and the content.
        folder: An empty folder; the caller removes it when this is refused.
        only_tables: For a preview: write tables and arrays only, and merely note the names of images.
        progress: Called with (done, total) files; what it raises stops the work.

    Raises:
        DatasetError: There is nothing to use, or the disk is full.
    """
    if len(files) == 1 and is_archive(files[0][0]):
        name, file = files[0]
        unpacker = Unpacker(folder, name, only_tables=only_tables)
        return unpack_open_archive(file, unpacker, progress=progress)
    unpacker = Unpacker(folder, "The upload", only_tables=only_tables)
    for done, (path, file) in enumerate(files, start=1):
        wanted = unpacker.wants(path)
        if wanted is not None:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            unpacker.write(wanted, file, size)
        if progress is not None:
            progress(done, len(files))
    return unpacker.finish()
