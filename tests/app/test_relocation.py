"""The warning that images are gone, with the field for the folder that they moved to."""

import shutil
import time

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components import background_jobs
from core.datasets.adding.add import add_dataset
from core.datasets.store import load_dataset, save_dataset


def _only_the_notice():
    from app import cache
    from app.components.datasets.relocation import relocation_notice

    relocation_notice(cache.dataset("pets"))


@pytest.fixture
def pets(workspace, tmp_path):
    random = np.random.default_rng(0)
    for number in range(12):
        path = tmp_path / "pets" / ("cat", "<b>dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            cv2.imencode(".png", random.integers(0, 256, (8, 8, 3), dtype=np.uint8))[1].tobytes()
        )
    return add_dataset(workspace, tmp_path / "pets")


def notice():
    app = AppTest.from_function(_only_the_notice, default_timeout=60).run()
    assert not app.exception
    return app


def words_of(app):
    return app.warning[0].value.replace("\\", "")


def wait(app):
    """Let the page look again once the work has ended; it may have seen the end already."""
    job = background_jobs.jobs().get("relocate-pets")
    if job is not None:
        deadline = time.monotonic() + 30
        while job.is_running and time.monotonic() < deadline:
            time.sleep(0.02)
        app.run()
    assert not app.exception


def test_nothing_is_said_while_all_images_are_there(pets):
    assert not notice().warning


def test_some_images_that_are_gone_are_named(pets):
    for number in (1, 4, 5, 7, 9, 11):
        next(pets.root.glob(f"*/{number}.png")).unlink()
    words = words_of(notice())
    assert f"Gone from {pets.root}: 6 of 12 images, <b>dog/1.png, <b>dog/11.png" in words
    assert "and 2 more. Put them back, or say where they are now" in words


def test_a_folder_that_moved_is_found_again(workspace, pets, tmp_path):
    pets.root.rename(tmp_path / "moved")
    app = notice()
    assert f"The folder {pets.root} is not there any more, and with it all 12 images" in words_of(app)
    assert app.button(key="button_relocate-pets").disabled
    app.text_input(key="path_relocate-pets").set_value(str(tmp_path / "moved")).run()
    assert app.code[0].value == f"regroup datasets relocate pets {tmp_path / 'moved'}"
    app.button(key="button_relocate-pets").click().run()
    wait(app)
    assert load_dataset(workspace, "pets").root == tmp_path / "moved"
    assert not app.warning


def test_a_wrong_folder_is_refused_and_some_that_lack_images_may_be_taken(workspace, pets, tmp_path):
    shutil.copytree(pets.root, tmp_path / "copy")
    (tmp_path / "copy" / "cat" / "0.png").unlink()
    pets.root.rename(tmp_path / "hidden")
    app = notice()
    app.text_input(key="path_relocate-pets").set_value(str(tmp_path / "copy")).run()
    app.button(key="button_relocate-pets").click().run()
    wait(app)
    assert "lacks 1 of the 12 images" in app.error[0].value
    app.checkbox(key="allow_relocate-pets").check().run()
    assert app.code[0].value.endswith("--allow-missing")
    app.button(key="button_relocate-pets").click().run()
    wait(app)
    assert load_dataset(workspace, "pets").root == tmp_path / "copy"
    assert "Gone from" in words_of(app)


def test_images_that_belong_to_the_workspace_have_no_other_folder(workspace, pets, tmp_path):
    own = workspace.datasets_dir / "own"
    shutil.copytree(pets.root, own)
    shutil.rmtree(pets.folder)
    from dataclasses import replace

    stored = save_dataset(workspace, replace(pets, root=own), own_files=own)
    next(stored.root.glob("cat/*")).unlink()
    app = notice()
    assert "a part of this workspace; delete the dataset and add it again" in words_of(app)
    assert not app.text_input
