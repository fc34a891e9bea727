"""The grouping being built for a run, and the classes chosen for the next step.

Every step is written to disk at once: a reload, another tab or a restarted server goes on from there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from app import cache, state
from app.components.confusion_editor import EditorEvent
from core.errors import RegroupError
from core.regrouping.grouping import Grouping
from core.regrouping.history import GroupingHistory
from core.regrouping.store import draft_revision, load_draft, save_draft
from core.regrouping.suggesting.suggest import suggest_grouping

PROBLEM = "regroup_problem"  # the sentence of a step that was refused
NAMED = 3  # classes that a step's words name


@dataclass(frozen=True)
class Draft:
    """What is being built for one run; its methods are the steps, fit to be callbacks.

    Attributes:
        run_id: The run whose confusions are looked at.
        dataset: Name of its dataset.
        class_names: Its classes.
    """

    run_id: str
    dataset: str
    class_names: tuple[str, ...]

    @property
    def history(self) -> GroupingHistory:
        """All steps; read again when another tab or server has saved one."""
        kept = st.session_state.get("regroup_draft")
        revision = draft_revision(cache.workspace(), self.dataset, self.run_id)
        if kept and kept[:2] == (self, revision):
            return kept[2]
        history = load_draft(cache.workspace(), self.dataset, self.run_id, self.class_names)
        st.session_state["regroup_draft"] = (self, revision, history)
        return history

    @property
    def chosen(self) -> tuple[str, ...]:
        """Class names chosen now: none, a pair (true, predicted), or a block."""
        run_id, classes = state.get(state.Key.CHOSEN, (self.run_id, ()))
        return classes if run_id == self.run_id else ()

    def choose(self, classes: Sequence[str]) -> None:
        """Choose classes; those the run does not know are passed over."""
        known = tuple(name for name in classes if name in self.class_names)
        state.put(state.Key.CHOSEN, (self.run_id, known))

    def react(self, event: EditorEvent) -> None:
        """Do what was done on the matrix."""
        self.choose(event.classes)
        if event.kind == "merge":
            self.merge(event.classes)

    def merge(self, classes: Sequence[str]) -> None:
        """Put the groups of these classes together."""
        self._take(lambda grouping: grouping.merge(classes), f"Merged {name_some(classes)}")

    def rename(self, group: str, name: str) -> None:
        """Give a group another name."""
        self._take(lambda grouping: grouping.rename(group, name), f"Renamed {group} to {name.strip()}")

    def split(self, group: str) -> None:
        """Make each class of a group stand alone again."""
        self._take(lambda grouping: grouping.split(group), f"Split {group}")

    def suggest(self, num_groups: int) -> None:
        """Replace all groups by the suggested ones."""
        confusion = cache.confusion(self.run_id, "val")
        self._take(
            lambda _: suggest_grouping(confusion, self.class_names, num_groups),
            f"Suggested {num_groups} groups",
        )

    def undo(self) -> None:
        """Take the last step back."""
        self._keep(self.history.undo())

    def redo(self) -> None:
        """Take the step again that was undone last."""
        self._keep(self.history.redo())

    def _take(self, change: Callable[[Grouping], Grouping], words: str) -> None:
        history = self.history
        with kept_for_later():
            self._keep(history.apply(change(history.current), words))

    def _keep(self, history: GroupingHistory) -> None:
        if history == self.history:
            return
        with kept_for_later():
            revision = save_draft(cache.workspace(), self.dataset, self.run_id, history)
            st.session_state["regroup_draft"] = (self, revision, history)


@contextmanager
def kept_for_later() -> Iterator[None]:
    """Keep why a step was refused for ``show_problem``: in a callback nothing can be drawn."""
    try:
        yield
    except RegroupError as error:
        st.session_state[PROBLEM] = str(error)


def show_problem() -> None:
    """Show why the last step was refused, once."""
    problem = st.session_state.pop(PROBLEM, None)
    if problem:
        st.error(problem, icon=":material/error:")


def name_some(classes: Sequence[str]) -> str:
    """Name up to three classes.

    >>> name_some(["cat", "dog"]), name_some(["cat", "dog", "cow", "hen", "car"])
    ('cat and dog', 'cat, dog, cow and 2 more')
    """
    if len(classes) <= NAMED:
        return " and ".join(filter(None, [", ".join(classes[:-1]), *classes[-1:]]))
    return f"{', '.join(classes[:NAMED])} and {len(classes) - NAMED} more"
