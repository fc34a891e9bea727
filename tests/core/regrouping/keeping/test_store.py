import json
import threading

import pytest

from core.errors import GroupingError, WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import record_look
from core.regrouping.keeping.store import (
    delete_grouping,
    list_groupings,
    load_grouping,
    save_grouping,
)
from core.regrouping.steps.history import GroupingHistory

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


@pytest.mark.parametrize(
    "name", ["", "../up", "a/b", ".hidden", "x" * 200, "CON", "nul", "Com1", "LPT9.txt", "aux .x"]
)
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


def test_who_saved_it_is_kept_and_a_file_without_that_is_read(home, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert save_grouping(home, "zoo", "two", PETS, run_id="").author == "ada"
    assert load_grouping(home, "zoo", "two").author == "ada"
    old = {
        "mapping": PETS.to_mapping(),
        "run_id": "lenet-1",
        "split": "val",
        "created": 5.0,
        "steps": ["Merged"],
    }
    (home.groupings_dir / "zoo" / "old.json").write_text(json.dumps(old))
    loaded = load_grouping(home, "zoo", "old")
    assert (loaded.grouping, loaded.run_id, loaded.author, loaded.steps) == (PETS, "lenet-1", "", ("Merged",))


def test_a_user_the_computer_does_not_know_saves_as_well(home, monkeypatch):
    def refuse() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", refuse)
    assert save_grouping(home, "zoo", "two", PETS, run_id="").author == ""


def test_locks_and_colors_are_kept_with_the_order_asked_for(home):
    marked = PETS.lock("pet").color("car", 3)
    save_grouping(home, "zoo", "two", marked, run_id="")
    for names in (None, CLASSES[::-1]):
        loaded = load_grouping(home, "zoo", "two", class_names=names).grouping
        assert (loaded.locked, loaded.colors) == ({"pet"}, (("car", 3),))


def test_what_was_judged_on_test_stays_as_it_was(home):
    save_grouping(home, "zoo", "two", PETS, run_id="lenet-1")
    record_look(home, "zoo", "lenet-1", PETS, "two")
    with pytest.raises(GroupingError, match=r"'two' was judged on test images.*under another name"):
        save_grouping(home, "zoo", "two", Grouping.identity(CLASSES), run_id="lenet-1", overwrite=True)
    assert load_grouping(home, "zoo", "two").grouping == PETS
    save_grouping(home, "zoo", "two", PETS.rename("pet", "animal"), run_id="lenet-1", overwrite=True)
    assert load_grouping(home, "zoo", "two").grouping.group_names == ("animal", "car")


def test_a_damaged_file_is_replaced_on_purpose(home):
    save_grouping(home, "zoo", "two", PETS, run_id="")
    (home.groupings_dir / "zoo" / "two.json").write_text("damaged")
    save_grouping(home, "zoo", "two", PETS, run_id="", overwrite=True)
    assert load_grouping(home, "zoo", "two").grouping == PETS


def test_of_several_who_save_under_one_name_at_once_one_is_first_and_the_others_are_told(home):
    together = threading.Barrier(4)
    told = []

    def save(number: int) -> None:
        together.wait()
        try:
            save_grouping(home, "zoo", "two", PETS.rename("pet", f"name {number}"), run_id="")
        except GroupingError as error:
            told.append(str(error))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 3
    assert all("choose another name" in sentence for sentence in told)


def test_a_disk_that_cannot_be_written_is_said_and_the_old_file_stays(home, monkeypatch):
    save_grouping(home, "zoo", "two", PETS, run_id="")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("core.workspace.os.fsync", refuse)
        with pytest.raises(WorkspaceError, match=r"No space left on device.*free some disk space"):
            save_grouping(home, "zoo", "two", Grouping.identity(CLASSES), run_id="", overwrite=True)
    assert load_grouping(home, "zoo", "two").grouping == PETS
