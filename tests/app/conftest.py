"""Pages without a server and commands without a shell: on a fresh workspace, without worker processes."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.cli import main
from core.workspace import Workspace, open_workspace

MAIN = Path(__file__).parents[2] / "app" / "main.py"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("REGROUP_HOME", str(tmp_path))
    monkeypatch.setattr("core.jobs.supervisor.Supervisor.start", lambda self: None)
    monkeypatch.setattr("core.jobs.supervisor.ensure_supervised", lambda workspace: None)
    st.cache_resource.clear()
    st.cache_data.clear()
    return open_workspace()


@pytest.fixture
def open_page(workspace: Workspace) -> Callable[[str], AppTest]:
    """Open a page by its file below app/, as a person would by the sidebar."""

    def open_it(page: str, /, **query: str) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        app.switch_page(page)
        app.run()
        assert not app.exception, app.exception
        return app

    return open_it


@pytest.fixture
def regroup(
    home: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process; returns exit status, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regroup", "--home", str(home.root), *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run
