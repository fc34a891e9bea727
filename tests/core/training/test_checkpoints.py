"""Checkpoints: whole or not at all, and complete."""

import keras
import numpy as np
import pandas as pd
import pytest

from core.errors import RunError, WorkspaceError
from core.models.architectures.small_cnn import build_small_cnn
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize
from core.training.checkpoints import load_checkpoint, replace_whole, restore, save_best, save_checkpoint
from core.training.trainer import compile_model

HISTORY = pd.DataFrame({"epoch": [1, 2], "val_loss": [0.1 + 0.2, 1 / 3]})


@pytest.fixture
def model() -> keras.Model:
    model = build_small_cnn(ImageSize(8, 8), 3)
    compile_model(model, RunConfig(dataset="d"))
    return model


def _values(model: keras.Model) -> list[np.ndarray]:
    return [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]


def test_a_restored_model_has_every_variable_of_the_saved_one(model, tmp_path):
    random = np.random.default_rng(0)
    images, labels = random.integers(0, 256, (6, 8, 8, 3)), np.arange(6) % 3
    model.fit(images, labels, verbose=0)
    save_checkpoint(tmp_path, model, history=HISTORY, dataset_version="v1")
    saved = _values(model)
    model.fit(images, labels, verbose=0)
    checkpoint = load_checkpoint(tmp_path)
    restore(model, checkpoint)
    assert all(np.array_equal(now, then) for now, then in zip(_values(model), saved, strict=True))
    assert any("seed_generator" in variable.path for variable in model.variables)
    assert checkpoint.dataset_version == "v1"
    pd.testing.assert_frame_equal(checkpoint.history, HISTORY, check_exact=True)


def test_only_the_newest_checkpoint_is_kept(model, tmp_path):
    save_checkpoint(tmp_path, model, history=HISTORY[:1], dataset_version="v1")
    save_checkpoint(tmp_path, model, history=HISTORY, dataset_version="v1")
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-0002.npz"]


def test_without_a_full_epoch_there_is_no_checkpoint(tmp_path):
    assert load_checkpoint(tmp_path / "checkpoints") is None


def test_a_damaged_checkpoint_is_named(model, tmp_path):
    save_checkpoint(tmp_path, model, history=HISTORY, dataset_version="v1")
    path = tmp_path / "epoch-0002.npz"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(RunError, match=r"epoch-0002\.npz is damaged .* delete the run and train it again"):
        load_checkpoint(tmp_path)


def test_a_checkpoint_of_another_network_is_refused(model, tmp_path):
    save_checkpoint(tmp_path, model, history=HISTORY, dataset_version="v1")
    other = build_small_cnn(ImageSize(8, 8), 4)
    compile_model(other, RunConfig(dataset="d"))
    with pytest.raises(RunError, match="does not fit network 'small_cnn' as it is built now; delete the run"):
        restore(other, load_checkpoint(tmp_path))


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
