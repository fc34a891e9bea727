"""Training on kept features: the same result as through the frozen layers, stopped and resumed anywhere."""

import shutil
from collections.abc import Callable

import keras
import numpy as np
import pandas as pd
import pytest

from core.datasets.images.pixels import load_pixels
from core.datasets.images.resizing import square
from core.datasets.store import load_dataset
from core.errors import CacheFullError, RunError
from core.predictions import load_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, create_run
from core.training import fitting, network, pipeline
from core.training.prefix import features
from core.training.trainer import TrainingCancelled, train

LAYERS = (
    {"kind": "conv", "units": 4, "batch_norm": True, "activation": "relu"},
    {"kind": "max_pool", "kernel": 2},
    {"kind": "conv", "units": 6, "activation": "relu"},
    {"kind": "global_average_pool"},
    {"kind": "dense", "units": 8, "activation": "relu", "dropout": 0.3},
)
FROZEN = {"model": "stack", "layers": LAYERS, "cut": 1, "cache_precision": "float32"}
CLOCK = ["seconds", "images_per_second"]


def _never() -> bool:
    return False


@pytest.fixture
def new_run(workspace, add_colors) -> Callable[..., Run]:
    add_colors()

    def new(**settings) -> Run:
        defaults = {"dataset": "colors", "image_size": 8, "batch_size": 6, "epochs": 3, "learning_rate": 0.01}
        return create_run(workspace, RunConfig.make(**{**defaults, **FROZEN, **settings}))

    return new


@pytest.fixture
def passes(monkeypatch) -> list[int]:
    """Images that went through frozen layers, one entry a pass."""
    taken: list[int] = []
    function = features.feature_function

    def counting(*arguments, **options):
        compute = function(*arguments, **options)
        taken.append(0)
        number = len(taken) - 1

        def count(batch):
            taken[number] += len(batch)
            return compute(batch)

        return count

    monkeypatch.setattr(features, "feature_function", counting)
    return taken


def _weights(run: Run) -> list[np.ndarray]:
    return keras.models.load_model(run.model_path).get_weights()


def _assert_alike(run: Run, expected: Run, *, exact: bool = False, atol: float = 1e-4) -> None:
    pd.testing.assert_frame_equal(
        run.history.drop(columns=CLOCK), expected.history.drop(columns=CLOCK), check_exact=exact, atol=atol
    )
    for ours, theirs in zip(_weights(run), _weights(expected), strict=True):
        assert np.array_equal(ours, theirs) if exact else np.allclose(ours, theirs, rtol=0, atol=atol)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "sgd", "class_weights": "balanced", "schedule": "cosine", "steps_per_epoch": 3},
        {"augmentation": "light", "augmentation_views": 2},
        {"groups": {"red": "warm", "green": "cold", "blue": "cold"}, "sampling": "balanced"},
    ],
    ids=["plain", "weighed", "views", "grouped"],
)
def test_weights_after_three_epochs_are_those_of_the_plain_path(workspace, new_run, passes, settings):
    cached, plain = new_run(**settings), new_run(**settings, feature_cache="off")
    train(workspace, cached, should_stop=_never)
    assert passes
    passes.clear()
    train(workspace, plain, should_stop=_never)
    assert not passes
    _assert_alike(cached, plain)
    for split in ("val", "test"):
        ours, theirs = (load_predictions(run.predictions_path(split)) for run in (cached, plain))
        assert np.allclose(ours.probs, theirs.probs, atol=1e-4)
        assert ours.sample_ids.tolist() == theirs.sample_ids.tolist()


def test_features_too_large_for_memory_are_read_from_disk_with_the_same_result(
    workspace, new_run, monkeypatch
):
    held, read = new_run(), new_run()
    train(workspace, held, should_stop=_never)
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", 0)
    monkeypatch.setattr(fitting, "HeldEpochs", None)
    train(workspace, read, should_stop=_never)
    _assert_alike(read, held, atol=1e-6)


def test_stored_predictions_are_what_the_best_model_says(workspace, new_run):
    run = new_run(cache_precision="float16")
    train(workspace, run, should_stop=_never)
    model, dataset = keras.models.load_model(run.model_path), load_dataset(workspace, "colors")
    for split in ("val", "test"):
        predictions = load_predictions(run.predictions_path(split))
        pixels = load_pixels(workspace, dataset, square(8))[dataset.sample_ids(split)]
        assert np.allclose(predictions.probs, np.asarray(model(pixels)), atol=1e-5)
    best = run.history.iloc[run.written_status.best_epoch - 1]
    predictions = load_predictions(run.predictions_path("val"))
    loss = -np.log(predictions.probs[np.arange(predictions.num_samples), predictions.y_true]).mean()
    assert best["val_loss"] == pytest.approx(loss, rel=1e-4)
    assert best["images_per_second"] > 0


def test_a_resumed_run_ends_as_if_it_had_never_stopped(workspace, new_run):
    whole, stopped = new_run(epochs=4), new_run(epochs=4)
    train(workspace, whole, should_stop=_never)
    with pytest.raises(TrainingCancelled):
        train(workspace, stopped, should_stop=lambda: stopped.written_status.epoch == 2)
    assert stopped.history["epoch"].tolist() == [1, 2]
    train(workspace, stopped, should_stop=_never)
    _assert_alike(stopped, whole, exact=True)


@pytest.mark.parametrize("function", ["save_best", "save_values"])
def test_a_kill_after_any_write_loses_nothing(workspace, new_run, monkeypatch, function):
    whole, killed = new_run(), new_run()
    train(workspace, whole, should_stop=_never)
    write = getattr(network, function)

    def die(path, *arguments, **options):
        if path.name == "frozen.npz":
            return write(path, *arguments, **options)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(network, function, die)
        with pytest.raises(SystemExit):
            train(workspace, killed, should_stop=_never)
    assert not killed.model_path.exists()
    train(workspace, killed, should_stop=_never)
    _assert_alike(killed, whole, exact=True)


def test_a_cancelled_run_leaves_the_model_of_its_best_epoch_and_what_to_resume_from(workspace, new_run):
    run = new_run(learning_rate=10, optimizer="sgd")
    with pytest.raises(TrainingCancelled):
        train(workspace, run, should_stop=lambda: run.written_status.epoch == 2)
    assert run.written_status.best_epoch == 1
    dataset = load_dataset(workspace, "colors")
    ids = dataset.sample_ids("val")
    probs = np.asarray(
        keras.models.load_model(run.model_path)(load_pixels(workspace, dataset, square(8))[ids])
    )
    loss = -np.log(probs[np.arange(len(ids)), dataset.labels(ids)]).mean()
    assert run.history["val_loss"][0] == pytest.approx(loss, rel=1e-3)
    (run.checkpoints_dir / "best.npz").unlink()
    with pytest.raises(RunError, match=r"best\.npz, is gone; delete the run and train it again"):
        train(workspace, run, should_stop=_never)


def test_a_loss_that_explodes_leaves_the_model_of_the_best_epoch(workspace, new_run, monkeypatch):
    def rates(
        config: RunConfig, epoch: int, num_steps: int, history: pd.DataFrame | None = None
    ) -> np.ndarray:
        return np.full(num_steps, 1e30 if epoch == 2 else 0.01)

    monkeypatch.setattr("core.training.schedules.epoch_rates", rates)
    run = new_run(optimizer="sgd")
    with pytest.raises(RunError, match="lower the learning rate and train again"):
        train(workspace, run, should_stop=_never)
    assert np.isfinite(keras.models.load_model(run.model_path).get_layer("logits").get_weights()[0]).all()


def test_a_run_begun_on_features_can_be_resumed_without_them(workspace, new_run, monkeypatch):
    whole, stopped = new_run(), new_run()
    train(workspace, whole, should_stop=_never)
    with pytest.raises(TrainingCancelled):
        train(workspace, stopped, should_stop=lambda: stopped.written_status.epoch == 1)

    def refuse(*_, **__):
        raise CacheFullError("No room.")

    monkeypatch.setattr("core.training.trainer.prepare_features", refuse)
    train(workspace, stopped, should_stop=_never)
    _assert_alike(stopped, whole)


def test_without_room_the_plain_path_is_taken_and_said(workspace, new_run, monkeypatch, capsys):
    error = CacheFullError("A cache of 9 GB does not fit.")

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("core.training.prefix.store.writing", refuse)
    run = new_run(epochs=1)
    train(workspace, run, should_stop=_never)
    expected = f"Frozen layers compute every image in every epoch, which is slow. {error}"
    assert expected in capsys.readouterr().out
    assert run.written_status.message == expected
    assert not (workspace.root / "features").exists()
    assert run.predictions_path("test").exists()


def test_features_are_shared_by_runs_that_begin_alike(workspace, new_run, passes):
    train(workspace, new_run(epochs=1), should_stop=_never)
    assert sum(passes) == 35
    groups = {"red": "warm", "green": "cold", "blue": "cold"}
    train(workspace, new_run(epochs=1, seed=0, groups=groups, batch_size=4), should_stop=_never)
    assert sum(passes) == 35
    train(workspace, new_run(epochs=1, seed=1), should_stop=_never)  # other random weights
    assert sum(passes) == 70


def test_a_later_cut_is_computed_from_the_features_of_an_earlier_one(workspace, new_run, passes, monkeypatch):
    train(workspace, new_run(epochs=1, cut=2), should_stop=_never)
    later = new_run(epochs=1, cut=1)
    monkeypatch.setattr(features, "image_batches", lambda *_: pytest.fail("images were read again"))
    train(workspace, later, should_stop=_never)
    assert sum(passes) == 70
    monkeypatch.undo()
    plain = new_run(epochs=1, cut=1, feature_cache="off")
    train(workspace, plain, should_stop=_never)
    _assert_alike(later, plain)


def test_computing_features_can_be_stopped_and_leaves_nothing_half_done(workspace, new_run, passes):
    run = new_run()
    with pytest.raises(TrainingCancelled):
        train(workspace, run, should_stop=lambda: bool(passes) and passes[-1] > 0)
    assert not list((workspace.root / "features").rglob("*.npy"))
    assert not run.checkpoints_dir.exists()


def test_images_changed_anew_in_each_epoch_go_through_the_whole_network(workspace, new_run, passes):
    run = new_run(augmentation="light", epochs=1)
    train(workspace, run, should_stop=_never)
    assert not passes
    assert len(run.history) == 1


def test_a_dataset_without_test_images_gives_empty_predictions(workspace, new_run, add_colors):
    shutil.rmtree(workspace.datasets_dir / "colors")
    add_colors(test=0)
    run = new_run(epochs=1)
    train(workspace, run, should_stop=_never)
    assert load_predictions(run.predictions_path("test")).probs.shape == (0, 3)


def test_a_batch_larger_than_the_data_makes_one_step(workspace, new_run):
    run = new_run(epochs=2, batch_size=500)
    train(workspace, run, should_stop=_never)
    assert run.written_status.steps_per_epoch == 1
    assert run.history["images_per_second"].iloc[1] > 0
