"""What pages ask of sources outside the workspace, kept for some seconds: files there change unannounced."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import streamlit as st

from app import cache
from core.datasets.adding.preview import LIMIT, SourcePreview, preview_source, preview_upload, rename_preview
from core.datasets.adding.relocate import MissingFiles, missing_files
from core.datasets.sources.folder import FolderContent, scan_folder
from core.datasets.sources.metadata_table import locate_table, read_columns
from core.datasets.sources.options import SourceOptions
from core.workspace import full_path

KEPT_S = 60.0  # seconds for which an answer is believed
FEW, MANY = 64, 5000  # of more than MANY images, FEW are looked for when a dataset is opened


def gone_files(name: str) -> MissingFiles:
    """Which images of a dataset are gone: of many, all are looked for only when one of a few is gone."""
    return _gone_files(cache.dataset(name).images_hash, name)


def source_preview(source: str, options: SourceOptions) -> SourcePreview:
    """What adding a path with these options would give.

    Raises:
        DatasetError: There is nothing to show: no such path, a damaged archive.
    """
    listed = replace(options, class_name_rule=None)
    found = _source_preview(source, _changed(source), repr(listed), listed)
    rule = options.class_name_rule
    return found if rule is None else rename_preview(found, rule)


def upload_preview(files: Sequence[tuple[str, IO[bytes]]], options: SourceOptions) -> SourcePreview:
    """What adding uploaded files with these options would give.

    Args:
        files: Name and content of each; a content is known by its attribute ``file_id``.
        options: How to read them.

    Raises:
        DatasetError: There is nothing to show.
    """
    ids = tuple(str(getattr(content, "file_id", id(content))) for _, content in files)
    return _upload_preview(ids, repr(options), files, options)


def table_columns(path: str, *, below: str) -> list[str]:
    """Names of the columns of a table; none where it lies in an archive or upload and cannot be opened yet.

    Args:
        path: Of the table, its own or below the source.
        below: Path of the source; empty for an uploaded folder.

    Raises:
        DatasetError: The file is no table, or there is none and the source is a folder.
    """
    table, folder = full_path(path), full_path(below)
    if not table.exists() and not (below and folder.is_dir()):
        return []
    table = locate_table(Path(path), folder)
    return _table_columns(str(table), _changed(str(table)))


@st.cache_resource(max_entries=16, ttl=KEPT_S, show_spinner=False)
def _table_columns(path: str, changed: int) -> list[str]:
    return read_columns(Path(path))


@st.cache_resource(max_entries=16, ttl=KEPT_S, show_spinner=False)
def _gone_files(images_hash: str, name: str) -> MissingFiles:
    dataset = cache.dataset(name)
    few = missing_files(dataset, limit=FEW if len(dataset.table) > MANY else None)
    return missing_files(dataset) if few.num_missing and few.num_checked < few.num_files else few


@st.cache_resource(max_entries=24, ttl=KEPT_S, show_spinner="Looking at the source")
def _source_preview(
    source: str, changed: int, written_options: str, _options: SourceOptions
) -> SourcePreview:
    folder = full_path(source)
    content = _folder_content(source, changed) if folder.is_dir() else None
    return preview_source(folder, _options, content=content)


@st.cache_resource(max_entries=2, ttl=KEPT_S, show_spinner=False)
def _folder_content(source: str, changed: int) -> FolderContent:
    return scan_folder(full_path(source), limit=LIMIT)


@st.cache_resource(max_entries=4, ttl=KEPT_S, show_spinner="Looking at the upload")
def _upload_preview(
    ids: tuple[str, ...], written_options: str, _files: Any, _options: SourceOptions
) -> SourcePreview:
    for _, content in _files:
        content.seek(0)
    return preview_upload(_files, _options)


def _changed(source: str) -> int:
    """When a path was last written to; 0 where there is none."""
    try:
        return os.stat(full_path(Path(source))).st_mtime_ns  # noqa: PTH116 - as in app/cache/home.py
    except (OSError, ValueError):
        return 0
