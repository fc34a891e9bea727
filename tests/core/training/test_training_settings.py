"""Settings of the training, each through a whole run; stopped runs go on with them as if never stopped."""

from collections.abc import Callable

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from core.predictions import load_predictions
from core.runs.best import find_best_epoch
from core.runs.config import RunConfig
from core.runs.run import HISTORY_COLUMNS, Run, create_run
from core.runs.schedules import epoch_rates, learning_rates
from core.training.pipeline import Samples, TrainingBatches
from core.training.trainer import TrainingCancelled, train

CLOCK = {"seconds", "images_per_second"}  # columns of the history that no setting decides
MEASURED = [name for name in HISTORY_COLUMNS if name not in CLOCK]
NUM_TRAIN = 20


def _never() -> bool:
    return False


@pytest.fixture
def new_run(workspace, add_colors) -> Callable[..., Run]:
    add_colors(train=NUM_TRAIN, train_labels=[0] * 10)

    def new(**settings) -> Run:
        defaults = {"dataset": "colors", "model": "lenet", "image_size": 10, "batch_size": 6, "epochs": 4}
        return create_run(workspace, RunConfig.make(**{**defaults, **settings}))

    return new


@pytest.fixture
def train_twice(workspace, new_run) -> Callable[..., Run]:
    """Train a run as it is and once more with a stop in its third epoch; both must end the same."""

    def train_them(**settings) -> Run:
        whole, stopped = new_run(**settings), new_run(**settings)
        train(workspace, whole, should_stop=_never)
        with pytest.raises(TrainingCancelled):
            train(workspace, stopped, should_stop=lambda: stopped.written_status.epoch >= 2)
        train(workspace, stopped, should_stop=_never)
        pd.testing.assert_frame_equal(stopped.history[MEASURED], whole.history[MEASURED], check_exact=True)
        for split in ("val", "test"):
            probs = [load_predictions(run.predictions_path(split)).probs for run in (whole, stopped)]
            assert np.array_equal(*probs)
        return whole

    return train_them


def test_a_run_with_a_schedule_steps_and_weights(train_twice):
    run = train_twice(
        optimizer="adamw",
        learning_rate=0.01,
        schedule="cosine",
        warmup_epochs=0.5,
        steps_per_epoch=2,
        clip_norm=1.0,
        label_smoothing=0.1,
        class_weights="effective",
        best_epoch="val_macro_f1",
    )
    history, config = run.history, run.config
    assert run.written_status.steps_per_epoch == 2
    assert history["learning_rate"].to_numpy() == pytest.approx(learning_rates(config, 2)[1::2])
    best = find_best_epoch(history, "val_macro_f1")
    assert run.written_status.best_epoch == best
    row, predictions = history.iloc[best - 1], load_predictions(run.predictions_path("val"))
    assert row["val_macro_f1"] == pytest.approx(
        f1_score(predictions.y_true, predictions.y_pred, average="macro"), rel=1e-5
    )
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    loss = float(smoothed(np.eye(3, dtype=np.float32)[predictions.y_true], predictions.probs))
    assert row["val_loss"] == pytest.approx(loss, rel=1e-4)  # class weights are of training alone
    assert set(MEASURED) <= set(history)


def test_a_run_with_a_plateau_balanced_sampling_and_focal_loss(workspace, new_run):
    run = new_run(
        optimizer="sgd",
        learning_rate=2.0,
        schedule="plateau",
        schedule_epochs=1,
        schedule_factor=0.5,
        sampling="balanced",
        loss="focal",
        best_epoch="last",
    )
    train(workspace, run, should_stop=_never)
    history = run.history
    rates = [epoch_rates(run.config, epoch, 4, history)[-1] for epoch in range(1, 5)]
    assert history["learning_rate"].tolist() == pytest.approx(rates)
    assert rates[-1] < rates[0]  # so large a rate does not only improve
    assert run.written_status.best_epoch == 4


def test_batches_go_on_where_the_last_epoch_ended_and_carry_weights():
    labels = np.array([0] * 10 + [1] * 10)
    pixels = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
    samples = Samples("train", ("a", "b", "c"), np.arange(20), labels, pixels)
    config = RunConfig.make(dataset="d", steps_per_epoch=1, batch_size=5, class_weights="balanced")
    batches, seen = TrainingBatches(samples, config), []
    for epoch in range(1, 5):
        batches.start_epoch(epoch)
        [(images, _, weights)] = list(batches.dataset)
        seen += images.numpy().ravel().tolist()
        assert weights.numpy() == pytest.approx(1)  # two classes of ten; one without images does not count
    assert sorted(seen) == list(range(20))


def test_a_run_in_mixed_precision_keeps_its_probabilities_exact(workspace, new_run):
    run = new_run(precision="mixed_bfloat16", epochs=8, learning_rate=0.01)
    train(workspace, run, should_stop=_never)
    assert keras.config.dtype_policy().name == "float32"
    model = keras.models.load_model(run.model_path)
    assert model.get_layer("logits").compute_dtype == "bfloat16"
    assert model.get_layer("probs").compute_dtype == "float32"
    probs = load_predictions(run.predictions_path("test")).probs
    assert probs.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert run.history["loss"].iloc[-1] < run.history["loss"].iloc[0]
