"""The grouping being built for a run, and the classes chosen for the next step.

Every step is written to disk at once: a reload or a restarted server goes on from there. A window stays at
the state it shows when another window takes a step, and says that there is news.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from app import cache, state
from app.components.confusion_editor import EditorEvent
from app.components.plain_text import plain
from core.errors import RegroupError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import (
    KeptDraft,
    draft_stamp,
    find_state,
    load_draft,
    save_draft,
    steps_since,
)
from core.regrouping.names import name_some
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.suggesting.wishes import Wishes
from core.words import counted

KEPT = "regroup_draft"  # (draft, what this window has seen of it)
PROBLEM = "regroup_problem"  # the sentence of a step that was refused
NEWS = "regroup_news"  # the words for steps that other windows took


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
    def kept(self) -> KeptDraft:
        """What this window has seen, with the states that other windows have added since."""
        seen = self._seen()
        if seen is not None and seen.stamp == draft_stamp(cache.workspace(), self.dataset, self.run_id):
            return seen
        newest = load_draft(cache.workspace(), self.dataset, self.run_id, self.class_names)
        if seen is not None:
            self._tell(steps_since(newest.history, seen.history))
            here = find_state(newest.history, seen.history, seen.history.position)
            if here is not None:
                newest = replace(newest, history=replace(newest.history, position=here))
        st.session_state[KEPT] = (self, newest)
        return newest

    @property
    def history(self) -> GroupingHistory:
        """All states, and the one this window shows."""
        return self.kept.history

    @property
    def grouping(self) -> Grouping:
        """The groups now."""
        return self.history.current

    @property
    def wishes(self) -> Wishes:
        """What is demanded of suggested groups."""
        return self.kept.wishes

    def set_wishes(self, wishes: Wishes) -> None:
        """Demand something else of suggested groups."""
        self._keep(replace(self._base(), wishes=wishes))

    @property
    def own_order(self) -> tuple[str, ...] | None:
        """Class names in the person's own order along the matrix; None when there is none."""
        return self.kept.order

    def set_order(self, class_names: Sequence[str]) -> None:
        """Keep an own order of the classes; one that does not name each of them once is passed over."""
        if sorted(class_names) == sorted(self.class_names):
            self._keep(replace(self._base(), order=tuple(class_names)))

    @property
    def chosen(self) -> tuple[str, ...]:
        """Class names chosen now: none, a pair (true, predicted), or a block."""
        run_id, classes = state.get(state.Key.CHOSEN, (self.run_id, ()))
        return classes if run_id == self.run_id else ()

    def choose(self, classes: Sequence[str]) -> None:
        """Choose classes; those the run does not know are passed over."""
        known = set(self.class_names)
        state.put(state.Key.CHOSEN, (self.run_id, tuple(name for name in classes if name in known)))

    def react(self, event: EditorEvent) -> None:
        """Do what was done on the matrix; its order and the cut of its tree are the matrix's own matter."""
        match event.kind:
            case "choose":
                self.choose(event.classes)
            case "merge":
                self.choose(event.classes)
                self.merge(event.classes)
            case "take_out":
                self.take_out(event.classes)
            case "move":
                self.move(event.classes, event.group)
            case "dissolve":
                self.dissolve(event.group)
            case "rename":
                self.rename(event.group, event.name)
            case "color":
                self.color(event.group, event.color)
            case "lock":
                self.lock(event.group, event.locked)
            case "undo":
                self.undo()
            case "redo":
                self.redo()

    def merge(self, classes: Sequence[str], name: str | None = None) -> None:
        """Put the groups of these classes together."""
        self.take(lambda grouping: grouping.merge(classes, name), f"Merged {name_some(classes)}")

    def take_out(self, classes: Sequence[str]) -> None:
        """Let classes leave their groups and form one of their own, together."""
        self.take(lambda grouping: grouping.take_out(classes), f"Took out {name_some(classes)}")

    def move(self, classes: Sequence[str], group: str) -> None:
        """Let classes leave their groups and join another."""
        self.take(lambda grouping: grouping.move(classes, group), f"Moved {name_some(classes)} to {group}")

    def dissolve(self, group: str) -> None:
        """Make each class of a group stand alone again."""
        self.take(lambda grouping: grouping.dissolve(group), f"Dissolved {group}")

    def rename(self, group: str, name: str) -> None:
        """Give a group another name."""
        self.take(lambda grouping: grouping.rename(group, name), f"Renamed {group} to {name.strip()}")

    def lock(self, group: str, locked: bool = True) -> None:
        """Keep a group as it is in further steps, or let it be changed again."""
        words = f"{'Locked' if locked else 'Unlocked'} {group}"
        self.take(lambda grouping: grouping.lock(group, locked), words)

    def color(self, group: str, index: int) -> None:
        """Give a group a color of the palette; -1 takes it away."""
        words = f"Colored {group}" if index >= 0 else f"Took the color from {group}"
        self.take(lambda grouping: grouping.color(group, index), words, coalesce=f"color {group}")

    def undo(self) -> None:
        """Take the last step back."""
        self._walk(GroupingHistory.undo)

    def redo(self) -> None:
        """Take the step again that was visited last."""
        self._walk(GroupingHistory.redo)

    def go_to(self, node_id: int) -> None:
        """Show another state of the history."""
        self._walk(lambda history: history.go_to(node_id))

    def name_node(self, node_id: int, name: str) -> None:
        """Give a state of the history a name; an empty one takes it away."""
        self._walk(lambda history: history.name_node(node_id, name))

    def take(
        self,
        change: Callable[[Grouping], Grouping],
        words: str,
        *,
        origin: Mapping[str, Any] | None = None,
        coalesce: str | None = None,
    ) -> None:
        """Take a step from the state that this window shows; a refusal is kept for ``show_problem``.

        Args:
            change: What makes the new groups of those that are there.
            words: The words for the step, such as ``"Merged cat and dog"``.
            origin: Settings of the search that suggested the new groups.
            coalesce: Steps of one key in quick succession become one step.
        """
        self._walk(
            lambda history: history.apply(change(history.current), words, origin=origin, coalesce=coalesce)
        )

    def _walk(self, change: Callable[[GroupingHistory], GroupingHistory]) -> None:
        with kept_for_later():
            base = self._base()
            self._keep(replace(base, history=change(base.history)))

    def _keep(self, changed: KeptDraft) -> None:
        seen = self._base()
        if changed == seen:
            return
        with kept_for_later():
            kept, elsewhere = save_draft(cache.workspace(), self.dataset, self.run_id, changed, seen=seen)
            st.session_state[KEPT] = (self, kept)
            self._tell(elsewhere)

    def _base(self) -> KeptDraft:
        """What this window showed when the step was taken, even if there is news on the disk."""
        return self._seen() or self.kept

    def _seen(self) -> KeptDraft | None:
        draft, seen = st.session_state.get(KEPT, (None, None))
        return seen if draft == self else None

    def _tell(self, steps: Sequence[str]) -> None:
        if steps:
            st.session_state[NEWS] = (*st.session_state.get(NEWS, ()), *steps)


@contextmanager
def kept_for_later() -> Iterator[None]:
    """Keep why a step was refused for ``show_problem``: in a callback nothing can be drawn."""
    try:
        yield
    except RegroupError as error:
        st.session_state[PROBLEM] = str(error)


def show_problem() -> None:
    """Show why the last step was refused and what other windows did meanwhile, once."""
    problem = st.session_state.pop(PROBLEM, None)
    if problem:
        st.error(problem, icon=":material/error:")
    steps = st.session_state.pop(NEWS, None)
    if steps:
        st.info(
            f"Another window took {counted(len(steps), 'step')} meanwhile ({plain(name_some(steps))}). You "
            f"are still where you were, nothing is lost: both ways are branches under History.",
            icon=":material/alt_route:",
        )
