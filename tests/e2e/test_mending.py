"""Trouble found and mended in a real browser: a copy is found, left out by a click, and taken back in."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from serving import Server

from core.datasets.adding.add import add_dataset
from core.datasets.dataset import Dataset
from core.datasets.store import load_dataset
from core.workspace import open_workspace

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def pets(home_dir: Path, tmp_path: Path) -> Dataset:
    """12 cats, one of them twice, and 12 dogs."""
    random = np.random.default_rng(1)
    for name in ("cat", "dog"):
        folder = tmp_path / "pets" / name
        folder.mkdir(parents=True)
        for number in range(12):
            pixels = cv2.resize(random.integers(0, 256, (5, 5, 3), dtype=np.uint8), (64, 64))
            cv2.imwrite(str(folder / f"{name}{number}.png"), pixels)
    cat = tmp_path / "pets" / "cat"
    (cat / "again.png").write_bytes((cat / "cat3.png").read_bytes())
    return add_dataset(open_workspace(home_dir), tmp_path / "pets", name="pets")


def open_trouble(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?dataset=pets")
    page.get_by_role("radio", name="Find trouble").or_(
        page.get_by_role("button", name="Find trouble", exact=True)
    ).first.click()


def card(page: Page, kind: str) -> Locator:
    return page.locator(f".st-key-finding_{kind}")


def test_a_copy_is_found_left_out_and_taken_back_in(
    page: Page, start_server: Callable[[], Server], home_dir: Path, pets: Dataset
) -> None:
    workspace = open_workspace(home_dir)
    rows = pets.table.index[pets.table["path"].isin(["cat/again.png", "cat/cat3.png"])].tolist()
    open_trouble(page, start_server())
    expect(page.get_by_text("Looked for and not found: the same image in two splits")).to_be_visible()
    copies = card(page, "duplicates")
    expect(copies).to_contain_text("The same image more than once: 1 pair, 2 images")

    copies.get_by_role("button", name="Look").click()
    expect(copies.get_by_role("option")).to_have_count(2)
    expect(copies.get_by_role("group", name="identical")).to_be_visible()
    expect(copies.get_by_role("button", name="Exclude", exact=True)).to_be_disabled()
    chosen = int(copies.get_by_role("option").first.get_attribute("data-id") or -1)
    assert chosen in rows
    copies.get_by_role("option").first.click()
    expect(copies.get_by_text("1 image chosen")).to_be_visible()
    copies.get_by_role("button", name="Exclude", exact=True).click()
    page.get_by_role("button", name="Exclude 1 image").click()
    expect(page.get_by_text(re.compile("Excluded 1 image.*Undo takes it back"))).to_be_visible()
    expect(page.get_by_text("No trouble was found in 24 images")).to_be_visible()
    edited = load_dataset(workspace, "pets")
    assert edited.rejected.index.tolist() == [chosen]
    assert Path(pets.root or "", str(pets.table["path"].iat[chosen])).exists()

    page.get_by_role("button", name=re.compile(r"History \(1 edit\)")).click()
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(copies).to_contain_text("1 pair, 2 images")
    assert load_dataset(workspace, "pets").version == pets.version

    copies.get_by_role("button", name="Exclude 1 second copy").click()
    expect(page.get_by_text("No trouble was found in 24 images")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No trouble was found in 24 images")).to_be_visible()
    assert len(load_dataset(workspace, "pets").rejected) == 1
