"""The command ``suggest``: methods, wishes, hierarchy and stability, as the page has them."""

import json

import pytest

from core.predictions import load_predictions
from core.regrouping.keeping.stability import load_stability, stability_path
from core.regrouping.keeping.store import load_grouping
from core.regrouping.suggesting.settings import SearchSettings


@pytest.fixture
def run(home, finish_run):
    return finish_run(home)


def test_methods_goals_and_wishes_are_reported_and_saved(regroup, run, home):
    status, out, _ = regroup(
        "suggest", run.id, "--groups", "6", "--method", "greedy", "--goal", "bits", "--must-link", "0,9",
        "--never-link", "2,3", "--never-link", '"4",5', "--max-size", "3", "--save", "wished", "--json",
    )  # fmt: skip
    found = json.loads(out)
    assert (status, found["num_groups"], found["method"]) == (0, 6, "greedy")
    assert found["settings"]["wishes"]["never_link"] == [["2", "3"], ["4", "5"]]
    group = found["grouping"]
    assert group["0"] == group["9"]
    assert group["2"] != group["3"]
    assert "stability" not in found
    saved = load_grouping(home, "digits", "wished")
    assert saved.grouping.to_mapping() == group
    assert saved.origin == found["settings"]


def test_locked_groups_stay_as_they_are(regroup, run):
    options = ("--groups", "4", "--lock", "0,9,5", "--lock", "3", "--json")
    status, out, _ = regroup("suggest", run.id, *options)
    found = json.loads(out)
    assert (status, found["num_groups"]) == (0, 4)
    assert [sorted(group) for group in found["groups"].values() if {"9", "3"} & {*group}] == [
        ["0", "5", "9"],
        ["3"],
    ]
    assert found["settings"]["locked"] == [["0", "9", "5"], ["3"]]


def test_a_wished_accuracy_gives_as_many_groups_as_reach_it(regroup, run):
    _, out, _ = regroup("suggest", run.id, "--accuracy", "0.9", "--method", "louvain", "--json")
    found = json.loads(out)
    assert found["val"]["accuracy_merged"] >= 0.9
    assert found["settings"]["num_groups"] == found["num_groups"]


def test_stability_is_measured_when_asked_for(regroup, run, finish_run, home):
    other = finish_run(home)
    status, out, _ = regroup(
        "suggest", run.id, "--groups", "5", "--stability", "6", "--also", other.id, "--json"
    )
    found = json.loads(out)["stability"]
    assert (status, found["draws"], found["runs"]) == (0, 6, [run.id, other.id])
    assert found["groups"]["0 + 1"] >= found["stable_from"] == 0.8
    assert "0 + 1" in found["stable"]
    settings = SearchSettings(num_groups=5)
    kept = load_stability(
        stability_path(home, "digits", run.id, settings),
        settings,
        load_predictions(run.predictions_path("val")),
    )
    assert (kept.stability.num_draws, kept.run_ids) == (6, (run.id, other.id))
    status, out, _ = regroup("suggest", run.id, "--groups", "5", "--stability", "4")
    assert "5 of 5 groups of more than one class are stable" in out


def test_a_hierarchy_bounds_the_search_or_is_the_answer(regroup, run, tmp_path):
    path = tmp_path / "parents.csv"
    path.write_text("class,parent\n" + "".join(f"{n},{'low' if n < 5 else 'high'}\n" for n in range(10)))
    _, out, _ = regroup("suggest", run.id, "--groups", "5", "--parents", path, "--json")
    assert json.loads(out)["grouping"]["4"] != json.loads(out)["grouping"]["5"]
    _, out, _ = regroup("suggest", run.id, "--level", "1", "--parents", path, "--json")
    found = json.loads(out)
    assert (set(found["groups"]), found["method"]) == ({"low", "high"}, "hierarchy")


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ([], "give one of --groups K, --accuracy A, or --level N"),
        (["--groups", "3", "--accuracy", "0.9"], "give one of --groups K"),
        (["--level", "1"], "give its file by --parents FILE.csv"),
        (["--groups", "3", "--parents", "none.csv"], "none.csv cannot be read"),
        (["--groups", "3", "--must-link", "0"], "is not a pair of classes"),
        (["--groups", "3", "--lock", "0,x"], "is not a group of classes"),
        (["--groups", "3", "--lock", "0,1", "--must-link", "1,2"], "unlock the group"),
        (["--groups", "3", "--must-link", "0,1", "--never-link", "1,0"], "take one of the wishes away"),
        (["--accuracy", "1", "--never-link", "0,1"], "wish for less"),
        (["--groups", "2", "--max-size", "4"], "ask for at least 3 groups"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(regroup, run, options, remedy):
    status, out, err = regroup("suggest", run.id, *options)
    assert (status, out) == (1, "")
    assert remedy in err.replace("\n", " ")
