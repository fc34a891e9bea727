"""A dataset of any number of small JPEGs that cost no space: hard links to a few hundred true pictures."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.images.decoding import opencv
from core.datasets.store import save_dataset
from core.workspace import Workspace

NUM_ORIGINALS = 400
SIDES = (48, 96)  # pixels, smallest and largest
SHARES = (0.8, 0.1, 0.1)  # of the splits


def make_large_dataset(
    workspace: Workspace, folder: Path, *, num_images: int, num_classes: int, name: str = "large"
) -> Dataset:
    """Write the files below a folder and the dataset into a workspace.

    Class sizes fall off as a power of the class's number, the largest about ten times the smallest.
    """
    random = np.random.default_rng(0)
    originals = _write_originals(folder / "originals", random)
    sizes = (np.arange(num_classes) + num_classes / 9) ** -1.0
    sizes = np.maximum(1, np.floor(sizes / sizes.sum() * num_images)).astype(int)
    sizes[0] += num_images - sizes.sum()
    labels = np.repeat(np.arange(num_classes), sizes)
    chosen = random.integers(0, len(originals), num_images)
    paths = [f"class_{label:04d}/picture_{number:06d}.jpg" for number, label in enumerate(labels)]
    for label in range(num_classes):
        (folder / "images" / f"class_{label:04d}").mkdir(parents=True)
    for path, original in zip(paths, chosen, strict=True):
        os.link(originals[original][0], folder / "images" / path)
    table = pd.DataFrame(
        {
            "path": paths,
            "position": -1,
            "label": labels,
            "split": random.choice(SPLITS, num_images, p=SHARES),
            "group": None,
            "width": [originals[number][1] for number in chosen],
            "height": [originals[number][2] for number in chosen],
            "mode": "RGB",
            "sha1": [f"{number:040x}" for number in range(num_images)],
            "excluded": False,
            "reason": None,
        }
    )
    metadata = pd.DataFrame(
        {
            "age": random.normal(50, 15, num_images).round(1),
            "site": random.choice(["arm", "back", "leg"], num_images),
        }
    )
    names = tuple(f"class {label:04d}" for label in range(num_classes))
    dataset = Dataset(name, "Links to a few pictures, for a benchmark.", names, table, root=folder / "images")
    return save_dataset(workspace, dataset, metadata=metadata)


def _write_originals(folder: Path, random: np.random.Generator) -> list[tuple[Path, int, int]]:
    """Write JPEGs of colored blobs; returns path, width and height of each."""
    cv2 = opencv()
    folder.mkdir(parents=True)
    written = []
    for number in range(NUM_ORIGINALS):
        width, height = (int(side) for side in random.integers(*SIDES, 2, endpoint=True))
        coarse = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        path = folder / f"{number}.jpg"
        cv2.imwrite(str(path), cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
        written.append((path, width, height))
    return written
