"""A real server and a real browser; both are ended by the test that started them, by process id."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000  # how long something may take to appear on a busy machine
START_S = 90  # how long a server may take to answer before the test gives up


@dataclass
class Server:
    """A dashboard that was started by its command."""

    process: subprocess.Popen[bytes]
    url: str
    home: Path

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """End it as Ctrl+C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_processes_of(home: Path) -> None:
    """End workers and helpers that belong to a workspace, by process id."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and str(home) in "\0".join(process.cmdline()):
                process.kill()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Start the dashboard by its command on the test's workspace; may be called again after a stop."""
    home = tmp_path / "home"
    started: list[Server] = []

    def start() -> Server:
        port = free_port()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "app.cli",
                "app",
                "--no-browser",
                "--port",
                str(port),
                "--home",
                str(home),
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
        )
        server = Server(process, f"http://127.0.0.1:{port}", home)
        started.append(server)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert process.poll() is None, "the server ended while starting"
            with suppress(OSError), urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):
                return server
            time.sleep(0.1)
        raise AssertionError(f"the server did not answer at {server.url} within {START_S} s")

    yield start
    for server in started:
        server.stop()
    end_processes_of(home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the test is skipped, unless the environment makes it mandatory."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        assert not os.environ.get("REGROUP_REQUIRE_BROWSER"), (
            "no Chromium was found, and it is mandatory here"
        )
        pytest.skip("no Chromium on this machine; install one to run the browser journeys")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1280 x 900 pixels; script errors fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, errors
