"""Pages without a server: AppTest on a fresh workspace, and no worker processes."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.workspace import Workspace, open_workspace

MAIN = Path(__file__).parents[2] / "app" / "main.py"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("REGROUP_HOME", str(tmp_path))
    monkeypatch.setattr("core.jobs.supervisor.Supervisor.start", lambda self: None)
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
