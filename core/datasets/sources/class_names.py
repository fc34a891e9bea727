"""Clean the names of classes by a rule: ``boxes_Apple_0042`` becomes ``Apple``."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.datasets.sources.expressions import check_expression, search_all
from core.datasets.sources.listing import Listing, clean_label
from core.errors import DatasetError
from core.words import some

SEPARATORS = " _-.,;:#"
NAME_GROUP = "name"


@dataclass(frozen=True)
class ClassNameRule:
    """What is taken away from the names of classes, in this order.

    Attributes:
        strip_prefix: Text taken away where a name begins with it.
        strip_suffix: Text taken away where a name ends with it.
        strip_digits: Whether numbers at the beginning and end are taken away, with the ``_ - .`` beside them.
        expression: A regular expression for experts: the name becomes what its group ``(?P<name>...)``, else
            its first group, else the whole of it finds; a name without a find stays.
        underscores_to_spaces: Whether ``_`` becomes a space.
        merge_collisions: Whether classes whose new names are the same become one class.

    Raises:
        DatasetError: The expression is none.
    """

    strip_prefix: str = ""
    strip_suffix: str = ""
    strip_digits: bool = False
    expression: str = ""
    underscores_to_spaces: bool = False
    merge_collisions: bool = False

    def __post_init__(self) -> None:
        if self.expression:
            check_expression(self.expression)

    def rename(self, names: Iterable[str]) -> dict[str, str]:
        """Return the new name of each name; a name of which nothing would be left stays as it is.

        >>> ClassNameRule(strip_prefix="boxes_", strip_digits=True).rename(["boxes_Red_Apple_0042", "7"])
        {'boxes_Red_Apple_0042': 'Red_Apple', '7': '7'}
        """
        old = list(dict.fromkeys(names))
        new = [self._strip(name) for name in old]
        if self.expression:
            new = self._search(new)
        if self.underscores_to_spaces:
            new = [name.replace("_", " ") for name in new]
        return {before: clean_label(after) or before for before, after in zip(old, new, strict=True)}

    def _strip(self, name: str) -> str:
        name = name.removeprefix(self.strip_prefix).removesuffix(self.strip_suffix)
        if not self.strip_digits:
            return name
        apart = f"[{re.escape(SEPARATORS)}]*"
        return re.sub(rf"^{apart}[0-9]+{apart}|{apart}[0-9]+{apart}$", "", name)

    def _search(self, names: list[str]) -> list[str]:
        number = check_expression(self.expression).get(NAME_GROUP)
        found = search_all(self.expression, names)
        return [
            (find[number if number is not None else min(1, len(find) - 1)] or name) if find else name
            for name, find in zip(names, found, strict=True)
        ]


def find_collisions(renamed: dict[str, str]) -> dict[str, list[str]]:
    """Return each new name that several old names share, with the old ones.

    >>> find_collisions({"apple_1": "apple", "apple_2": "apple", "pear_1": "pear"})
    {'apple': ['apple_1', 'apple_2']}
    """
    old_of: dict[str, list[str]] = defaultdict(list)
    for old, new in renamed.items():
        old_of[new].append(old)
    return {new: old for new, old in old_of.items() if len(old) > 1}


def rename_classes(listing: Listing, rule: ClassNameRule) -> dict[str, str]:
    """Give the classes of a listing their new names; return old name to new name.

    Raises:
        DatasetError: Two classes would get one name and the rule does not say to merge them.
    """
    old = listing.class_names or [label for label in dict.fromkeys(listing.labels) if label]
    renamed = rule.rename(old)
    collisions = find_collisions(renamed)
    if collisions and not rule.merge_collisions:
        raise DatasetError(describe_collisions(collisions))
    asks = rule != ClassNameRule(merge_collisions=rule.merge_collisions)
    if asks and all(name == new for name, new in renamed.items()):
        listing.notes.append(f"The rule for class names changes none of them, such as {some(old[:1])}.")
    if collisions:
        merged = "; ".join(f"{some(names)} as {new!r}" for new, names in collisions.items())
        listing.notes.append(f"Classes whose cleaned names are the same were merged: {merged}.")
    listing.labels = [renamed[label] if label else None for label in listing.labels]
    if listing.class_names is not None:
        listing.class_names = tuple(dict.fromkeys(renamed[name] for name in listing.class_names))
    if listing.known_groups is not None:
        listing.known_groups = {renamed[name]: group for name, group in listing.known_groups.items()}
    return renamed


def describe_collisions(collisions: dict[str, list[str]]) -> str:
    """Return the sentence that tells which classes would get the same name."""
    new, old = next(iter(collisions.items()))
    more = f" ({len(collisions) - 1} more such names)" if len(collisions) > 1 else ""
    return (
        f"The rule gives the classes {some(old)} one name, {new!r}{more}; "
        f"change the rule, or ask to merge classes of the same name."
    )


def suggest_rule(names: Sequence[str]) -> ClassNameRule | None:
    """Return a rule that takes away what all names have in common; None where there is nothing of it.

    >>> suggest_rule(["boxes_Apple_0042", "boxes_Pear_0007"])
    ClassNameRule(strip_prefix='boxes_', strip_suffix='', strip_digits=True, ...)
    """
    if len(names) < 2:
        return None
    prefix = _common_start(names)
    suffix = _common_start([name.removeprefix(prefix)[::-1] for name in names])[::-1]
    for digits in (True, False):
        rule = ClassNameRule(
            strip_prefix=prefix,
            strip_suffix=suffix,
            strip_digits=digits and all(name[:1].isdecimal() or name[-1:].isdecimal() for name in names),
        )
        renamed = rule.rename(names)
        if not find_collisions(renamed) and any(old != new for old, new in renamed.items()):
            return rule
    return None


def _common_start(texts: Sequence[str]) -> str:
    """Return what all texts begin with, up to its last separator: no word is cut in two."""
    first, last = min(texts), max(texts)
    same = next(
        (n for n, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first)
    )
    return re.sub(r"[^\W_]*$", "", first[:same])
