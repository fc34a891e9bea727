"""What people write beside a run: kept whole, in any script, whatever stood there before."""

from pathlib import Path

import pytest

from core.errors import RunError
from core.runs.config import RunConfig
from core.runs.notes import About, load_about, update_about
from core.runs.run import Run, create_run, delete_run
from core.workspace import Workspace


@pytest.fixture
def run(home: Workspace) -> Run:
    return create_run(home, RunConfig(dataset="digits", model="lenet"))


def test_a_run_begins_without_anything_written(run: Run) -> None:
    assert load_about(run) == About()


def test_one_field_changes_and_the_others_stay(run: Run) -> None:
    update_about(run, title="Hälfte der Daten 🙂", tags=["skin", "skin", " "])
    update_about(run, note="first line\r\n*second* line")
    update_about(run, archived=True)
    expected = About(
        title="Hälfte der Daten 🙂", tags=("skin",), note="first line\n*second* line", archived=True
    )
    assert load_about(run) == expected


def test_control_and_direction_characters_do_not_get_into_a_title(run: Run) -> None:
    about = update_about(run, title="a\x00b\x1b[31m \u202e right\nto left\ud800")
    assert about.title == "ab[31m right to left?"
    assert load_about(run) == about


@pytest.mark.parametrize("content", ["", "{", "[]", '{"title": 3}', '{"tags": "x"}', "\ud800"])
def test_a_damaged_file_counts_as_empty_and_is_written_anew(run: Run, content: str) -> None:
    (run.directory / "about.json").write_bytes(content.encode(errors="surrogatepass"))
    assert load_about(run) == About()
    assert update_about(run, title="new").title == load_about(run).title == "new"


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"title": "x" * 61}, "keep it to 60"),
        ({"tags": ["x" * 31]}, "keep it to 30"),
        ({"tags": [str(n) for n in range(13)]}, "at most 12"),
        ({"note": "x" * 20_001}, "keep it to 20,000"),
    ],
)
def test_what_is_too_long_is_refused_and_nothing_changes(
    run: Run, changes: dict[str, object], remedy: str
) -> None:
    update_about(run, title="before")
    with pytest.raises(RunError, match=remedy):
        update_about(run, **changes)
    assert load_about(run) == About(title="before")


def test_a_deleted_run_is_not_brought_back_by_a_note(run: Run) -> None:
    delete_run(run)
    with pytest.raises(RunError, match="choose another run"):
        update_about(run, note="too late")
    assert not Path(run.directory).exists()
