"""Groupings as files: JSON with who chose what on which split, and CSV with a line for each class.

JSON, as it is also kept in the workspace::

    {"format": 2, "name": "two kinds", "dataset": "zoo", "class_names": ["cat", "dog", "car"],
     "mapping": {"cat": "pet", "dog": "pet", "car": "car"}, "run_id": "lenet-1", "split": "val",
     "author": "ada", "created": 1767225600.0, "steps": ["Merged cat and dog", "Renamed cat + dog to pet"]}

Read are also files that hold ``mapping`` alone, or ``groups`` as a list of ``{"name", "classes"}``; CSV has
the columns ``class`` and ``group``, divided by commas, semicolons or tabs.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.saved import FORMAT, SavedGrouping, to_content, with_origin
from core.regrouping.names import MAX_NAME_LENGTH, check_group_name
from core.words import some

MAX_BYTES = 20_000_000  # of a file of a grouping; 3,000 classes take some 200 kB
FileKind = Literal["json", "csv"]
Pairs = Sequence[tuple[str, str, str]]  # class, group, and where in the file, such as "line 3"


def write_grouping(saved: SavedGrouping, kind: FileKind = "json") -> bytes:
    """Return a grouping as a file: JSON with all that is known of it, or CSV with classes and groups."""
    if kind == "json":
        return json.dumps(to_content(saved), indent=1, ensure_ascii=False).encode()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "group"])
    writer.writerows(saved.grouping.to_mapping().items())
    return text.getvalue().encode()


def read_grouping(
    content: bytes, file_name: str, *, dataset_name: str, class_names: Iterable[str]
) -> SavedGrouping:
    """Read a grouping of a dataset from a file.

    Args:
        content: What the file holds.
        file_name: Its name, for messages; ``.csv``, ``.tsv`` and ``.txt`` are read as CSV, others as JSON.
        dataset_name: The dataset it is for.
        class_names: The classes of that dataset.

    Returns:
        The grouping under the name in the file, else the file's own.

    Raises:
        GroupingError: The file cannot be read, or does not fit these classes.
    """
    names = tuple(class_names)
    if len(content) > MAX_BYTES:
        raise GroupingError(
            f"{file_name} has {len(content):,} bytes, too many for a grouping; check the file."
        )
    stem, _, ending = file_name.rpartition(".")
    if ending.lower() in ("csv", "tsv", "txt"):
        told: Mapping[str, Any] = {}
        pairs = _pairs_of_csv(_decode(content, file_name), file_name)
    else:
        told = _parse(content, file_name)
        pairs = _pairs_of_json(told, file_name)
    mapping = _check_pairs(pairs, file_name, names, told.get("dataset"))
    grouping = Grouping.from_mapping(names, mapping)
    try:
        return with_origin(told, str(told.get("name", stem or file_name)), dataset_name, grouping)
    except (AttributeError, TypeError, ValueError) as error:
        raise GroupingError(
            f"{file_name} tells damaged things of where it came from ({error}); export the grouping again, "
            f"or leave only 'mapping' in the file."
        ) from error


def _decode(content: bytes, file_name: str) -> str:
    is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")  # "Unicode text" of spreadsheets
    try:
        return content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise GroupingError(
            f"{file_name}, line {line}: the letters are not UTF-8; save the file again as UTF-8 "
            f"(in a spreadsheet: 'CSV UTF-8')."
        ) from error


def _parse(content: bytes, file_name: str) -> Mapping[str, Any]:
    """Return the JSON object in a file; one that names a class twice is refused, not shortened."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        _refuse_doubled((key for key, _ in pairs), file_name)
        return dict(pairs)

    try:
        told = json.loads(_decode(content, file_name), object_pairs_hook=unique)
    except ValueError as error:
        raise GroupingError(
            f"{file_name} is no JSON ({error}); export a grouping to see how such a file looks."
        ) from error
    except RecursionError as error:
        raise GroupingError(
            f"{file_name} is no grouping: it is nested too deeply; check the file."
        ) from error
    if not isinstance(told, dict):
        raise GroupingError(f"{file_name} is no grouping; export one to see how such a file looks.")
    version = told.get("format", FORMAT)
    if not isinstance(version, int) or version > FORMAT:
        raise GroupingError(
            f"{file_name} has format {version!r}, which this version of Regroup does not know; "
            f"update Regroup."
        )
    return told


def _pairs_of_json(told: Mapping[str, Any], file_name: str) -> Pairs:
    mapping, groups = told.get("mapping"), told.get("groups")
    try:
        if mapping is not None:
            return [(str(name), _text(group), f"class {name!r}") for name, group in mapping.items()]
        if isinstance(groups, Mapping):
            groups = [{"name": name, "classes": classes} for name, classes in groups.items()]
        if groups is not None:
            _refuse_doubled((_text(group["name"]).strip() for group in groups), file_name, what="group")
            return [
                (_text(name), _text(group["name"]), f"group {number}")
                for number, group in enumerate(groups, start=1)
                for name in group["classes"]
            ]
    except (AttributeError, KeyError, TypeError) as error:
        raise GroupingError(
            f"{file_name} is damaged ({error!r}); 'mapping' must give each class the name of its group."
        ) from error
    raise GroupingError(
        f"{file_name} holds no grouping: it has neither 'mapping' nor 'groups'; export one to see how such a "
        f"file looks."
    )


def _pairs_of_csv(text: str, file_name: str) -> Pairs:
    first = text.split("\n", 1)[0]
    divider = max(",;\t", key=first.count)
    pairs: list[tuple[str, str, str]] = []
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
        header = [name.strip().lower() for name in next(rows, [])]
        if not any(header):
            raise GroupingError(f"{file_name} is empty; write 'class,group' at the top, then a line a class.")
        if "class" not in header or "group" not in header:
            raise GroupingError(
                f"{file_name}, line 1: the columns must be named 'class' and 'group', not {some(header)}; "
                f"add that line at the top."
            )
        places = header.index("class"), header.index("group")
        for row in rows:
            if not any(map(str.strip, row)):
                continue
            if len(row) <= max(places):
                raise GroupingError(
                    f"{file_name}, line {rows.line_num}: there are {len(row)} values, not {len(header)}; "
                    f"write class and group, and put names with {divider!r} in quotes."
                )
            pairs.append((row[places[0]], row[places[1]], f"line {rows.line_num}"))
    except csv.Error as error:
        raise GroupingError(
            f"{file_name}, line {rows.line_num}: it cannot be read as CSV ({error}); check the quotes there."
        ) from error
    return pairs


def _check_pairs(
    pairs: Pairs, file_name: str, class_names: tuple[str, ...], dataset: str | None
) -> dict[str, str]:
    """Return class to group when each class is there once and each group has a name."""
    known = dict.fromkeys(class_names)
    stripped = {name.strip(): name for name in class_names}
    mapping: dict[str, str] = {}
    places: dict[str, str] = {}
    unknown = []
    for written, group, place in pairs:
        name = written if written in known else stripped.get(written.strip(), written)
        if name not in known:
            unknown.append(f"{written!r} ({place})")
        elif name in mapping:
            raise GroupingError(
                f"{file_name}, {place}: class {name!r} has a group already ({places[name]}); "
                f"keep one of the two."
            )
        mapping[name], places[name] = _check_group(group, name, f"{file_name}, {place}"), place
    missing = [name for name in class_names if name not in mapping]
    if unknown:
        of = f" It was made for dataset {dataset!r}." if dataset else ""
        raise GroupingError(
            f"{file_name} names classes that the dataset does not have: {', '.join(unknown[:5])}"
            f"{f' and {len(unknown) - 5} more' if len(unknown) > 5 else ''}.{of} Choose the dataset it is "
            f"for, or correct the names; classes are {some(class_names)}."
        )
    if missing:
        raise GroupingError(f"{file_name} gives no group to {some(missing)}; add them.")
    return mapping


def _check_group(group: str, class_name: str, where: str) -> str:
    try:
        group = check_group_name(group)
    except GroupingError as error:
        raise GroupingError(f"{where}: {error}") from error
    if len(group) > MAX_NAME_LENGTH and group != class_name.strip():
        raise GroupingError(
            f"{where}: the group's name {group[:MAX_NAME_LENGTH]!r}... has {len(group)} characters; use at "
            f"most {MAX_NAME_LENGTH}."
        )
    return group


def _refuse_doubled(names: Iterable[str], file_name: str, *, what: str = "name") -> None:
    doubled = [name for name, count in Counter(names).items() if count > 1]
    if doubled:
        raise GroupingError(
            f"{file_name}: the {what} {some(doubled)} stands there twice, so it is not clear what is meant; "
            f"keep one of the two, or name one otherwise."
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
