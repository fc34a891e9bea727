"""Export of a run's network for use elsewhere: written whole or not at all, and checked on real images.

The work is that of ``core.training.export`` in a process of its own, so that no TensorFlow comes in here.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.datasets.parallel import Progress
from core.errors import RunError, WorkspaceError
from core.jobs.errands import run_errand
from core.regrouping.grouping import Grouping
from core.runs.run import Run, State
from core.workspace import Workspace, full_path

MODULE = "core.training.export"
CPU_ONLY = {"CUDA_VISIBLE_DEVICES": "-1"}  # a GPU is left to the training
ONNX_MODULES = ("onnx", "tf2onnx", "onnxruntime")
LABELS_NAME = "labels.txt"


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        title: For headings and choices.
        description: One sentence on who reads it.
        suffix: Of the file's name; empty: it is a folder.
    """

    title: str
    description: str
    suffix: str


FORMATS: dict[str, Format] = {
    "keras": Format("Keras", "For Python with Keras 3: keras.models.load_model reads it.", ".keras"),
    "saved_model": Format(
        "SavedModel", "A folder for TensorFlow, TensorFlow Serving and tools built on them.", ""
    ),
    "tflite": Format("LiteRT (TFLite)", "For phones and small devices, without Python.", ".tflite"),
    "onnx": Format("ONNX", "For ONNX Runtime and many other programs and languages.", ".onnx"),
}


@dataclass(frozen=True)
class ExportReport:
    """What was written.

    Attributes:
        path: The file or folder.
        format: Name of its format.
        bytes: Its size, with all files of a folder.
        max_difference: Largest absolute difference of a probability between it and the run's network, whose
            probabilities are summed where groups were asked for.
        num_images: Validation images on which that was measured.
        class_names: What the network's outputs stand for, in order: classes, or groups.
        labels_path: The text file with these names, one a line.
    """

    path: Path
    format: str
    bytes: int
    max_difference: float
    num_images: int
    class_names: tuple[str, ...]
    labels_path: Path


def export_run(
    workspace: Workspace,
    run: Run,
    format: str,
    out: Path | str,
    *,
    grouping: Grouping | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ExportReport:
    """Write the network of a run's best epoch in another format, and check that it says the same.

    Takes RGB images with values 0-255, float32, shape ``(batch, height, width, 3)``, of the run's image size;
    gives probabilities, shape ``(batch, num_classes)``. Scaling of the pixels is part of the network. With a
    grouping the probabilities of a group's classes are added by one more layer, without any training.

    Args:
        workspace: Where the run's dataset is.
        run: A run with a trained network.
        format: A key of ``FORMATS``.
        out: The file, or the folder of a SavedModel, that is to be written.
        grouping: Of the classes that the run knows; None for the network as it is.
        overwrite: Whether to replace what is there.
        progress: Called with (done, total) from time to time; what it raises stops the work.

    Raises:
        RunError: The format is unknown or its extra is not installed, the run has no network or learned
            groups already and is asked for others, the file is there already or has the wrong ending, or the
            export does not say the same as the network.
        WorkspaceError: The place cannot be written to.
    """
    check_format(format)
    if not run.model_path.is_file():
        raise RunError(
            f"Run {run.id} has no trained network yet ({run.model_path.name} is missing); "
            f"wait until its first epoch is done, or train it again."
        )
    if run.status.state is State.INTERRUPTED:
        raise RunError(
            f"Run {run.id} was interrupted, and its network may be older than its best epoch; resume it, "
            f"then export it."
        )
    if grouping is not None and run.config.groups is not None:
        raise RunError(
            f"Run {run.id} was trained on groups, whose probabilities are not summed again; choose the run "
            f"that knows all classes, or export this one without a grouping."
        )
    target = full_path(out)
    labels = _labels_of(target, format)
    _check_target(target, labels, format, overwrite=overwrite)
    with _scratch_beside(target) as scratch:
        made = scratch / target.name
        request = {
            "workspace": str(workspace.root),
            "run_dir": str(run.directory),
            "format": format,
            "out": str(made),
            "groups": None if grouping is None else grouping.to_mapping(),
            "scratch_dir": str(scratch),
        }
        result = run_errand(MODULE, request, what="The export", environment=CPU_ONLY, progress=progress)
        names = tuple(result["class_names"])
        made_labels = _labels_of(made, format)
        made_labels.write_text("".join(f"{' '.join(name.split())}\n" for name in names), encoding="utf-8")
        size = _size_of(made)
        if not made.is_dir():
            made_labels.replace(labels)
        _move(made, target, aside=scratch / "replaced")
    return ExportReport(target, format, size, result["max_difference"], result["num_images"], names, labels)


def check_format(format: str) -> None:
    """Refuse a format that cannot be written here.

    Raises:
        RunError: It is unknown, or the packages that it needs are not installed.
    """
    if format not in FORMATS:
        raise RunError(f"There is no format {format!r}; formats are {', '.join(FORMATS)}.")
    missing = [name for name in ONNX_MODULES if find_spec(name) is None] if format == "onnx" else []
    if missing:
        raise RunError(
            f'Export to ONNX needs {", ".join(missing)}; install with pip install "regroup-lab[onnx]", '
            f"or choose another format."
        )


def _labels_of(path: Path, format: str) -> Path:
    """In a folder, or beside a file: two files of one name but other endings do not share it."""
    return path / LABELS_NAME if not FORMATS[format].suffix else path.with_name(f"{path.name}.{LABELS_NAME}")


def _check_target(target: Path, labels: Path, format: str, *, overwrite: bool) -> None:
    suffix = FORMATS[format].suffix
    if suffix and target.suffix.lower() != suffix:
        raise RunError(f"{target} should end in {suffix} for this format; give another name.")
    if not target.parent.is_dir():
        raise RunError(f"There is no folder {target.parent}; make it, or choose another place.")
    there = next((path for path in (target, labels) if path.exists() or path.is_symlink()), None)
    if there is not None and not overwrite:
        raise RunError(f"{there} is there already; choose another name, or allow to replace it (--force).")
    is_right_kind = (target / "saved_model.pb").is_file() if not suffix else not target.is_dir()
    if target.exists() and not is_right_kind:
        raise RunError(f"{target} is not an export of this format and is not replaced; choose another name.")


@contextlib.contextmanager
def _scratch_beside(target: Path) -> Iterator[Path]:
    """Yield a folder on the same disk as the target; it is gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(
            dir=target.parent, prefix=f".{target.name[:40]}-", suffix=".tmp", ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder)
    except OSError as error:
        raise WorkspaceError(
            f"{target} cannot be written ({error.strerror or error}); free some disk space or check the "
            f"folder's permissions, then try again."
        ) from error


def _move(made: Path, target: Path, *, aside: Path) -> None:
    """Put what was made in its place; a folder that stands there is moved aside first."""
    if made.is_dir() and target.is_dir():
        target.replace(aside)
    try:
        os.replace(made, target)  # noqa: PTH105 - the same for files and folders
    except OSError:
        if aside.is_dir():
            aside.replace(target)
        raise


def _size_of(path: Path) -> int:
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return sum(file.stat().st_size for file in files)
