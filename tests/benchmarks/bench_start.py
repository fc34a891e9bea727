"""How long from starting the server to its first page drawn, against an empty Streamlit page.

``python tests/benchmarks/bench_start.py`` starts ``regroup app`` on a prepared workspace and a page that only
imports pandas and plotly, in turns, opens each in Chromium and prints one JSON line. Every process is ended
by its id.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).parents[1:3]]

from playwright.sync_api import Browser
from serving import ROOT, START_S, chromium, dashboard_command, end_workers, start_server

NUM_STARTS = 5
LIMIT = 1.3  # times the empty page
FINISHED = '[data-testid="stApp"][data-test-script-state="notRunning"] h1'
DRAWN = {"regroup": (FINISHED, ".class-bars .track b", ".thumbnails img"), "empty": (FINISHED,)}
EMPTY_PAGE = """
import pandas
import plotly.graph_objects
import streamlit as st

st.title("Empty")
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as folder, chromium() as browser:
        commands = _prepare(Path(folder))
        for name, command in commands.items():
            _measure(browser, command, Path(folder), DRAWN[name])  # byte code and the system's file cache
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(NUM_STARTS):
            for name, command in commands.items():
                seconds[name].append(_measure(browser, command, Path(folder), DRAWN[name]))
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
        "regroup": dashboard_command(home),
        "empty": [
            sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
            "--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--server.port",
        ],
    }  # fmt: skip


def _measure(browser: Browser, command: list[str], folder: Path, drawn: Sequence[str]) -> float:
    """Return seconds from starting a server to its first page drawn in a browser without cache."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    server = start_server(command, folder=folder)
    page.goto(server.url)
    for selector in drawn:
        page.wait_for_selector(selector, state="attached", timeout=START_S * 1000)
    seconds = time.perf_counter() - start
    context.close()
    server.kill()
    end_workers(folder)
    return seconds


if __name__ == "__main__":
    main()
