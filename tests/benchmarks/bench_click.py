"""How long a click on the Regroup page takes in a real browser: prints one JSON line.

    python tests/benchmarks/bench_click.py [--classes 73] [--rounds 20] [--while-training]

A click is from the mouse button to the new matrix and all instant scores. Limits: 73 classes and 7,300
images, a median of 120 ms and 200 ms for 95 of 100; 1,000 classes and 50,000 images, a median of 400 ms;
3,000 classes, a median of 1 s and at most 3 s to the first drawing; while a run trains at most twice that.
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

from clicking import SIZES, first_drawing_ms, make_workspace, measure_clicks, open_regroup, wait_for_rest
from serving import ROOT, chromium, dashboard

from core.jobs.queue import cancel
from core.runs.run import State, list_runs
from core.workspace import Workspace

LIMITS_MS = {
    73: {"median": 120, "p95": 200},
    1000: {"median": 400},
    3000: {"median": 1000, "first_drawing": 3000},
}
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


def is_met(result: dict[str, dict[str, float]], limits: dict[str, float]) -> bool:
    """Whether all limits hold, and twice those of a click while a run trains."""
    clicks = {name: limit for name, limit in limits.items() if name != "first_drawing"}
    training = result.get("training_ms")
    return (
        all(result["idle_ms"][name] <= limit for name, limit in clicks.items())
        and max(result["first_drawing_ms"].values()) <= limits.get("first_drawing", float("inf"))
        and (training is None or all(training[name] <= 2 * limit for name, limit in clicks.items()))
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", type=int, choices=sorted(SIZES), default=73)
    parser.add_argument("--rounds", type=int, default=20, help="each clicks a cell, Merge and Undo once")
    parser.add_argument("--while-training", action="store_true", help="measure again while a run trains")
    options = parser.parse_args()
    limits = LIMITS_MS[options.classes]
    with tempfile.TemporaryDirectory() as home:
        workspace, run = make_workspace(Path(home), options.classes)
        with dashboard(Path(home)) as server, chromium() as browser:
            result = {"benchmark": "click", "classes": options.classes, "limits_ms": limits}
            cold, warm = (round(first_drawing_ms(browser, server.url, run.id)) for _ in range(2))
            result["first_drawing_ms"] = {"cold": cold, "warm": warm}
            wait_for_rest()
            page = open_regroup(browser, server.url, run.id)
            measure_clicks(page, 3, options.classes)
            result["idle_ms"] = summarize(measure_clicks(page, options.rounds, options.classes))
            if options.while_training:
                start_training(workspace)
                result["training_ms"] = summarize(measure_clicks(page, options.rounds, options.classes))
                result["ratio"] = round(result["training_ms"]["median"] / result["idle_ms"]["median"], 2)
                stop_training(workspace)
    result["met"] = is_met(result, limits)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
