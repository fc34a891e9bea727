import numpy as np
import pytest

from core.regrouping.scoring import columns as module
from core.regrouping.scoring.columns import ClassColumns


def read(columns: ClassColumns, index: int, rows: np.ndarray | None = None) -> np.ndarray:
    size = columns.num_samples if rows is None else len(rows)
    return columns.read(index, rows, np.empty(size, columns.dtype)) / columns.steps


@pytest.mark.parametrize("order", ["C", "F"])
def test_every_float16_is_read_as_numpy_reads_it(order):
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    every = every[np.isfinite(every)].reshape(-1, 8)
    columns = ClassColumns(np.asarray(every, order=order))
    for index in range(8):
        np.testing.assert_array_equal(read(columns, index), every[:, index].astype(np.float32))


def test_float32_are_read_to_a_millionth_of_a_millionth():
    probs = np.random.default_rng(0).dirichlet(np.full(5, 0.1), 50).astype(np.float32)
    columns = ClassColumns(probs)
    rows = np.array([3, 4, 49])
    for index in range(5):
        np.testing.assert_allclose(read(columns, index), probs[:, index], rtol=0, atol=1e-12)
        np.testing.assert_array_equal(read(columns, index, rows), read(columns, index)[rows])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_sum_does_not_depend_on_its_order(dtype):
    probs = np.random.default_rng(1).dirichlet(np.full(40, 0.1), 30).astype(dtype)
    columns = ClassColumns(probs)
    spare = np.empty(30, columns.dtype)
    forward = columns.total(np.arange(20), None, spare)
    np.testing.assert_array_equal(columns.total(np.arange(20)[::-1], None, spare), forward)
    np.testing.assert_allclose(forward / columns.steps, probs[:, :20].astype(float).sum(axis=1), atol=1e-10)
    np.testing.assert_array_equal(columns.total(np.zeros(0, int), None, spare), np.zeros(30))


def test_columns_do_not_depend_on_how_many_rows_are_turned_at_once(monkeypatch):
    probs = np.random.default_rng(2).random((11, 3)).astype(np.float32)
    at_once = [read(ClassColumns(probs), index) for index in range(3)]
    monkeypatch.setattr(module, "MAX_BLOCK_VALUES", 6)
    np.testing.assert_array_equal([read(ClassColumns(probs), index) for index in range(3)], at_once)


def test_probabilities_that_lie_by_class_are_not_copied():
    probs = np.asfortranarray(np.random.default_rng(3).random((5, 3)).astype(np.float16))
    columns = ClassColumns(probs)
    probs[2, 1] = 0.25
    assert read(columns, 1)[2] == 0.25
