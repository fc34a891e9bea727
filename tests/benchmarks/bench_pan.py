"""Frames per second while the matrix of 1,000 classes is moved and zoomed: prints one JSON line.

    python tests/benchmarks/bench_pan.py [--classes 1000] [--seconds 4]

In a real browser on the Regroup page; at each frame the wheel turns, so that each frame must be painted anew.
Limit: 30 frames a second or better for both; a screen shows 60 at most.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).parents[1:3]]

from clicking import SIZES, make_workspace, open_regroup, show_cell
from playwright.sync_api import Page
from serving import chromium, dashboard

LIMIT_FPS = 30

# Resolves with the milliseconds between frames, and how many different views they showed.
FRAMES = """
([kind, seconds]) => new Promise((resolve) => {
  const host = document.querySelector(".stBidiComponent [data-testid=stBidiComponentIsolated]").shadowRoot;
  const canvas = host.querySelector("canvas.overlay");
  const turns = {
    pan: (frame) => ({ deltaX: 23 * (frame % 60 < 30 ? 1 : -1), deltaY: 17 * (frame % 60 < 30 ? 1 : -1) }),
    zoom: (frame) => ({ deltaY: 30 * (frame % 120 < 60 ? -1 : 1), ctrlKey: true }),
  };
  const box = canvas.getBoundingClientRect();
  const at = { clientX: box.left + box.width * 0.45, clientY: box.top + box.height * 0.6 };
  const [times, seen] = [[], new Set()];
  const step = (now) => {
    times.push(now);
    seen.add([canvas.dataset.x, canvas.dataset.y, canvas.dataset.cell].join(" "));
    if (now - times[0] > 1000 * seconds) {
      resolve({ gaps: times.slice(1).map((time, index) => time - times[index]), views: seen.size });
      return;
    }
    const turn = turns[kind](times.length);
    canvas.dispatchEvent(new WheelEvent("wheel", { ...at, ...turn, bubbles: true, cancelable: true }));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""


def measure_frames(page: Page, kind: str, seconds: float) -> dict[str, float]:
    """Frames a second, the gap of the slowest of 20 frames, and how many different views were shown."""
    found = page.evaluate(FRAMES, [kind, seconds])
    gaps = sorted(found["gaps"])
    return {
        "fps": round(1000 / statistics.mean(gaps), 1),
        "p95_ms": round(gaps[int(0.95 * (len(gaps) - 1))], 1),
        "views": found["views"],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", type=int, choices=sorted(SIZES), default=1000)
    parser.add_argument("--seconds", type=float, default=4)
    options = parser.parse_args()
    result = {"benchmark": "pan", "classes": options.classes, "limit_fps": LIMIT_FPS}
    with tempfile.TemporaryDirectory() as home:
        _, run = make_workspace(Path(home), options.classes)
        with dashboard(Path(home)) as server, chromium() as browser:
            page = open_regroup(browser, server.url, run.id)
            result["zoom"] = measure_frames(page, "zoom", options.seconds)
            show_cell(page, options.classes // 2, options.classes // 2)
            result["pan"] = measure_frames(page, "pan", options.seconds)
    result["met"] = min(result["zoom"]["fps"], result["pan"]["fps"]) >= LIMIT_FPS
    print(json.dumps(result))


if __name__ == "__main__":
    main()
