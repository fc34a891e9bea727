import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping import files as module
from core.regrouping.keeping.files import read_grouping, write_grouping
from core.regrouping.keeping.saved import SavedGrouping

CLASSES = ("cat", "dog", "car")
PETS = Grouping.identity(CLASSES).merge(["cat", "dog"], "pet")
SAVED = SavedGrouping("two kinds", "zoo", PETS, "lenet-1", "val", 5.0, ("Merged cat and dog",), "ada")
printable = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" ,;\"'<b>=&"), min_size=1, max_size=30
)
names = st.lists(
    printable.map(str.strip).filter(lambda name: name.isprintable() and name),
    min_size=1,
    max_size=6,
    unique=True,
)


def read(
    text: str | bytes, file_name: str = "mine.csv", class_names: tuple[str, ...] = CLASSES
) -> SavedGrouping:
    content = text if isinstance(text, bytes) else text.encode()
    return read_grouping(content, file_name, dataset_name="zoo", class_names=class_names)


def test_json_gives_back_all_that_is_known():
    assert read(write_grouping(SAVED), "other.json") == SAVED
    content = json.loads(write_grouping(SAVED))
    assert set(content) >= {
        "format",
        "name",
        "dataset",
        "class_names",
        "mapping",
        "run_id",
        "split",
        "author",
    }


def test_csv_gives_back_the_groups_under_the_name_of_the_file():
    text = write_grouping(SAVED, "csv").decode()
    assert text == "class,group\ncat,pet\ndog,pet\ncar,car\n"
    loaded = read(text, "my groups.csv")
    assert (loaded.grouping, loaded.name, loaded.run_id, loaded.split) == (PETS, "my groups", "", "val")


@settings(deadline=None, max_examples=40)
@given(names, st.data())
def test_any_grouping_comes_back_from_both_kinds(class_names, data):
    numbers = data.draw(st.lists(st.integers(0, 2), min_size=len(class_names), max_size=len(class_names)))
    grouping = Grouping.from_assignment(class_names, numbers)
    for number, group in enumerate(grouping.group_names):
        if len(group) > 60:
            grouping = grouping.rename(group, f"group number {number}")
    saved = SavedGrouping(
        "any",
        "zoo",
        grouping.lock(grouping.group_names[0]).color(grouping.group_names[-1], 2),
        "",
        "val",
        0.0,
    )
    from_json = read(write_grouping(saved), "any.json", grouping.class_names)
    assert from_json == saved
    assert (from_json.grouping.locked, from_json.grouping.colors) == (
        saved.grouping.locked,
        saved.grouping.colors,
    )
    assert read(write_grouping(saved, "csv"), "any.csv", grouping.class_names).grouping == grouping


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffclass,group\r\ncat,pet\r\ndog,pet\r\ncar,car\r\n",
        "class;group\ncat;pet\ndog;pet\ncar;car",
        "Group\tNote\tClass\npet\tx\tcat\npet\t\tdog\n\ncar\t\tcar\n",
        ' class , group \n cat , "pet" \ndog, pet\ncar,car\n'.replace(' "pet" ', "pet "),
        "class;group\ncat;pet\ndog;pet\ncar;car".encode("utf-16"),
    ],
)
def test_csv_of_any_spreadsheet_is_read(text):
    assert read(text).grouping == PETS


@pytest.mark.parametrize(
    "content",
    [
        {"mapping": {"cat": "pet", "dog": "pet", "car": "car"}},
        {"groups": [{"name": "pet", "classes": ["cat", "dog"]}, {"name": "car", "classes": ["car"]}]},
        {"groups": {"pet": ["cat", "dog"], "car": ["car"]}},
    ],
)
def test_json_by_hand_is_read(content):
    loaded = read(json.dumps(content), "by hand.json")
    assert (loaded.grouping, loaded.name) == (PETS, "by hand")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("cat,pet\ndog,pet", r"mine\.csv, line 1: the columns must be named 'class' and 'group'.*add that"),
        ("", r"mine\.csv is empty; write 'class,group' at the top"),
        (" \n", r"mine\.csv is empty; write 'class,group' at the top"),
        ("class,group\ncat,pet\ndog,pet\n", r"mine\.csv gives no group to 'car'; add them"),
        ("class,group\ncat,pet\ncow,pet\ndog,pet\ncar,car", r"'cow' \(line 3\)\. Choose the dataset"),
        ("class,group\ncat,pet\ncat,car\ndog,pet", r"line 3: class 'cat' has a group already \(line 2\)"),
        ("class,group\ncat,pet\ndog\ncar,car", r"line 3: there are 1 values, not 2; write class and group"),
        ("class,group\ncat,pet\ndog,  \ncar,car", r"line 3: '' cannot be a group's name; use at least one"),
        (f"class,group\ncat,{'x' * 61}", r"line 2: the group's name .* 61 characters; use at most 60"),
        ('class,group\ncat,"pet\ndog,pet\ncar', r"line \d: it cannot be read as CSV .* check the quotes"),
        ("class,group\nkät,pet".encode("cp1252"), r"line 2: the letters are not UTF-8; save the file again"),
        (b"class,group\ncat,\x00\ndog,pet\ncar,car", r"line 2"),
    ],
)  # fmt: skip
def test_a_csv_file_that_does_not_fit_is_refused_with_its_line_and_the_remedy(text, complaint):
    with pytest.raises(GroupingError, match=complaint):
        read(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", r"mine\.json is no JSON .* export a grouping"),
        ("[]", r"mine\.json is no grouping; export one"),
        ("{}", r"neither 'mapping' nor 'groups'"),
        ("[" * 100_000, r"nested too deeply"),
        ('{"mapping": 3}', r"damaged .* 'mapping' must give each class"),
        ('{"mapping": {"cat": 3}}', r"damaged .*3 is not a text"),
        ('{"groups": [{"name": "pet"}]}', r"damaged"),
        ('{"groups": 7}', r"damaged"),
        ('{"format": 99, "mapping": {}}', r"format 99, which this version of Regroup does not know; update"),
        (
            '{"mapping": {"cat": "a", "cat": "b", "dog": "a", "car": "a"}}',
            r"the name 'cat' stands there twice",
        ),
        (
            '{"groups": [{"name": "a", "classes": ["cat"]}, {"name": "a ", "classes": ["dog", "car"]}]}',
            r"the group 'a' stands there twice, so it is not clear what is meant; .*name one otherwise",
        ),
        (
            '{"groups": [{"name": "a", "classes": ["cat", "dog"]}, {"name": "b", "classes": ["dog"]}]}',
            r"group 2: class 'dog' has a group already \(group 1\)",
        ),
        (
            '{"dataset": "farm", "mapping": {"cow": "a", "hen": "a"}}',
            r"'cow' \(class 'cow'\), 'hen' .* It was made for dataset 'farm'\. Choose the dataset it is for",
        ),
        (
            '{"created": "today", "mapping": {"cat": "a", "dog": "a", "car": "a"}}',
            r"where it came from .* leave only 'mapping'",
        ),
        ('{"locked": 3, "mapping": {"cat": "a", "dog": "a", "car": "a"}}', r"where it came from"),
    ],
)
def test_a_json_file_that_does_not_fit_is_refused_with_the_remedy(text, complaint):
    with pytest.raises(GroupingError, match=complaint):
        read(text, "mine.json")


def test_everything_in_one_group_is_read():
    assert read("class,group\ncat,all\ndog,all\ncar,all").grouping.num_groups == 1


def test_markup_in_names_is_kept_as_it_is():
    loaded = read("class,group\ncat,<b>x</b>\ndog,*y* [z](a)\ncar,car").grouping
    assert loaded.group_names == ("<b>x</b>", "*y* [z](a)", "car")


def test_a_class_whose_own_name_is_long_stands_alone_under_it():
    long = "a very long name of a class " * 4
    text = io.StringIO()
    csv.writer(text).writerows([["class", "group"], [long, long.strip()]])
    assert read(text.getvalue(), class_names=(long,)).grouping.group_names == (long.strip(),)


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(GroupingError, match="too many for a grouping; check the file"):
        read("class,group\n")
