"""A dashboard started by its command and a headless Chromium: for browser journeys and for benchmarks.

Servers listen on 127.0.0.1 and are ended by their process id.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
WITHOUT_SPARE = (
    "import math, core.jobs.supervisor as s; s.FIRST_SPARE_S = math.inf; from app.cli import main; main()"
)
START_S = 90  # how long a server may take to answer
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

WHEN_STILL = """(element) => new Promise((done) => {
  const page = document.querySelector('[data-testid="stMain"]');
  let last = "", frames = 0;
  const look = () => {
    const { x, y } = element.getBoundingClientRect();
    const now = [x, y, page.scrollHeight].join();
    frames = now === last ? frames + 1 : 0;
    last = now;
    if (frames === 6) done(); else requestAnimationFrame(look);
  };
  look();
})"""  # resolves when neither the element nor the page around it moved for six frames: a fold grows for 0.6 s


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str

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


def start_server(command: Sequence[str], *, folder: Path = ROOT) -> Server:
    """Start a server whose command ends with its port; returns when it answers.

    Raises:
        RuntimeError: It ended, or does not answer in time.
    """
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*command, str(port)], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr
    )
    server = Server(process, f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):
            return server
        time.sleep(0.01)
    server.stop()
    raise RuntimeError(f"the server did not answer at {server.url} within {START_S} s, or ended")


def dashboard_command(home: Path, *, spare: bool = True) -> list[str]:
    """The command that starts the dashboard on a workspace; its port is still to be added.

    Without a spare worker it imports TensorFlow only when something is trained.
    """
    program = ["-m", "app.cli"] if spare else ["-c", WITHOUT_SPARE]
    return [sys.executable, *program, "app", "--no-browser", "--home", str(home), "--port"]


@contextmanager
def dashboard(home: Path) -> Iterator[Server]:
    """A dashboard on a workspace; in the end its workers are ended too."""
    server = start_server(dashboard_command(home))
    try:
        yield server
    finally:
        server.stop()
        end_workers(home)


def end_workers(home: Path) -> None:
    """End what still works in a workspace, by process id: it names the folder, or holds a file in it."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid == os.getpid() or "core." not in " ".join(process.cmdline()):
                continue
            used = [*process.cmdline(), *(file.path for file in process.open_files())]
            if any(str(home) in each for each in used):
                process.kill()


def find_browser() -> str | None:
    """Path of a Chromium on this machine."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def wait_until(condition: Callable[[], bool], seconds: float = 240) -> None:
    """Wait for what the page cannot show, such as a file."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def press_button(page: Page, name: str) -> None:
    """Press a button once nothing is being drawn or moves, which could take it away from under the mouse."""
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_attached()
    button = page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    button.evaluate(WHEN_STILL)
    button.click()


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Headless Chromium, with more flags than the usual ones."""
    with sync_playwright() as playwright:
        args = [*BROWSER_FLAGS, *flags]
        browser = playwright.chromium.launch(executable_path=find_browser(), args=args)
        yield browser
        browser.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
