"""Runs on two logical CPU devices and with exact repetition, in a process of its own: both stay for its life.

Prints what came out as one line of JSON.
"""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from core.predictions import load_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, create_run
from core.training.trainer import TrainingCancelled, train
from core.workspace import Workspace, open_workspace

SETTINGS = {"dataset": "colors", "model": "lenet", "image_size": 10, "batch_size": 6, "epochs": 2}


def train_one(workspace: Workspace, *, stop: bool = False, **settings: object) -> dict[str, list]:
    run = create_run(workspace, RunConfig.make(**SETTINGS, **settings))
    if stop:
        try:
            train(workspace, run, should_stop=lambda: run.written_status.epoch >= 1)
        except TrainingCancelled:
            print(f"stopped after {len(run.history)} epoch", file=sys.stderr)
    train(workspace, run, should_stop=lambda: False)
    return describe(run)


def describe(run: Run) -> dict[str, list]:
    probs = load_predictions(run.predictions_path("test")).probs
    history = run.history[["loss", "accuracy", "macro_f1", "val_loss", "val_macro_f1"]]
    return {"probs": probs.astype(np.float64).tolist(), "history": history.to_numpy().tolist()}


def main(home: str) -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    workspace = open_workspace(Path(home))
    results = {
        "shared": train_one(workspace, num_devices=2, stop=True),
        "exact": train_one(workspace, deterministic=True),
        "again": train_one(workspace, deterministic=True),
        "strategy_is_left": not tf.distribute.has_strategy(),
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1])
