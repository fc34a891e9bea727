"""Filter, order and page of pictures as the parameters of an address, and back.

    class=cat&class=dog&split=train&flag=duplicate&name=img_&width=10..200&where.age=20..40&where.site=back
    &sort=-brightness&per=120&page=2

What an address asks for and the dataset does not have is passed over and told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.datasets.browsing.index import PictureIndex
from core.datasets.browsing.picture_filter import (
    EVERYTHING,
    FLAGS,
    MIXED,
    SORTS,
    ColumnFilter,
    Filter,
    Range,
    Sort,
)
from core.datasets.dataset import SPLITS
from core.errors import DatasetError

PAGE_SIZES = (60, 120, 300)  # pictures
WHERE = "where."  # before the name of an extra column
NAMES = ("class", "split", "flag", "name", "width", "height", "sort", "per", "page")
TITLES = {"per": "number of pictures a page", "name": "file name", "sort": "order"}
MAX_SHOWN = 40  # characters of a bad value in a message

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class PictureQuery:
    """What the part "Pictures" shows.

    Attributes:
        wanted: Which images.
        order: In which order.
        page_size: Pictures a page, one of ``PAGE_SIZES``.
        page: From 1.
    """

    wanted: Filter = EVERYTHING
    order: Sort = MIXED
    page_size: int = PAGE_SIZES[1]
    page: int = 1


def write_query(query: PictureQuery) -> dict[str, list[str]]:
    """Return the parameters of an address; the page is always among them, what is not chosen never.

    >>> write_query(PictureQuery(Filter(classes=("a b",), width=Range(low=20)), Sort("size", True)))
    {'class': ['a b'], 'width': ['20..'], 'sort': ['-size'], 'page': ['1']}
    """
    wanted, order = query.wanted, query.order
    seed = f"~{order.seed}" if order.by == "random" and order.seed else ""
    written = {
        "class": list(wanted.classes),
        "split": list(wanted.splits),
        "flag": list(wanted.flags),
        "name": [wanted.name] if wanted.name else [],
        "width": _write_range(wanted.width),
        "height": _write_range(wanted.height),
        **{WHERE + one.column: list(one.values) or _write_range(one.range) for one in wanted.columns},
        "sort": [] if order == MIXED else [f"{'-' if order.descending else ''}{order.by}{seed}"],
        "per": [] if query.page_size == PictureQuery().page_size else [str(query.page_size)],
        "page": [str(query.page)],
    }
    return {name: values for name, values in written.items() if values}


def read_query(parameters: Parameters, index: PictureIndex) -> tuple[PictureQuery, list[str]]:
    """Return what an address asks for, as far as the dataset has it, and what it has not.

    Args:
        parameters: Values by name; other names than those above are none of ours and passed over.
        index: Of the dataset.
    """
    problems: list[str] = []

    def read(name: str, make: Callable[[str], Any], choices: Sequence[Any] | None = None) -> list[Any]:
        found = []
        for text in parameters.get(name, ()):
            try:
                value = make(text)
            except ValueError:
                value = None
            if value is None or (choices is not None and value not in choices):
                problems.append(f"{_shown(text)} is no {TITLES.get(name, name)} here")
            elif value not in found:
                found.append(value)
        return found

    def last(name: str, make: Callable[[str], Any], default: Any, choices: Any = None) -> Any:
        return (read(name, make, choices) or [default])[-1]

    wanted = Filter(
        classes=tuple(read("class", str, index.dataset.class_names)),
        splits=tuple(read("split", str, SPLITS)),
        flags=tuple(read("flag", str, list(FLAGS))),
        name=last("name", str, ""),
        width=last("width", read_range, Range()),
        height=last("height", read_range, Range()),
        columns=tuple(_read_columns(parameters, index, problems)),
    )
    order = last("sort", read_sort, MIXED)
    if order.by not in SORTS:
        problems.append(f"images cannot be sorted by {_shown(order.by)} here")
        order = MIXED
    page_size = last("per", int, PictureQuery().page_size, PAGE_SIZES)
    page = last("page", _read_page, 1)
    return PictureQuery(wanted, order, page_size, page), problems


def query_arguments(query: PictureQuery) -> list[str]:
    """Return the options of ``regroup datasets pictures`` that ask for the same.

    >>> query_arguments(PictureQuery(Filter(splits=("val",)), Sort("size", True)))
    ['--split', 'val', '--sort=-size', '--per-page', '120']
    """
    arguments = []
    for name, values in write_query(query).items():
        for value in values:
            if name.startswith(WHERE):
                arguments += ["--where", f"{name.removeprefix(WHERE)}={value}"]
            elif name in ("sort", "width", "height", "name"):
                arguments.append(f"--{name}={value}")  # the value may begin with a dash
            elif name in ("class", "split", "flag"):
                arguments += [f"--{name}", value]
    page = [] if query.page == 1 else ["--page", str(query.page)]
    return [*arguments, "--per-page", str(query.page_size), *page]


def fit_page(query: PictureQuery, num_found: int) -> PictureQuery:
    """Return the query with its page among those there are.

    >>> fit_page(PictureQuery(page=9, page_size=60), 100).page
    2
    """
    num_pages = max(1, -(-num_found // query.page_size))
    return replace(query, page=min(query.page, num_pages))


def read_range(text: str) -> Range:
    """Return a range from ``low..high``, either of which may be missing, or from a single number.

    Raises:
        ValueError: It is something else.

    >>> read_range("20..40.5"), read_range("..9"), read_range("7")
    (Range(low=20.0, high=40.5), Range(low=None, high=9.0), Range(low=7.0, high=7.0))
    """
    low, dots, high = text.partition("..")
    limits = Range(*(float(part) if part else None for part in (low, high if dots else low)))
    if limits.is_open or not _is_sound(limits):
        raise ValueError(f"{text!r} is no range; write low..high, such as 20..40")
    return limits


def read_sort(text: str) -> Sort:
    """Return an order from its name, with ``-`` before it for largest first and ``~seed`` behind ``random``.

    Raises:
        ValueError: The seed is no number.

    >>> read_sort("-size"), read_sort("random~7")
    (Sort(by='size', descending=True, seed=0), Sort(by='random', descending=False, seed=7))
    """
    by, _, seed = text.removeprefix("-").partition("~")
    return Sort(by, text.startswith("-"), int(seed) if seed.isascii() and seed.isdecimal() else 0)


def check_query(parameters: Parameters, index: PictureIndex) -> PictureQuery:
    """Return what is asked for.

    Raises:
        DatasetError: The dataset does not have all of it.
    """
    query, problems = read_query(parameters, index)
    if problems:
        raise DatasetError(f"{problems[0]}; look at {index.dataset.name!r} with `regroup datasets show`.")
    return query


def _read_columns(parameters: Parameters, index: PictureIndex, problems: list[str]) -> list[ColumnFilter]:
    columns = index.dataset.metadata.columns if any(n.startswith(WHERE) for n in parameters) else ()
    found = []
    for name, texts in parameters.items():
        column = name.removeprefix(WHERE)
        if not name.startswith(WHERE) or not texts:
            continue
        if column not in columns:
            problems.append(f"there is no column {_shown(column)}")
            continue
        known = index.values_of(column)
        try:
            if known is None:
                found.append(ColumnFilter(column, range=read_range(texts[-1])))
                continue
        except ValueError:
            problems.append(f"{_shown(texts[-1])} is no range of {_shown(column)}")
            continue
        values = tuple(dict.fromkeys(text for text in texts if text in known))
        problems += [
            f"no image has {_shown(text)} as {_shown(column)}" for text in texts if text not in known
        ]
        if values:
            found.append(ColumnFilter(column, values=values))
    return found


def _read_page(text: str) -> int:
    page = int(text)
    if not 1 <= page <= 10**9:
        raise ValueError(f"there is no page {page}")
    return page


def _is_sound(limits: Range) -> bool:
    numbers = [number for number in (limits.low, limits.high) if number is not None]
    return all(abs(number) < float("inf") for number in numbers) and numbers == sorted(numbers)


def _write_range(limits: Range) -> list[str]:
    if limits.is_open:
        return []
    low, high = (
        "" if number is None else repr(float(number)).removesuffix(".0")
        for number in (limits.low, limits.high)
    )
    return [f"{low}..{high}"]


def _shown(text: str) -> str:
    return repr(text[:MAX_SHOWN])
