"""A batch shared by two devices, and exact repetition, on logical CPU devices of another process."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]


def test_two_devices_learn_what_one_learns_and_exact_runs_repeat_bit_by_bit(workspace, add_colors):
    add_colors()
    script = Path(__file__).with_name("shared_devices.py")
    done = subprocess.run(
        [sys.executable, str(script), str(workspace.root)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1", "HOME": str(workspace.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "stopped after 1 epoch" in done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    single, shared = results["exact"], results["shared"]
    assert np.array(shared["history"]) == pytest.approx(np.array(single["history"]), rel=1e-4)
    assert np.array(shared["probs"]) == pytest.approx(np.array(single["probs"]), abs=1e-4)
    assert results["exact"] == results["again"]
    assert results["strategy_is_left"]
