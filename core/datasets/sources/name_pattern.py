"""Labels and groups out of file names, by a small pattern such as ``{label}_{rest}``.

Fields stand in braces, everything else is meant as it stands:

    {label}  {group}   what it says                    {rest}   any text, as often as needed
    {digits}           one or more of 0-9              {*}      any text, also across folders

A field holds at least one letter and ends as soon as the rest of the pattern fits: ``{label}_{rest}`` takes
``hotel`` of ``hotel_12_a``. With a plus it is as long as possible: ``{label+}_{rest}`` takes ``hotel_12``.
The pattern is compared with the whole name without folder and extension or, when it has a ``/``, with the
whole path below the source without the extension. Experts may give a regular expression with named groups.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.datasets.sources.expressions import check_expression, search_all
from core.errors import DatasetError

NAMED_FIELDS = ("label", "group")
FIELDS = (*NAMED_FIELDS, "rest", "digits", "*")
MAX_PATTERN = 200  # characters
MAX_FIELDS = 12
MAX_NAME = 1000  # characters of a path; a longer one fits no pattern
DIGITS = frozenset("0123456789")


@dataclass(frozen=True)
class _Part:
    """A piece of a pattern: literal text, or a field when ``field`` is not empty."""

    text: str = ""
    field: str = ""
    is_long: bool = False


@dataclass(frozen=True)
class NamePattern:
    """Where label and group stand in a file's name.

    Attributes:
        text: The pattern, or the regular expression.
        is_expression: Whether ``text`` is a regular expression with the groups ``(?P<label>...)`` and
            ``(?P<group>...)``; it is searched in the name, or with a ``/`` in it in the path, either without
            the extension.

    Raises:
        DatasetError: It is not understood, or names neither label nor group.
    """

    text: str
    is_expression: bool = False

    def __post_init__(self) -> None:
        if not self.fields:
            wanted = "(?P<label>...) or (?P<group>...)" if self.is_expression else "{label} or {group}"
            raise DatasetError(f"The pattern {self.text!r} has no {wanted}; mark what is to be read.")

    @cached_property
    def fields(self) -> frozenset[str]:
        """Which of ``label`` and ``group`` it reads."""
        if self.is_expression:
            return frozenset(check_expression(self.text)) & frozenset(NAMED_FIELDS)
        return frozenset(part.field for part in self._parts) & frozenset(NAMED_FIELDS)

    def read(self, paths: Sequence[str]) -> list[dict[str, str] | None]:
        """Return what the fields hold for each path; None where the pattern does not fit.

        Raises:
            DatasetError: A regular expression takes too long.

        >>> NamePattern("{group}_{label}_{digits}").read(["deep/p7_red_cat_03.jpg", "p7.jpg"])
        [{'group': 'p7', 'label': 'red_cat'}, None]
        """
        names = [self._name(path) for path in paths]
        if not self.is_expression:
            return [_match(self._parts, name) if len(name) <= MAX_NAME else None for name in names]
        numbers = {name: n for name, n in check_expression(self.text).items() if name in NAMED_FIELDS}
        found = search_all(self.text, names)
        return [
            {name: find[n] or "" for name, n in numbers.items()} if find is not None else None
            for find in found
        ]

    def _name(self, path: str) -> str:
        folder, slash, name = path.rpartition("/")
        stem = name.rpartition(".")[0] or name
        return folder + slash + stem if "/" in self.text else stem

    @cached_property
    def _parts(self) -> tuple[_Part, ...]:
        return _parse(self.text)


def _parse(text: str) -> tuple[_Part, ...]:
    if not text or len(text) > MAX_PATTERN:
        raise DatasetError(f"The pattern has {len(text)} characters; give one of 1 to {MAX_PATTERN}.")
    pieces = re.split(r"\{([^{}]*)\}", text)
    if any("{" in literal or "}" in literal for literal in pieces[::2]):
        raise DatasetError(
            f"The pattern {text!r} has a brace without its partner; write fields as {{label}}."
        )
    parts: list[_Part] = []
    for number, piece in enumerate(pieces):
        if number % 2:
            parts.append(_field(piece, text, parts))
        elif piece:
            parts.append(_Part(text=piece))
    if len(pieces) // 2 > MAX_FIELDS:
        raise DatasetError(f"The pattern {text!r} has more than {MAX_FIELDS} fields; join some to {{rest}}.")
    return tuple(parts)


def _field(name: str, text: str, before: list[_Part]) -> _Part:
    field = name.removesuffix("+")
    if field not in FIELDS:
        known = ", ".join(f"{{{known}}}" for known in FIELDS)
        raise DatasetError(f"The pattern {text!r} has an unknown field {{{name}}}; there are {known}.")
    if field in NAMED_FIELDS and any(part.field == field for part in before):
        raise DatasetError(f"The pattern {text!r} has {{{field}}} twice; write {{rest}} for one of them.")
    if before and before[-1].field and "digits" not in {field, before[-1].field}:
        raise DatasetError(
            f"In the pattern {text!r} nothing tells where {{{before[-1].field}}} ends and {{{field}}} "
            f"begins; write the text between them, such as _."
        )
    return _Part(field=field, is_long=name.endswith("+"))


def _match(parts: tuple[_Part, ...], name: str) -> dict[str, str] | None:
    """Return the fields of a name; no part is tried twice at one place, so no name takes long."""
    dead: set[tuple[int, int]] = set()
    found: dict[str, str] = {}

    def fits(number: int, start: int) -> bool:
        if number == len(parts):
            return start == len(name)
        part = parts[number]
        if not part.field:
            if name.startswith(part.text, start) and fits(number + 1, start + len(part.text)):
                return True
        else:
            for end in _ends(part, parts[number + 1 :], name, start):
                if (number + 1, end) not in dead and fits(number + 1, end):
                    if part.field in NAMED_FIELDS:
                        found[part.field] = name[start:end]
                    return True
        dead.add((number, start))
        return False

    if not fits(0, 0):
        return None
    return {part.field: found[part.field] for part in parts if part.field in found}


def _ends(part: _Part, following: tuple[_Part, ...], name: str, start: int) -> list[int]:
    """Return where a field may end, the wanted end first."""
    stop = _farthest(part, name, start)
    if not following:
        return [stop] if stop == len(name) and stop > start else []
    literal = following[0].text
    if not literal:
        ends = list(range(start + 1, stop + 1))
    else:
        ends, end = [], name.find(literal, start + 1)
        while 0 <= end <= stop:
            ends.append(end)
            end = name.find(literal, end + 1)
    return ends[::-1] if part.is_long or part.field == "digits" else ends


def _farthest(part: _Part, name: str, start: int) -> int:
    if part.field == "digits":
        stop = start
        while stop < len(name) and name[stop] in DIGITS:
            stop += 1
        return stop
    slash = -1 if part.field == "*" else name.find("/", start)
    return len(name) if slash < 0 else slash
