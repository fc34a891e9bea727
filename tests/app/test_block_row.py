"""The Python side of the row of blocks: what is sent, what is read, and that a network mounts."""

import pytest

from app.components.block_row import list_boxes, read_cut
from core.models.stack.shapes import stack_table
from core.runs.config import RunConfig


def test_each_block_says_how_many_are_trained_when_training_begins_at_it() -> None:
    table = stack_table(RunConfig(dataset="digits", model="lenet", image_size=32, cut=1), 10)
    boxes = list_boxes(table)
    assert [box["cut"] for box in boxes] == list(range(len(boxes)))[::-1]
    assert [box["trained"] for box in boxes] == [False] * (len(boxes) - 2) + [True, True]
    assert sum(box["params"] for box in boxes) == table.num_params
    assert sum(box["layers"] for box in boxes) == len(table.layers)
    assert boxes[-1]["first"] in {layer.name for layer in table.layers}


@pytest.mark.parametrize("reported", [None, "2", 2.0, True, -1, 6, [2]])
def test_a_report_that_fits_no_block_is_passed_over(reported: object) -> None:
    assert read_cut(reported, 5) is None


def test_the_head_and_the_first_block_are_cuts_too() -> None:
    assert (read_cut(0, 5), read_cut(5, 5)) == (0, 5)
