"""For the benchmarks of training: HAM10000 as a dataset and as class folders, and a run in a process."""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from core.datasets.adding.add import MetadataColumns, SourceOptions, add_dataset
from core.predictions import load_predictions
from core.runs.config import RunConfig
from core.runs.run import create_run
from core.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = "mobilenet_2_5_224_tf_no_top.h5"
LOOK_S = 0.05  # seconds between two looks at the memory of a process
TRAIN = """
import sys, time
from pathlib import Path
from core.runs.run import Run, State
from core.training.trainer import train
from core.workspace import Workspace
run = Run(Path(sys.argv[1]))
began = time.perf_counter()
train(Workspace(run.directory.parent.parent), run, should_stop=run.cancel_path.exists)
print("SECONDS", time.perf_counter() - began)
run.update_status(state=State.DONE)
"""


def find_data() -> Path:
    """Return the folder with the real data."""
    folder = os.environ.get("REGROUP_REAL_DATA")
    if not folder:
        raise SystemExit("set REGROUP_REAL_DATA to the folder with the real data")
    return Path(folder)


def add_ham10000(workspace: Workspace, data: Path, name: str = "ham10000") -> None:
    """Add the skin photos, divided by lesion."""
    source = data / "ham10000"
    columns = MetadataColumns(source / "HAM10000_metadata.csv", "image_id", "dx", "lesion_id")
    add_dataset(workspace, source / "images", name=name, options=SourceOptions(columns))


def link_class_folders(data: Path, target: Path) -> None:
    """Lay the skin photos out as Keras wants them: one folder a class."""
    source = data / "ham10000"
    with (source / "HAM10000_metadata.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            folder = target / row["dx"]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{row['image_id']}.jpg").symlink_to(source / "images" / f"{row['image_id']}.jpg")


def measure_run(workspace: Workspace, settings: Mapping[str, object]) -> dict[str, float]:
    """Train in a process of its own; seconds without its imports, peak memory in MB, and test accuracy."""
    run = create_run(workspace, RunConfig.make(**settings))
    seconds, peak = watch([sys.executable, "-c", TRAIN, str(run.directory)])
    predictions = load_predictions(run.predictions_path("test"))
    history = run.history
    return {
        "seconds": seconds,
        "peak_mb": round(peak),
        "epoch_s": float(history["seconds"].iloc[1:].median()),
        "images_per_second": float(history["images_per_second"].iloc[1:].median()),
        "accuracy": float((predictions.y_pred == predictions.y_true).mean()),
    }


def watch(command: list[str]) -> tuple[float, float]:
    """Run a command that prints ``SECONDS <number>``; returns that number, and its peak memory in MB."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        watched, peak = psutil.Process(process.pid), 0.0
        while process.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss / 1e6)
            except psutil.Error:
                break
            time.sleep(LOOK_S)
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"{command[0]} failed:\n{output}")
    return float(output.rsplit("SECONDS", 1)[1].split()[0]), peak


def tell(**measured: object) -> None:
    """Print one line of JSON."""
    print(json.dumps(measured), flush=True)
