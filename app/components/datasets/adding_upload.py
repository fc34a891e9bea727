"""A file that came through the browser, kept in the workspace until it is added or another one comes."""

import shutil
from pathlib import Path
from typing import IO, Any

import streamlit as st

from app import cache
from core.datasets.adding.add import suggest_name
from core.datasets.store import new_scratch
from core.workspace import open_whole

STORED = "add_stored"  # session key: id of the upload, and where it lies


def store_upload(file: Any, suffixes: tuple[str, ...]) -> Path:
    """Write an upload to disk, once, and return where it lies; an earlier one is forgotten.

    Args:
        file: As ``st.file_uploader`` gives it.
        suffixes: Endings of names that may be, of which the file keeps its own.

    Raises:
        WorkspaceError: The disk is full.
    """
    held: tuple[str, Path] | None = st.session_state.get(STORED)
    if held is not None and held[0] == file.file_id and held[1].exists():
        return held[1]
    forget_upload()
    ending = max((suffix for suffix in suffixes if file.name.lower().endswith(suffix)), key=len, default="")
    path = new_scratch(cache.workspace()) / f"{suggest_name(file.name)}{ending}"
    st.session_state[STORED] = (file.file_id, path)
    _write(file, path)
    return path


def forget_upload() -> None:
    """Remove what was stored."""
    held: tuple[str, Path] | None = st.session_state.pop(STORED, None)
    if held is not None:
        shutil.rmtree(held[1].parent, ignore_errors=True)


def _write(content: IO[bytes], path: Path) -> None:
    content.seek(0)
    with open_whole(path) as target:
        shutil.copyfileobj(content, target)
