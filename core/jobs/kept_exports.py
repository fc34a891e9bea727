"""Exports that are kept for download in a run's folder: they go with the run; a newer network voids them."""

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from core.datasets.parallel import Progress
from core.errors import WorkspaceError
from core.jobs.exports import FORMATS, export_run
from core.regrouping.grouping import Grouping
from core.runs.run import Run
from core.workspace import Workspace, read_json, write_json

FOLDER = "exports"


@dataclass(frozen=True)
class KeptExport:
    """An export that can be downloaded.

    Attributes:
        path: One file; a SavedModel's folder is zipped.
        labels_path: Text file with what the network's outputs stand for, one name a line.
        bytes: Size of that file.
        max_difference: Largest absolute difference of a probability between it and the run's network.
        num_images: Validation images on which that was measured.
    """

    path: Path
    labels_path: Path
    bytes: int
    max_difference: float
    num_images: int


def keep_export(
    workspace: Workspace,
    run: Run,
    format: str,
    *,
    grouping: Grouping | None = None,
    progress: Progress | None = None,
) -> KeptExport:
    """Export a run's network into its folder, in place of an earlier export of that format.

    Args:
        workspace: Where the run's dataset is.
        run: A run with a trained network.
        format: A key of ``FORMATS``.
        grouping: Whose groups' probabilities are to be summed; None for the network as it is.
        progress: As of ``export_run``.

    Raises:
        RunError: As ``core.jobs.exports.export_run``.
        WorkspaceError: The disk is full.
    """
    folder = _folder_of(run, format, grouping)
    try:
        for each in (folder.parent, folder):  # never the run's own folder: it may have been deleted
            each.mkdir(exist_ok=True)
        target = folder / f"{run.id}{'' if grouping is None else '-summed'}{FORMATS[format].suffix}"
        network_time = run.model_path.stat().st_mtime_ns if run.model_path.is_file() else 0
        report = export_run(
            workspace, run, format, target, grouping=grouping, overwrite=True, progress=progress
        )
        path, labels = report.path, report.labels_path
        if path.is_dir():
            labels = labels.rename(folder / f"{target.name}.{labels.name}")
            path = Path(shutil.make_archive(str(path), "zip", path.parent, path.name))
            shutil.rmtree(report.path)
    except OSError as error:
        raise WorkspaceError(
            f"The export of {run.id} cannot be written to {folder} ({error.strerror or error}); free some "
            f"disk space, then try again."
        ) from error
    kept = KeptExport(path, labels, path.stat().st_size, report.max_difference, report.num_images)
    told = {"path": path.name, "labels_path": labels.name, "network_time": network_time}
    write_json(folder / "export.json", {**asdict(kept), **told, "groups": _hash_of(grouping)})
    return kept


def find_export(run: Run, format: str, grouping: Grouping | None = None) -> KeptExport | None:
    """Return an earlier export of the run's present network; None where there is none, or it is damaged.

    Args:
        run: The run.
        format: A key of ``FORMATS``.
        grouping: Whose groups' probabilities it is to sum; None for the network as it is.
    """
    folder = _folder_of(run, format, grouping)
    with suppress(OSError, WorkspaceError, KeyError, TypeError, ValueError):
        written = read_json(folder / "export.json")
        kept = KeptExport(
            folder / Path(written["path"]).name,
            folder / Path(written["labels_path"]).name,
            int(written["bytes"]),
            float(written["max_difference"]),
            int(written["num_images"]),
        )
        is_whole = kept.path.stat().st_size == kept.bytes and kept.labels_path.is_file()
        is_of_groups = written.get("groups") == _hash_of(grouping)
        if is_whole and is_of_groups and written["network_time"] == run.model_path.stat().st_mtime_ns:
            return kept
    return None


def _folder_of(run: Run, format: str, grouping: Grouping | None) -> Path:
    """One folder for summed networks, whatever the groups: they fill a disk, and are soon made again."""
    return run.directory / FOLDER / (format if grouping is None else f"{format}-summed")


def _hash_of(grouping: Grouping | None) -> str | None:
    if grouping is None:
        return None
    told = json.dumps(grouping.to_mapping(), sort_keys=True).encode()
    return hashlib.sha1(told, usedforsecurity=False).hexdigest()
