"""What several folders of tests need: workspaces, and a finished run that no network has trained."""

import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.datasets import builtin
from core.predictions import Predictions, save_predictions
from core.runs.config import RunConfig
from core.runs.run import Run, State, create_run
from core.workspace import Workspace, open_workspace

LONG_FILES = ("tests/e2e/", "tests/core/training/", "tests/core/jobs/")  # minutes each; others take seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long files begin first, so that two processes that take file after file end together."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG_FILES))


def planted_probs(y_true: np.ndarray, num_classes: int, *, seed: int = 0) -> np.ndarray:
    """Probabilities in which classes 0 and 1, 2 and 3 ... are taken for each other in four of ten cases."""
    random = np.random.default_rng(seed)
    partner = np.minimum(y_true ^ 1, num_classes - 1)
    guess = np.where(random.random(len(y_true)) < 0.4, partner, y_true)
    probs = random.random((len(y_true), num_classes)) * 0.2
    probs[np.arange(len(y_true)), guess] += 1
    probs[np.arange(len(y_true)), partner] += 0.4
    return (probs / probs.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session", autouse=True)
def _builtin_datasets_are_drawn_once() -> Iterator[None]:
    """Drawing ``shapes`` takes a second, and hundreds of tests begin with a fresh workspace."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtin, "build_builtin", functools.cache(builtin.build_builtin))
        yield


@pytest.fixture
def finish_run() -> Callable[..., Run]:
    """Make a run of ``digits`` that looks as a worker leaves it, with planted confusions."""

    def finish(workspace: Workspace, **settings: object) -> Run:
        from core.datasets.store import load_dataset

        config = RunConfig.make(**{"dataset": "digits", "model": "lenet", "image_size": 32, **settings})
        dataset = load_dataset(workspace, config.dataset)
        run = create_run(workspace, config)
        names = dataset.class_names
        label_of_class = np.arange(len(names))
        if config.groups:
            groups = list(dict.fromkeys(config.groups[name] for name in names))
            label_of_class = np.array([groups.index(config.groups[name]) for name in names])
            names = tuple(groups)
        for split in ("val", "test"):
            ids = dataset.sample_ids(split)
            y_true = label_of_class[dataset.labels(ids)]
            probs = planted_probs(y_true, len(names), seed=config.seed)
            save_predictions(run.predictions_path(split), Predictions(split, names, y_true, probs, ids))
        run.write_history(
            pd.DataFrame(
                {
                    "epoch": [1, 2],
                    "loss": [1.0, 0.5],
                    "accuracy": [0.5, 0.7],
                    "val_loss": [1.1, 0.7],
                    "val_accuracy": [0.4, 0.6],
                    "learning_rate": [1e-3, 1e-3],
                    "seconds": [1.0, 1.0],
                }
            )
        )
        run.update_status(
            state=State.DONE, epoch=2, best_epoch=2, started=time.time(), finished=time.time(), seconds=2.0
        )
        return run

    return finish


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    """A fresh workspace."""
    return open_workspace(tmp_path / "home")
