"""One look at an image, in this process and in others."""

import contextlib
import subprocess
import sys

import numpy as np
import psutil
import pytest

from core.datasets.scanning import look
from core.datasets.scanning.look import look_at_file, look_at_files
from core.errors import DatasetError


@pytest.fixture
def paths(make_folder):
    folder = make_folder({"cat": 40, "dog": 40})
    (folder / "cat" / "broken.png").write_bytes(b"no image")
    return sorted(str(path) for path in folder.rglob("*.*"))


def test_processes_tell_what_one_thread_tells_in_the_same_order(paths):
    told = []
    looks = list(look_at_files(paths, progress=lambda done, total: told.append((done, total))))
    assert told == [(64, 81), (81, 81)]
    for found, expected in zip(looks, map(look_at_file, paths), strict=True):
        assert (found is None) == (expected is None)
        if expected is not None:
            assert (found.numbers, found.num_bytes, found.thumbnail) == (
                expected.numbers, expected.num_bytes, expected.thumbnail,
            )  # fmt: skip
            np.testing.assert_array_equal(found.square, expected.square)
    assert sum(found is None for found in looks) == 1


def test_a_process_that_ends_is_told_with_the_files_it_looked_at(paths, monkeypatch):
    monkeypatch.setattr(look, "MODULE", "this")  # a module that prints and ends
    with pytest.raises(DatasetError, match=r"ended between .*cat.* and .*; free some memory and scan again"):
        list(look_at_files(paths))


def test_stopping_ends_the_processes(paths):
    looks = look_at_files(paths)
    next(looks)
    working = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # of another test, and has just ended
            if "look_worker" in " ".join(child.cmdline()):
                working.append(child)
    assert len(working) == 2
    looks.close()
    assert not any(child.is_running() for child in working)


def test_the_process_imports_neither_pandas_nor_scikit_learn():
    code = (
        "import sys, core.datasets.scanning.look_worker\n"
        "print('pandas' in sys.modules, 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
