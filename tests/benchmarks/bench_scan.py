"""The full scan: HAM10000 against decoding its files once, and the memory that 200,000 images take.

Run ``REGROUP_REAL_DATA=<folder> python tests/benchmarks/bench_scan.py``; prints one line of JSON. Scan and
decoding (OpenCV, two threads) are measured in turn and the best of each is compared; the aim is a ratio of at
most 2.5. Memory is the peak of a fresh process that scans many hard links, its helpers included; the aim is
600 MB.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.datasets.dataset import Dataset
from core.datasets.scanning.scan import scan_dataset
from core.datasets.store import load_dataset, save_dataset
from core.workspace import Workspace, open_workspace

THREADS = 2
AIM_RATIO, AIM_MB = 2.5, 600
NUM_ORIGINALS = 500  # true files behind the hard links


def make_dataset(workspace: Workspace, name: str, root: Path, paths: list[str]) -> Dataset:
    """Store a dataset of files without looking at them."""
    table = pd.DataFrame(
        {
            "path": paths, "position": -1, "label": np.arange(len(paths)) % 2, "split": "train",
            "group": None, "width": 200, "height": 150, "mode": "RGB", "excluded": False, "reason": None,
            "sha1": [f"{n:040x}" for n in range(len(paths))],
        }
    )  # fmt: skip
    return save_dataset(workspace, Dataset(name, "For a benchmark.", ("a", "b"), table, root=root))


def time_decoding(paths: list[str]) -> float:
    """Seconds to decode every file once, on two threads."""
    cv2.setNumThreads(1)
    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as executor:
        for _ in executor.map(cv2.imread, paths):
            pass
    return time.perf_counter() - start


def time_scan(workspace: Workspace, dataset: Dataset) -> float:
    """Seconds of a full scan."""
    start = time.perf_counter()
    found = scan_dataset(workspace, dataset)
    seconds = time.perf_counter() - start
    if found["brightness"].isna().any() or found.attrs["notes"]:
        raise SystemExit("Not every image was scanned.")
    return seconds


def measure_memory(source: Path, num_images: int) -> dict[str, float]:
    """Scan hard links to some of the files in a fresh process; returns its peak memory and its seconds."""
    originals = sorted(source.glob("*.jpg"))[:NUM_ORIGINALS]
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "links"
        folder.mkdir()
        copies = [folder / f"original_{path.name}" for path in originals]
        for path, copy in zip(originals, copies, strict=True):
            copy.write_bytes(path.read_bytes())
        names = [f"{number:06d}.jpg" for number in range(num_images)]
        for number, name in enumerate(names):
            os.link(copies[number % len(copies)], folder / name)
        make_dataset(open_workspace(home), "large", folder, names)
        command = [sys.executable, __file__, "--scan-in", home]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def scan_and_tell(home: str) -> None:
    """Scan the large dataset in this process and print what it took."""
    workspace = open_workspace(home)
    dataset = load_dataset(workspace, "large")
    before = peak_mb()
    helpers: dict[int, float] = {}
    threading.Thread(target=watch_helpers, args=(helpers,), daemon=True).start()
    seconds = time_scan(workspace, dataset)
    peak = peak_mb() + sum(helpers.values())
    print(json.dumps({"before_mb": before, "peak_mb": peak, "seconds": seconds}))


def watch_helpers(peaks: dict[int, float]) -> None:
    """Note the peak memory of each child process, as long as this process lives."""
    while True:
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.Error, OSError, StopIteration):
                peaks[child.pid] = peak_mb(child.pid)
        time.sleep(0.2)


def peak_mb(pid: int | None = None) -> float:
    """Largest resident memory of a process so far; Linux' getrusage would count its parent's too."""
    status = Path(f"/proc/{pid or 'self'}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return psutil.Process(pid).memory_info().rss / (1 << 20)  # elsewhere: what it has now


def main() -> None:
    """Print the ratio, the memory and the seconds of each round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=200_000, help="Images whose scan's memory is measured.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scan-in", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.scan_in:
        scan_and_tell(options.scan_in)
        return
    folder = os.environ.get("REGROUP_REAL_DATA")
    if not folder:
        raise SystemExit("Set REGROUP_REAL_DATA to the folder of the real data to run this benchmark.")
    source = Path(folder) / "ham10000" / "images"
    paths = sorted(path.name for path in source.glob("*.jpg"))
    decoding, scanning = [], []
    with tempfile.TemporaryDirectory() as home:
        workspace = open_workspace(home)
        dataset = make_dataset(workspace, "ham10000", source, paths)
        for _ in range(options.rounds):
            decoding.append(time_decoding([f"{source}/{path}" for path in paths]))
            scanning.append(time_scan(workspace, dataset))
    ratio = min(scanning) / min(decoding)
    memory = measure_memory(source, options.images)
    result = {
        "benchmark": "scan",
        "ratio": round(ratio, 3),
        "aim": AIM_RATIO,
        "scan_s": [round(seconds, 3) for seconds in scanning],
        "decoding_s": [round(seconds, 3) for seconds in decoding],
        "num_images": options.images,
        "peak_mb": round(memory["peak_mb"]),
        "aim_mb": AIM_MB,
        "before_mb": round(memory["before_mb"]),
        "large_scan_s": round(memory["seconds"], 1),
        "met": ratio <= AIM_RATIO and memory["peak_mb"] <= AIM_MB,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
