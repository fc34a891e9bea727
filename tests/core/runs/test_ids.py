"""Ids of runs: none is given twice, also not after its run was deleted."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import RunError, WorkspaceError
from core.runs.ids import DELETED, check_new_run, make_named, make_numbered
from core.workspace import Workspace


def test_a_name_is_taken_in_upper_and_lower_case_and_after_its_run_was_deleted(home: Workspace) -> None:
    assert make_named(home, " my net ") == home.runs_dir / "my net"
    (home.runs_dir / f"{DELETED}old").mkdir()
    for taken in ("my net", "My Net", "OLD"):
        with pytest.raises(RunError, match=r"There is, or was, a run .*; choose another name"):
            check_new_run(home, taken)
    assert check_new_run(home, "new") == "new"


def test_a_name_that_is_no_folder_is_refused(home: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="run"):
        make_named(home, "../away")


def test_numbers_go_on_after_the_highest_that_was_ever_given(home: Workspace) -> None:
    for name in ("lenet-2", f"{DELETED}lenet-4", "lenet-x", "small_cnn-9"):
        (home.runs_dir / name).mkdir()
    assert make_numbered(home, "lenet").name == "lenet-5"


def test_those_who_ask_at_once_get_numbers_of_their_own(home: Workspace) -> None:
    with ThreadPoolExecutor(8) as threads:
        folders = list(threads.map(lambda _: make_numbered(home, "lenet"), range(16)))
    assert {folder.name for folder in folders} == {f"lenet-{number}" for number in range(1, 17)}
