"""t-SNE and UMAP in their own process: progress, a stop, a death, and TensorFlow left alone."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from sklearn.manifold import trustworthiness
from threadpoolctl import threadpool_limits

from core.datasets.background import BackgroundJob
from core.datasets.mapping import projection
from core.datasets.mapping.projection import project
from core.errors import DatasetError

ROOT = Path(__file__).parents[4]


def clusters(num_rows: int = 60) -> np.ndarray:
    random = np.random.default_rng(0)
    return (np.eye(3)[np.arange(num_rows) % 3] * 20 + random.normal(size=(num_rows, 3))).astype(np.float32)


def workers() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has just ended
            if "core.datasets.mapping.projection" in child.cmdline():
                found.append(child)
    return found


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def assert_keeps_neighbors(rows: np.ndarray, places: np.ndarray) -> None:
    assert places.shape == (len(rows), 2)
    assert places.dtype == np.float32
    assert np.isfinite(places).all()
    assert trustworthiness(rows, places, n_neighbors=5) > 0.8


def test_t_sne_is_that_of_scikit_learn_and_tells_its_steps():
    from sklearn.manifold import TSNE

    rows, told = clusters(30), []
    places = project(rows, "tsne", seed=4, progress=lambda done, total: told.append((done, total)))
    with threadpool_limits(1):
        expected = TSNE(perplexity=29 / 3, init="pca", max_iter=1000, random_state=4).fit_transform(rows)
    np.testing.assert_allclose(places, expected, rtol=1e-3, atol=1e-2)
    assert_keeps_neighbors(rows, places)
    assert told[0] == (0, 0)  # asked, so that it can be stopped, before there is news
    assert (50, 1000) in told
    assert told[-1] == (1000, 1000)
    assert not workers()


@pytest.mark.skipif(importlib.util.find_spec("umap") is None, reason="umap-learn is not installed")
def test_umap_keeps_neighbors_and_leaves_tensorflow_alone(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # for so few rows compiling takes longer than computing
    rows, libraries = clusters(24), []

    def look(done: int, total: int) -> None:
        if 0 < done < total and not libraries and sys.platform == "linux":
            libraries.append(Path(f"/proc/{workers()[0].pid}/maps").read_text())

    assert_keeps_neighbors(rows, project(rows, "umap", seed=1, progress=look))
    assert not [text for text in libraries if "tensorflow" in text]


def test_a_stop_ends_the_process_at_once():
    job = BackgroundJob("Map", lambda tell: project(clusters(3000), "tsne", progress=tell))
    wait_for(workers)
    job.stop()
    with pytest.raises(DatasetError, match="stopped; nothing half-made was kept"):
        job.result(30)
    assert not workers()


def test_a_process_that_is_killed_is_an_error_with_a_remedy():
    killed = []

    def kill(done: int, total: int) -> None:
        if not killed and workers():
            killed.append(os.kill(workers()[0].pid, signal.SIGKILL))

    with pytest.raises(DatasetError, match=r"t-SNE failed .*lack of memory.*choose PCA"):
        project(clusters(2000), "tsne", progress=kill)


def test_an_error_in_the_process_arrives_with_its_last_line():
    with pytest.raises(DatasetError, match=r"NaN.*choose PCA, or close"):
        project(np.full((20, 3), np.nan, np.float32), "tsne")


def test_the_process_ends_when_its_parent_has_gone():
    code = (
        "import os, sys, threading, numpy as np; from core.datasets.mapping.projection import project\n"
        "rows = np.random.default_rng(0).normal(size=(4000, 9)).astype(np.float32)\n"
        "project(rows, 'tsne', progress=lambda done, total: print(done, flush=True))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    with parent:
        wait_for(lambda: psutil.Process(parent.pid).children())
        child = psutil.Process(parent.pid).children()[0]
        parent.kill()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_what_the_libraries_print_becomes_steps():
    told = []
    lines = projection._Lines(lambda **facts: told.append((facts["done"], facts["total"])), 1000)
    lines.write("[t-SNE] Iteration 250: error = 1.5, gradient norm = 0.1 (50 iterations in 0.2s)")
    lines.write("\r12/500")
    lines.write("[t-SNE] Computing 91 nearest neighbors...")
    assert told == [(250, 1000), (12, 500)]
