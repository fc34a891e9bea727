import subprocess
import sys

import pytest
import typer

from app.cli import app
from app.commands.lazy import LazyGroup


def test_every_command_is_found_where_it_is_said_to_be() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, LazyGroup)
    names = group.list_commands(None)
    assert names[0] == "app"
    for name in names:
        assert group.get_command(None, name).name == name
    assert group.get_command(None, "nothing") is None


def test_the_dashboard_starts_without_importing_other_commands() -> None:
    code = "import sys, app.cli; print([m for m in sys.modules if m.startswith(('app.commands', 'core'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "app.commands.serve" in done.stdout
    for heavy in ("app.commands.runs", "app.commands.datasets", "core.datasets", "core.runs"):
        assert heavy not in done.stdout


@pytest.mark.parametrize("arguments", [["runs", "--help"], ["train", "--help"]])
def test_a_command_knows_its_own_help(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments], capture_output=True, text=True, check=True
    )
    assert f"{arguments[0]} [OPTIONS]" in done.stdout
    assert "completion" not in done.stdout
