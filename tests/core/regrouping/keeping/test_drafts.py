import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import GroupingError, WorkspaceError
from core.regrouping.grouping import Grouping
from core.regrouping.keeping import lock
from core.regrouping.keeping.drafts import (
    NEVER,
    KeptDraft,
    draft_stamp,
    find_state,
    join_histories,
    load_draft,
    save_draft,
    steps_since,
)
from core.regrouping.keeping.store import list_groupings
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.suggesting.wishes import Wishes
from core.workspace import Workspace

CLASSES = ("cat", "dog", "car", "bus")
RUN = ("zoo", "lenet-1")


class Window:
    """A browser's window: it has seen a draft, and takes steps from what it shows."""

    def __init__(self, home: Workspace) -> None:
        self.home = home
        self.seen = load_draft(home, *RUN, CLASSES)

    def merge(self, *classes: str) -> tuple[str, ...]:
        history = self.seen.history
        return self.save(history.apply(history.current.merge(classes), f"Merged {' and '.join(classes)}"))

    def save(self, history: GroupingHistory) -> tuple[str, ...]:
        changed = replace(self.seen, history=history)
        self.seen, told = save_draft(self.home, *RUN, changed, seen=self.seen)
        return told


@pytest.fixture
def windows(home: Workspace) -> Iterator[tuple[Window, Window]]:
    return Window(home), Window(home)


def labels(draft: KeptDraft) -> list[str]:
    return [node.label for node in draft.history.nodes]


def test_a_draft_comes_back_with_wishes_and_order(home):
    nothing = load_draft(home, *RUN, CLASSES)
    assert (nothing.stamp, draft_stamp(home, *RUN)) == (NEVER, NEVER)
    history = nothing.history.apply(nothing.history.current.merge(["cat", "dog"]), "Merged cat and dog")
    wishes = Wishes(never_link=(("car", "bus"),))
    kept, told = save_draft(
        home, *RUN, KeptDraft(history, wishes, ("bus", "car", "dog", "cat")), seen=nothing
    )
    assert load_draft(home, *RUN, CLASSES) == kept
    assert (kept.history, kept.wishes, kept.order) == (history, wishes, ("bus", "car", "dog", "cat"))
    assert (kept.stamp, told) == (draft_stamp(home, *RUN), ())
    assert list_groupings(home, "zoo") == []


def test_a_step_of_a_window_that_has_seen_the_newest_is_no_branch(windows):
    first, _ = windows
    assert first.merge("cat", "dog") == ()
    assert first.merge("car", "bus") == ()
    assert first.seen.history.children == {0: [1], 1: [2]}


def test_the_second_of_two_windows_is_told_and_its_step_is_a_branch_from_what_it_saw(home, windows):
    first, second = windows
    first.merge("cat", "dog")
    assert second.merge("car", "bus") == ("Merged cat and dog",)
    kept = load_draft(home, *RUN, CLASSES)
    assert kept == second.seen
    assert labels(kept) == ["Start", "Merged cat and dog", "Merged car and bus"]
    assert kept.history.children == {0: [1, 2]}
    assert kept.history.current == Grouping.identity(CLASSES).merge(["car", "bus"])
    assert first.merge("cat", "bus") == ("Merged car and bus",)
    assert first.seen.history.children == {0: [1, 2], 1: [3]}


def test_a_walk_in_one_window_keeps_the_steps_of_the_other(windows):
    first, second = windows
    first.merge("cat", "dog")
    second.seen = load_draft(second.home, *RUN, CLASSES)
    first.merge("car", "bus")
    assert second.save(second.seen.history.undo()) == ("Merged car and bus",)
    assert labels(second.seen) == ["Start", "Merged cat and dog", "Merged car and bus"]
    assert second.seen.history.position == 0


def test_a_name_given_in_one_window_stays_beside_the_steps_of_the_other(windows):
    first, second = windows
    first.merge("cat", "dog")
    second.seen = load_draft(second.home, *RUN, CLASSES)
    first.merge("car", "bus")
    second.save(second.seen.history.name_node(1, "pets"))
    assert [node.name for node in second.seen.history.nodes] == [None, "pets", None]
    first.save(first.seen.history.name_node(2, "cars"))
    assert [node.name for node in first.seen.history.nodes] == [None, "pets", "cars"]


def test_a_name_that_another_window_has_given_meanwhile_is_refused_and_nothing_is_lost(home, windows):
    first, second = windows
    first.merge("cat", "dog")
    second.seen = load_draft(home, *RUN, CLASSES)
    first.save(first.seen.history.name_node(1, "best"))
    with pytest.raises(GroupingError, match="already a state named 'best'"):
        second.save(second.seen.history.name_node(0, "best"))
    assert load_draft(home, *RUN, CLASSES) == first.seen


def test_a_state_that_another_window_replaced_comes_back_under_the_step_made_from_it(home, windows):
    first, second = windows
    groupings = [Grouping.from_assignment(CLASSES, numbers) for numbers in ([0, 0, 1, 2], [0, 0, 1, 1])]
    first.save(first.seen.history.apply(groupings[0], "Cut at 3", coalesce="cut"))
    second.seen = load_draft(home, *RUN, CLASSES)
    first.save(first.seen.history.apply(groupings[1], "Cut at 2", coalesce="cut"))
    assert labels(first.seen) == ["Start", "Cut at 2"]
    second.merge("cat", "car")
    assert labels(second.seen) == ["Start", "Cut at 2", "Cut at 3", "Merged cat and car"]
    assert second.seen.history.steps == ("Cut at 3", "Merged cat and car")
    assert second.seen.history.current == groupings[0].merge(["cat", "car"])


def test_wishes_and_order_of_the_other_window_stay_unless_changed_here(windows):
    first, second = windows
    wishes = Wishes(max_size=2)
    first.seen, _ = save_draft(first.home, *RUN, replace(first.seen, wishes=wishes), seen=first.seen)
    second.merge("cat", "dog")
    assert second.seen.wishes == wishes
    order = CLASSES[::-1]
    first.seen, _ = save_draft(first.home, *RUN, replace(first.seen, order=order), seen=first.seen)
    assert labels(first.seen) == ["Start", "Merged cat and dog"]
    second.merge("car", "bus")
    assert second.seen.order == order


def test_steps_of_the_same_instant_are_all_kept(home):
    windows = [Window(home) for _ in range(8)]
    pairs = [(one, other) for one in CLASSES for other in CLASSES if one < other]
    together = threading.Barrier(len(windows))

    def act(window: Window, number: int) -> None:
        together.wait()
        window.merge(*pairs[number % len(pairs)])
        window.save(window.seen.history.name_node(window.seen.history.position, f"window {number}"))

    threads = [threading.Thread(target=act, args=(window, k)) for k, window in enumerate(windows)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = load_draft(home, *RUN, CLASSES).history
    assert len(history.nodes) == 9
    assert {node.name for node in history.nodes[1:]} == {f"window {k}" for k in range(8)}


moves = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.sampled_from(["merge", "undo", "redo", "look"]), st.integers(0, 11))
)


@settings(deadline=None, max_examples=60)
@given(moves)
def test_two_windows_never_lose_a_state_whatever_they_do(taken):
    """The same as ``save_draft`` does, without the disk."""
    kept = GroupingHistory.identity(CLASSES)
    seen = [kept, kept]
    made = []
    for number, (window, action, choice) in enumerate(taken):
        mine = seen[window]
        if action == "look":
            here = find_state(kept, mine, mine.position)
            assert here is not None
            seen[window] = replace(kept, position=here)
            continue
        if action == "merge":
            pair = (CLASSES[choice % 4], CLASSES[choice // 4])
            changed = mine.apply(mine.current.merge(pair), f"step {number}")
            if changed is not mine:
                made.append((f"step {number}", changed.current, changed.steps))
        else:
            changed = getattr(mine, action)()
        kept = seen[window] = join_histories(kept, mine, changed)
        assert kept.current == changed.current
    states = {node.label: node for node in kept.nodes}
    assert len(states) == len(kept.nodes) == len(made) + 1
    for label, grouping, steps in made:
        assert states[label].grouping == grouping
        assert kept.go_to(states[label].id).steps == steps


def test_steps_since_are_those_that_were_not_seen():
    seen = GroupingHistory.identity(CLASSES)
    newest = seen.apply(seen.current.merge(["cat", "dog"]), "Merged cat and dog")
    assert steps_since(newest, seen) == ("Merged cat and dog",)
    assert steps_since(newest, newest) == ()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "3",
        '{"history": {}}',
        '{"history": null}',
        "\x00\x80",
    ],
)
def test_a_damaged_draft_counts_as_nothing_and_is_set_aside_by_the_next_step(home, content):
    window = Window(home)
    window.merge("cat", "dog")
    path = home.groupings_dir / "zoo" / "drafts" / "lenet-1.json"
    path.write_text(content)
    fresh = Window(home)
    assert fresh.seen.history.current == Grouping.identity(CLASSES)
    assert fresh.merge("car", "bus") == ()
    assert path.with_suffix(".old").read_text() == content
    assert load_draft(home, *RUN, CLASSES).history.current.num_groups == 3


def test_wishes_or_an_order_that_fit_no_more_are_dropped_with_the_draft_or_alone(home):
    window = Window(home)
    window.merge("cat", "dog")
    path = home.groupings_dir / "zoo" / "drafts" / "lenet-1.json"
    text = path.read_text()
    path.write_text(text[:-1] + ',"order":["cat"]}')
    assert load_draft(home, *RUN, CLASSES).order is None
    assert load_draft(home, *RUN, CLASSES).history == window.seen.history


def test_a_draft_for_other_classes_gives_every_class_alone(home):
    Window(home).merge("cat", "dog")
    others = ("cat", "dog", "tree")
    assert load_draft(home, *RUN, others).history.current == Grouping.identity(others)


def test_a_disk_that_cannot_be_written_is_said_and_the_old_draft_stays(home, monkeypatch):
    window = Window(home)
    window.merge("cat", "dog")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("core.workspace.os.fsync", refuse)
        with pytest.raises(WorkspaceError, match=r"No space left on device.*free some disk space"):
            window.merge("car", "bus")
    assert load_draft(home, *RUN, CLASSES) == window.seen
    assert labels(window.seen) == ["Start", "Merged cat and dog"]


def test_a_folder_that_cannot_be_made_is_said_with_the_remedy(home):
    (home.groupings_dir / "zoo").write_text("in the way")
    window = Window(home)
    with pytest.raises(WorkspaceError, match=r"cannot be written.*check the folder's permissions"):
        window.merge("cat", "dog")


def test_a_lock_that_is_held_too_long_is_said(home, monkeypatch):
    monkeypatch.setattr(lock, "LOCK_S", 0.05)
    window = Window(home)
    with (
        lock.locked(home.groupings_dir / "zoo" / "drafts" / "lenet-1.json"),
        pytest.raises(WorkspaceError, match=r"another window for .* seconds; try again"),
    ):
        window.merge("cat", "dog")
