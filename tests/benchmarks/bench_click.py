"""How long a click on the Regroup page takes in a real browser, 73 classes: prints one JSON line.

    python tests/benchmarks/bench_click.py [--rounds 20] [--while-training]

Target: a median of at most 150 ms with nothing else to do, and at most twice that while a run trains.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).parents[1:3]]

from clicking import make_workspace, measure_clicks, open_regroup
from serving import ROOT, chromium, dashboard

from core.jobs.queue import cancel
from core.runs.run import State, list_runs
from core.workspace import Workspace

NUM_CLASSES = 73
TARGET_MS = 150
TRAINING_S = 120  # how long a training may take to begin


def summarize(times: dict[str, list[float]]) -> dict[str, float]:
    """Medians by kind and of all, and the 95th percentile of all, in milliseconds."""
    every = sorted(value for values in times.values() for value in values)
    medians = {kind: round(statistics.median(values), 1) for kind, values in times.items()}
    p95 = round(every[int(0.95 * (len(every) - 1))], 1)
    return {**medians, "median": round(statistics.median(every), 1), "p95": p95, "clicks": len(every)}


def start_training(workspace: Workspace) -> None:
    """Queue a long training by the command and wait for its first step."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "app.cli",
            "train",
            "--dataset",
            "bench",
            "--model",
            "small_cnn",
            "--image-size",
            "64",
            "--epochs",
            "1000",
            "--no-wait",
            "--home",
            str(workspace.root),
        ],
        cwd=ROOT,
        check=True,
        stdout=sys.stderr,
    )
    deadline = time.monotonic() + TRAINING_S
    while time.monotonic() < deadline:
        status = list_runs(workspace)[0].status
        if status.state is State.RUNNING and status.first_step:
            return
        time.sleep(0.5)
    raise SystemExit(f"no training step within {TRAINING_S} s; the measurement while training was not made")


def stop_training(workspace: Workspace) -> None:
    """Cancel the training and wait until its worker has let go of the folder."""
    run = list_runs(workspace)[0]
    cancel(run)
    deadline = time.monotonic() + TRAINING_S
    while run.is_alive() and time.monotonic() < deadline:
        time.sleep(0.5)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="each clicks a cell, Merge and Undo once")
    parser.add_argument("--while-training", action="store_true", help="measure again while a run trains")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        workspace, run = make_workspace(Path(home), NUM_CLASSES)
        with dashboard(Path(home)) as server, chromium() as browser:
            page = open_regroup(browser, server.url, run.id)
            measure_clicks(page, 3, NUM_CLASSES)
            result = {"benchmark": "click", "classes": NUM_CLASSES, "target_ms": TARGET_MS}
            result["idle_ms"] = summarize(measure_clicks(page, options.rounds, NUM_CLASSES))
            if options.while_training:
                start_training(workspace)
                result["training_ms"] = summarize(measure_clicks(page, options.rounds, NUM_CLASSES))
                result["ratio"] = round(result["training_ms"]["median"] / result["idle_ms"]["median"], 2)
                stop_training(workspace)
    result["met"] = result["idle_ms"]["median"] <= TARGET_MS and result.get("ratio", 0) <= 2
    print(json.dumps(result))


if __name__ == "__main__":
    main()
