"""A network trained on occluded pictures sees painted pixels; beside it, the clean one is as it was."""

from typing import Any

import numpy as np
import pytest

from core.caches import set_limit
from core.datasets.images.reading import read_image
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.store import load_dataset
from core.predictions import load_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, create_run
from core.training import pipeline, trainer
from core.training.trainer import train

SPLITS = ("train", "val", "test")


@pytest.fixture
def seen(monkeypatch) -> dict[str, np.ndarray]:
    """Pixels of each split that the last training was given."""
    found: dict[str, np.ndarray] = {}
    select = trainer.select_samples

    def watch(*arguments: Any) -> Any:
        samples = select(*arguments)
        found[samples.split] = np.asarray(samples.pixels[samples.sample_ids])
        return samples

    monkeypatch.setattr(trainer, "select_samples", watch)
    return found


@pytest.fixture
def clean(workspace, add_colors):
    dataset = add_colors(train=20, val=9, test=6)
    settings = Occlusion(kind="rectangle", share=0.5, fill="white")
    derive_dataset(workspace, dataset, Derivation(occlusion=settings), name="hidden")
    return dataset


def train_run(workspace, **settings) -> Run:
    config = RunConfig.make(
        **{"dataset": "colors", "image_size": 8, "batch_size": 6, "epochs": 1, **settings}
    )
    run = create_run(workspace, config)
    train(workspace, run, should_stop=lambda: False)
    return run


def pictures_of(dataset, split) -> np.ndarray:
    return np.stack([read_image(dataset, sample) for sample in dataset.sample_ids(split).tolist()])


def test_a_dataset_occluded_for_training_alone_leaves_the_test_pictures_clean(workspace, clean, seen):
    settings = Occlusion(kind="rectangle", share=0.5, fill="white", splits=("train",))
    hidden = derive_dataset(workspace, clean, Derivation(occlusion=settings), name="train_hidden")
    run = train_run(workspace, dataset="train_hidden")
    for split in SPLITS:
        np.testing.assert_array_equal(seen[split], pictures_of(hidden, split))
    white = (seen["train"] == 255).all(axis=-1)
    assert white.mean() == 0.5
    np.testing.assert_array_equal(seen["train"][~white], pictures_of(clean, "train")[~white])
    np.testing.assert_array_equal(seen["test"], pictures_of(clean, "test"))
    assert clean.version != run.dataset_version == hidden.version


def test_a_run_shown_occluded_test_pictures_stands_beside_a_clean_one(workspace, clean, seen):
    runs = [train_run(workspace), train_run(workspace, occluded_with="hidden", occluded_splits="test")]
    for split, name in zip(SPLITS, ("colors", "colors", "hidden"), strict=True):
        np.testing.assert_array_equal(seen[split], pictures_of(load_dataset(workspace, name), split))
    assert runs[0].dataset_version == runs[1].dataset_version == clean.version
    first, second = (load_predictions(run.predictions_path("test")) for run in runs)
    assert first.sample_ids.tolist() == second.sample_ids.tolist() == clean.sample_ids("test").tolist()
    assert first.y_true.tolist() == second.y_true.tolist()
    assert first.class_names == second.class_names
    assert not np.array_equal(first.probs, second.probs)


@pytest.mark.parametrize("memory", [0, 1 << 30])
def test_without_room_for_pixels_a_run_is_shown_the_same_and_says_so(
    workspace, clean, capsys, monkeypatch, memory
):
    monkeypatch.setattr(pipeline, "MEMORY_LIMIT", memory)
    kept = train_run(workspace)
    set_limit(workspace, 1e-6)
    for path in clean.folder.glob("pixels-*"):
        path.unlink()
    unkept = train_run(workspace)
    assert not list(clean.folder.glob("pixels-*"))
    first, second = (load_predictions(run.predictions_path("test")) for run in (kept, unkept))
    np.testing.assert_allclose(first.probs, second.probs, atol=1e-6)
    assert "Images are decoded anew in every epoch, which is slow." in capsys.readouterr().out
