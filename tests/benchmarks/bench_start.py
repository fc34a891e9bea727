"""How long from starting the server to its first page drawn, against an empty Streamlit page.

``python tests/benchmarks/bench_start.py`` starts ``regroup app`` on a prepared workspace and a page that only
imports pandas and plotly, in turns, opens each in Chromium and prints one JSON line. Every process is ended
by its id.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
NUM_STARTS = 5
LIMIT = 1.3  # times the empty page
START_TIMEOUT_S = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu"]
DRAWN = '[data-testid="stApp"][data-test-script-state="notRunning"] h1'
EMPTY_PAGE = """
import pandas
import plotly.graph_objects
import streamlit as st

st.title("Empty")
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as folder, sync_playwright() as playwright:
        commands = _prepare(Path(folder))
        executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        for command in commands.values():
            _measure(browser, command, Path(folder))  # byte code and the system's file cache
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(NUM_STARTS):
            for name, command in commands.items():
                seconds[name].append(_measure(browser, command, Path(folder)))
        browser.close()
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    rounded = {f"{name}_s": [round(value, 2) for value in values] for name, values in seconds.items()}
    ratio = medians["regroup"] / medians["empty"]
    print(json.dumps({"benchmark": "start", "ratio": round(ratio, 3), "limit": LIMIT, **rounded}))


def _prepare(folder: Path) -> dict[str, list[str]]:
    """Make a workspace with the built-in datasets and the empty page; returns the two commands."""
    home = folder / "home"
    subprocess.run([sys.executable, "-m", "core.datasets.store", str(home)], cwd=ROOT, check=True)
    script = folder / "empty.py"
    script.write_text(EMPTY_PAGE, encoding="utf-8")
    return {
        "regroup": [sys.executable, "-m", "app.cli", "app", "--no-browser", "--home", str(home), "--port"],
        "empty": [
            sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
            "--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--server.port",
        ],
    }  # fmt: skip


def _measure(browser: Browser, command: list[str], folder: Path) -> float:
    """Return seconds from starting a server to its first page drawn in a browser without cache."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    with _server([*command, str(port)], folder):
        _wait_for_port(port)
        page.goto(f"http://127.0.0.1:{port}")
        page.wait_for_selector(DRAWN, timeout=START_TIMEOUT_S * 1000)
        seconds = time.perf_counter() - start
        context.close()
    return seconds


@contextmanager
def _server(command: list[str], folder: Path) -> Iterator[None]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=silent, stdout=silent, stderr=silent
    ) as process:
        try:
            yield
        finally:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            for member in family:
                with suppress(psutil.NoSuchProcess):
                    member.kill()


def _wait_for_port(port: int) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"Nothing listens on port {port} after {START_TIMEOUT_S} seconds.")


if __name__ == "__main__":
    main()
