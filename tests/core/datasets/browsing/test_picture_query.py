"""Filters as parameters of an address: there and back, and nothing in an address is a trace."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.browsing.index import PictureIndex
from core.datasets.browsing.picture_filter import ColumnFilter, Filter, Range, Sort, without_scan
from core.datasets.browsing.picture_query import (
    PAGE_SIZES,
    PictureQuery,
    check_query,
    fit_page,
    query_arguments,
    read_query,
    read_range,
    write_query,
)
from core.datasets.dataset import Dataset
from core.datasets.store import save_dataset
from core.errors import DatasetError
from core.workspace import open_workspace

CLASSES = ("cat & dog", "é=1", "<b>")


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> PictureIndex:
    count = 6
    table = pd.DataFrame(
        {
            "path": None, "position": np.arange(count), "label": [0, 1, 2] * 2, "split": "train",
            "group": None, "width": 8, "height": 8, "mode": "L", "sha1": [str(n) for n in range(count)],
            "excluded": False, "reason": None,
        }
    )  # fmt: skip
    metadata = pd.DataFrame({"age": [1.5, 2, 3, 4, 5, 6], "the site": ["arm", "a=b", "leg"] * 2})
    workspace = open_workspace(tmp_path_factory.mktemp("query"))
    dataset = Dataset("six", "Six images.", CLASSES, table)
    return PictureIndex(
        save_dataset(workspace, dataset, np.zeros((count, 8, 8), np.uint8), metadata=metadata)
    )


def test_what_is_not_chosen_is_not_written_but_the_page_always_is():
    assert write_query(PictureQuery()) == {"page": ["1"]}


def test_an_address_reads_as_what_it_says(index):
    asked = {
        "class": ["é=1", "<b>"], "split": ["val"], "flag": ["excluded"], "name": ["a b"], "width": ["20.."],
        "height": ["..9.5"], "where.age": ["2..4"], "where.the site": ["leg", "a=b"], "sort": ["-size"],
        "per": ["300"], "page": ["7"], "dataset": ["six"],
    }  # fmt: skip
    query, problems = read_query(asked, index)
    assert problems == []
    assert query == PictureQuery(
        Filter(
            ("é=1", "<b>"), ("val",), ("excluded",), "a b", Range(20), Range(high=9.5),
            (ColumnFilter("age", Range(2, 4)), ColumnFilter("the site", values=("leg", "a=b"))),
        ),
        Sort("size", True), 300, 7,
    )  # fmt: skip


def test_what_there_is_not_is_passed_over_and_told(index):
    asked = {
        "class": ["cow", "<b>"], "split": ["all"], "flag": ["ugly"], "width": ["9..1"], "sort": ["taste"],
        "per": ["77"], "page": ["0"], "where.sex": ["m"], "where.age": ["old"], "where.the site": ["nose"],
    }  # fmt: skip
    query, problems = read_query(asked, index)
    assert query == PictureQuery(Filter(classes=("<b>",)))
    told = "; ".join(problems)
    for text in (
        "'cow' is no class", "'all' is no split", "'ugly' is no flag", "'9..1' is no width",
        "cannot be sorted by 'taste'", "'77' is no number of pictures a page", "'0' is no page",
        "no column 'sex'", "'old' is no range of 'age'", "no image has 'nose' as 'the site'",
    ):  # fmt: skip
        assert text in told
    with pytest.raises(DatasetError, match="'cow' is no class here; look at 'six' with"):
        check_query(asked, index)


names = st.sampled_from(
    ("class", "split", "flag", "name", "width", "sort", "per", "page", "where.age", "where.x")
)


@settings(deadline=None, max_examples=150)
@given(parameters=st.dictionaries(names, st.lists(st.text(max_size=8), max_size=3), max_size=5))
def test_no_address_is_an_error(index, parameters):
    query, _ = read_query(parameters, index)
    again, problems = read_query(write_query(query), index)
    assert (again, problems) == (query, [])
    index.find(*without_scan(query.wanted, query.order))


numbers = st.floats(allow_nan=False, allow_infinity=False).map(abs) | st.integers(0, 10**6).map(float)
ranges = st.lists(numbers, min_size=2, max_size=2).map(sorted).map(lambda ends: Range(*ends))
queries = st.builds(
    PictureQuery,
    st.builds(
        Filter,
        classes=st.lists(st.sampled_from(CLASSES), unique=True).map(tuple),
        name=st.text(max_size=5),
        width=ranges | st.just(Range()),
        columns=st.sampled_from(((), (ColumnFilter("the site", values=("a=b",)),))),
    ),
    st.sampled_from((Sort(), Sort("size", True), Sort("random", seed=3), Sort("order"), Sort("mixed", True))),
    st.sampled_from(PAGE_SIZES),
    st.integers(1, 10**6),
)


@settings(deadline=None, max_examples=100)
@given(query=queries)
def test_a_query_comes_back_from_its_address(index, query):
    assert read_query(write_query(query), index) == (query, [])


def test_a_range_is_refused_with_how_to_write_it():
    assert read_range("-3..-1") == Range(-3, -1)
    for text in ("", "..", "a..b", "nan..", "1..inf", "5..1", "1..2..3"):
        with pytest.raises(ValueError, match=r"could not convert|write low..high"):
            read_range(text)


def test_the_page_is_one_that_there_is():
    assert fit_page(PictureQuery(page=3, page_size=60), 61).page == 2
    assert fit_page(PictureQuery(page=3), 0).page == 1


def test_the_command_asks_for_the_same():
    query = PictureQuery(
        Filter(classes=("<b>",), width=Range(1, 2), columns=(ColumnFilter("age", Range(2)),)),
        Sort("size", True),
    )
    assert query_arguments(query) == [
        "--class", "<b>", "--width=1..2", "--where", "age=2..", "--sort=-size", "--per-page", "120",
    ]  # fmt: skip
