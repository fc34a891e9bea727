"""The commands ``regroup group``: saved groupings without the dashboard."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.datasets.store import prepare_builtins
from core.predictions import load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft, save_draft
from core.regrouping.keeping.looks import record_look
from core.regrouping.keeping.store import list_groupings, load_grouping, save_grouping
from core.runs.run import Run
from core.workspace import Workspace

CLASSES = ("cat", "dog", "car", "bus")
START = Grouping.identity(CLASSES).merge(["cat", "dog"], "pet")
Regroup = Callable[..., tuple[int, str, str]]


@pytest.fixture
def saved(home: Workspace) -> Workspace:
    save_grouping(home, "zoo", "two", START, run_id="lenet-1")
    return home


def told(regroup: Regroup, *arguments: object) -> Any:
    status, out, err = regroup("group", *arguments, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)


def refused(regroup: Regroup, *arguments: object) -> str:
    status, out, err = regroup("group", *arguments)
    assert (status, out) == (1, "")
    return err


def test_list_and_show_say_who_chose_what_on_which_split(saved: Workspace, regroup: Regroup) -> None:
    (one,) = told(regroup, "list", "zoo")
    assert (one["name"], one["num_groups"], one["run_id"], one["split"]) == ("two", 3, "lenet-1", "val")
    assert one["judged_on_test"] is False
    record_look(saved, "zoo", "lenet-1", START)
    assert told(regroup, "list", "zoo")[0]["judged_on_test"] is True
    shown = told(regroup, "show", "zoo", "two")
    assert shown["groups"] == {"pet": ["cat", "dog"], "car": ["car"], "bus": ["bus"]}
    status, out, _ = regroup("group", "show", "zoo", "two")
    assert status == 0
    assert "two: 3 groups of 4 classes, chosen on val with lenet-1" in out
    assert "pet: cat, dog" in out
    assert "judged on test" in regroup("group", "list", "zoo")[1]


def test_merge_split_and_rename_change_a_grouping_in_place_or_under_another_name(
    saved: Workspace, regroup: Regroup
) -> None:
    merged = told(regroup, "merge", "zoo", "two", "car", "bus", "--name", "vehicle")
    assert merged["groups"] == {"pet": ["cat", "dog"], "vehicle": ["car", "bus"]}
    assert told(regroup, "rename", "zoo", "two", "pet", "animal")["mapping"]["cat"] == "animal"
    apart = told(regroup, "split", "zoo", "two", "vehicle", "--as", "three")
    assert (apart["name"], apart["num_groups"]) == ("three", 3)
    assert load_grouping(saved, "zoo", "two").grouping.num_groups == 2
    out = told(regroup, "split", "zoo", "two", "animal", "dog")
    assert out["groups"] == {"cat": ["cat"], "dog": ["dog"], "vehicle": ["car", "bus"]}
    assert out["steps"] == ["Merged car and bus", "Renamed pet to animal", "Took out dog"]
    assert (out["run_id"], out["split"]) == ("lenet-1", "val")


def test_a_group_is_locked_colored_and_unlocked(saved: Workspace, regroup: Regroup) -> None:
    assert told(regroup, "lock", "zoo", "two", "pet")["locked"] == ["pet"]
    assert "with 'regroup group lock --off'" in refused(regroup, "merge", "zoo", "two", "cat", "car")
    assert told(regroup, "color", "zoo", "two", "pet", 3)["colors"] == {"pet": 2}
    assert "colors" not in told(regroup, "color", "zoo", "two", "pet", 0)
    assert "locked" not in told(regroup, "lock", "zoo", "two", "pet", "--off")
    assert told(regroup, "merge", "zoo", "two", "cat", "car")["num_groups"] == 2


def test_diff_names_the_classes_that_moved_and_the_agreement(saved: Workspace, regroup: Regroup) -> None:
    save_grouping(saved, "zoo", "other", START.move(["car"], "pet"), run_id="")
    found = told(regroup, "diff", "zoo", "two", "other")
    assert found["moves"] == [{"class": "car", "from": "car", "to": "pet"}]
    assert (found["num_groups"], found["renamed"]) == ([3, 2], [])
    assert found["adjusted_rand"] == pytest.approx(1 / 3)  # (1 - 0.5) / (2 - 0.5) pairs
    status, out, _ = regroup("group", "diff", "zoo", "two", "other")
    assert status == 0
    assert "car: from car to pet" in out


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_a_grouping_goes_through_a_file_to_the_same_groups(
    home: Workspace, regroup: Regroup, tmp_path: Path, ending: str
) -> None:
    prepare_builtins(home)
    digits = Grouping.identity(str(n) for n in range(10)).merge(["0", "1"], "round")
    save_grouping(home, "digits", "pairs", digits, run_id="lenet-1", split="test")
    file = tmp_path / f"pairs.{ending}"
    assert told(regroup, "export", "digits", "pairs", file)["file"] == str(file)
    assert "is there already; choose another name" in refused(regroup, "export", "digits", "pairs", file)
    assert "already a grouping 'pairs'" in refused(regroup, "import", "digits", file)
    again = told(regroup, "import", "digits", file, "--as", "again")
    assert again["mapping"] == digits.to_mapping()
    assert again["split"] == ("test" if ending == "json" else "val")
    assert told(regroup, "import", "digits", file, "--replace")["name"] == "pairs"


def test_a_grouping_is_begun_by_hand_and_deleted(home: Workspace, regroup: Regroup) -> None:
    prepare_builtins(home)
    assert told(regroup, "new", "digits", "mine")["num_groups"] == 10
    assert told(regroup, "merge", "digits", "mine", "3", "8")["num_groups"] == 9
    assert told(regroup, "delete", "digits", "mine") == {"deleted": "mine", "dataset": "digits"}
    assert list_groupings(home, "digits") == []
    assert "gone already" in refused(regroup, "delete", "digits", "mine")


def test_what_was_judged_on_test_is_edited_under_another_name_only(
    saved: Workspace, regroup: Regroup
) -> None:
    record_look(saved, "zoo", "lenet-1", START, "two")
    assert "judged on test images and stays" in refused(regroup, "merge", "zoo", "two", "car", "bus")
    assert told(regroup, "merge", "zoo", "two", "car", "bus", "--as", "more")["num_groups"] == 2
    assert load_grouping(saved, "zoo", "two").grouping == START


def test_wrong_words_are_refused_with_the_remedy(saved: Workspace, regroup: Regroup, tmp_path: Path) -> None:
    assert "no class 'cow'; classes are 'cat'" in refused(regroup, "merge", "zoo", "two", "cat", "cow")
    assert "does not hold car; its classes are cat, dog" in refused(
        regroup, "split", "zoo", "two", "pet", "car"
    )
    assert "no group 'x'; groups are 'pet'" in refused(regroup, "split", "zoo", "two", "x")
    assert "groupings are: 'two'" in refused(regroup, "show", "zoo", "one")
    assert "Windows keeps it for a device" in refused(
        regroup, "merge", "zoo", "two", "car", "bus", "--as", "NUL"
    )
    assert "does not end in .json or .csv" in refused(regroup, "export", "zoo", "two", tmp_path / "two.txt")
    assert "no folder" in refused(regroup, "export", "zoo", "two", tmp_path / "none" / "two.csv")
    prepare_builtins(saved)
    assert "cannot be read" in refused(regroup, "import", "digits", tmp_path / "none.csv")


def test_the_history_of_what_is_being_built_is_listed_with_branches_and_names(
    home: Workspace, regroup: Regroup, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home)
    assert [state["step"] for state in told(regroup, "history", run.id)["states"]] == ["Start"]
    names = load_predictions(run.predictions_path("val")).class_names
    before = load_draft(home, "digits", run.id, names)
    history = before.history.apply(before.history.current.merge(["0", "1"]), "Merged 0 and 1").undo()
    history = history.apply(history.current.merge(["2", "3"]), "Merged 2 and 3").name_node(2, "first try")
    save_draft(home, "digits", run.id, replace(before, history=history), seen=before)
    found = told(regroup, "history", run.id)
    assert (found["run"], found["dataset"], found["now"]) == (run.id, "digits", 2)
    assert [(each["after"], each["num_groups"], each["name"]) for each in found["states"]] == [
        (None, 10, None),
        (0, 9, None),
        (0, 9, "first try"),
    ]
    assert [each["leads_to_now"] for each in found["states"]] == [True, False, True]
    status, out, _ = regroup("group", "history", run.id)
    lines = [line.split() for line in out.splitlines()]
    assert (status, out.splitlines()[0]) == (0, f"{run.id}: 3 states; * is shown now, + leads to it")
    assert lines[2][:3] == ["+", "0", "Start"]
    assert lines[3][:5] == ["1", "Merged", "0", "and", "1"]
    assert lines[4][:2] == ["*", "2"]
    assert "first try" in out
    assert "nothing-1" in refused(regroup, "history", "nothing-1")
