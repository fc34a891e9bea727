"""Features on disk: one file for the images of a split, named after everything that its numbers depend on.

Files lie in ``features/<dataset>`` of the workspace, among its caches: bounded by their limit, deleted when
not used for long, and written whole or not at all.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.caches import map_array, writing
from core.errors import WorkspaceError
from core.runs.config import RunConfig
from core.training.pipeline import Samples
from core.workspace import Workspace

HEADER_BYTES = 128  # of an .npy file


@dataclass(frozen=True)
class Shelf:
    """Where the features of one split's images are kept, for every computation and precision.

    Attributes:
        workspace: Whose caches they are among.
        dataset: Name of the dataset.
        title: For people who look into the folder, such as ``mobilenet-128-train``.
        images: Hash of which images are shown in which order, and how they are resized and changed.
    """

    workspace: Workspace
    dataset: str
    title: str
    images: str

    def path(self, computation: str, dtype: str) -> Path:
        """Return where features lie, or would lie.

        Args:
            computation: As ``name_computations`` calls what is done to the images.
            dtype: ``"float16"`` or ``"float32"``.
        """
        key = hashlib.sha1(f"{self.images} {computation} {dtype}".encode(), usedforsecurity=False)
        return self.workspace.root / "features" / self.dataset / f"{self.title}-{key.hexdigest()[:16]}.npy"

    def find(self, computation: str, dtype: str) -> np.ndarray | None:
        """Return kept features, memory-mapped, shape ``(num_samples, ...)``; None where there are none.

        They stay on disk for as long as the array or a part of it is used.
        """
        return map_array(self.workspace, self.path(computation, dtype))

    def write(
        self, computation: str, dtype: str, batches: Iterator[np.ndarray], *, shape: tuple[int, ...]
    ) -> np.ndarray:
        """Keep features as they come, whole or not at all, and return them as ``find`` does.

        Args:
            computation: As in ``path``.
            dtype: As in ``path``.
            batches: Of that type, shape ``(batch, ...)``, in order.
            shape: Of all of them together, ``(num_samples, ...)``.

        Raises:
            CacheFullError: There is no room for them.
            WorkspaceError: The disk is full or cannot be written, or the file is gone at once.
        """
        path = self.path(computation, dtype)
        kind = np.dtype(dtype)
        num_bytes = HEADER_BYTES + math.prod(shape) * kind.itemsize
        header = {"descr": kind.str, "fortran_order": False, "shape": shape}
        # Not through mapped memory: on a full disk that ends the process by a signal.
        with writing(self.workspace, path, num_bytes) as temporary, temporary.open("wb") as file:
            np.lib.format.write_array_header_2_0(file, header)
            for batch in batches:
                file.write(np.ascontiguousarray(batch, dtype=kind).data)
        kept = self.find(computation, dtype)
        if kept is None:
            raise WorkspaceError(f"{path} was written and cannot be read; look at the disk, then try again.")
        return kept


def open_shelf(
    workspace: Workspace, config: RunConfig, samples: Samples, *, shown: str, view: int | None = None
) -> Shelf:
    """Return where the features of a split's images are kept.

    Args:
        workspace: Whose caches they are among.
        config: The run's settings.
        samples: The images.
        shown: Hash of the pictures, see ``core.training.occluded.Shown.keys``.
        view: Which of the changed views of the images, from 1; None: they are not changed.
    """
    changed = None
    if view is not None and config.augmentation is not None:
        changed = [config.augmentation.model_dump(mode="json"), config.seed, view]
    ids = hashlib.sha1(samples.sample_ids.astype("<i8").tobytes(), usedforsecurity=False).hexdigest()
    images = json.dumps([shown, config.resizing.name, ids, changed])
    title = f"{config.model}-{config.resizing.name}-{samples.split}" + (f"-{view}" if changed else "")
    return Shelf(workspace, config.dataset, title, images)
