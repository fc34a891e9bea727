"""Winners and losers, counted by hand, and the warning of a group that one class dominates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import GroupingError
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.counts import SparseCounts
from core.regrouping.truth.members import Answers, class_changes, dominated_by, group_rates

NAMES = ("mole", "cancer", "wart")
GROUPING = Grouping.from_mapping(NAMES, {"mole": "dark", "cancer": "dark", "wart": "light"})
COUNTS = SparseCounts.of(np.array([[60, 20, 20], [5, 10, 5], [10, 0, 30]]))


def row(table: object, name: str, value: str) -> dict:
    found = table[table[name] == value].to_dict("records")
    assert len(found) == 1
    return found[0]


def test_sensitivity_and_specificity_of_a_class_are_counted_before_and_after() -> None:
    mole = row(class_changes(COUNTS, GROUPING), "class", "mole")
    assert mole["group"] == "dark"
    assert mole["support"] == 100
    assert mole["sensitivity_before"] == 60 / 100
    assert mole["sensitivity"] == 80 / 100
    assert mole["specificity_before"] == 1 - 15 / 60
    assert mole["specificity"] == 1 - 10 / 40
    assert mole["change"] == pytest.approx(0.2)


def test_the_greatest_loss_comes_first() -> None:
    table = class_changes(COUNTS, GROUPING)
    assert table["change"].tolist() == sorted(table["change"])
    # A wart is told from others as before; cancer: sensitivity 0.5 to 0.75, specificity 120/140 to 30/40.
    assert row(table, "class", "wart")["change"] == 0
    assert row(table, "class", "cancer")["change"] == pytest.approx(0.25 + 30 / 40 - 120 / 140)


def test_groups_answered_otherwise_can_cost_a_class_its_images() -> None:
    y_true = np.array([0, 0, 1, 1, 2, 2])
    answered = np.array([0, 0, 1, 1, 1, 1])  # every cancer is now taken for light
    counts = SparseCounts.of(np.diag([2, 2, 2]))
    table = class_changes(counts, GROUPING, answers=Answers(y_true, answered))
    assert table["class"][0] == "cancer"
    assert row(table, "class", "cancer")["sensitivity"] == 0
    assert row(table, "class", "wart")["specificity"] == 0.5
    groups = group_rates(counts, GROUPING, answers=Answers(y_true, answered))
    assert row(groups, "group", "dark")["sensitivity"] == 0.5
    assert row(groups, "group", "light")["specificity"] == 0.5


def test_rates_of_groups_are_those_of_the_merged_matrix() -> None:
    table = group_rates(COUNTS, GROUPING)
    assert table["group"].tolist() == ["dark", "light"]
    dark = row(table, "group", "dark")
    assert (dark["num_classes"], dark["support"]) == (2, 120)
    assert dark["sensitivity"] == 95 / 120
    assert dark["specificity"] == 30 / 40


@pytest.mark.parametrize(
    ("confusion", "dominating"),
    [
        ([[90, 2, 8], [12, 3, 5], [4, 0, 16]], "mole"),  # cancer is taken for a mole
        ([[90, 2, 8], [0, 9, 11], [4, 0, 16]], "mole"),  # cancer is missed
        ([[90, 2, 8], [0, 11, 9], [4, 0, 16]], ""),  # cancer is right by its own name
        ([[30, 2, 7], [12, 3, 5], [4, 0, 16]], ""),  # less than twice as many
        ([[90, 2, 8], [0, 0, 0], [4, 0, 16]], ""),  # there is no other image
    ],
)
def test_a_group_is_dominated_when_it_is_right_only_because_of_one_class(
    confusion: list[list[int]], dominating: str
) -> None:
    assert dominated_by(SparseCounts.of(np.array(confusion)), GROUPING) == [dominating, ""]
    assert (
        row(group_rates(SparseCounts.of(np.array(confusion)), GROUPING), "group", "dark")["dominated_by"]
        == dominating
    )


def test_a_class_without_images_has_no_sensitivity_and_comes_last() -> None:
    table = class_changes(SparseCounts.of(np.array([[5, 1, 0], [1, 5, 0], [0, 0, 0]])), GROUPING)
    assert table["class"].tolist()[-1] == "wart"
    assert np.isnan(table["sensitivity"].to_numpy()[-1])


def test_a_grouping_of_other_classes_is_refused_with_the_remedy() -> None:
    with pytest.raises(GroupingError, match="choose a run and a grouping of the same dataset"):
        class_changes(COUNTS, Grouping.identity(["a", "b"]))


@settings(deadline=None, max_examples=50)
@given(
    arrays(np.int64, (4, 4), elements=st.integers(0, 9)),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_merged_labels_never_lower_the_sensitivity_of_a_class(
    confusion: np.ndarray, groups: list[int]
) -> None:
    grouping = Grouping.from_assignment("abcd", groups)
    table = class_changes(SparseCounts.of(confusion), grouping).dropna(subset=["sensitivity"])
    assert (table["sensitivity"] >= table["sensitivity_before"] - 1e-12).all()
