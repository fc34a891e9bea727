"""A dataset is added in a real browser: by upload, by path with cleaned names; and its folder moves."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from serving import Server, wait_until

from core.datasets.adding.add import add_dataset
from core.datasets.store import load_dataset
from core.workspace import Workspace, open_workspace

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    """A folder of class folders that are named as cameras name them."""
    random = np.random.default_rng(0)
    for name in ("boxes_Apple_0042", "boxes_Pear_0007", "boxes_Plum_0113"):
        for number in range(6):
            path = tmp_path / "boxes" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = random.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return tmp_path / "boxes"


def open_form(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?dataset=digits")
    expect(page.get_by_role("heading", name="digits")).to_be_visible()
    page.get_by_text("Add a dataset").click()
    expect(page.get_by_label("Folder or file", exact=True)).to_be_visible()


def enter(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)  # else a click is lost


def add(page: Page) -> None:
    button = page.get_by_test_id("stMain").get_by_role("button", name="Add", exact=True)
    expect(button).to_be_enabled()
    button.click()


def test_an_archive_a_dropped_folder_and_a_path_become_datasets(
    page: Page, start_server: Callable[[], Server], home_dir: Path, boxes: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "fruit.zip", "w") as archive:
        for path in sorted(boxes.rglob("*.png")):
            archive.write(path, path.relative_to(boxes))
    server = start_server()
    open_form(page, server)
    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "fruit.zip")
    expect(page.get_by_text("3 class folders in an archive, 18 images")).to_be_visible()
    add(page)
    expect(page.get_by_role("heading", name="fruit")).to_be_visible()
    expect(page).to_have_url(re.compile("dataset=fruit"))
    dataset = load_dataset(Workspace(home_dir), "fruit")
    assert dataset.num_images == 18
    assert dataset.root is not None
    assert dataset.root.is_relative_to(home_dir)
    assert not list((home_dir / "datasets").glob(".*.tmp"))

    open_form(page, server)
    page.get_by_role("radio", name="Upload").click()
    page.get_by_role("radio", name="A folder").click()
    expect(page.get_by_text("above some thousand images")).to_be_visible()
    page.locator("input[type=file]").set_input_files(boxes)
    expect(page.get_by_text(re.compile("3 class folders.*, 18 images"))).to_be_visible()
    add(page)
    expect(page.get_by_role("heading", name="boxes")).to_be_visible()
    assert load_dataset(Workspace(home_dir), "boxes").class_names[0] == "boxes_Apple_0042"

    open_form(page, server)
    enter(page, "Folder or file", str(boxes))
    expect(page.get_by_text("3 class folders, 18 images")).to_be_visible()
    enter(page, "Name", "clean")
    page.get_by_text("Names, labels and groups").click()
    page.get_by_role("button", name="Remove from all class names").click()
    expect(page.get_by_label("Remove from the start of class names", exact=True)).to_have_value("boxes_")
    add(page)
    expect(page.get_by_role("heading", name="clean")).to_be_visible()
    assert load_dataset(Workspace(home_dir), "clean").class_names == ("Apple", "Pear", "Plum")


def test_a_folder_that_moved_is_found_again(
    page: Page, start_server: Callable[[], Server], home_dir: Path, boxes: Path, tmp_path: Path
) -> None:
    workspace = open_workspace(home_dir)
    add_dataset(workspace, boxes)
    boxes.rename(tmp_path / "moved")
    page.goto(f"{start_server().url}/?dataset=boxes")
    expect(page.get_by_text("is not there any more, and with it all 18 images")).to_be_visible()
    enter(page, "Folder of the images now", str(tmp_path / "moved"))
    page.get_by_role("button", name="Use this folder").click()
    wait_until(lambda: load_dataset(workspace, "boxes").root == tmp_path / "moved")
    expect(page.get_by_text("is not there any more")).not_to_be_visible()
