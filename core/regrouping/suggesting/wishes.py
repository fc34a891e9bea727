"""What a person demands of suggested groups, whatever the confusions say."""

import csv
import io
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from core.errors import GroupingError
from core.words import some

Pair = tuple[str, str]


class Wishes(BaseModel):
    """Demands on suggested groups, by class names.

    >>> wishes = Wishes(must_link=(("cat", "dog"),), max_size=3)
    >>> wishes.is_empty, Wishes().is_empty
    (False, True)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    must_link: tuple[Pair, ...] = Field(
        default=(), description="Pairs of classes that have to be in one group."
    )
    never_link: tuple[Pair, ...] = Field(
        default=(), description="Pairs of classes that must not be in one group."
    )
    max_size: int | None = Field(
        default=None, ge=1, description="How many classes one group may hold at most."
    )
    parents: dict[str, str] | None = Field(
        default=None,
        description="A hierarchy of the classes, as a class and its parent: only classes of one parent may "
        "be put together.",
    )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is demanded."""
        return self == type(self)()

    def check(self, class_names: Iterable[str]) -> Self:
        """Return the wishes when all their classes are known.

        Raises:
            GroupingError: A pair names an unknown class or one class twice, or the hierarchy lacks a class.
        """
        names = tuple(class_names)
        known = set(names)
        for title, pairs in (("must-link", self.must_link), ("never-link", self.never_link)):
            for first, second in pairs:
                unknown = [name for name in (first, second) if name not in known]
                if unknown:
                    raise GroupingError(
                        f"The {title} pair {first!r}, {second!r} names {some(unknown)}, not among the "
                        f"classes; classes are {some(names)}."
                    )
                if first == second:
                    raise GroupingError(
                        f"The {title} pair names {first!r} twice; give two different classes."
                    )
        missing = [] if self.parents is None else [name for name in names if name not in self.parents]
        if missing:
            raise GroupingError(
                f"The hierarchy gives no parent for {some(missing)}; add a line for each class, or take the "
                f"hierarchy away."
            )
        return self


def read_pair(text: str, class_names: Iterable[str]) -> Pair:
    """Read two class names with a comma between them, as the command line takes them.

    A name that has a comma stands in quotation marks; these may be left out where there is only one way to
    read two known classes.

    Args:
        text: Such as ``cat,dog`` or ``"cat, wild",dog``.
        class_names: The classes.

    Raises:
        GroupingError: These are not two class names.

    >>> read_pair("cat, dog", ["cat", "dog"]), read_pair("cat, wild,dog", ["cat, wild", "dog"])
    (('cat', 'dog'), ('cat, wild', 'dog'))
    """
    known = dict.fromkeys(class_names)
    cells = _cells(text)
    if len(cells) == 2 and known.keys() >= {*cells}:
        return cells[0], cells[1]
    places = [place for place, letter in enumerate(text) if letter == ","]
    ways = [(text[:place].strip(), text[place + 1 :].strip()) for place in places]
    possible = [way for way in ways if known.keys() >= {*way}]
    if len(possible) == 1:
        return possible[0]
    unknown = [cell for cell in cells if cell not in known]
    what = (
        f"{some(unknown)} not among the classes {some(tuple(known))}" if len(cells) == 2 else "not two names"
    )
    raise GroupingError(
        f"{text!r} is not a pair of classes ({what}); write two class names with a comma between, and put a "
        f"name that has a comma in quotation marks, as in '\"cat, wild\",dog'."
    )


def read_group(text: str, class_names: Iterable[str]) -> tuple[str, ...]:
    """Read the class names of one group with commas between them; a name that has a comma stands in quotes.

    Args:
        text: Such as ``cat,dog,fox`` or ``"cat, wild",dog``.
        class_names: The classes.

    Raises:
        GroupingError: A name is unknown or given twice.

    >>> read_group('"cat, wild",dog', ["cat, wild", "dog"]), read_group("cat", ["cat"])
    (('cat, wild', 'dog'), ('cat',))
    """
    known = dict.fromkeys(class_names)
    cells = _cells(text)
    wrong = [name for number, name in enumerate(cells) if name not in known or name in cells[:number]]
    if wrong or not cells:
        raise GroupingError(
            f"{text!r} is not a group of classes ({some(wrong)} unknown or given twice; classes are "
            f"{some(tuple(known))}); write each class once with commas between, and put a name that has a "
            f"comma in quotation marks, as in '\"cat, wild\",dog'."
        )
    return tuple(cells)


def write_group(class_names: Iterable[str]) -> str:
    """Return class names as ``read_group`` reads them, and ``read_pair`` where there are two.

    >>> write_group(("cat, wild", "dog"))
    '"cat, wild",dog'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(class_names)
    return line.getvalue()


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([text], skipinitialspace=True), [])]
