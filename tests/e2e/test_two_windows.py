"""Two windows build one grouping: each is told of the other, a reload loses nothing, both are kept."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from serving import Server

from core.regrouping.keeping.drafts import load_draft
from core.runs.run import Run
from core.workspace import Workspace, open_workspace


@pytest.fixture
def workspace(home_dir: Path) -> Workspace:
    return open_workspace(home_dir)


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


@pytest.fixture
def other_page(browser: Browser, page: Page) -> Iterator[Page]:
    """A second window with a session of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def at_rest(page: Page) -> None:
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    at_rest(page)
    page.get_by_role("button", name=name).first.click()
    at_rest(page)


def shows(page: Page, num_groups: int) -> None:
    expect(page.get_by_text(f"10 classes → {num_groups} groups")).to_be_visible()


def test_two_windows_and_a_reload_lose_no_step(
    page: Page, other_page: Page, run: Run, workspace: Workspace, start_server: Callable[[], Server]
) -> None:
    address = f"{start_server().url}/regroup?dataset=digits&run={run.id}"
    for window in (page, other_page):
        window.goto(address)
        shows(window, 10)
    press(page, re.compile("^Most confused:"))
    press(page, "Merge")
    shows(page, 9)

    press(other_page, re.compile("^Most confused:"))
    expect(other_page.get_by_text("Another window took 1 step meanwhile")).to_be_visible()
    press(other_page, "Merge")
    shows(other_page, 9)
    history = load_draft(workspace, "digits", run.id, [str(n) for n in range(10)]).history
    assert history.children == {0: [1, 2]}

    page.reload()
    shows(page, 9)
    at_rest(page)
    page.get_by_role("radio", name="History").click()
    tree = page.get_by_role("treeitem")
    expect(tree).to_have_count(3)
    tree.first.dblclick()
    shows(page, 10)
    expect(tree.first).to_have_attribute("aria-current", "true")
    at_rest(page)
    tree.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shows(page, 9)
    expect(tree.nth(1)).to_have_attribute("aria-current", "true")
