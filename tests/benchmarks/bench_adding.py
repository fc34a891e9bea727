"""Adding HAM10000 against decoding each of its files once with OpenCV on two threads.

Run ``REGROUP_REAL_DATA=<folder> python tests/benchmarks/bench_adding.py``; prints one line of JSON. The two
are measured in turn, three times each, and the best of each is compared. The aim is a ratio of at most 1.5.
"""

import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.datasets.adding.add import MetadataColumns, SourceOptions, add_dataset
from core.workspace import open_workspace

ROUNDS = 3
THREADS = 2
AIM = 1.5


def time_decoding(paths: list[str]) -> float:
    """Seconds to decode every file once, on two threads."""
    cv2.setNumThreads(1)
    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as executor:
        for _ in executor.map(cv2.imread, paths):
            pass
    return time.perf_counter() - start


def time_adding(source: Path) -> float:
    """Seconds to add the dataset to an empty workspace."""
    columns = MetadataColumns(source / "HAM10000_metadata.csv", "image_id", "dx", "lesion_id")
    with tempfile.TemporaryDirectory() as home:
        workspace = open_workspace(home)
        start = time.perf_counter()
        dataset = add_dataset(workspace, source, name="ham10000", options=SourceOptions(columns))
        seconds = time.perf_counter() - start
    if dataset.num_images != 10_015:
        raise SystemExit(f"Expected 10,015 images, found {dataset.num_images}.")
    return seconds


def main() -> None:
    """Print the ratio and the seconds of each round."""
    folder = os.environ.get("REGROUP_REAL_DATA")
    if not folder:
        raise SystemExit("Set REGROUP_REAL_DATA to the folder of the real data to run this benchmark.")
    source = Path(folder) / "ham10000"
    paths = sorted(str(path) for path in (source / "images").glob("*.jpg"))
    decoding, adding = [], []
    for _ in range(ROUNDS):
        decoding.append(time_decoding(paths))
        adding.append(time_adding(source))
    ratio = min(adding) / min(decoding)
    print(
        json.dumps(
            {
                "benchmark": "adding",
                "ratio": round(ratio, 3),
                "aim": AIM,
                "met": ratio <= AIM,
                "adding_s": [round(seconds, 3) for seconds in adding],
                "decoding_s": [round(seconds, 3) for seconds in decoding],
            }
        )
    )


if __name__ == "__main__":
    main()
