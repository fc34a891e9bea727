"""What pages read of saved groupings, kept until a file of theirs changes."""

import os
from pathlib import Path

import streamlit as st

from app.cache.home import workspace
from core.regrouping.keeping.saved import SavedGrouping
from core.regrouping.keeping.store import list_groupings

Files = tuple[tuple[str, int, int], ...]  # name, when written, size


def saved_groupings(dataset_name: str, class_names: tuple[str, ...] | None = None) -> list[SavedGrouping]:
    """The readable groupings of a dataset, newest first.

    Args:
        dataset_name: The dataset whose classes they group.
        class_names: Only those for these classes, in their order.
    """
    folder = workspace().groupings_dir / dataset_name
    return _saved_groupings(str(folder), _files_of(folder), hash(class_names), class_names)


def _files_of(folder: Path) -> Files:
    try:
        with os.scandir(folder) as entries:
            found = [(entry, entry.stat()) for entry in entries if entry.name.endswith(".json")]
    except FileNotFoundError:
        return ()
    return tuple(sorted((entry.name, state.st_mtime_ns, state.st_size) for entry, state in found))


@st.cache_resource(max_entries=50, show_spinner=False)
def _saved_groupings(
    folder: str, files: Files, key: int, _class_names: tuple[str, ...] | None
) -> list[SavedGrouping]:
    """Keyed by a number for the classes: Streamlit would look at each of 3,000 names at every click."""
    return list_groupings(workspace(), Path(folder).name, class_names=_class_names)
