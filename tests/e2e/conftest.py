"""A real server and a real browser; both are ended by the test that started them, by process id."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from editing import serve_harness
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Server, chromium, dashboard_command, end_workers, find_browser, start_server

from core.datasets.store import prepare_builtins
from core.workspace import open_workspace

PATIENCE_MS = 60_000  # how long something may take to appear on a busy machine


@pytest.fixture
def home_dir(tmp_path: Path) -> Path:
    """The workspace folder of the test's dashboards."""
    return tmp_path / "home"


@pytest.fixture(name="start_server")
def start_dashboard(home_dir: Path) -> Iterator[Callable[..., Server]]:
    """Start the dashboard on the test's workspace; may be called again after a stop.

    A fresh one draws the built-in datasets and keeps a spare worker, as where nobody has started it before;
    another finds the datasets and spares itself TensorFlow.
    """
    started: list[Server] = []

    def start(*, fresh: bool = False) -> Server:
        if not fresh:
            prepare_builtins(open_workspace(home_dir))
        started.append(start_server(dashboard_command(home_dir, spare=fresh)))
        return started[-1]

    yield start
    for server in started:
        server.stop()
    end_workers(home_dir)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the test is skipped, unless the environment makes it mandatory."""
    if find_browser() is None:
        assert not os.environ.get("REGROUP_REQUIRE_BROWSER"), (
            "no Chromium was found, and it is mandatory here"
        )
        pytest.skip("no Chromium on this machine; install one to run the browser journeys")
    with chromium("--process-per-site") as opened:  # for `window`
        yield opened


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page with nothing but the confusion editor."""
    with serve_harness(tmp_path_factory.mktemp("harness") / "log.txt") as url:
        yield url


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Where pages open one after the other: they share a warm process, whose start takes 1.4 s of CPU."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    keeper = context.new_page()  # the process ends with its last page
    keeper.route("**", lambda route: route.fulfill(body=""))
    keeper.goto("http://127.0.0.1")
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A new page of 1280 x 900 pixels that finds nothing stored; script errors fail the test."""
    opened = window.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    if opened.url.startswith("http"):
        opened.evaluate("localStorage.clear()")
    opened.close()
    window.clear_cookies()
    assert not errors, errors
