"""How stable suggested groups are, kept on disk: a restarted server need not measure it again.

``groupings/<dataset>/stability/<run>/<number>.json``, one file for each search that was repeated; its counts
of draws are packed (zlib, base64). A file that is damaged, or of other predictions, classes or settings,
counts as none: what it holds can be measured again.
"""

import base64
import contextlib
import hashlib
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import WorkspaceError
from core.predictions import Predictions
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.stability import Stability
from core.workspace import Workspace, check_name, read_json, write_bytes

FORMAT = 1
MAX_DRAWS = 65_535  # counts are kept as uint16
MAX_KEPT = 30  # searches of a run; the oldest beyond are deleted
_DAMAGE = (
    WorkspaceError,
    OSError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
    zlib.error,
)


@dataclass(frozen=True)
class KeptStability:
    """A stability with what it was measured on.

    Attributes:
        settings: The search that was repeated, for a number of groups.
        stability: How often classes came together.
        num_images: Validation images of the first run.
        run_ids: Runs whose images were drawn; the first is the one whose groups are judged.
        by_groups: Whether groups of images were drawn.
    """

    settings: SearchSettings
    stability: Stability
    num_images: int
    run_ids: tuple[str, ...]
    by_groups: bool


def keep_stability(
    workspace: Workspace, dataset_name: str, predictions: Predictions, kept: KeptStability
) -> None:
    """Write a stability; one of the same search is replaced.

    Args:
        workspace: Where it is kept.
        dataset_name: Dataset of the runs.
        predictions: Of the first run, on validation.
        kept: What was measured.

    Raises:
        WorkspaceError: The disk cannot be written.
    """
    stability = kept.stability
    counts = np.rint(stability.pair_share.astype(np.float64) * stability.num_draws).astype("<u2")
    content = {
        "format": FORMAT,
        "settings": kept.settings.model_dump(mode="json"),
        "predictions": fingerprint(predictions),
        "num_draws": stability.num_draws,
        "num_images": kept.num_images,
        "runs": kept.run_ids,
        "by_groups": kept.by_groups,
        "counts": base64.b64encode(zlib.compress(counts.tobytes(), 1)).decode(),
    }
    path = stability_path(workspace, dataset_name, kept.run_ids[0], kept.settings)
    write_bytes(path, json.dumps(content, ensure_ascii=False).encode())
    for old in kept_files(path.parent)[MAX_KEPT:]:
        old.unlink(missing_ok=True)


def load_stability(path: Path, settings: SearchSettings, predictions: Predictions) -> KeptStability | None:
    """Return what a file holds when it is of this search and of these predictions, else None.

    Args:
        path: As ``stability_path`` gives it.
        settings: The search, for a number of groups.
        predictions: Of the run, on validation.
    """
    with contextlib.suppress(*_DAMAGE):
        content = read_json(path)
        is_ours = content["format"] == FORMAT and content["predictions"] == fingerprint(predictions)
        if is_ours and SearchSettings.model_validate(content["settings"]) == settings:
            return KeptStability(
                settings,
                _stability_of(content, predictions.class_names),
                int(content["num_images"]),
                tuple(map(str, content["runs"])),
                bool(content["by_groups"]),
            )
    return None


def stability_path(workspace: Workspace, dataset_name: str, run_id: str, settings: SearchSettings) -> Path:
    """Return the file for a search of a run, whether or not there is one."""
    number = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]
    return stability_folder(workspace, dataset_name, run_id) / f"{number}.json"


def stability_folder(workspace: Workspace, dataset_name: str, run_id: str) -> Path:
    """Return the folder for all searches of a run, whether or not there is one."""
    folder = workspace.groupings_dir / check_name(dataset_name, "dataset") / "stability"
    return folder / check_name(run_id, "run")


def kept_files(folder: Path) -> list[Path]:
    """Return the files of a folder, the newest first."""
    found = []
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError):  # deleted in this moment
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found, reverse=True)]


def fingerprint(predictions: Predictions) -> str:
    """Return a short text that differs for other classes, true classes or predicted classes."""
    digest = hashlib.sha256(repr(predictions.class_names).encode())
    for labels in (predictions.y_true, predictions.y_pred):
        digest.update(np.ascontiguousarray(labels, dtype="<i8").tobytes())
    return digest.hexdigest()[:16]


def _stability_of(content: Any, class_names: tuple[str, ...]) -> Stability:
    """Unpack the counts.

    Raises:
        ValueError, TypeError, KeyError, zlib.error: They are damaged.
    """
    num_classes, num_draws = len(class_names), int(content["num_draws"])
    size = 2 * num_classes**2  # bytes
    packed = base64.b64decode(content["counts"], validate=True)
    raw = zlib.decompressobj().decompress(packed, size + 1)
    if len(raw) != size or not 0 < num_draws <= MAX_DRAWS:
        raise ValueError("the counts are of other classes")
    counts = np.frombuffer(raw, "<u2").reshape(num_classes, num_classes)
    if counts.max() > num_draws or (counts != counts.T).any() or (np.diag(counts) != num_draws).any():
        raise ValueError("the counts are not as they were written")
    return Stability(class_names, (counts / num_draws).astype(np.float32), num_draws)
