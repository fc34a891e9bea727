"""The map of a dataset in a real browser: a box drawn with the mouse opens pictures, one is left out."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.datasets.mapping.embedding import MapSettings, load_map
from core.datasets.store import load_dataset
from core.workspace import open_workspace

pytestmark = pytest.mark.timeout(300)


def draw_box(page: Page, area: Locator, corners: tuple[float, float, float, float]) -> None:
    """Drag from one corner to the other; x0, y0, x1, y1 are shares of the drawing area."""
    box = area.bounding_box()
    x0, y0, x1, y1 = (
        box[side] + share * box[length]
        for share, side, length in zip(corners, "xyxy", ("width", "height", "width", "height"), strict=True)
    )
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2)
    page.mouse.move(x1, y1)
    page.mouse.up()


def number_in(text: str) -> int:
    return int(re.search(r"([\d,]+) images?", text)[1].replace(",", ""))


def images_within(area: Locator, image_map, corners) -> int:
    """How many points lie in a box, computed from the axes as the browser has drawn them."""
    ranges = area.evaluate(
        "area => { const plot = area.closest('.js-plotly-plot');"
        " return [plot._fullLayout.xaxis.range, plot._fullLayout.yaxis.range]; }"
    )
    (left, right), (bottom, top) = ranges
    x0, y0, x1, y1 = corners
    x, y = image_map.coordinates.T
    inside = (x > left + x0 * (right - left)) & (x < left + x1 * (right - left))
    inside &= (y < top + y0 * (bottom - top)) & (y > top + y1 * (bottom - top))
    return int(inside.sum())


def test_a_box_opens_its_pictures_and_what_is_left_out_is_gone_from_the_map(start_server, page, home_dir):
    server = start_server()
    page.goto(f"{server.url}/?dataset=digits&part=Map")
    plot, pictures = page.locator(".st-key-map_plot"), page.locator(".st-key-map_pictures")
    area = plot.locator(".nsewdrag").first
    expect(area).to_be_visible()
    expect(pictures.get_by_text("Nothing is selected.")).to_be_visible()
    expect(plot.get_by_text("1,797 images of all splits")).to_be_visible()

    workspace = open_workspace(home_dir)
    image_map = load_map(load_dataset(workspace, "digits"), MapSettings())
    corners = (0.35, 0.35, 0.6, 0.6)
    draw_box(page, area, corners)
    said = pictures.get_by_text(re.compile(r"images selected"))
    expect(said).to_be_visible()
    assert (
        abs(number_in(said.inner_text()) - images_within(area, image_map, corners)) <= 6
    )  # points at the edge
    expect(pictures.locator(".picker [role=option]").first).to_be_visible()

    first = said.inner_text()
    draw_box(page, area, (0.1, 0.1, 0.35, 0.9))
    expect(said).not_to_have_text(first)
    pictures.locator(".picker [role=option]").first.click()
    expect(pictures.get_by_text("1 image chosen")).to_be_visible()
    pictures.get_by_role("button", name="Exclude").click()
    page.get_by_role("button", name="Exclude 1 image").click()
    expect(plot.get_by_text("1,796 images of all splits")).to_be_visible()
    left_out = np.flatnonzero(load_dataset(workspace, "digits").table["excluded"].to_numpy())
    assert len(left_out) == 1
    assert left_out[0] in image_map.sample_ids
    expect(said).to_be_visible()  # the rest of the selection is still there

    before = number_in(said.inner_text())
    page.get_by_role("combobox", name="Color").click()
    page.get_by_role("option", name="Split").click()
    expect(plot.get_by_text("validation")).to_be_visible()
    assert number_in(said.inner_text()) == before
    expect(page).to_have_url(re.compile("map_color=Split"))

    pictures.get_by_role("button", name="Clear").click()
    expect(pictures.get_by_text("Nothing is selected.")).to_be_visible()
    area.click(position={"x": 5, "y": 5})
    expect(pictures.get_by_text("Nothing is selected.")).to_be_visible()
