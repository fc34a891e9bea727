"""``regroup runs rename|note|tag|archive``: what the page writes beside a run, from a terminal."""

import json
from collections.abc import Callable

import pytest

from core.runs.notes import load_about
from core.runs.run import Run
from core.workspace import Workspace

Regroup = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(home)


def test_a_title_tags_and_a_note_are_written_and_shown(regroup: Regroup, run: Run) -> None:
    assert regroup("runs", "rename", run.id, "half  the data")[:2] == (0, "lenet-1: half the data\n")
    regroup("runs", "tag", run.id, "skin", "small", "skin")
    status, out, _ = regroup("runs", "note", run.id, "Try more.\nMuch more.")
    assert status == 0
    assert out == "lenet-1: half the data\ntags: skin, small\nTry more.\nMuch more.\n"
    assert regroup("runs", "note", run.id)[1] == out
    regroup("runs", "tag", run.id, "small", "unknown", "--remove")
    assert load_about(run).tags == ("skin",)
    regroup("runs", "rename", run.id, "")
    assert load_about(run).title == ""
    assert "Much more." in load_about(run).note


def test_with_json_one_document_tells_all_that_is_written(regroup: Regroup, run: Run) -> None:
    regroup("runs", "tag", run.id, "skin")
    expected = {"run": run.id, "title": "Hälfte", "note": "", "tags": ["skin"], "archived": False}
    assert json.loads(regroup("runs", "rename", run.id, "Hälfte", "--json")[1]) == expected
    assert json.loads(regroup("--json", "runs", "archive", run.id)[1]) == {**expected, "archived": True}
    shown = json.loads(regroup("runs", "show", run.id, "--json")[1])
    assert {key: shown[key] for key in expected} == {**expected, "archived": True}


def test_an_archived_run_is_listed_with_all_only(
    regroup: Regroup, home: Workspace, run: Run, finish_run: Callable[..., Run]
) -> None:
    other = finish_run(home, seed=1)
    regroup("runs", "rename", other.id, "the better one")
    assert regroup("runs", "archive", run.id)[1] == "lenet-1, archived\n"
    _, out, _ = regroup("runs", "list")
    assert "lenet-1" not in out
    assert "the better one" in out
    listed = json.loads(regroup("runs", "list", "--all", "--json")[1])
    assert {row["run"]: row["archived"] for row in listed} == {"lenet-1": True, "lenet-2": False}
    regroup("runs", "unarchive", run.id)
    assert "lenet-1" in regroup("runs", "list")[1]


def test_an_unknown_run_and_a_title_that_is_too_long_are_refused_in_one_sentence(
    regroup: Regroup, run: Run
) -> None:
    status, out, err = regroup("runs", "rename", "lenet-9", "x")
    assert (status, out) == (1, "")
    assert "There is no run 'lenet-9'; runs are: lenet-1." in err
    status, out, err = regroup("runs", "rename", run.id, "x" * 70)
    assert (status, out) == (1, "")
    assert "keep it to 60" in err
