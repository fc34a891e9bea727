"""Hundreds of damaged files: none ends the process, and what is taken is what Pillow reads, to the pixel."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("malformed_images.py")


def test_damaged_files_are_read_faithfully_or_left_out_with_a_reason(tmp_path):
    command = [sys.executable, SCRIPT, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]  # a crash in a decoder is a negative number
    facts = json.loads(done.stdout.splitlines()[-1])
    assert facts["files"] >= 400
    assert facts["taken"] + facts["left_out"] == facts["files"]
    assert min(facts["taken"], facts["left_out"]) > 100
    for nothing in ("different", "disagree", "without_remedy", "sound_left_out"):
        assert facts[nothing] == [], nothing
    assert facts["without_reason"] == 0
    assert any("of which the first picture is used" in note for note in facts["notes"])
