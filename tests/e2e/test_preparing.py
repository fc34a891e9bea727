"""A new division is seen, applied and undone, and an occluded dataset made, in a real browser."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from serving import Server, press_button

from core.datasets.balance import count_images
from core.datasets.images.reading import read_image
from core.datasets.store import load_dataset
from core.workspace import open_workspace

pytestmark = pytest.mark.timeout(300)


def set_number(page: Page, label: str, value: int) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def open_fold(page: Page, start: str) -> None:
    page.locator("summary", has_text=start).click()


def test_a_division_is_previewed_applied_and_undone_and_pictures_are_occluded(
    page: Page, start_server: Callable[[], Server], home_dir: Path
) -> None:
    server = start_server()
    page.goto(f"{server.url}/?dataset=digits")
    page.get_by_role("radio", name="Prepare").click()
    open_fold(page, "Divide")
    expect(page.get_by_text("That is the present division.")).to_be_visible()
    first = load_dataset(open_workspace(home_dir), "digits")

    set_number(page, "Test, %", 25)
    expect(page.get_by_text(re.compile(r"test 449 \(25\.0%\)"))).to_be_visible()
    assert load_dataset(open_workspace(home_dir), "digits").version == first.version
    press_button(page, "Divide like this")
    expect(page.get_by_text("That is the present division.")).to_be_visible()
    divided = load_dataset(open_workspace(home_dir), "digits")
    assert count_images(divided)["test"].sum() == 449

    page.reload()  # the part and the open fold stand in the URL, the division on the disk
    expect(page.get_by_role("button", name="Restore the first division")).to_be_visible()
    press_in_history(page, "Undo")
    expect(page.get_by_role("button", name="Restore the first division")).to_be_hidden()
    assert load_dataset(open_workspace(home_dir), "digits").version == first.version

    open_fold(page, "Occlude")
    pictures = page.locator(".occluded-pairs figure")
    expect(pictures).to_have_count(9)
    clean, hidden = (pictures.first.locator("img").nth(n).get_attribute("src") for n in (0, 1))
    assert clean != hidden
    press_button(page, "Make the dataset")
    expect(page.get_by_role("heading", name="digits occluded")).to_be_visible()
    expect(page.get_by_text("These pictures are occluded already")).to_be_visible()
    made = load_dataset(open_workspace(home_dir), "digits occluded")
    assert json.loads((made.folder / "dataset.json").read_text())["occlusion"]["share"] == 0.2
    assert (read_image(made, 0) != read_image(first, 0)).any()
    assert np.array_equal(made.table["split"], first.table["split"])


def press_in_history(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile("History")).click()
    page.get_by_role("button", name=name, exact=True).click()
