"""Names of groups: what may be one, and the name of a group that nobody has named."""

import re
from collections.abc import Iterable, Sequence

from core.errors import GroupingError

MAX_NAME_LENGTH = 60  # characters of a name that a person gives
SEPARATOR = " + "
NAMED = 3  # classes that the words for a step name


def name_some(classes: Sequence[str]) -> str:
    """Name up to three classes.

    >>> name_some(["cat", "dog"]), name_some(["cat", "dog", "cow", "hen", "car"])
    ('cat and dog', 'cat, dog, cow and 2 more')
    """
    if len(classes) <= NAMED:
        return " and ".join(filter(None, [", ".join(classes[:-1]), *classes[-1:]]))
    return f"{', '.join(classes[:NAMED])} and {len(classes) - NAMED} more"


def check_group_name(name: str, *, what: str = "group") -> str:
    """Return a group's name stripped.

    Raises:
        GroupingError: It is empty or has control characters.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise GroupingError(f"{name!r} cannot be a {what}'s name; use at least one visible character.")
    return name


def check_new_name(name: str, others: Iterable[str] = (), *, what: str = "group") -> str:
    """Return a name that a person gives a group, or what else is named, stripped.

    Raises:
        GroupingError: It is not allowed, too long, or the name of another.
    """
    name = check_group_name(name, what=what)
    if len(name) > MAX_NAME_LENGTH:
        raise GroupingError(
            f"{name[:MAX_NAME_LENGTH]!r}... is too long for a {what}'s name ({len(name)} characters); "
            f"use at most {MAX_NAME_LENGTH}."
        )
    if name in others:
        raise GroupingError(f"There is already a {what} named {name!r}; choose another name.")
    return name


def default_name(classes: Iterable[str], taken: set[str]) -> str:
    """Return a name made of the classes' own names; a number follows where it is taken.

    >>> default_name(["cat", "dog"], {"cat + dog"})
    'cat + dog (2)'
    """
    text = _plain_name(classes)
    name, number = text, 2
    while name in taken:
        name, number = f"{text} ({number})", number + 1
    return name


def is_default(group: str, classes: Iterable[str]) -> bool:
    """Whether a group is named after its classes, not by a person."""
    text = _plain_name(classes)
    return group == text or bool(group.startswith(text) and re.fullmatch(r" \(\d+\)", group[len(text) :]))


def _plain_name(classes: Iterable[str]) -> str:
    names = list(classes)
    text = SEPARATOR.join(names)
    if len(text) > MAX_NAME_LENGTH:
        text = f"{names[0][:40]} and {len(names) - 1} more" if len(names) > 1 else names[0]
    return text
