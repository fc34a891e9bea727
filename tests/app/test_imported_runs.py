import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.imported.importing import import_run
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import save_grouping
from core.runs.run import Run
from core.workspace import Workspace

OpenPage = Callable[..., AppTest]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.npz"
    y_true = np.arange(40) % 4
    y_pred = np.where(np.arange(40) < 20, y_true, y_true ^ 1)
    np.savez(path, y_true=y_true, y_pred=y_pred, class_names=np.array(["cat", "dog", "car", "bus"]))
    return path


@pytest.fixture
def run(workspace: Workspace, file: Path) -> Run:
    return import_run(workspace, file, name="theirs")


def words_of(app: AppTest) -> str:
    elements = [*app.info, *app.warning, *app.error, *app.markdown, *app.caption]
    return "\n".join(element.value for element in elements)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("datasets", "without pictures"),
        ("train", "has no pictures. Choose a dataset with pictures"),
        ("runs", "Predictions made elsewhere, on theirs; there is no network here."),
        ("evaluate", "The numbers of the pair are all there is."),
        ("regroup", "4 classes → 4 groups"),
        ("look_inside", "so there is no network to look into"),
    ],
)
def test_each_page_tells_what_is_missing_instead_of_failing(
    open_page: OpenPage, run: Run, page: str, words: str
) -> None:
    app = open_page(f"views/{page}.py", run=run.id)
    assert words in words_of(app)
    assert not app.error


def test_compare_tells_that_there_are_no_test_predictions(open_page: OpenPage, run: Run) -> None:
    app = open_page("views/compare.py", run=run.id)
    assert "no test predictions" in words_of(app)


def test_compare_does_not_speak_of_a_training_elsewhere(
    open_page: OpenPage, workspace: Workspace, file: Path, tmp_path: Path
) -> None:
    test = tmp_path / "test.npz"
    y_true = np.arange(24) % 4
    np.savez(test, y_true=y_true, y_pred=y_true ^ 1, class_names=np.array(["cat", "dog", "car", "bus"]))
    run = import_run(workspace, file, test=test, name="theirs")
    grouping = Grouping.from_assignment(["cat", "dog", "car", "bus"], [0, 0, 1, 1])
    save_grouping(workspace, "theirs", "pairs", grouping, run_id=run.id)
    app = open_page("views/compare.py", run=run.id)
    assert not app.exception
    assert not app.error
    assert "theirs was made elsewhere, so it cannot be trained again here." in words_of(app)
    assert "trained on these groups yet" not in words_of(app).split("cannot be trained again")[1]
    assert app.text_input(key="duel_none").value == "None: it was made elsewhere"
    table = next(one.proto.body for one in app.get("html") if "full then merged" in one.proto.body)
    assert table.count("elsewhere</small>") == 1


def test_only_splits_with_predictions_can_be_evaluated(open_page: OpenPage, run: Run) -> None:
    app = open_page("views/evaluate.py", run=run.id)
    assert app.radio(key="evaluate_split").options == ["Validation"]


@pytest.mark.parametrize("part", ["Pictures", "Classes", "Map", "Find trouble", "Prepare", "Augment"])
def test_parts_of_datasets_that_need_pictures_say_so(open_page: OpenPage, run: Run, part: str) -> None:
    app = open_page("views/datasets.py", run=run.id, dataset="theirs", part=part)
    assert "has no pictures. Its classes are counted in the overview." in words_of(app)


def test_the_command_brings_predictions_in_and_they_are_regrouped(
    regroup: Callable[..., tuple[int, str, str]], file: Path
) -> None:
    status, out, _ = regroup("runs", "import", file, "--test", file, "--name", "theirs", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["run"] == found["dataset"] == "theirs"
    assert found["val"]["accuracy"] == 0.5
    assert "no probabilities" in found["note"]
    status, out, _ = regroup("suggest", "theirs", "--groups", 2, "--save", "two", "--json")
    assert {frozenset(members) for members in json.loads(out)["groups"].values()} == {
        frozenset({"cat", "dog"}),
        frozenset({"car", "bus"}),
    }
    _, out, _ = regroup("score", "theirs", "--grouping", "two", "--split", "test", "--json")
    assert json.loads(out)["test"]["accuracy_merged"] == 1


def test_the_command_says_that_nothing_can_be_judged_without_test_predictions(
    regroup: Callable[..., tuple[int, str, str]], file: Path
) -> None:
    status, out, err = regroup("runs", "import", file)
    assert status == 0
    assert "imported-1 on dataset theirs: validation accuracy 0.5000" in out
    assert "can be chosen, but not judged" in err


def test_a_wrong_file_ends_the_command_with_one_sentence(
    regroup: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    status, out, err = regroup("runs", "import", tmp_path / "none.npz")
    assert (status, out) == (1, "")
    assert err.startswith("regroup: There is no file")
