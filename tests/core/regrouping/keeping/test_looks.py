import threading

import pytest

from core.errors import WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import (
    count_looks,
    groups_text,
    list_looks,
    look_number,
    record_look,
    record_look_at_run,
    was_looked_at,
)
from core.regrouping.keeping.store import list_groupings
from core.runs.config import RunConfig
from core.runs.run import create_run
from core.workspace import read_json, write_json

CLASSES = ("cat", "dog", "car")
ALONE = Grouping.identity(CLASSES)
PETS = ALONE.merge(["cat", "dog"], "pet")


def test_each_grouping_of_a_run_is_one_look_however_often_it_is_seen(home):
    assert count_looks(home, "zoo", "lenet-1") == 0
    assert record_look(home, "zoo", "lenet-1", PETS, "pets").of_run == 1
    assert record_look(home, "zoo", "lenet-1", ALONE).of_run == 2
    assert record_look(home, "zoo", "lenet-1", PETS, "pets").of_run == 1
    assert record_look(home, "zoo", "lenet-1", ALONE, "saved later").of_run == 2
    assert count_looks(home, "zoo", "lenet-1") == 2
    assert [(look.run_id, look.name, look.num_groups) for look in list_looks(home, "zoo")] == [
        ("lenet-1", "pets", 2),
        ("lenet-1", "", 3),
    ]


def test_looks_of_other_runs_and_datasets_are_counted_apart(home):
    record_look(home, "zoo", "lenet-1", PETS)
    assert record_look(home, "zoo", "lenet-2", PETS).of_run == 1
    assert record_look(home, "farm", "lenet-1", PETS).of_run == 1
    assert count_looks(home, "zoo", "lenet-1") == 1


def test_looks_are_numbered_through_the_dataset_whichever_run_is_judged(home):
    assert record_look(home, "zoo", "lenet-1", PETS) == (1, 1)
    assert record_look(home, "zoo", "lenet-2", PETS) == (2, 1)
    assert look_number(home, "zoo", "lenet-1", ALONE) == ((3, 2), True)
    assert record_look(home, "zoo", "lenet-1", ALONE) == (3, 2)
    assert look_number(home, "zoo", "lenet-2", PETS) == ((2, 1), False)
    assert record_look(home, "zoo", "lenet-2", PETS) == (2, 1)
    assert record_look(home, "farm", "lenet-2", PETS) == (1, 1)


def test_the_test_figures_of_a_run_are_a_look_at_the_groups_that_it_learned_or_at_all_classes(home):
    full = create_run(home, RunConfig.make(dataset="zoo", model="lenet"))
    grouped = create_run(
        home, RunConfig.make(dataset="zoo", model="lenet", grouping="pets", groups=PETS.to_mapping())
    )
    assert record_look_at_run(home, full, CLASSES) == (1, 1)
    assert not was_looked_at(home, "zoo", PETS)
    assert record_look_at_run(home, grouped) == record_look_at_run(home, grouped) == (2, 1)
    assert was_looked_at(home, "zoo", PETS)
    assert record_look(home, "zoo", full.id, PETS) == (3, 2)
    assert [look.name for look in list_looks(home, "zoo")] == ["", "pets", ""]


def test_looks_that_were_kept_before_rules_were_are_read(home):
    record_look(home, "zoo", "lenet-1", PETS)
    path = home.groupings_dir / "zoo" / "looks" / "test.json"
    kept = read_json(path)
    del kept["looks"][0]["rule"]
    write_json(path, kept)
    assert record_look(home, "zoo", "lenet-1", PETS) == (1, 1)


def test_names_of_groups_and_the_order_of_classes_make_no_new_look(home):
    record_look(home, "zoo", "lenet-1", PETS)
    turned = Grouping.from_mapping(CLASSES[::-1], {"car": "c", "dog": "x", "cat": "x"})
    assert record_look(home, "zoo", "lenet-1", turned).of_run == 1
    assert groups_text(Grouping.identity(["a b", "c"])) != groups_text(Grouping.identity(["a", "b c"]))


def test_groups_that_were_judged_are_known_whatever_the_run(home):
    record_look(home, "zoo", "lenet-1", PETS)
    assert was_looked_at(home, "zoo", PETS.rename("pet", "animal"))
    assert not was_looked_at(home, "zoo", ALONE)


def test_each_rule_that_is_judged_beside_the_groups_is_a_look_of_its_own(home):
    record_look(home, "zoo", "lenet-1", PETS)
    assert record_look(home, "zoo", "lenet-1", PETS, rule="thresholds 0.5 and 0.2").of_run == 2
    assert record_look(home, "zoo", "lenet-1", PETS, rule="thresholds 0.6 and 0.2").of_run == 3
    assert record_look(home, "zoo", "lenet-1", PETS, rule="thresholds 0.5 and 0.2").of_run == 2
    assert record_look(home, "zoo", "lenet-1", PETS).of_run == 1
    assert count_looks(home, "zoo", "lenet-1") == 3
    assert was_looked_at(home, "zoo", PETS)


def test_the_file_of_looks_is_no_grouping(home):
    record_look(home, "zoo", "lenet-1", PETS)
    assert list_groupings(home, "zoo") == []


def test_looks_of_the_same_instant_are_all_counted(home):
    groupings = [Grouping.from_assignment(CLASSES, numbers) for numbers in ([0, 0, 1], [0, 1, 0], [0, 1, 1])]
    threads = [
        threading.Thread(target=record_look, args=(home, "zoo", "lenet-1", each)) for each in groupings * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_looks(home, "zoo", "lenet-1") == 3


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"looks": [{}]}', '{"looks": 3}', "\x00\x80"])
def test_a_damaged_file_is_refused_rather_than_counted_anew(home, content):
    record_look(home, "zoo", "lenet-1", PETS)
    (home.groupings_dir / "zoo" / "looks" / "test.json").write_text(content)
    with pytest.raises(WorkspaceError, match=r"test\.json is damaged.*restore it from a copy, or delete it"):
        record_look(home, "zoo", "lenet-1", ALONE)


def test_a_look_that_cannot_be_counted_is_refused(home):
    (home.groupings_dir / "zoo").write_text("in the way")
    with pytest.raises(WorkspaceError, match=r"damaged|cannot be written"):
        record_look(home, "zoo", "lenet-1", PETS)
