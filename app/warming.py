"""What a page will need next, loaded while the browser or the person is still busy with something else."""

import functools
import importlib
import threading

from app.state import DEFAULT_DATASET
from core.datasets.balance import count_images
from core.datasets.browsing.index import find_samples
from core.datasets.images.thumbnails import thumbnails
from core.datasets.store import load_dataset
from core.workspace import Workspace

NUM_PICTURES = 4  # enough to import what decodes and encodes them


def warm_first_page(workspace: Workspace) -> None:
    """Do once, for nothing, what the first page will do: imports and first uses take most of its time."""
    dataset = load_dataset(workspace, DEFAULT_DATASET)
    count_images(dataset)
    thumbnails(dataset, find_samples(dataset)[:NUM_PICTURES])


def warm_matrix(workspace: Workspace) -> None:
    """Import, where there are runs, what their first matrix would wait 0.4 s for."""
    if any(workspace.runs_dir.iterdir()):
        importlib.import_module("scipy.cluster.hierarchy")


@functools.cache
def warm_evidence() -> None:
    """Import, in the background and once, what the first pair chosen on Regroup would wait 0.4 s for."""
    threading.Thread(target=importlib.import_module, args=("scipy.stats",), daemon=True).start()
