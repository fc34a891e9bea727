"""The workspace: one folder with everything Regroup keeps, and the safe ways to write into it.

Files are replaced whole (written beside, flushed to disk, renamed), so that a kill at any moment
leaves either the old file or the new one, never half of one.
"""

import contextlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import WorkspaceError

HOME_VARIABLE = "REGROUP_HOME"
DEFAULT_HOME = Path("~/regroup")
RENAME_TRIES = 20
RENAME_PAUSE_S = 0.01
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\..*)?", re.IGNORECASE)  # no files on Windows
MAX_NAME_LENGTH = 80  # characters; file systems allow 255 bytes, up to four for one character


@dataclass(frozen=True)
class Workspace:
    """Where things lie.

    Attributes:
        root: The workspace folder; it is created when it is missing.
    """

    root: Path

    @property
    def datasets_dir(self) -> Path:
        """Folder with one folder a dataset."""
        return self.root / "datasets"

    @property
    def groupings_dir(self) -> Path:
        """Folder with one folder a dataset, holding its groupings."""
        return self.root / "groupings"

    @property
    def runs_dir(self) -> Path:
        """Folder with one folder a run."""
        return self.root / "runs"

    @property
    def jobs_dir(self) -> Path:
        """Folder with the queue and the locks of the device slots."""
        return self.root / "jobs"


def open_workspace(home: Path | str | None = None) -> Workspace:
    """Return the workspace at ``home``, else at ``$REGROUP_HOME``, else at ``~/regroup``.

    Raises:
        WorkspaceError: The folder cannot be created or written.
    """
    given = home or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME
    try:
        root = full_path(given)
    except WorkspaceError as error:
        raise WorkspaceError(
            f"There is no home folder for the workspace {given}; "
            f"choose a folder you may write to with --home or {HOME_VARIABLE}."
        ) from error
    workspace = Workspace(root)
    folders = (workspace.datasets_dir, workspace.groupings_dir, workspace.runs_dir, workspace.jobs_dir)
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"The workspace {root} cannot be used ({error.strerror or error}); "
            f"choose a folder you may write to with --home or {HOME_VARIABLE}."
        ) from error
    if not os.access(root, os.W_OK):
        raise WorkspaceError(
            f"The workspace {root} cannot be written to; "
            f"choose a folder you may write to with --home or {HOME_VARIABLE}."
        )
    return workspace


def full_path(path: Path | str) -> Path:
    """Return a path from the root of the file system, ``~`` replaced by the home folder.

    Raises:
        WorkspaceError: The path is empty, or there is no such home folder.
    """
    if path == "":  # else the current folder would be meant
        raise WorkspaceError("The path is empty; write where the folder or file is.")
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise WorkspaceError(
            f"The home folder in {str(path)!r} is not known here; write the path in full, without ~."
        ) from error


def check_name(name: str, kind: str) -> str:
    """Return ``name`` stripped when it is fit to be a folder name on every platform.

    Args:
        name: What the user chose, in any script.
        kind: What is named, for the message, such as ``"dataset"``.

    Raises:
        WorkspaceError: The name is empty, too long, a device of Windows, or has characters that a path
            cannot hold.

    >>> check_name(" Haut bösartig 2 ", "dataset")
    'Haut bösartig 2'
    """
    name = name.strip()
    is_plain = re.fullmatch(r"[\w][\w .()+,=@-]*", name) and not name.endswith(".")
    if not is_plain or len(name) > MAX_NAME_LENGTH or len(name.encode()) > 200:
        raise WorkspaceError(
            f"{name!r} cannot be the name of a {kind}; use 1 to {MAX_NAME_LENGTH} letters, digits, "
            f"spaces and any of . _ - ( ) + , = @, beginning with a letter or digit."
        )
    if DEVICES.fullmatch(name):
        raise WorkspaceError(
            f"{name!r} cannot be the name of a {kind}: Windows keeps it for a device, so the folder could "
            f"not be taken there; put another letter or digit before it."
        )
    return name


@contextlib.contextmanager
def open_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` for writing; it takes that place, whole, when the block ends without error.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".tmp")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _rename(temporary, path)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written ({error.strerror or error}); "
            f"free some disk space or check the folder's permissions, then try again."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` in one step; a reader sees the old or the new file, whole.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    with open_whole(path) as file:
        file.write(content)


def write_json(path: Path, content: Any) -> None:
    """Replace ``path`` by ``content`` as indented UTF-8 JSON, in one step.

    Raises:
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    write_bytes(path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def read_json(path: Path) -> Any:
    """Return the content of a JSON file written by ``write_json``.

    Raises:
        FileNotFoundError: There is no such file.
        WorkspaceError: The file is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WorkspaceError(
            f"{path} is damaged ({error}); restore it from a copy, or delete it to start anew."
        ) from error


def _rename(source: Path, target: Path) -> None:
    """Rename over a file; Windows refuses for the moment in which another process has it open."""
    for _ in range(RENAME_TRIES - 1):
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(RENAME_PAUSE_S)
        else:
            return
    source.replace(target)
