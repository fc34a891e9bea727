"""A hierarchy of the classes that a person brings: a table of two columns, class and parent.

A parent may have a parent itself, in a line of its own; each step up is a level, and a level is a grouping:

    class,parent
    maple tree,trees
    oak tree,trees
    trees,plants
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.words import some

MAX_BYTES = 5_000_000  # of a file: 3,000 classes have less than a twentieth of it
HEADERS = {"class", "name", "child", "label", "fine"}  # first cells of a line that only names the columns


@dataclass(frozen=True)
class Hierarchy:
    r"""Classes and what they belong to.

    Attributes:
        class_names: The classes.
        above: Class or parent to its own parent.

    >>> hierarchy = read_hierarchy("oak,trees\nelm,trees\ncod,fish\ntrees,life", ["oak", "elm", "cod"])
    >>> hierarchy.num_levels, hierarchy.parents(1), hierarchy.parents(2)["oak"]
    (2, {'oak': 'trees', 'elm': 'trees', 'cod': 'fish'}, 'life')
    """

    class_names: tuple[str, ...]
    above: dict[str, str]

    @property
    def num_levels(self) -> int:
        """Number of steps from a class to the top, of the classes that have most."""
        return max(len(self._line(name)) - 1 for name in self.class_names)

    def parents(self, level: int = 1) -> dict[str, str]:
        """Return class to its ancestor ``level`` steps up; the topmost one where there are fewer steps."""
        lines = {name: self._line(name) for name in self.class_names}
        return {name: line[min(level, len(line) - 1)] for name, line in lines.items()}

    def grouping(self, level: int = 1) -> Grouping:
        """Return the grouping whose groups are the ancestors ``level`` steps up.

        Raises:
            GroupingError: An ancestor's name cannot be a group's.
        """
        return Grouping.from_mapping(self.class_names, self.parents(level))

    def _line(self, name: str) -> list[str]:
        line = [name]
        while line[-1] in self.above:
            line.append(self.above[line[-1]])
        return line


def load_hierarchy(path: Path, class_names: Iterable[str]) -> Hierarchy:
    """Read a hierarchy from a CSV file.

    Raises:
        GroupingError: The file cannot be read, or is no hierarchy of these classes.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GroupingError(
                f"{path} has more than {MAX_BYTES / 1e6:.0f} MB; give a table of two columns."
            )
        content = path.read_bytes()
    except OSError as error:
        raise GroupingError(
            f"{path} cannot be read ({error.strerror or error}); check its name and permissions."
        ) from error
    return read_hierarchy(content, class_names, source=str(path))


def read_hierarchy(
    content: str | bytes, class_names: Iterable[str], *, source: str = "The table"
) -> Hierarchy:
    """Read a hierarchy from the content of a CSV file: commas, semicolons or tabs between two columns.

    Args:
        content: The file's content; bytes are UTF-8.
        class_names: The classes; each needs a line.
        source: How errors name the file.

    Raises:
        GroupingError: A line has not two names, a name has two parents or is its own ancestor, or a class
            has no line; the message says where.
    """
    names = tuple(class_names)
    above: dict[str, str] = {}
    for number, child, parent in _rows(content, source):
        if above.setdefault(child, parent) != parent:
            raise GroupingError(
                f"{source}, line {number}: {child!r} has the parent {parent!r} here and {above[child]!r} "
                f"above; keep one of the two lines."
            )
    _check_no_circle(above, source)
    missing = [name for name in names if name not in above]
    if missing:
        raise GroupingError(
            f"{source} has no line for {some(missing)}; add a line 'class,parent' for each class, with the "
            f"class named as in the dataset."
        )
    unused = [child for child in above if child not in set(names) | set(above.values())]
    if unused:
        raise GroupingError(
            f"{source} names {some(unused)}, neither a class of the dataset nor anyone's parent; correct the "
            f"name or take the line out."
        )
    return Hierarchy(names, above)


def write_hierarchy(parents: Mapping[str, str]) -> bytes:
    r"""Return classes, or parents, and their parents as a CSV file that ``read_hierarchy`` reads.

    >>> write_hierarchy({"oak": "trees", "cod": "fish"})
    b'class,parent\noak,trees\ncod,fish\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "parent"])
    writer.writerows(parents.items())
    return text.getvalue().encode()


def _rows(content: str | bytes, source: str) -> list[tuple[int, str, str]]:
    """Return line number, child and parent of each line that is not empty or a header."""
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise GroupingError(f"{source} is not UTF-8 text ({error}); save it as CSV in UTF-8.") from error
    first = content.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=max(",;\t", key=first.count))
    found: list[tuple[int, str, str]] = []
    may_be_header = True
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            is_header = may_be_header and len(cells) > 1 and cells[0].lower() in HEADERS
            may_be_header = may_be_header and not any(cells)
            if is_header or not any(cells):
                continue
            if len(cells) != 2 or not all(cells) or cells[0] == cells[1]:
                raise GroupingError(
                    f"{source}, line {reader.line_num}: {','.join(row)[:80]!r} is no class and its parent; "
                    f"write two different names a line, in quotation marks where a name has a comma."
                )
            found.append((reader.line_num, cells[0], cells[1]))
    except csv.Error as error:
        raise GroupingError(
            f"{source}, line {reader.line_num}: this is not a table ({error}); save it as CSV."
        ) from error
    return found


def _check_no_circle(above: dict[str, str], source: str) -> None:
    done: set[str] = set()
    for start in above:
        line, name = {start}, start
        while name in above and name not in done:
            name = above[name]
            if name in line:
                raise GroupingError(
                    f"{source}: {name!r} is its own ancestor; take out one of the lines that lead back to it."
                )
            line.add(name)
        done |= line
