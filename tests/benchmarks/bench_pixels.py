"""Training from 10,015 JPEG files, decoded once, against training from arrays in memory.

    REGROUP_REAL_DATA=... python tests/benchmarks/bench_pixels.py [--epochs 3] [--size 64]

Ours: the epochs of a run of the small CNN on HAM10000 from the second one on, with validation. The other
side: Keras' ``fit`` of the same network on NumPy arrays of the same pixels, shuffled, epochs in turn in the
same process; the medians count. Prints one line of JSON. Target: at least 0.95 times its speed.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[:3:2]]

import keras
from transferring import add_ham10000, find_data, tell

from core.models.registry import build_model
from core.runs.config import RunConfig
from core.runs.run import create_run
from core.training import fitting, trainer
from core.training.optimization import compile_model
from core.training.pipeline import Samples
from core.training.sampling import count_steps
from core.workspace import open_workspace

TARGET = 0.95


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--size", type=int, default=64, help="image size, pixels")
    options = parser.parse_args()
    files: list[tuple[float, float]] = []
    arrays: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-pixels-") as folder:
        workspace = open_workspace(Path(folder))
        add_ham10000(workspace, find_data())
        config = RunConfig.make(dataset="ham10000", image_size=options.size, epochs=options.epochs)
        take_turns(config, files, arrays)
        trainer.train(workspace, create_run(workspace, config), should_stop=lambda: False)
    (files_s, files_cpu_s), (arrays_s, arrays_cpu_s) = zip(*files, strict=True), zip(*arrays, strict=True)
    speed = statistics.median(arrays_s[1:]) / statistics.median(files_s[1:])
    cpu_speed = statistics.median(arrays_cpu_s[1:]) / statistics.median(files_cpu_s[1:])
    tell(
        benchmark="pixels", target=TARGET, speed=round(speed, 3), cpu_speed=round(cpu_speed, 3),
        met=speed >= TARGET, files_s=[round(value, 2) for value in files_s],
        arrays_s=[round(value, 2) for value in arrays_s],
    )  # fmt: skip


def take_turns(
    config: RunConfig, files: list[tuple[float, float]], arrays: list[tuple[float, float]]
) -> None:
    """Before each epoch of the run, train an equal network on arrays; note both times of each."""
    choose, run_epoch = fitting.choose_epochs, fitting.StreamedEpochs.run
    other: dict[str, object] = {}

    def choose_both(model, config, splits, **options):
        train: Samples = splits["train"]
        network = build_model(config, len(train.class_names))
        compile_model(network, config, num_steps=count_steps(config, train.num_samples))
        held = {split: (s.pixels[s.sample_ids], s.labels) for split, s in splits.items() if split != "test"}
        other.update(model=network, **held)
        return choose(model, config, splits, **options)

    def run_both(self, epoch: int) -> dict[str, float]:
        network: keras.Model = other["model"]
        began = now()
        network.fit(*other["train"], validation_data=other["val"], batch_size=config.batch_size, verbose=0)
        arrays.append(since(began))
        began = now()
        logs = run_epoch(self, epoch)
        files.append(since(began))
        return logs

    trainer.choose_epochs = choose_both
    fitting.StreamedEpochs.run = run_both


def now() -> tuple[float, float]:
    """Return the clock, and the time that all cores have worked for this process."""
    return time.perf_counter(), time.process_time()


def since(began: tuple[float, float]) -> tuple[float, float]:
    """Return how much later it is, by both."""
    wall_s, cpu_s = now()
    return wall_s - began[0], cpu_s - began[1]


if __name__ == "__main__":
    main()
