"""Steps of building a grouping, each with its words: undo and redo."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from core.errors import GroupingError
from core.regrouping.grouping import Grouping

MAX_STEPS = 500  # older steps are forgotten
START_LABEL = "Start"


@dataclass(frozen=True)
class GroupingHistory:
    """Groupings in the order in which they were made, and which of them counts now.

    Attributes:
        states: The groupings, the oldest first, at least one.
        labels: For each grouping the words for the step that led to it, such as
            ``"Merged circle and ellipse"``.
        position: Index of the grouping that counts now; those after it can be redone.

    >>> history = GroupingHistory.start(Grouping.identity(["cat", "dog", "car"]))
    >>> history = history.apply(history.current.merge(["cat", "dog"]), "Merged cat and dog")
    >>> history.current.num_groups, history.undo().current.num_groups, history.undo().redo_label
    (2, 3, 'Merged cat and dog')
    """

    states: tuple[Grouping, ...]
    labels: tuple[str, ...]
    position: int

    def __post_init__(self) -> None:
        num_states, num_labels = len(self.states), len(self.labels)
        if num_states != num_labels or not 0 <= self.position < num_states:
            raise ValueError(f"{num_states} states, {num_labels} labels and position {self.position} differ.")

    @classmethod
    def start(cls, grouping: Grouping, label: str = START_LABEL) -> Self:
        """Begin with one grouping."""
        return cls((grouping,), (label,), 0)

    @classmethod
    def identity(cls, class_names: Iterable[str]) -> Self:
        """Begin with every class alone."""
        return cls.start(Grouping.identity(class_names))

    @property
    def current(self) -> Grouping:
        """The grouping that counts now."""
        return self.states[self.position]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier grouping."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a later grouping."""
        return self.position < len(self.states) - 1

    @property
    def undo_label(self) -> str:
        """The words for the step that ``undo`` would take back; empty when there is none."""
        return self.labels[self.position] if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """The words for the step that ``redo`` would take again; empty when there is none."""
        return self.labels[self.position + 1] if self.can_redo else ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The words for the steps taken so far, without those that were undone."""
        return self.labels[1 : self.position + 1]

    def apply(self, grouping: Grouping, label: str) -> Self:
        """Take a step to ``grouping``; steps that were undone are forgotten.

        A step that changes nothing gives the same history.
        """
        if grouping == self.current:
            return self
        states = (*self.states[: self.position + 1], grouping)[-MAX_STEPS:]
        labels = (*self.labels[: self.position + 1], label)[-MAX_STEPS:]
        return type(self)(states, labels, len(states) - 1)

    def undo(self) -> Self:
        """Go one step back, if there is one."""
        return type(self)(self.states, self.labels, max(0, self.position - 1))

    def redo(self) -> Self:
        """Take the step again that was undone last, if there is one."""
        return type(self)(self.states, self.labels, min(len(self.states) - 1, self.position + 1))

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` reads again; classes that stand alone are left out."""
        return {
            "class_names": list(self.current.class_names),
            "states": [
                {"label": label, "groups": _named_groups(state)}
                for state, label in zip(self.states, self.labels, strict=True)
            ],
            "position": self.position,
        }

    @classmethod
    def from_json(cls, content: Any) -> Self:
        """Rebuild from the values of ``to_json``.

        Raises:
            GroupingError: The values are damaged.
        """
        try:
            class_names = [_text(name) for name in content["class_names"]]
            states = [_read_state(class_names, state["groups"]) for state in content["states"]]
            labels = [_text(state["label"]) for state in content["states"]]
            return cls(tuple(states), tuple(labels), int(content["position"]))
        except (AttributeError, TypeError, KeyError, ValueError, IndexError, GroupingError) as error:
            raise GroupingError(
                f"A history of groupings is damaged ({error!r}); begin a new grouping on the Regroup page."
            ) from error


def _named_groups(grouping: Grouping) -> dict[str, str]:
    """Class to group, without classes that stand alone under their own name: few, even of 1,000."""
    return {name: group for name, group in grouping.to_mapping().items() if group != name}


def _read_state(class_names: list[str], groups: Mapping[str, Any]) -> Grouping:
    known = dict.fromkeys(class_names)
    if len(known) != len(class_names):
        raise ValueError("class names repeat")
    changed = {name: _text(group) for name, group in groups.items()}
    return Grouping.from_mapping(class_names, {name: name for name in known} | changed)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
