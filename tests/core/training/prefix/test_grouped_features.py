"""A run on groups finds the features that the full run's frozen layers computed: labels are not in them."""

import keras
import numpy as np
import pytest

from core.models.registry import build_model
from core.predictions import load_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, State, create_run
from core.training.prefix import features
from core.training.trainer import train

GROUPS = {"red": "warm", "green": "cold", "blue": "cold"}
SETTINGS = {
    "dataset": "colors", "model": "mobilenet", "alpha": 0.25, "image_size": 32, "epochs": 1, "batch_size": 10,
}  # fmt: skip


@pytest.fixture
def start(workspace) -> str:
    """Weights to start from: a MobileNet as if it had been trained before."""
    config = RunConfig.make(**SETTINGS, weights="none")
    run = create_run(workspace, config)
    keras.utils.set_random_seed(0)
    build_model(config, 5).save(run.model_path)
    run.update_status(state=State.DONE)
    return f"run:{run.id}"


def test_a_grouped_mobilenet_of_another_seed_finds_the_features_of_the_full_one(
    workspace, add_colors, start, monkeypatch
) -> None:
    add_colors()
    made: list[str] = []
    make = features._Computation.make
    monkeypatch.setattr(
        features._Computation,
        "make",
        lambda self, wanted, count: made.append("x") or make(self, wanted, count),
    )

    def train_one(**changes: object) -> Run:
        run = create_run(workspace, RunConfig.make(**SETTINGS, weights=start, **changes))
        train(workspace, run, should_stop=lambda: False)
        return run

    full = train_one()
    kept = sorted((workspace.root / "features").rglob("*.npy"))
    assert len(made) == len(kept) == 3  # training, validation and test images, once each
    grouped = train_one(groups=GROUPS, seed=1)
    assert len(made) == 3
    assert sorted((workspace.root / "features").rglob("*.npy")) == kept
    fine, coarse = (load_predictions(run.predictions_path("test")) for run in (full, grouped))
    assert coarse.class_names == ("warm", "cold")
    assert np.array_equal(fine.sample_ids, coarse.sample_ids)
