"""The command line: complete help, JSON alone on standard output, and one sentence for each refusal."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from sklearn.metrics import accuracy_score, confusion_matrix

from app.cli import app
from core.evaluation.intervals import accuracy_interval
from core.predictions import load_predictions, save_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import list_looks
from core.regrouping.keeping.store import list_groupings, load_grouping
from core.runs.run import Run
from core.workspace import HOME_VARIABLE, Workspace

ROOT = Path(__file__).parents[2]


def all_commands(command: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every command with its full name; a group is recognized by its ``commands``."""
    if not hasattr(command, "commands"):
        return [(name.strip(), command)]
    children = {key: command.get_command(None, key) for key in command.list_commands(None)}
    return [found for key, child in children.items() for found in all_commands(child, f"{name} {key}")]


def test_every_command_and_every_option_explains_itself() -> None:
    commands = dict(all_commands(typer.main.get_command(app)))
    assert {
        "app",
        "datasets add",
        "datasets list",
        "datasets show",
        "train",
        "runs list",
        "runs show",
        "runs cancel",
        "runs resume",
        "runs delete",
        "evaluate",
        "suggest",
        "score",
        "compare",
        "duel",
        "depths",
        "doctor",
    } <= set(commands)
    for name, command in commands.items():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_the_start_of_the_command_line_imports_neither_tensorflow_nor_streamlit() -> None:
    code = (
        "import sys, app.cli; print([m for m in ('tensorflow', 'streamlit', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_datasets_show_counts_as_scikit_learn_has_them(regroup: Callable) -> None:
    from sklearn.datasets import load_digits

    status, out, _ = regroup("datasets", "show", "digits", "--json")
    shown = json.loads(out)
    assert status == 0
    assert set(shown) >= {
        "name",
        "num_images",
        "class_names",
        "counts",
        "splits",
        "imbalance_ratio",
        "rejected",
    }
    expected = np.bincount(load_digits().target)
    assert [shown["counts"][name] for name in shown["class_names"]] == expected.tolist()
    assert sum(sum(split.values()) for split in shown["splits"].values()) == shown["num_images"] == 1797


def test_evaluate_agrees_with_scikit_learn(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home)
    status, out, _ = regroup("evaluate", run.id, "--split", "test", "--json")
    shown = json.loads(out)
    predictions = load_predictions(run.predictions_path("test"))
    assert status == 0
    assert shown["confusion"] == confusion_matrix(predictions.y_true, predictions.y_pred).tolist()
    assert shown["test"]["accuracy"] == pytest.approx(accuracy_score(predictions.y_true, predictions.y_pred))
    assert len(shown["class_names"]) == 10
    assert (shown["look"], shown["look_of_run"]) == (1, 1)
    right = predictions.y_true == predictions.y_pred
    assert shown["accuracy_interval"] == accuracy_interval(right)._asdict()
    shown = json.loads(regroup("evaluate", run.id, "--json")[1])
    assert (shown["test"], shown["val"] is None) == (None, False)


def test_test_figures_of_runs_on_groups_are_counted_as_looks_and_those_of_full_runs_are_not(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    full = finish_run(home)
    groups = Grouping.from_assignment("0123456789", [k // 2 for k in range(10)])
    grouped = finish_run(home, grouping="pairs", groups=groups.to_mapping())
    assert "look" not in regroup("runs", "show", full.id)[1]
    assert list_looks(home, "digits") == []
    told = "look 1 at the test images of this dataset, number 1 with this run"
    for _ in range(2):
        assert regroup("runs", "list")[0] == 0
        assert told in regroup("runs", "show", grouped.id)[1]
        shown = json.loads(regroup("runs", "show", grouped.id, "--json")[1])
        assert (shown["look"], shown["look_of_run"]) == (1, 1)
    assert [(look.run_id, look.name, look.num_groups) for look in list_looks(home, "digits")] == [
        (grouped.id, "pairs", 5)
    ]


def test_where_looks_cannot_be_counted_the_test_figures_stay_covered(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    groups = Grouping.from_assignment("0123456789", [k // 2 for k in range(10)])
    grouped = finish_run(home, grouping="pairs", groups=groups.to_mapping())
    looks = home.groupings_dir / "digits" / "looks" / "test.json"
    looks.parent.mkdir(parents=True)
    looks.write_text("{", encoding="utf-8")
    status, out, err = regroup("runs", "list", "--json")
    assert (status, json.loads(out)[0]["run"], json.loads(out)[0]["test"]) == (0, grouped.id, None)
    assert "so looks at test images cannot be counted" in err


def test_suggest_saves_and_score_and_compare_read_it(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home)
    status, out, _ = regroup("suggest", run.id, "--groups", "5", "--save", "pairs", "--json")
    suggested = json.loads(out)
    assert (status, suggested["name"], suggested["num_groups"]) == (0, "pairs", 5)
    assert suggested["grouping"] == load_grouping(home, "digits", "pairs").grouping.to_mapping()
    assert sorted(map(len, suggested["groups"].values())) == [2, 2, 2, 2, 2]
    assert suggested["val"]["accuracy_merged"] > suggested["val"]["accuracy_before"]

    finish_run(home, grouping="pairs", groups=load_grouping(home, "digits", "pairs").grouping.to_mapping())
    status, out, _ = regroup("score", run.id, "--grouping", "pairs", "--split", "test", "--json")
    scored = json.loads(out)
    predictions = load_predictions(run.predictions_path("test"))
    names = list(scored["groups"])
    group_of = np.array([names.index(scored["grouping"][name]) for name in predictions.class_names])
    expected = accuracy_score(group_of[predictions.y_true], group_of[predictions.y_pred])
    assert scored["test"]["accuracy_merged"] == pytest.approx(expected)

    status, out, _ = regroup("compare", run.id, "--grouping", "pairs", "--json")
    compared = json.loads(out)
    assert compared["retrained"] == "lenet-2"
    assert len(compared["rows"]) == 4
    status, out, err = regroup("suggest", run.id, "--groups", "5", "--save", "pairs")
    assert (status, out) == (1, "")
    assert "already a grouping 'pairs'" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["datasets", "show", "nothing"], "nothing"),
        (["datasets", "add", "/no/such/folder"], "/no/such/folder"),
        (["runs", "show", "lenet-9"], "no run 'lenet-9'"),
        (["runs", "resume", "lenet-9"], "no run 'lenet-9'"),
        (["train", "--dataset", "nothing", "--no-wait"], "nothing"),
        (["train", "--dataset", "digits", "--model", "resnet1", "--no-wait"], "resnet1"),
        (["train", "--dataset", "digits", "--image-size", "0", "--no-wait"], "image_size"),
        (["train", "--dataset", "digits", "--set", "colour=red", "--no-wait"], "no setting 'colour'"),
        (["train", "--dataset", "digits", "--grouping", "none-such", "--no-wait"], "no grouping 'none-such'"),
        (["evaluate", "lenet-9"], "no run 'lenet-9'"),
        (["suggest", "lenet-9", "--groups", "3"], "no run 'lenet-9'"),
    ],
)
def test_what_a_user_can_repair_is_one_sentence_and_exit_status_1(
    regroup: Callable, arguments: list[str], words: str
) -> None:
    status, out, err = regroup(*arguments)
    assert (status, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["paint"],
        ["train"],
        ["runs", "show"],
        ["train", "--dataset", "digits", "--set", "alpha"],
        ["evaluate", "lenet-1", "--split", "dev"],
        ["datasets", "add", "x", "--image-column", "c"],
    ],
)
def test_wrong_usage_is_exit_status_2(regroup: Callable, arguments: list[str]) -> None:
    status, out, err = regroup(*arguments)
    assert (status, out) == (2, "")
    assert "Usage" in err


def test_a_wrong_number_of_groups_is_refused(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home)
    status, _, err = regroup("suggest", run.id, "--groups", "11")
    assert status == 1
    assert "from 2 to 10" in err


def test_doctor_prints_json_with_versions_and_disk(regroup: Callable) -> None:
    status, out, _ = regroup("doctor", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["packages"]["tensorflow"]
    assert found["free_disk_gb"] > 0


def test_an_empty_home_is_no_home_at_all(regroup: Callable, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "variable"))
    assert regroup("runs", "list", "--home", "")[0] == 0
    assert not (tmp_path / "runs").exists()


def test_an_error_with_several_lines_is_told_in_one(regroup: Callable) -> None:
    status, _, err = regroup("datasets", "add", "/no\nsuch")
    assert (status, err.count("\n")) == (1, 1)


def test_json_is_read_in_every_encoding(regroup: Callable, home: Workspace, tmp_path: Path) -> None:
    images, names = np.zeros((4, 8, 8), np.uint8), np.array(["日本", "Zürich"])
    np.savez(tmp_path / "a.npz", x_train=images, y_train=[0, 1, 0, 1], class_names=names)
    _, out, _ = regroup("datasets", "add", str(tmp_path / "a.npz"), "--json")
    assert out.isascii()
    assert json.loads(out)["class_names"] == names.tolist()


def test_a_damaged_run_is_listed_with_its_problem_beside_the_others(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    good, bad = finish_run(home), finish_run(home)
    (bad.directory / "config.json").write_text("{")
    status, out, _ = regroup("runs", "list", "--json")
    listed = {each["run"]: each for each in json.loads(out)}
    assert status == 0
    assert (listed[good.id]["problem"], listed[bad.id]["val"]) == (None, None)
    assert "damaged; delete the run" in listed[bad.id]["problem"]
    assert listed[good.id].keys() == listed[bad.id].keys()
    assert "damaged" in regroup("runs", "list")[1]
    assert regroup("runs", "delete", bad.id)[0] == 0


def test_a_suggestion_for_a_run_on_groups_is_refused(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home, groups={str(digit): "odd" if digit % 2 else "even" for digit in range(10)})
    status, out, err = regroup("suggest", run.id, "--groups", "2", "--save", "twice")
    assert (status, out) == (1, "")
    assert "was trained on groups; choose a run that knows all classes" in err
    assert list_groupings(home, "digits") == []


def test_nothing_is_saved_that_cannot_be_scored(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home)
    path = run.predictions_path("val")
    found = load_predictions(path)
    save_predictions(path, replace(found, probs=found.probs * np.nan))
    status, _, err = regroup("suggest", run.id, "--groups", "3", "--save", "three")
    assert (status, list_groupings(home, "digits")) == (1, [])
    assert "not numbers" in err


def test_a_file_that_cannot_be_opened_is_told_in_one_sentence(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home)
    (run.directory / "status.json").unlink()
    (run.directory / "status.json").mkdir()
    status, _, err = regroup("runs", "show", run.id)
    assert (status, err.count("\n")) == (1, 1)
    assert "status.json cannot be read or written" in err
    assert "check its permissions" in err
