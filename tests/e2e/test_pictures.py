"""The part "Pictures" in a real browser: choosing by mouse and keys, editing, the URL, Back and reload."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from serving import Server

from core.datasets.store import load_dataset
from core.workspace import open_workspace

pytestmark = pytest.mark.timeout(600)


class Grid:
    """The grid of thumbnails on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.items = page.locator(".picker .item")

    def item(self, place: int) -> Locator:
        return self.items.nth(place)

    def expect_chosen(self, *places: int) -> None:
        """Browser and server agree on what is chosen."""
        chosen = self.page.locator('.picker .item[aria-selected="true"]')
        expect(chosen).to_have_count(len(places))
        for place in places:
            expect(self.item(place)).to_have_attribute("aria-selected", "true")
        words = {0: "No image chosen", 1: "1 image chosen"}.get(len(places), f"{len(places)} images chosen")
        expect(self.page.get_by_text(words, exact=True)).to_be_visible()

    def expect_ids(self, ids: list[int]) -> None:
        """These pictures are shown, or their beginning when there are more."""
        for place in (0, len(ids) - 1):
            expect(self.item(place)).to_have_attribute("data-id", str(ids[place]))
        assert self.ids()[: len(ids)] == ids

    def ids(self) -> list[int]:
        return [int(one) for one in self.items.evaluate_all("items => items.map(item => item.dataset.id)")]


def press(page: Page, name: str) -> None:
    page.get_by_test_id("stMain").get_by_text(name, exact=True).click()


def with_parameters(*parameters: str) -> re.Pattern[str]:
    """An address with these parameters, in any order."""
    return re.compile("".join(f"(?=.*[?&]{re.escape(one)}(&|$))" for one in parameters))


def open_pictures(page: Page, server: Server, query: str = "") -> Grid:
    page.goto(f"{server.url}/?dataset=digits&part=Pictures{query}")
    grid = Grid(page)
    expect(grid.item(0)).to_be_visible()
    return grid


def test_pictures_are_chosen_by_mouse_and_by_keys_and_opened(
    page: Page, start_server: Callable[[], Server], home_dir: Path
) -> None:
    grid = open_pictures(page, start_server())
    expect(page.get_by_text("1-120 of 1,797")).to_be_visible()
    expect(grid.items).to_have_count(120)
    grid.item(1).click()
    grid.expect_chosen(1)
    grid.item(4).click(modifiers=["Shift"])
    grid.expect_chosen(1, 2, 3, 4)
    grid.item(2).click(modifiers=["Control"])
    grid.expect_chosen(1, 3, 4)
    page.keyboard.press("Escape")
    grid.expect_chosen()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    grid.expect_chosen(3)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    grid.expect_chosen(3, 4, 5)
    page.keyboard.press("Control+a")
    expect(page.get_by_text("120 images chosen")).to_be_visible()
    page.keyboard.press("Escape")

    grid.item(5).dblclick()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("6 of 120 on this page")).to_be_visible()
    expect(dialog.locator(".record")).to_contain_text(f"picture {grid.ids()[5]} of an array")
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text("7 of 120 on this page")).to_be_visible()
    expect(dialog.locator(".record")).to_contain_text(f"picture {grid.ids()[6]} of an array")
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_text("6 of 120 on this page")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    grid.item(7).focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("8 of 120 on this page")).to_be_visible()


def test_filters_live_in_the_url_for_reload_back_and_a_sent_link(
    page: Page, start_server: Callable[[], Server], home_dir: Path
) -> None:
    server = start_server()
    grid = open_pictures(page, server)
    first = grid.ids()
    press(page, "Validation")
    expect(page.get_by_text("1-120 of 180")).to_be_visible()
    press(page, "60")
    expect(page.get_by_text("1-60 of 180")).to_be_visible()
    of_first_page = grid.ids()[0]
    page.get_by_test_id("stPaginationNext").first.click()
    expect(page.get_by_text("61-120 of 180")).to_be_visible()
    expect(page).to_have_url(with_parameters("split=val", "per=60", "page=2"))
    expect(grid.item(0)).not_to_have_attribute("data-id", f"{of_first_page}")
    second = grid.ids()

    page.reload()
    expect(page.get_by_text("61-120 of 180")).to_be_visible()
    grid.expect_ids(second)

    page.go_back()
    expect(page.get_by_text("1-60 of 180")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("1-120 of 180")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("1-120 of 1,797")).to_be_visible()
    grid.expect_ids(first)
    page.go_forward()
    expect(page.get_by_text("1-120 of 180")).to_be_visible()

    page.goto(f"{server.url}/?dataset=digits&part=Pictures&class=3&class=cow&split=test&sort=-order&page=77")
    expect(page.get_by_text("'cow' is no class here")).to_be_visible()
    expect(page).to_have_url(with_parameters("class=3", "split=test", "sort=-order", "page=1"))
    dataset = load_dataset(open_workspace(home_dir), "digits")
    test = [one for one in dataset.sample_ids("test").tolist() if dataset.table["label"].iat[one] == 3]
    grid.expect_ids(test[::-1])


def test_chosen_pictures_are_left_out_and_found_again_by_their_flag(
    page: Page, start_server: Callable[[], Server], home_dir: Path
) -> None:
    grid = open_pictures(page, start_server(), "&sort=order")
    grid.expect_ids([0, 1, 2])
    grid.item(0).click()
    grid.item(2).click(modifiers=["Shift"])
    grid.expect_chosen(0, 1, 2)
    page.get_by_test_id("stMain").get_by_role("button", name="Exclude", exact=False).first.click()
    page.get_by_role("button", name="Exclude 3 images").click()
    expect(page.get_by_text("1-120 of 1,794")).to_be_visible()
    grid.expect_ids([3, 4])
    grid.expect_chosen()
    assert load_dataset(open_workspace(home_dir), "digits").rejected.index.tolist() == [0, 1, 2]

    press(page, "More filters")
    page.get_by_test_id("stPopoverBody").get_by_text("Left out", exact=True).click()
    expect(page.get_by_text("1-3 of 3")).to_be_visible()
    grid.expect_ids([0, 1, 2])
    expect(page.locator(".picker .item.left-out")).to_have_count(3)
