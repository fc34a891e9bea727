"""What people write beside a run: its title, a note, tags, and whether it is put away.

All of it stands in ``about.json`` in the run's folder, which no worker ever touches; the id stays what it is.
Of two people who change the same field, the last wins; a damaged file counts as empty and is written anew.
"""

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import RunError, WorkspaceError
from core.runs.run import Run
from core.workspace import read_json, write_json

ABOUT_FILE = "about.json"
MAX_TITLE = 60  # characters
MAX_TAG = 30  # characters
MAX_TAGS = 12
MAX_NOTE = 20_000  # characters
JOINERS = "\u200c\u200d"  # not printable by themselves, but some scripts and pictures are made with them


class About(BaseModel):
    """What people wrote beside a run.

    Attributes:
        title: Shown beside the id wherever the run is named; empty: none.
        note: Any text.
        tags: Words to find it by, in the order in which they were given.
        archived: Whether it is hidden from the table of runs and from the sidebar.
    """

    model_config = ConfigDict(frozen=True)

    title: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    archived: bool = False


def load_about(run: Run) -> About:
    """Return what is written beside a run; empty where nothing is, or where the file is damaged."""
    with contextlib.suppress(OSError, WorkspaceError, ValidationError):
        return About.model_validate(read_json(run.directory / ABOUT_FILE))
    return About()


def update_about(run: Run, **changes: Any) -> About:
    """Change some fields, the others stay; returns what is written then.

    Args:
        run: The run, in whatever state.
        **changes: Fields of ``About``; texts are brought into shape first.

    Raises:
        RunError: A text is too long, or the run was deleted.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    about = load_about(run).model_copy(update=_checked(changes))
    if not (run.directory / "config.json").exists():
        raise RunError(f"Run {run.id} is not there any more; choose another run.")
    write_json(run.directory / ABOUT_FILE, about.model_dump(mode="json"))
    return about


def run_name(run_id: str, title: str) -> str:
    """Return how a run is named: by its id, with its title where it has one.

    >>> run_name("lenet-3", "half the data"), run_name("lenet-3", "")
    ('lenet-3: half the data', 'lenet-3')
    """
    return f"{run_id}: {title}" if title else run_id


def clean_title(text: str) -> str:
    r"""Return a title as it is stored: one line without control characters.

    >>> clean_title("  half\nthe  data ")
    'half the data'

    Raises:
        RunError: It is too long.
    """
    return _short(text, MAX_TITLE, "The title")


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are stored: each once, none empty.

    >>> clean_tags(["skin", " skin ", "", "150 x 120"])
    ('skin', '150 x 120')

    Raises:
        RunError: One is too long, or there are too many.
    """
    cleaned = tuple(dict.fromkeys(filter(None, (_short(tag, MAX_TAG, "The tag") for tag in tags))))
    if len(cleaned) > MAX_TAGS:
        raise RunError(f"{len(cleaned)} tags are too many; give a run at most {MAX_TAGS}.")
    return cleaned


def clean_note(text: str) -> str:
    """Return a note as it is stored.

    Raises:
        RunError: It is too long.
    """
    note = _whole(text).replace("\r\n", "\n").strip()
    if len(note) > MAX_NOTE:
        raise RunError(f"The note has {len(note):,} characters; keep it to {MAX_NOTE:,}.")
    return note


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Callable[[Any], object]] = {
        "title": clean_title,
        "tags": clean_tags,
        "note": clean_note,
        "archived": bool,
    }
    return {field: clean[field](value) for field, value in changes.items()}


def _short(text: str, limit: int, what: str) -> str:
    seen = "".join(
        letter for letter in _whole(text) if letter.isprintable() or letter.isspace() or letter in JOINERS
    )
    cleaned = " ".join(seen.split())
    if len(cleaned) > limit:
        raise RunError(f"{what} {cleaned[:limit]!r}... has {len(cleaned)} characters; keep it to {limit}.")
    return cleaned


def _whole(text: str) -> str:
    """Half of a surrogate pair, as some terminals hand on, cannot be written as UTF-8."""
    return text.encode(errors="replace").decode()
