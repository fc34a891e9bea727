"""The Train page in a real browser: the row of blocks by mouse and keys, and the table of an own stack."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from serving import Server, press_button

from core.models.blocks import layers_of
from core.models.stack.shapes import stack_table
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize
from core.runs.run import list_runs
from core.workspace import open_workspace

pytestmark = pytest.mark.timeout(600)
ROW_PX = 35  # height of a row of the table, and of its head
FILTERS_PX = 36 + 122 + 40  # into the column "Filters"


def expect_figures(page: Page, config: RunConfig) -> None:
    """The page shows the figures of these settings, and the row of blocks is colored after them."""
    table = stack_table(config, 10)
    figures = page.locator(".figures b")
    expect(figures.nth(0)).to_have_text(f"{table.num_params:,}")
    expect(figures.nth(1)).to_have_text(f"{table.num_trainable:,}")
    expect(page.locator(".block")).to_have_count(len(table.blocks))
    expect(page.locator(".block.trained")).to_have_count(sum(block.trained for block in table.blocks))


def set_filters(page: Page, row: int, number: int) -> None:
    """Type into the column "Filters", at the pace of a person.

    The table may still move when it has just appeared, and tells 0.2 s late which cell is chosen: a click
    too many opens its field. After each key it looks by a timer whether that key ends the typing; where
    Enter comes before the timer of the last digit, this one throws the number away.
    """
    cell = page.get_by_test_id(f"glide-cell-2-{row}")
    chosen = page.locator(f'[data-testid="glide-cell-2-{row}"][aria-selected="true"]')
    expect(cell).to_be_attached()
    for _ in range(20):
        page.locator(".dvn-scroller").first.click(position={"x": FILTERS_PX, "y": (row + 1.5) * ROW_PX})
        with suppress(PlaywrightTimeoutError):
            chosen.wait_for(state="attached", timeout=2000)
            break
    page.keyboard.type(f"{number}")
    field = page.locator(".gdg-input")
    expect(field).to_have_value(f"{number}")
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    field.press("Enter")
    expect(cell).to_have_text(f"{number}")


def test_a_click_on_a_block_cuts_there_and_a_changed_row_counts_at_once(
    page: Page, start_server: Callable[[], Server], home_dir: Path
) -> None:
    page.goto(f"{start_server().url}/train?dataset=digits")
    usual = RunConfig(dataset="digits")
    expect_figures(page, usual)
    start = page.get_by_test_id("stMain").get_by_role("button", name="Train", exact=True)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(start).to_be_in_viewport()

    page.locator(".block").nth(2).click()
    num_blocks = len(stack_table(usual, 10).blocks) - 1
    expect_figures(page, usual.model_copy(update={"cut": num_blocks - 2}))
    expect(page.get_by_text("The frozen blocks start at random and stay so")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".card")).to_contain_text("first layer")
    page.keyboard.press("Enter")
    expect_figures(page, usual.model_copy(update={"cut": num_blocks - 1}))

    press_button(page, "Open as stack")
    rows = layers_of("small_cnn", ImageSize(64, 64))
    expect_figures(page, RunConfig(dataset="digits", model="stack", layers=rows))
    set_filters(page, 0, 8)
    changed = (rows[0].model_copy(update={"units": 8}), *rows[1:])
    expect_figures(page, RunConfig(dataset="digits", model="stack", layers=changed))
    set_filters(page, 2, 12)
    changed = (*changed[:2], changed[2].model_copy(update={"units": 12}), *changed[3:])
    expect_figures(page, RunConfig(dataset="digits", model="stack", layers=changed))

    page.get_by_test_id("stMain").get_by_role(
        "spinbutton", name="Epochs", exact=True
    ).scroll_into_view_if_needed()
    expect(start).to_be_in_viewport()
    start.click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    [run] = list_runs(open_workspace(home_dir))
    assert run.config.layers == changed
