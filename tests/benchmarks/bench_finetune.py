"""Fine-tuning the last blocks of MobileNet against training the same layers alone on arrays in memory.

    REGROUP_REAL_DATA=... python tests/benchmarks/bench_finetune.py [--cut 2] [--epochs 4]

Ours: a whole epoch of a run on HAM10000 at 128 pixels from the second one on, with validation, history,
checkpoint and best model. The other side: Keras' ``fit`` of the same suffix on float32 arrays of the
features, with the same optimizer and metrics, in the same process, epochs in turn; the medians count. Prints
one line of JSON. Target: a ratio of at most 1.25.
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

import numpy as np
from transferring import WEIGHTS, add_ham10000, find_data, tell

from core.models.freezing import split_at_cut
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.runs.run import create_run
from core.training import fitting, trainer
from core.training.optimization import compile_model
from core.workspace import open_workspace

TARGET = 1.25


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cut", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=4)
    options = parser.parse_args()
    data = find_data()
    alone: list[float] = []
    with tempfile.TemporaryDirectory(prefix="bench-finetune-") as folder:
        workspace = open_workspace(Path(folder))
        add_ham10000(workspace, data)
        config = RunConfig.make(
            dataset="ham10000", model="mobilenet", image_size=128, cut=options.cut, epochs=options.epochs,
            weights=str(data / "pretrained" / WEIGHTS),
        )  # fmt: skip
        run = create_run(workspace, config)
        kept: list[float] = []
        watch_epochs(config, alone, kept)
        trainer.train(workspace, run, should_stop=lambda: False)
        ours = (run.history["seconds"] + kept).iloc[1:].tolist()
    ratio = statistics.median(ours) / statistics.median(alone[1:])
    tell(
        benchmark="finetune", cut=options.cut, target=TARGET, ratio=round(ratio, 3), met=ratio <= TARGET,
        ours_s=[round(value, 2) for value in ours], alone_s=[round(value, 2) for value in alone],
    )  # fmt: skip


def watch_epochs(config: RunConfig, seconds: list[float], kept: list[float]) -> None:
    """After each epoch of the run train an equal suffix on arrays; note its seconds, and those of keeping."""
    keep_epoch = trainer._Training._keep_epoch
    made = fitting.HeldEpochs.__init__
    other: dict[str, object] = {}

    def make(self, model, config, splits, *, features, progress):
        made(self, model, config, splits, features=features, progress=progress)
        suffix = split_at_cut(build_model(config, model.output_shape[-1]), config).suffix
        compile_model(suffix, config, num_steps=self.num_steps)
        train, val = (np.asarray(array, np.float32) for array in (features.train[0], features.val))
        other.update(model=suffix, train=(train, splits["train"].labels), val=(val, splits["val"].labels))

    def keep(self) -> None:
        began = time.perf_counter()
        keep_epoch(self)
        kept.append(time.perf_counter() - began)
        began = time.perf_counter()
        other["model"].fit(
            *other["train"], validation_data=other["val"], batch_size=config.batch_size, verbose=0
        )
        seconds.append(time.perf_counter() - began)

    fitting.HeldEpochs.__init__ = make
    trainer._Training._keep_epoch = keep


if __name__ == "__main__":
    main()
