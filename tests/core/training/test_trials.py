"""Trials on a dataset of tiny pictures, in this process: what they measure, and what they leave alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.datasets.images import pixels
from core.datasets.images.pixels import is_cached
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.training import few_samples
from core.training.dry_run import measure
from core.training.environment import computing
from core.training.optimization import compile_model
from core.training.pipeline import TrainingBatches, select_samples
from core.training.rate_search import search_rate
from core.workspace import Workspace


def be_silent(doing: str, done: int = 0, total: int = 0, *, unit: str = "steps") -> None:
    return


def try_run(work: Callable[..., dict], workspace: Workspace, **settings: Any) -> dict[str, Any]:
    given = {"dataset": "colors", "image_size": 8, "batch_size": 4, **settings}
    config = RunConfig.make(**given)
    with computing(config) as strategy:
        return work(workspace, config, strategy=strategy, tell=be_silent)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the images that are decoded."""
    seen: list[int] = []

    def reader(*arguments: Any) -> Callable[[int], np.ndarray]:
        read = pixels.pixel_reader(*arguments)

        def note(sample_id: int) -> np.ndarray:
            seen.append(sample_id)
            return read(sample_id)

        return note

    monkeypatch.setattr(few_samples, "pixel_reader", reader)
    monkeypatch.setattr("core.training.dry_run.MEASURE_S", 0.01)
    return seen


def test_a_dry_run_measures_three_batches_and_decodes_no_more(
    workspace: Workspace, add_colors: Callable, decoded: list[int]
) -> None:
    dataset = add_colors(train=50)
    told = try_run(measure, workspace, class_weights="balanced", label_smoothing=0.1)
    assert (told["num_steps"], told["num_batches"], told["num_classes"]) == (13, 3, 3)
    assert len(set(decoded)) == 12
    assert set(decoded) <= set(dataset.sample_ids("train").tolist())
    assert not is_cached(workspace, dataset, RunConfig.make(dataset="colors", image_size=8).resizing)
    assert told["first_loss"] == pytest.approx(np.log(3), rel=0.3)
    assert told["first_step_seconds"] > told["step_seconds"] > 0
    assert told["peak_memory"] > 50e6
    assert told["gpu_memory"] is None
    assert told["feature_seconds"] == 0


def test_frozen_layers_are_timed_apart_and_a_batch_may_be_larger_than_the_data(
    workspace: Workspace, add_colors: Callable, decoded: list[int]
) -> None:
    add_colors(train=5)
    told = try_run(measure, workspace, cut=0, batch_size=64)
    assert told["feature_seconds"] > 0
    assert (told["num_steps"], told["num_batches"]) == (1, 1)


def test_the_suggested_rate_makes_the_loss_fall(workspace: Workspace) -> None:
    settings: dict[str, Any] = {"dataset": "digits", "image_size": 16, "batch_size": 32}
    found = try_run(search_rate, workspace, **settings)
    assert 1e-4 <= found["suggestion"] <= 3e-2
    assert len(found["rates"]) == len(found["losses"]) == len(found["raw_losses"]) > 50
    config = RunConfig.make(**settings, learning_rate=found["suggestion"])
    few = few_digits(workspace, config)
    with computing(config):
        model = build_model(config, 10)
        compile_model(model, config, num_steps=20)
        batches = TrainingBatches(few, config).dataset.repeat()
        losses = model.fit(batches, steps_per_epoch=20, epochs=3, verbose=0, shuffle=False).history["loss"]
    assert losses[-1] < losses[0] / 2


def few_digits(workspace: Workspace, config: RunConfig) -> Any:
    from core.datasets.store import load_dataset

    dataset = load_dataset(workspace, "digits")
    train = select_samples(dataset, config, np.zeros((0, *config.image_size, 3), np.uint8), "train")
    return few_samples.read_few(workspace, dataset, config, train, num_batches=8, tell=be_silent)[0]
