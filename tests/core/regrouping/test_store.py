import json

import pytest

from core.errors import GroupingError, WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.history import GroupingHistory
from core.regrouping.store import (
    delete_grouping,
    draft_revision,
    list_groupings,
    load_draft,
    load_grouping,
    save_draft,
    save_grouping,
)

CLASSES = ("cat", "dog", "car")
PETS = Grouping.identity(CLASSES).merge(["cat", "dog"], "pet")


def test_a_grouping_comes_back_with_where_it_came_from(home):
    history = GroupingHistory.identity(CLASSES).apply(PETS, "Merged cat and dog")
    saved = save_grouping(home, "zoo", " two kinds ", PETS, run_id="lenet-1", history=history)
    assert load_grouping(home, "zoo", "two kinds", class_names=CLASSES) == saved
    assert (saved.name, saved.run_id, saved.split, saved.steps) == (
        "two kinds",
        "lenet-1",
        "val",
        ("Merged cat and dog",),
    )
    assert list_groupings(home, "zoo") == [saved]


def test_the_file_is_plain_class_to_group(home):
    save_grouping(home, "zoo", "two", PETS, run_id="")
    content = json.loads((home.groupings_dir / "zoo" / "two.json").read_text())
    assert content["mapping"] == {"cat": "pet", "dog": "pet", "car": "car"}


def test_a_name_in_use_is_replaced_only_on_purpose(home):
    save_grouping(home, "zoo", "two", PETS, run_id="")
    with pytest.raises(GroupingError, match="already a grouping 'two' of dataset 'zoo'; choose another name"):
        save_grouping(home, "zoo", "two", Grouping.identity(CLASSES), run_id="")
    save_grouping(home, "zoo", "two", Grouping.identity(CLASSES), run_id="", overwrite=True)
    assert load_grouping(home, "zoo", "two").grouping.num_groups == 3


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 200])
def test_names_that_leave_the_folder_are_refused(home, name):
    with pytest.raises(WorkspaceError, match="cannot be the name of a grouping"):
        save_grouping(home, "zoo", name, PETS, run_id="")


def test_an_unknown_grouping_is_refused_with_those_there_are(home):
    with pytest.raises(GroupingError, match="no grouping 'one' of dataset 'zoo'; groupings are: none yet"):
        load_grouping(home, "zoo", "one")
    save_grouping(home, "zoo", "two", PETS, run_id="")
    with pytest.raises(GroupingError, match="groupings are: 'two'"):
        load_grouping(home, "zoo", "one")


def test_a_grouping_for_other_classes_is_refused(home):
    save_grouping(home, "zoo", "two", PETS, run_id="")
    with pytest.raises(GroupingError, match=r"lacks 'bus'.*exactly one group"):
        load_grouping(home, "zoo", "two", class_names=[*CLASSES, "bus"])


def test_a_grouping_takes_the_order_of_the_classes_asked_for(home):
    save_grouping(home, "zoo", "two", PETS, run_id="")
    loaded = load_grouping(home, "zoo", "two", class_names=["car", "dog", "cat"]).grouping
    assert (loaded.class_names, loaded.assignment) == (("car", "dog", "cat"), (0, 1, 1))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"mapping": 3}', '{"mapping": {"a": " "}}', "\x00\x80"])
def test_a_damaged_file_is_refused_and_passed_over_in_the_list(home, content):
    saved = save_grouping(home, "zoo", "good", PETS, run_id="")
    (home.groupings_dir / "zoo" / "bad.json").write_text(content)
    with pytest.raises(GroupingError, match=r"bad\.json is damaged.*save the grouping again"):
        load_grouping(home, "zoo", "bad")
    assert list_groupings(home, "zoo") == [saved]


def test_groupings_are_listed_newest_first(home):
    for name in ("b", "c", "a"):
        save_grouping(home, "zoo", name, PETS, run_id="")
    assert [saved.name for saved in list_groupings(home, "zoo")] == ["a", "c", "b"]
    assert list_groupings(home, "other") == []


def test_only_groupings_for_the_classes_asked_for_are_listed(home):
    save_grouping(home, "zoo", "two", PETS, run_id="")
    save_grouping(home, "zoo", "others", Grouping.identity("ab"), run_id="")
    found = list_groupings(home, "zoo", class_names=("car", "cat", "dog"))
    assert [(saved.name, saved.grouping.class_names) for saved in found] == [("two", ("car", "cat", "dog"))]


def test_a_deleted_grouping_is_gone_and_deleting_it_twice_is_refused(home):
    save_grouping(home, "zoo", "two", PETS, run_id="")
    delete_grouping(home, "zoo", "two")
    with pytest.raises(GroupingError, match="gone already"):
        delete_grouping(home, "zoo", "two")


def test_a_draft_survives_and_counts_its_revisions(home):
    history = GroupingHistory.identity(CLASSES).apply(PETS, "Merged cat and dog")
    assert draft_revision(home, "zoo", "lenet-1") == 0
    assert save_draft(home, "zoo", "lenet-1", history) == 1
    assert save_draft(home, "zoo", "lenet-1", history.undo()) == 2
    assert draft_revision(home, "zoo", "lenet-1") == 2
    assert load_draft(home, "zoo", "lenet-1", CLASSES) == history.undo()
    assert list_groupings(home, "zoo") == []


def test_a_draft_that_is_missing_or_for_other_classes_gives_every_class_alone(home):
    assert load_draft(home, "zoo", "lenet-1", CLASSES).current == Grouping.identity(CLASSES)
    save_draft(home, "zoo", "lenet-1", GroupingHistory.start(PETS))
    others = ["cat", "dog", "bus"]
    assert load_draft(home, "zoo", "lenet-1", others) == GroupingHistory.identity(others)


@pytest.mark.parametrize("content", ["", "[]", "3", '{"revision": "x", "history": {}}', '{"history": null}'])
def test_a_damaged_draft_gives_every_class_alone(home, content):
    save_draft(home, "zoo", "lenet-1", GroupingHistory.start(PETS))
    (home.groupings_dir / "zoo" / "drafts" / "lenet-1.json").write_text(content)
    assert load_draft(home, "zoo", "lenet-1", CLASSES) == GroupingHistory.identity(CLASSES)
    assert draft_revision(home, "zoo", "lenet-1") == 0
