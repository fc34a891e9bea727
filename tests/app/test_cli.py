"""The command line: complete help, JSON alone on standard output, and one sentence for each refusal."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from sklearn.metrics import accuracy_score, confusion_matrix

from app.cli import app, main
from core.predictions import load_predictions
from core.regrouping.store import load_grouping
from core.runs.run import Run
from core.workspace import Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def regroup(
    home: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process; returns exit status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regroup", "--home", str(home.root), *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def all_commands(command: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every command with its full name; a group is recognized by its ``commands``."""
    children = getattr(command, "commands", None)
    if children is None:
        return [(name.strip(), command)]
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


def test_suggest_saves_and_score_and_compare_read_it(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(home)
    status, out, _ = regroup("suggest", run.id, "--groups", "5", "--save", "pairs", "--json")
    suggested = json.loads(out)
    assert (status, suggested["grouping"], suggested["num_groups"]) == (0, "pairs", 5)
    assert sorted(map(len, suggested["groups"].values())) == [2, 2, 2, 2, 2]
    assert suggested["val"]["accuracy_merged"] > suggested["val"]["accuracy_before"]

    finish_run(home, grouping="pairs", groups=load_grouping(home, "digits", "pairs").grouping.to_mapping())
    status, out, _ = regroup("score", run.id, "--grouping", "pairs", "--split", "test", "--json")
    scored = json.loads(out)
    predictions = load_predictions(run.predictions_path("test"))
    group_of = np.array([list(scored["groups"]).index(scored["mapping"][n]) for n in predictions.class_names])
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
        (["train", "--dataset", "digits", "--model", "alexnet", "--no-wait"], "alexnet"),
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
