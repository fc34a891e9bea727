"""Work in a process of its own: its result, its refusals, and its end with whoever asked."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from core.errors import RunError, StoppedError
from core.jobs.errands import run_errand

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def fake_errand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def ask(kind: str, **more: object) -> dict:
    return run_errand("fake_errand", {"kind": kind, **more}, what="The test")


def test_an_errand_returns_its_result_and_tells_how_far_it_is() -> None:
    told = []

    class Teller:
        def __call__(self, done: int, total: int) -> None:
            raise AssertionError("told without a part")

        def part(self, doing: str, unit: str) -> Callable[[int, int], None]:
            return lambda done, total: told.append((doing, unit, done, total))

    result = run_errand("fake_errand", {"kind": "count", "number": 4}, what="The test", progress=Teller())
    assert result["doubled"] == 8
    assert result["nice"] >= 10
    assert told[0][0] == "Starting TensorFlow"
    assert ("Counting", "sheep", 1, 2) in told


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("refuse", r"^The network is too small; take a larger one\.$"),
        ("surprise", r"unexpected error \(ZeroDivisionError: division by zero\)"),
        ("die", r"^The test ended by signal SIGKILL, perhaps because memory ran out"),
    ],
)
def test_what_goes_wrong_is_one_sentence(kind: str, sentence: str) -> None:
    with pytest.raises(RunError, match=sentence):
        ask(kind)


def test_what_progress_raises_ends_the_process_at_once(tmp_path: Path) -> None:
    told = tmp_path / "pid"

    def stop(done: int, total: int) -> None:
        if told.exists() and told.read_text():
            raise StoppedError("enough")

    began = time.monotonic()
    with pytest.raises(StoppedError):
        run_errand("fake_errand", {"kind": "wait", "told": str(told)}, what="The test", progress=stop)
    assert not psutil.pid_exists(int(told.read_text()))
    assert time.monotonic() - began < 30  # it would have waited for a minute


def test_an_errand_whose_parent_is_killed_ends_and_leaves_nothing_half_made(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    told, scratch = tmp_path / "pid", tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "half").touch()
    code = (
        "from core.jobs.errands import run_errand\n"
        f"request = {{'kind': 'wait', 'told': {str(told)!r}, 'scratch_dir': {str(scratch)!r}}}\n"
        "run_errand('fake_errand', request, what='The test')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    wait_until(lambda: told.exists() and told.read_text() != "")
    child = psutil.Process(int(told.read_text()))
    parent.kill()
    parent.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    wait_until(lambda: not scratch.exists())
