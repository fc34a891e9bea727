"""The scan on the page and as a command."""

import json
import time

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from app.cli import app as commands
from app.components import background_jobs
from app.components.datasets import scanning
from core.datasets.adding.add import add_dataset
from core.datasets.background import BackgroundJob
from core.datasets.scanning.scan import load_scan, scan_path
from core.datasets.store import load_dataset
from core.errors import DatasetError, StoppedError

NAME = "my pets"


@pytest.fixture
def pets(workspace, tmp_path):
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        folder = tmp_path / "pets" / name
        folder.mkdir(parents=True)
        for number in range(6):
            cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    return add_dataset(workspace, tmp_path / "pets", name=NAME)


def page():
    import streamlit as st

    from app import cache
    from app.components.datasets.scanning import scan_of

    found = scan_of(cache.dataset("my pets"))
    st.markdown("not yet" if found is None else f"{found['brightness'].notna().sum()} rows")


@pytest.fixture
def open_it(pets):
    app = AppTest.from_function(page, default_timeout=60)
    app.run()
    return app


def words(app):
    return [element.value for element in app.markdown]


def key_of(dataset):
    return f"scan-{dataset.name}-{dataset.images_hash}"


def wait(app, dataset):
    job = background_jobs.jobs().get(key_of(dataset))
    deadline = time.monotonic() + 30
    while job is not None and job.is_running and time.monotonic() < deadline:
        time.sleep(0.02)
    app.run()
    assert not app.exception


def test_a_small_dataset_is_scanned_unasked(open_it, pets):
    wait(open_it, pets)
    assert words(open_it)[-1] == "12 rows"
    assert load_scan(pets) is not None
    assert not open_it.button


def test_a_large_one_is_offered_with_its_time_and_the_command(pets, monkeypatch):
    monkeypatch.setattr(scanning, "SCAN_UNASKED", 11)
    app = AppTest.from_function(page, default_timeout=60).run()
    assert words(app)[-1] == "not yet"
    assert app.button[0].label == "Scan 12 pictures (about 1 s)"
    assert any(code.value == "regroup datasets scan 'my pets'" for code in app.code)
    assert not background_jobs.is_running(key_of(pets))
    app.button[0].click().run()
    wait(app, pets)
    assert words(app)[-1] == "12 rows"


def test_a_stopped_scan_is_said_and_offered_and_not_begun_again_by_itself(pets, monkeypatch):
    def stopped(workspace, dataset, *, progress):
        raise StoppedError("It was stopped; nothing half-made was kept.")

    monkeypatch.setattr(scanning, "scan_dataset", stopped)
    app = AppTest.from_function(page, default_timeout=60).run()
    wait(app, pets)
    app.run()
    assert app.button[0].label.startswith("Scan 12 pictures")
    assert words(app)[-1] == "not yet"
    assert not background_jobs.is_running(key_of(pets))


def test_a_failure_is_shown_as_its_sentence(pets, monkeypatch):
    def refuse(workspace, dataset, *, progress):
        raise DatasetError("The disk is full; free some space.")

    monkeypatch.setattr(scanning, "SCAN_UNASKED", 0)
    monkeypatch.setattr(scanning, "scan_dataset", refuse)
    app = AppTest.from_function(page, default_timeout=60).run()
    app.button[0].click().run()
    wait(app, pets)
    shown = [error.value for error in app.error]
    assert shown in (["The disk is full; free some space."], [])  # told once, perhaps by the click's run
    assert app.button[0].label.startswith("Scan 12 pictures")


def test_progress_and_stop_are_shown_while_it_runs(pets):
    slow = lambda tell: [tell(1, 12) or time.sleep(0.02) for _ in range(1500)]  # noqa: E731
    job = BackgroundJob("Scanning my pets", slow)
    background_jobs.jobs()[key_of(pets)] = job
    app = AppTest.from_function(page, default_timeout=60).run()
    assert "Scan" not in [found.label for found in app.button]
    stop = next(found for found in app.button if found.label == "Stop")
    stop.click().run()
    with pytest.raises(DatasetError, match="stopped"):
        job.result(30)


def test_what_a_person_should_know_of_the_scan_is_said(pets):
    (pets.root / "cat" / "0.png").unlink()
    assert CliRunner().invoke(commands, ["datasets", "scan", NAME]).exit_code == 0
    app = AppTest.from_function(page, default_timeout=60).run()
    assert words(app)[-1] == "11 rows"
    assert any("Can no longer be read" in caption.value for caption in app.caption)


def test_the_command_prints_what_it_found(pets, workspace):
    ended = CliRunner().invoke(commands, ["datasets", "scan", NAME, "--json"])
    told = json.loads(ended.stdout)
    assert ended.stderr == ""
    assert (told["num_scanned"], told["num_unreadable"], told["notes"]) == (12, 0, [])
    scan = load_scan(load_dataset(workspace, NAME))
    assert told["bytes"] == scan["bytes"].sum()
    assert [row["name"] for row in told["measured"]][:2] == ["Width", "Height"]
    assert told["measured"][0]["median"] == 8
    assert 100 < told["training_split"]["red"]["mean"] < 155
    (pets.root / "cat" / "0.png").unlink()
    ended = CliRunner().invoke(commands, ["datasets", "scan", NAME])
    assert ended.stdout.startswith(f"Scanned 11 images of {NAME}.")
    assert "deviation" in ended.stdout
    assert ended.stderr.startswith("Can no longer be read: 1 of 12 images")


def test_the_cache_reads_a_new_scan_again(pets, workspace):
    from app import cache
    from core.datasets.scanning.scan import scan_dataset

    assert cache.scan(NAME) is None
    scan_dataset(workspace, pets)
    first = cache.scan(NAME)
    assert cache.scan(NAME) is first
    (pets.root / "cat" / "0.png").unlink()
    scan_dataset(workspace, pets)
    assert cache.scan(NAME)["brightness"].isna().sum() == 1
    scan_path(pets).unlink()
    assert cache.scan(NAME) is None
