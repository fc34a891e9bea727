"""Hierarchies that were brought in as files: kept by their content, so that a command can name them.

``groupings/<dataset>/hierarchies/<number>.csv``, lines ``class,parent``; one file for each different content.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from core.regrouping.suggesting.hierarchy import write_hierarchy
from core.workspace import Workspace, check_name, write_bytes


def keep_hierarchy(workspace: Workspace, dataset_name: str, parents: Mapping[str, str]) -> Path:
    """Return the file of a hierarchy; it is written when there is none of this content yet.

    Args:
        workspace: Where it is kept.
        dataset_name: The dataset whose classes it is of.
        parents: Each class and its parent, and each parent and its own where it has one.

    Raises:
        WorkspaceError: The disk cannot be written.
    """
    content = write_hierarchy(parents)
    folder = workspace.groupings_dir / check_name(dataset_name, "dataset") / "hierarchies"
    path = folder / f"{hashlib.sha256(content).hexdigest()[:16]}.csv"
    try:
        is_there = path.read_bytes() == content
    except OSError:
        is_there = False
    if not is_there:
        write_bytes(path, content)
    return path
