"""The documents stay true: commands, pictures and links that they name exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from app.cli import app
from app.navigation import Page

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_two_commands_of_the_readme_are_what_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    start, test = re.findall(r"^(pip install .*)$", README, re.MULTILINE)
    assert start == "pip install -e . && regroup"
    assert test == 'pip install -e ".[test]" && pytest'
    assert 'pip install -q -e ".[test]" && ruff check . && ruff format --check . && mypy && pytest' in ci


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_to_a_file_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (ROOT / target).is_file(), target
    for path in re.findall(r"`((?:core|app|tests)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path


def test_there_is_a_screenshot_of_each_page() -> None:
    for page in Page:
        assert f"assets/{page.name.lower()}.png" in README


def test_every_command_in_the_readme_exists_with_its_options() -> None:
    group = typer.main.get_command(app)
    lines = re.findall(r"^regroup (.+)$", README, re.MULTILINE)
    assert len(lines) > 4
    for line in lines:
        command, words = group, shlex.split(line)
        while hasattr(command, "commands"):
            command = command.get_command(None, words.pop(0))
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line
