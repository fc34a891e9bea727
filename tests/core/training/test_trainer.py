"""Training from settings to predictions, stopped and resumed anywhere."""

import shutil
import zipfile
from collections.abc import Callable

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from core.datasets.editing.edits import exclude, record, undo
from core.datasets.images.pixels import load_pixels
from core.datasets.images.resizing import square
from core.datasets.store import load_dataset
from core.errors import DatasetError, RunError, WeightsError
from core.predictions import load_predictions
from core.runs.best import find_best_epoch
from core.runs.config import RunConfig
from core.runs.run import HISTORY_COLUMNS, Run, State, create_run
from core.training import augmentation, network, trainer
from core.training.trainer import TrainingCancelled, train, warm_up

GROUPS = {"red": "warm", "green": "cold", "blue": "cold"}


MEASURED = HISTORY_COLUMNS[:-2]  # without what a clock says


def _never() -> bool:
    return False


def _stop_after(run: Run, epoch: int, *, steps: int = 1) -> Callable[[], bool]:
    """Ask to stop so many steps into the epoch after ``epoch``."""
    left = steps

    def should_stop() -> bool:
        nonlocal left
        left -= run.written_status.epoch >= epoch
        return left < 0

    return should_stop


@pytest.fixture
def new_run(workspace, add_colors) -> Callable[..., Run]:
    add_colors()

    def new(**settings) -> Run:
        defaults = {"dataset": "colors", "image_size": 8, "batch_size": 6, "epochs": 3}
        return create_run(workspace, RunConfig.make(**{**defaults, **settings}))

    return new


def _variables(run: Run) -> dict[str, np.ndarray]:
    (path,) = run.checkpoints_dir.iterdir()
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files if name != "told"}


def _assert_same_result(run: Run, expected: Run) -> None:
    pd.testing.assert_frame_equal(
        run.history[list(MEASURED)], expected.history[list(MEASURED)], check_exact=True
    )
    ours, theirs = _variables(run), _variables(expected)
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    for split in ("val", "test"):
        probs = [load_predictions(r.predictions_path(split)).probs for r in (run, expected)]
        assert np.array_equal(*probs)
    assert run.written_status.best_epoch == expected.written_status.best_epoch


def test_a_run_leaves_history_model_and_predictions_of_its_best_epoch(workspace, new_run, capsys):
    run = new_run()
    train(workspace, run, should_stop=_never)
    status = run.written_status
    assert (status.state, status.epoch, status.steps_per_epoch) == (State.RUNNING, 3, 4)
    assert status.best_epoch == find_best_epoch(run.history)
    assert status.first_step is not None
    assert tuple(run.history) == HISTORY_COLUMNS
    assert run.history["epoch"].tolist() == [1, 2, 3]
    assert run.history["learning_rate"].to_numpy() == pytest.approx(1e-3)
    assert "epoch 3/3: loss" in capsys.readouterr().out

    dataset = load_dataset(workspace, "colors")
    predictions = load_predictions(run.predictions_path("test"))
    assert predictions.class_names == dataset.class_names
    assert predictions.sample_ids.tolist() == dataset.sample_ids("test").tolist()
    assert predictions.y_true.tolist() == dataset.labels(dataset.sample_ids("test")).tolist()
    model = keras.models.load_model(run.model_path)
    pixels = load_pixels(workspace, dataset, square(8))[dataset.sample_ids("test")]
    assert np.allclose(predictions.probs, np.asarray(model(pixels)), atol=1e-6)


def test_a_batch_larger_than_the_data_and_validation_without_a_class_are_learned_from(workspace, add_colors):
    add_colors(train=20, val=2)  # validation images are blue and red
    settings = {"image_size": 8, "batch_size": 64, "epochs": 2, "best_epoch": "val_macro_f1"}
    run = create_run(workspace, RunConfig.make(dataset="colors", **settings))
    train(workspace, run, should_stop=_never)
    assert run.written_status.steps_per_epoch == 1
    predictions = load_predictions(run.predictions_path("val"))
    assert sorted(predictions.y_true) == [0, 2]
    best = run.history.set_index("epoch").loc[run.written_status.best_epoch]
    expected = f1_score(predictions.y_true, predictions.y_pred, average="macro", zero_division=0)
    assert best["val_macro_f1"] == pytest.approx(expected, abs=1e-6)


def test_the_stored_validation_loss_is_that_of_the_stored_predictions(workspace, new_run):
    run = new_run(epochs=2)
    train(workspace, run, should_stop=_never)
    predictions = load_predictions(run.predictions_path("val"))
    loss = -np.log(predictions.probs[np.arange(predictions.num_samples), predictions.y_true]).mean()
    best = run.history.iloc[run.written_status.best_epoch - 1]
    assert best["val_loss"] == pytest.approx(loss, rel=1e-4)
    assert best["val_accuracy"] == pytest.approx((predictions.y_pred == predictions.y_true).mean())


def test_a_network_learns_colors(workspace, new_run):
    run = new_run(epochs=12, learning_rate=0.01)
    train(workspace, run, should_stop=_never)
    predictions = load_predictions(run.predictions_path("test"))
    assert (predictions.y_pred == predictions.y_true).all()


def test_a_grouped_run_predicts_groups(workspace, new_run):
    run = new_run(epochs=1, groups=GROUPS)
    train(workspace, run, should_stop=_never)
    predictions = load_predictions(run.predictions_path("val"))
    assert predictions.class_names == ("warm", "cold")
    assert set(predictions.y_true) == {0, 1}
    assert predictions.probs.shape == (9, 2)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
def test_a_resumed_run_ends_as_if_it_had_never_stopped(workspace, new_run, optimizer):
    whole, stopped = new_run(optimizer=optimizer), new_run(optimizer=optimizer)
    train(workspace, whole, should_stop=_never)
    with pytest.raises(TrainingCancelled):
        train(workspace, stopped, should_stop=_stop_after(stopped, 1, steps=2))
    assert stopped.history["epoch"].tolist() == [1]
    assert not stopped.predictions_path("val").exists()
    train(workspace, stopped, should_stop=_never)
    _assert_same_result(stopped, whole)


def test_a_resumed_run_sees_the_augmented_images_that_it_would_have_seen(workspace, new_run):
    plain, whole, stopped = new_run(epochs=2), *(new_run(epochs=2, augmentation="skin") for _ in range(2))
    train(workspace, whole, should_stop=_never)
    with pytest.raises(TrainingCancelled):
        train(workspace, stopped, should_stop=_stop_after(stopped, 1, steps=2))
    train(workspace, stopped, should_stop=_never)
    _assert_same_result(stopped, whole)
    train(workspace, plain, should_stop=_never)
    assert plain.history["loss"].tolist() != whole.history["loss"].tolist()


def test_only_training_images_are_augmented(workspace, new_run, monkeypatch):
    seen = []
    changed = augmentation.Augmenter.__call__
    monkeypatch.setattr(
        augmentation.Augmenter,
        "__call__",
        lambda self, images, positions: (
            seen.append(len(self._sample_ids)) or changed(self, images, positions)
        ),
    )
    run = new_run(epochs=1, augmentation="light")
    train(workspace, run, should_stop=_never)
    assert set(seen) == {20}  # the training images
    model, dataset = keras.models.load_model(run.model_path), load_dataset(workspace, "colors")
    for split in ("val", "test"):
        pixels = load_pixels(workspace, dataset, square(8))[dataset.sample_ids(split)]
        assert np.allclose(
            load_predictions(run.predictions_path(split)).probs, np.asarray(model(pixels)), atol=1e-6
        )


def test_a_run_stopped_in_its_first_epoch_begins_again(workspace, new_run):
    whole, stopped = new_run(epochs=1), new_run(epochs=1)
    train(workspace, whole, should_stop=_never)
    with pytest.raises(TrainingCancelled):
        train(workspace, stopped, should_stop=_stop_after(stopped, 0, steps=3))
    assert stopped.history.empty
    train(workspace, stopped, should_stop=_never)
    _assert_same_result(stopped, whole)


def test_stopping_does_not_wait_for_validation(workspace, new_run, monkeypatch):
    run = new_run(epochs=1)
    monkeypatch.setattr(keras.Model, "evaluate", lambda *args, **kwargs: pytest.fail("validation ran"))
    with pytest.raises(TrainingCancelled):
        train(workspace, run, should_stop=_stop_after(run, 0, steps=3))


def test_a_run_stopped_in_its_evaluation_only_evaluates(workspace, new_run, monkeypatch):
    run = new_run(epochs=1)
    with pytest.raises(TrainingCancelled):
        train(workspace, run, should_stop=lambda: run.written_status.phase == "evaluating")
    assert run.history["epoch"].tolist() == [1]
    monkeypatch.setattr(keras.Model, "fit", lambda *args, **kwargs: pytest.fail("trained again"))
    train(workspace, run, should_stop=_never)
    assert run.predictions_path("test").exists()


def test_a_kill_between_checkpoint_and_best_model_loses_nothing(workspace, new_run, monkeypatch):
    whole, killed = new_run(epochs=2), new_run(epochs=2)
    train(workspace, whole, should_stop=_never)

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(network, "save_best", die)
        with pytest.raises(KeyboardInterrupt):
            train(workspace, killed, should_stop=_never)
    assert killed.history.empty
    assert not killed.model_path.exists()
    train(workspace, killed, should_stop=_never)
    _assert_same_result(killed, whole)


def test_early_stopping_counts_on_after_a_resumption(workspace, new_run, monkeypatch):
    losses = {1: 1.0, 2: 0.5, 3: 0.6, 4: 0.7, 5: 0.4}
    fit = keras.Model.fit

    def fit_with_planned_loss(self, *args, initial_epoch, **kwargs):
        result = fit(self, *args, initial_epoch=initial_epoch, **kwargs)
        result.history["val_loss"] = [losses[initial_epoch + 1]]
        return result

    monkeypatch.setattr(keras.Model, "fit", fit_with_planned_loss)
    run = new_run(epochs=5, patience=2)
    with pytest.raises(TrainingCancelled):
        train(workspace, run, should_stop=_stop_after(run, 3))
    train(workspace, run, should_stop=_never)
    assert run.history["val_loss"].tolist() == [1.0, 0.5, 0.6, 0.7]
    assert (run.written_status.epoch, run.written_status.best_epoch) == (4, 2)


def test_without_patience_every_epoch_is_trained(workspace, new_run):
    run = new_run(epochs=4, learning_rate=1e-9, patience=0)
    train(workspace, run, should_stop=_never)
    assert len(run.history) == 4


def test_the_same_seed_repeats_a_run_and_another_does_not(workspace, new_run):
    first, again, other = (new_run(epochs=1, seed=seed) for seed in (1, 1, 2))
    for run in (first, again, other):
        train(workspace, run, should_stop=_never)
    _assert_same_result(first, again)
    assert first.history["loss"].tolist() != other.history["loss"].tolist()


def test_pixels_read_from_disk_give_the_same_run(workspace, new_run, monkeypatch):
    held, read = new_run(epochs=1), new_run(epochs=1)
    train(workspace, held, should_stop=_never)
    monkeypatch.setattr("core.training.pipeline.MEMORY_LIMIT", 0)
    train(workspace, read, should_stop=_never)
    _assert_same_result(read, held)


def test_a_loss_that_explodes_fails_with_the_remedy(workspace, new_run, monkeypatch):
    monkeypatch.setattr("core.training.schedules.epoch_rates", lambda *_: np.full(4, 1e30))
    run = new_run(model="lenet", image_size=10, optimizer="sgd")
    with pytest.raises(RunError, match="lower the learning rate and train again"):
        train(workspace, run, should_stop=_never)
    assert not list(run.checkpoints_dir.glob("*"))


def test_a_dataset_without_test_images_gives_empty_predictions(workspace, new_run, add_colors):
    shutil.rmtree(workspace.datasets_dir / "colors")
    add_colors(test=0)
    run = new_run(epochs=1)
    train(workspace, run, should_stop=_never)
    assert load_predictions(run.predictions_path("test")).probs.shape == (0, 3)


def test_a_changed_dataset_cannot_be_resumed_on(workspace, new_run, add_colors):
    run = new_run()
    with pytest.raises(TrainingCancelled):
        train(workspace, run, should_stop=_stop_after(run, 1))
    shutil.rmtree(workspace.datasets_dir / "colors")
    add_colors(train=24)
    with pytest.raises(RunError, match=f"'colors' has changed since run {run.id} was begun"):
        train(workspace, run, should_stop=_never)


def test_an_edited_dataset_cannot_be_resumed_on_until_the_edit_is_undone(workspace, new_run):
    run = new_run()
    with pytest.raises(TrainingCancelled):
        train(workspace, run, should_stop=_stop_after(run, 1))
    dataset = load_dataset(workspace, "colors")
    record(workspace, dataset, exclude(dataset, [0]))
    with pytest.raises(RunError, match=f"go back to version {dataset.version} in the dataset's history"):
        train(workspace, run, should_stop=_never)
    assert run.dataset_version == dataset.version
    undo(workspace, "colors")
    train(workspace, run, should_stop=_never)
    assert run.status.epoch == run.config.epochs


def test_a_run_records_the_version_that_it_saw_and_learns_what_is_left(workspace, new_run):
    dataset = load_dataset(workspace, "colors")
    train_ids = dataset.sample_ids("train")
    gone = train_ids[dataset.labels(train_ids) == 1]
    edited = record(workspace, dataset, exclude(dataset, gone))
    run = new_run(epochs=1)
    train(workspace, run, should_stop=_never)
    assert run.dataset_version == edited.version != dataset.version
    assert load_predictions(run.predictions_path("val")).probs.shape[1] == 3


def test_a_dataset_that_cannot_be_learned_from_is_refused_before_training(workspace, new_run, add_colors):
    shutil.rmtree(workspace.datasets_dir / "colors")
    add_colors(val=0)
    with pytest.raises(DatasetError, match="has no val images"):
        train(workspace, new_run(), should_stop=_never)


def test_missing_weights_fail_before_training(workspace, new_run, tmp_path):
    run = new_run(model="mobilenet", image_size=32, weights=str(tmp_path / "gone.h5"))
    with pytest.raises(WeightsError, match="There is no weights file"):
        train(workspace, run, should_stop=_never)


def test_versions_are_written_down(workspace, new_run):
    run = new_run(epochs=1)
    train(workspace, run, should_stop=_never)
    assert (run.directory / "environment.json").exists()
    assert zipfile.is_zipfile(run.model_path)


def test_warming_up_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(trainer.tempfile, "tempdir", str(tmp_path))
    warm_up()
    assert not list(tmp_path.iterdir())
