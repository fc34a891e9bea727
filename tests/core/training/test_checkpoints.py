"""Checkpoints: whole or not at all, and complete."""

import keras
import numpy as np
import pandas as pd
import pytest

from core.errors import RunError, WorkspaceError
from core.models.registry import build_model
from core.runs.config import RunConfig
from core.training.checkpoints import (
    load_checkpoint,
    load_values,
    replace_whole,
    restore,
    save_best,
    save_checkpoint,
    save_values,
    values_of,
)
from core.training.optimization import compile_model

HISTORY = pd.DataFrame({"epoch": [1, 2], "val_loss": [0.1 + 0.2, 1 / 3]})


CONFIG = RunConfig(dataset="d", image_size=8)


def _compiled(num_classes: int) -> keras.Model:
    model = build_model(CONFIG, num_classes)
    compile_model(model, CONFIG)
    return model


@pytest.fixture
def model() -> keras.Model:
    return _compiled(3)


def _variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]


def test_a_restored_model_has_every_variable_of_the_saved_one(model, tmp_path):
    random = np.random.default_rng(0)
    images, labels = random.integers(0, 256, (6, 8, 8, 3)), np.arange(6) % 3
    model.fit(images, labels, verbose=0)
    save_checkpoint(tmp_path, _variables(model), history=HISTORY, dataset_version="v1")
    saved = values_of(_variables(model))
    model.fit(images, labels, verbose=0)
    checkpoint = load_checkpoint(tmp_path)
    restore(_variables(model), checkpoint.variables, model=model.name)
    assert all(
        np.array_equal(now, then) for now, then in zip(values_of(_variables(model)), saved, strict=True)
    )
    assert any("seed_generator" in variable.path for variable in model.variables)
    assert checkpoint.dataset_version == "v1"
    pd.testing.assert_frame_equal(checkpoint.history, HISTORY, check_exact=True)


def test_only_the_newest_checkpoint_is_kept(model, tmp_path):
    save_checkpoint(tmp_path, _variables(model), history=HISTORY[:1], dataset_version="v1")
    save_checkpoint(tmp_path, _variables(model), history=HISTORY, dataset_version="v1")
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-0002.npz"]


def test_without_a_full_epoch_there_is_no_checkpoint(tmp_path):
    assert load_checkpoint(tmp_path / "checkpoints") is None


def test_a_damaged_checkpoint_is_named(model, tmp_path):
    save_checkpoint(tmp_path, _variables(model), history=HISTORY, dataset_version="v1")
    path = tmp_path / "epoch-0002.npz"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(RunError, match=r"epoch-0002\.npz is damaged .* delete the run and train it again"):
        load_checkpoint(tmp_path)


def test_a_checkpoint_of_another_network_is_refused(model, tmp_path):
    save_checkpoint(tmp_path, _variables(model), history=HISTORY, dataset_version="v1")
    other = _compiled(4)
    checkpoint = load_checkpoint(tmp_path)
    with pytest.raises(RunError, match="does not fit network 'small_cnn' as it is built now; delete the run"):
        restore(_variables(other), checkpoint.variables, model=other.name)


def test_values_beside_a_checkpoint_are_those_of_their_epoch(tmp_path):
    path = tmp_path / "checkpoints" / "best.npz"
    assert load_values(path, epoch=2) is None
    save_values(path, [np.eye(2), np.arange(3)], epoch=2)
    first, second = load_values(path, epoch=2)
    assert np.array_equal(first, np.eye(2))
    assert np.array_equal(second, np.arange(3))
    assert load_values(path, epoch=3) is None
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(RunError, match=r"best\.npz is damaged .* delete the run and train it again"):
        load_values(path, epoch=2)


def test_the_best_model_is_saved_without_its_optimizer(model, tmp_path):
    save_best(tmp_path / "best.keras", model)
    loaded = keras.models.load_model(tmp_path / "best.keras")
    assert not loaded.compiled
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
    assert all(np.array_equal(a, b) for a, b in zip(loaded.get_weights(), model.get_weights(), strict=True))


def test_a_file_that_failed_to_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")

    def fill_disk():
        with replace_whole(path) as temporary:
            temporary.write_bytes(b"ne")
            raise OSError(28, "No space left on device")

    with pytest.raises(WorkspaceError, match=r"file\.bin cannot be written \(No space left .*; free"):
        fill_disk()
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["file.bin"]
