"""Make a dataset of another one: some of its images, other labels, or something painted over them.

No picture is stored a second time: files in a folder stay there, an array and files that lie in the
workspace get a second name (a hard link), so that the dataset it was made of may be deleted. Edits made by
hand are part of what is taken over, and no longer edits.
"""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.datasets.dataset import Dataset
from core.datasets.linking import link_or_copy
from core.datasets.parallel import Progress
from core.datasets.preparing.derivation import Derivation, plan_derived
from core.datasets.preparing.mask_pictures import MaskPictures, read_mask_pictures
from core.datasets.preparing.occlusion import load_masks
from core.datasets.store import check_new_name, new_scratch, save_dataset
from core.errors import DatasetFileError, WorkspaceError
from core.words import some
from core.workspace import Workspace

__all__ = ["Derivation", "derive_dataset", "plan_derived"]

STEP = 256  # files between two looks whether to stop


def derive_dataset(
    workspace: Workspace,
    dataset: Dataset,
    derivation: Derivation,
    *,
    name: str,
    progress: Progress | None = None,
) -> Dataset:
    """Write a dataset made of another one, as ``plan_derived`` plans it.

    Args:
        workspace: Where both lie.
        dataset: What it is made of; it stays as it is.
        derivation: What is taken over, and what is changed.
        name: Of the new dataset.
        progress: Called with (done, total); what it raises stops the work, and nothing is kept.

    Raises:
        DatasetError: The name is taken, nothing is left of it, or the mask pictures cannot be used.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    name = check_new_name(workspace, name)
    derived, rows = plan_derived(dataset, derivation, name=name)
    masks = None
    if derivation.masks_dir is not None:
        pictures = read_mask_pictures(derivation.masks_dir, invert=derivation.invert_masks, progress=progress)
        derived, masks = _with_pictures(derived, pictures, derivation.masks_dir), pictures.bits
    elif derived.occlusion is not None and derived.occlusion.kind == "pictures":
        masks = np.array(load_masks(dataset.folder))
    metadata = dataset.metadata.iloc[rows].reset_index(drop=True)
    if dataset.root is None or dataset.folder is None or not dataset.root.is_relative_to(dataset.folder):
        return save_dataset(workspace, derived, metadata=metadata, masks=masks)
    files = new_scratch(workspace)
    try:
        _link_files(derived, files, progress)
        own = replace(derived, root=files)
        return save_dataset(workspace, own, metadata=metadata, masks=masks, own_files=files)
    finally:
        shutil.rmtree(files, ignore_errors=True)


def _with_pictures(derived: Dataset, pictures: MaskPictures, folder: Path) -> Dataset:
    if derived.occlusion is None:
        raise ValueError("Mask pictures need an occlusion.")
    digest = hashlib.sha1(pictures.bits.tobytes(), usedforsecurity=False).hexdigest()
    low, high = pictures.shares.min(), pictures.shares.max()
    notes = [f"{len(pictures.bits):,} mask pictures of {folder} hide {low:.0%} to {high:.0%} of the images."]
    if pictures.left_out:
        name, reason = next(iter(pictures.left_out.items()))
        notes.append(f"Mask pictures left out: {some(list(pictures.left_out))}. The first, {name}: {reason}")
    occlusion = derived.occlusion.model_copy(update={"masks_hash": digest[:12]})
    return replace(derived, occlusion=occlusion, notes=(*derived.notes, *notes))


def _link_files(derived: Dataset, folder: Path, progress: Progress | None) -> None:
    """Give each file of a dataset that keeps its own a second name below a folder."""
    readable = derived.table["path"][derived.readable]
    try:
        for done, path in enumerate(readable):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(Path(derived.root or "") / path, target)
            if progress is not None and done % STEP == 0:
                progress(done, len(readable))
    except FileNotFoundError as error:
        raise DatasetFileError(f"{error.filename} is gone; exclude the image first.") from error
    except OSError as error:
        raise WorkspaceError(
            f"{folder.parent} cannot be written ({error.strerror or error}); free some disk space."
        ) from error
