import json
import os
from pathlib import Path

import pytest

from core import workspace as module
from core.errors import WorkspaceError
from core.workspace import (
    HOME_VARIABLE,
    check_name,
    full_path,
    open_workspace,
    read_json,
    write_bytes,
    write_json,
)


def test_a_fresh_workspace_gets_its_folders(tmp_path):
    home = open_workspace(tmp_path / "deep" / "home")
    folders = [home.datasets_dir, home.groupings_dir, home.runs_dir, home.jobs_dir]
    assert all(folder.is_dir() for folder in folders)
    assert open_workspace(home.root) == home


def test_the_folder_is_the_given_one_else_the_variables_else_the_default(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "variable"))
    assert open_workspace(tmp_path / "given").root == tmp_path / "given"
    assert open_workspace().root == tmp_path / "variable"
    monkeypatch.delenv(HOME_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_workspace().root == tmp_path / "regroup"


def test_a_home_folder_that_is_not_known_is_refused_with_the_remedy():
    with pytest.raises(WorkspaceError, match="no home folder for the workspace ~no-such-user/x; choose a"):
        open_workspace("~no-such-user/x")
    with pytest.raises(WorkspaceError, match="'~no-such-user/x' is not known here; write the path in full"):
        full_path("~no-such-user/x")


def test_an_empty_path_is_not_the_current_folder():
    with pytest.raises(WorkspaceError, match="The path is empty; write where the folder or file is"):
        full_path("")


def test_a_workspace_below_a_file_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match=f"cannot be used .*--home or {HOME_VARIABLE}"):
        open_workspace(tmp_path / "file" / "home")


def test_a_workspace_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module.os, "access", lambda path, mode: False)
    with pytest.raises(WorkspaceError, match="cannot be written to; choose a folder"):
        open_workspace(tmp_path)


@pytest.mark.parametrize(
    "name", ["a", "Haut bösartig 2", "東京", "lenet-3", "a.b", "x (2) + y, z=1@2", "n" * 80]
)
def test_names_in_any_script_are_kept(name):
    assert check_name(f"  {name} ", "dataset") == name


@pytest.mark.parametrize(
    "name", ["", " ", ".", "..", "../x", "a/b", "a\\b", ".x", "-x", "x.", "a\nb", "a:b", "n" * 81]
)
def test_names_that_a_folder_cannot_have_are_refused(name):
    with pytest.raises(WorkspaceError, match="cannot be the name of a dataset; use 1 to 80 letters"):
        check_name(name, "dataset")


@pytest.mark.parametrize("name", ["CON", "con", "Prn", "aux", "NUL", "com1", "LPT9", "nul.txt", "con .x"])
def test_names_of_devices_are_refused_with_the_reason(name):
    with pytest.raises(WorkspaceError, match=r"Windows keeps it for a device.*put another letter or digit"):
        check_name(name, "grouping")


@pytest.mark.parametrize("name", ["console", "com", "com10", "my nul", "LPT", "auxiliary.x"])
def test_names_like_those_of_devices_are_kept(name):
    assert check_name(name, "grouping") == name


def test_a_name_too_long_in_bytes_is_refused():
    with pytest.raises(WorkspaceError, match="use 1 to 80"):
        check_name("東" * 79, "dataset")


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "new" / "file.bin"
    write_bytes(path, b"old")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["file.bin"]  # noqa: PTH208


def test_a_failed_write_keeps_the_old_file_and_cleans_up(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    write_json(path, {"old": 1})

    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full_disk)
    with pytest.raises(
        WorkspaceError, match=r"file\.json cannot be written \(No space left on device\); free some"
    ):
        write_json(path, {"new": 2})
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.json"]
    assert read_json(path) == {"old": 1}


def test_json_is_readable_by_a_person(tmp_path):
    write_json(tmp_path / "a.json", {"name": "Häuser 家"})
    assert "Häuser 家" in (tmp_path / "a.json").read_text(encoding="utf-8")


def test_a_file_that_is_not_json_is_refused_and_a_missing_one_is_told(tmp_path: Path):
    (tmp_path / "a.json").write_text(json.dumps({"a": 1})[:-1])
    with pytest.raises(WorkspaceError, match=r"a\.json is damaged .*restore it"):
        read_json(tmp_path / "a.json")
    (tmp_path / "a.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(WorkspaceError, match="is damaged"):
        read_json(tmp_path / "a.json")
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "b.json")
