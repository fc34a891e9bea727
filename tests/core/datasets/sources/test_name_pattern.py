"""Patterns that read labels and groups out of file names."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.sources.name_pattern import NamePattern
from core.errors import DatasetError


def read(pattern: str, path: str) -> dict[str, str] | None:
    return NamePattern(pattern).read([path])[0]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("{label}_{rest}", "deep/hotel_12_a.jpg", {"label": "hotel"}),
        ("{label+}_{rest}", "hotel_12_a.jpg", {"label": "hotel_12"}),
        ("{label}_{rest}", "hotel.jpg", None),
        ("{label}_{rest}", "_x.jpg", None),
        ("{label}_{rest}", "hotel_.jpg", None),
        ("{label}", "dog.tar.jpg", {"label": "dog.tar"}),
        ("{group}_{digits}", "track_7_003.png", {"group": "track_7"}),
        ("{group}_{digits}", "track_7_a.png", None),
        ("{label}{digits}", "cat12.png", {"label": "cat"}),
        ("{digits}{label}", "12cat.png", {"label": "cat"}),
        ("boxes_{label+}_{digits}", "boxes_Red_Apple_0042.png", {"label": "Red_Apple"}),
        ("boxes_{label}", "crates_Apple.png", None),
        ("{group}_{label}_{rest}_{rest}", "p7_ill_left_3_b.png", {"group": "p7", "label": "ill"}),
        ("{*}/{label}/{rest}", "a/b/cat/1.png", {"label": "cat"}),
        ("{label}/{rest}", "a/b/1.png", None),
        ("{label}-{rest}", "日本-1.png", {"label": "日本"}),
        ("{label} (.{rest}", "a.b (.c.png", {"label": "a.b"}),
    ],
)
def test_what_a_pattern_reads(pattern, path, expected):
    assert read(pattern, path) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has 0 characters; give one of 1"),
        ("x" * 201, "has 201 characters"),
        ("{rest}_{digits}", r"has no \{label\} or \{group\}; mark what is to be read"),
        ("{lable}_{rest}", r"unknown field \{lable\}; there are \{label\}, \{group\}, \{rest\}, \{digits\}"),
        ("{label}_{label}", r"has \{label\} twice; write \{rest\}"),
        ("{label}{rest}", r"nothing tells where \{label\} ends and \{rest\} begins; write"),
        ("{label", "a brace without its partner"),
        ("label}", "a brace without its partner"),
        ("{}_{label}", r"unknown field \{\}"),
        ("_".join(["{rest}"] * 12) + "_{label}", "more than 12 fields; join some"),
    ],
)
def test_a_pattern_that_is_not_understood_is_refused(text, words):
    with pytest.raises(DatasetError, match=words):
        NamePattern(text)


def test_an_expression_reads_its_named_groups_in_the_name_or_in_the_path():
    pattern = NamePattern(r"^(?P<group>p\d+)_(?P<label>[a-z]+)|(?P<other>x)", is_expression=True)
    assert pattern.fields == {"label", "group"}
    assert pattern.read(["a/p3_cat_1.png", "a/none.png", "x.png"]) == [
        {"group": "p3", "label": "cat"},
        None,
        {"group": "", "label": ""},
    ]
    assert NamePattern(r"(?P<label>\w+)/[^/]+$", is_expression=True).read(["a/b/1.png"]) == [{"label": "b"}]


def test_expressions_without_groups_or_that_are_none_are_refused():
    with pytest.raises(DatasetError, match=r"has no \(\?P<label>\.\.\.\) or"):
        NamePattern("[a-z]+", is_expression=True)
    with pytest.raises(DatasetError, match=r"is no regular expression .*; correct it"):
        NamePattern("(?P<label>[a-z]+", is_expression=True)


def test_an_expression_that_would_take_forever_is_ended(monkeypatch):
    monkeypatch.setattr("core.datasets.sources.expressions.TIME_LIMIT_S", 0.5)
    pattern = NamePattern(r"^(?P<label>(a+)+)b$", is_expression=True)
    with pytest.raises(DatasetError, match=r"takes too long; avoid repeats within repeats"):
        pattern.read(["a" * 60 + ".png"])


def test_no_name_makes_a_pattern_slow():
    pattern = NamePattern("_".join(["{label+}", *["{rest}"] * 10, "{digits}"]))
    begun = time.process_time()
    assert pattern.read(["_" * 255, "a_" * 127, "x" * 1001]) == [None] * 3
    assert time.process_time() - begun < 60  # it would be years if parts were tried again and again


PIECES = st.lists(st.text("ab1_-", min_size=1, max_size=4), min_size=2, max_size=4)


@given(PIECES, st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_name_made_of_a_pattern_is_read_and_its_fields_put_it_together_again(pieces, is_long):
    name = "_".join(pieces)
    plus = "+" if is_long else ""
    found = NamePattern(f"{{label{plus}}}_{{group}}").read([f"{name}.png"])[0]
    assert found is not None
    assert f"{found['label']}_{found['group']}" == name
    cuts = [k for k in range(1, len(name) - 1) if name[k] == "_"]
    assert len(found["label"]) == (max(cuts) if is_long else min(cuts))
