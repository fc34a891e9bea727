from core.regrouping.grouping import Grouping
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.tree_rows import list_rows

CLASSES = ("a", "b", "c", "d")


def long_history(num_steps: int) -> GroupingHistory:
    history = GroupingHistory.identity(CLASSES)
    for step in range(num_steps):
        name = history.current.group_names[0]
        history = history.apply(history.current.rename(name, f"name {step}"), f"step {step}")
    return history


def test_a_way_without_branches_stands_in_line():
    rows = list_rows(long_history(3).undo())
    assert [(row.node.id, row.depth, row.is_before, row.is_current) for row in rows] == [
        (0, 0, True, False),
        (1, 0, True, False),
        (2, 0, True, True),
        (3, 0, False, False),
    ]


def test_an_older_branch_stands_below_its_state_and_no_line_jumps_when_it_is_shown():
    history = long_history(2)
    branched = history.undo().apply(Grouping.identity(CLASSES).merge(["a", "b"]), "other way")
    assert [(row.node.label, row.depth) for row in list_rows(branched)] == [
        ("Start", 0),
        ("step 0", 0),
        ("step 1", 1),
        ("other way", 0),
    ]
    shown = list_rows(branched.go_to(2))
    assert [row.node.id for row in shown] == [row.node.id for row in list_rows(branched)]
    assert [row.is_before for row in shown] == [True, True, True, False]


def test_branches_of_branches_stand_deeper():
    history = GroupingHistory.identity(CLASSES)
    groupings = [Grouping.identity(CLASSES).merge([one, "d"]) for one in "abc"]
    first = history.apply(groupings[0], "first")
    inner = first.apply(groupings[1], "inner").undo().apply(groupings[2], "inner too")
    main = inner.go_to(0).apply(groupings[1], "main")
    assert [(row.node.label, row.depth) for row in list_rows(main)] == [
        ("Start", 0),
        ("first", 1),
        ("inner", 2),
        ("inner too", 1),
        ("main", 0),
    ]


def test_of_many_states_the_named_the_first_the_present_and_the_newest_are_listed():
    history = long_history(1000).name_node(20, "good").go_to(300)
    rows = list_rows(history, max_rows=50)
    assert len(rows) == 50
    assert [row.node.id for row in rows[:3]] == [0, 20, 300]
    assert rows[-1].node.id == 1000
