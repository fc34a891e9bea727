"""Rows that wait on the disk."""

import numpy as np
import pytest

from core.datasets.scanning.row_file import RowFile


@pytest.fixture
def stored(tmp_path):
    file = RowFile(tmp_path, (2, 3))
    yield file
    file.close()


def test_rows_come_back_by_slices_and_by_numbers(stored):
    rows = np.arange(60, dtype=np.uint8).reshape(10, 2, 3)
    stored.append(rows[:4])
    stored.append(rows[4:])
    assert len(stored) == 10
    assert np.array_equal(stored[2:5], rows[2:5])
    assert np.array_equal(stored[8:99], rows[8:])
    assert stored[20:30].shape == (0, 2, 3)
    assert np.array_equal(stored[np.array([0, 3, 9])], rows[[0, 3, 9]])


def test_a_full_disk_is_remembered_and_not_raised(stored):
    class Full:
        def write(self, content):
            raise OSError(28, "No space left on device")

        def close(self):
            pass

    stored.append(np.zeros((1, 2, 3), np.uint8))
    stored._file.close()
    stored._file = Full()
    stored.append(np.zeros((5, 2, 3), np.uint8))
    assert stored.problem == "No space left on device"
    assert len(stored) == 1
