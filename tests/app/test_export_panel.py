"""A saved grouping becomes folders of pictures: by the page and by command."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets.store import load_dataset
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import save_grouping
from core.runs.run import Run
from core.workspace import Workspace

GROUPING = Grouping.from_mapping(
    [str(n) for n in range(10)], {str(n): "low/ones" if n < 5 else "high" for n in range(10)}
)
Command = Callable[..., tuple[int, str, str]]


def count_files(folder: Path) -> int:
    return len(list(folder.rglob("*.png")))


def test_the_command_writes_one_folder_a_group(home: Workspace, tmp_path: Path, regroup: Command) -> None:
    save_grouping(home, "digits", "halves", GROUPING, run_id="")
    target = tmp_path / "out"
    status, printed, _ = regroup(
        "datasets", "export", "digits", target, "--grouping", "halves", "--no-splits", "--json"
    )
    assert status == 0
    assert json.loads(printed)["renamed"] == {"low/ones": "low_ones"}
    digits = load_dataset(home, "digits")
    labels = digits.labels(digits.included.index.to_numpy())
    assert count_files(target / "low_ones") == np.sum(labels < 5)
    assert count_files(target / "high") == np.sum(labels >= 5)


def test_an_unknown_grouping_is_refused(home: Workspace, tmp_path: Path, regroup: Command) -> None:
    status, _, error = regroup("datasets", "export", "digits", tmp_path / "out", "--grouping", "none")
    assert status == 1
    assert "There is no grouping 'none'" in error
    assert not (tmp_path / "out").exists()


@pytest.fixture
def page(
    workspace: Workspace, finish_run: Callable[..., Run], open_page: Callable[..., AppTest]
) -> Callable[[], AppTest]:
    run = finish_run(workspace)

    def open_it() -> AppTest:
        app = open_page("views/regroup.py", dataset="digits", run=run.id)
        app.session_state["regroup_panel"] = "export"
        app.run()
        assert not app.exception, app.exception
        return app

    return open_it


def test_without_a_saved_grouping_the_panel_says_what_to_do(page: Callable[[], AppTest]) -> None:
    assert "Save the grouping first" in page().info[0].value


def test_the_panel_writes_the_folders_and_shows_the_command(
    page: Callable[[], AppTest], workspace: Workspace, tmp_path: Path
) -> None:
    save_grouping(workspace, "digits", "halves", GROUPING, run_id="")
    target = tmp_path / "out"
    app = page()
    app.text_input(key="regroup_export_target").set_value(str(target)).run()
    assert any("--grouping halves --copies hardlink" in code.value for code in app.code)
    app.button(key="regroup_export").click().run()
    end = time.monotonic() + 30
    while not app.success and time.monotonic() < end:
        time.sleep(0.1)
        app.run()
    assert "Wrote 1,797 images" in app.success[0].value
    assert count_files(target / "train" / "high") + count_files(target / "train" / "low_ones") > 0


def test_a_folder_that_is_not_empty_is_refused(
    page: Callable[[], AppTest], workspace: Workspace, tmp_path: Path
) -> None:
    save_grouping(workspace, "digits", "halves", GROUPING, run_id="")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    app = page()
    app.text_input(key="regroup_export_target").set_value(str(tmp_path / "full")).run()
    app.button(key="regroup_export").click().run()
    assert any("choose a folder that is not there yet" in error.value for error in app.error)
