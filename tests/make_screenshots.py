"""Make the README's screenshots anew: ``python tests/make_screenshots.py``; takes about two minutes.

A small network learns ``shapes`` in a fresh workspace, four groups are suggested and learned, and each
page is photographed in headless Chromium.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).parents[:2]]

from playwright.sync_api import Page
from serving import ROOT, chromium, dashboard

ASSETS = ROOT / "assets"
SIZE = {"width": 1280, "height": 860}
REST_MS = 4000  # for figures to be drawn
RUN = "small_cnn-1"
SHOWN = {"Pictures": "of 2,987", "Map": "PCA map of pixels", "Find trouble": "Looked for and not found"}


def main() -> None:
    """Train, suggest, train again, photograph."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        regroup(home, "train", "--dataset", "shapes", "--epochs", "10")
        regroup(home, "suggest", RUN, "--groups", "4", "--save", "families")
        regroup(home, "train", "--dataset", "shapes", "--epochs", "10", "--grouping", "families")
        with dashboard(home) as server, chromium() as browser:
            page = browser.new_page(viewport=SIZE)
            for name in ("", "train", "runs", "evaluate", "compare"):
                page.goto(f"{server.url}/{name}?run={RUN}")
                photograph(page, name or "datasets")
            for part in ("Pictures", "Map", "Find trouble"):
                page.goto(f"{server.url}/?run={RUN}&part={part}")
                page.get_by_text(SHOWN[part]).first.wait_for(timeout=60_000)
                photograph(page, f"datasets_{part.split()[-1].lower()}")
            page.goto(f"{server.url}/regroup?run={RUN}")
            page.get_by_role("radio", name="Find groups").click()
            page.get_by_label("Number of groups", exact=True).fill("6")
            page.get_by_role("button", name="Apply").click()
            page.get_by_text("12 classes → 6 groups").wait_for()
            page.get_by_role("button", name="Most confused:").click()
            page.get_by_role("heading", level=1).scroll_into_view_if_needed()
            photograph(page, "regroup")
            page.goto(f"{server.url}/look_inside?run={RUN}")
            page.get_by_role("tabpanel").first.locator("img").first.wait_for(timeout=90_000)
            page.get_by_role("tab", name="Where it looks").scroll_into_view_if_needed()
            photograph(page, "look_inside")


def photograph(page: Page, name: str) -> None:
    """Save what the window shows once it is at rest."""
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_timeout(REST_MS)
    page.mouse.move(0, 0)
    page.screenshot(path=ASSETS / f"{name}.png")


def regroup(home: Path, *arguments: str) -> None:
    """Run a command on the workspace."""
    subprocess.run([sys.executable, "-m", "app.cli", *arguments, "--home", str(home)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
