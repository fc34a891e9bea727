"""The commands around the truth of a grouping."""

import json
from collections.abc import Callable

import pytest

from core.evaluation.confusion import compute_confusion
from core.predictions import load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import count_looks
from core.regrouping.keeping.store import save_grouping
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.truth.backoff import choose_thresholds, judge
from core.regrouping.truth.price import price
from core.regrouping.truth.sureness import answerable
from core.runs.run import Run
from core.workspace import Workspace

Regroup = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Workspace, finish_run: Callable[..., Run]) -> Run:
    """A run with its planted pairs saved twice: made by hand, and as what a search found."""
    run = finish_run(home)
    history = GroupingHistory.identity(load_predictions(run.predictions_path("val")).class_names)
    grouping = history.current
    for pair in ("01", "23", "45", "67", "89"):
        grouping = grouping.merge(pair)
    save_grouping(home, "digits", "pairs", grouping, run_id=run.id)
    found = history.apply(grouping, "Suggested", origin=SearchSettings(num_groups=5).model_dump(mode="json"))
    save_grouping(home, "digits", "found", grouping, run_id=run.id, history=found)
    return run


def grouping_of(run: Run) -> Grouping:
    names = load_predictions(run.predictions_path("val")).class_names
    return Grouping.from_assignment(names, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])


def test_price_prints_what_merging_costs_and_who_loses(regroup: Regroup, run: Run) -> None:
    status, printed, _ = regroup("price", run.id, "--grouping", "pairs", "--json")
    assert status == 0
    told = json.loads(printed)
    paid = price(compute_confusion(load_predictions(run.predictions_path("val"))), grouping_of(run))
    assert told["price"]["kappa"] == pytest.approx(paid.kappa)
    assert told["price"]["bits_kept"] == pytest.approx(paid.bits_kept)
    assert len(told["classes"]) == 10
    assert told["groups"][0]["dominated_by"] == ""
    status, printed, _ = regroup("price", run.id, "--grouping", "pairs", "--summed")
    assert status == 0
    assert "kappa" in printed
    assert "sensitivity before" in printed


def test_gain_compares_groups_made_by_hand_with_random_ones(regroup: Regroup, run: Run) -> None:
    status, printed, _ = regroup("gain", run.id, "--grouping", "pairs")
    assert status == 0
    assert "chance (1000 groupings)" in printed
    assert "is real, or luck of choosing on these images (95\N{NO-BREAK SPACE}%" in printed


def test_gain_repeats_the_search_of_suggested_groups(regroup: Regroup, run: Run) -> None:
    status, printed, _ = regroup("gain", run.id, "--grouping", "found", "--searches", "39", "--json")
    assert status == 0
    told = json.loads(printed)
    assert told["gain"]["chance"] == "searches"
    assert told["gain"]["num_draws"] == 39
    assert told["gain"]["p_value"] == pytest.approx(1 / 40)
    assert "p at most 0.025" in told["conclusion"]


def test_backoff_chooses_on_validation_and_a_look_at_test_is_counted(
    regroup: Regroup, run: Run, home: Workspace
) -> None:
    arguments = ("backoff", run.id, "--grouping", "pairs", "--risk", "0.1")
    status, printed, _ = regroup(*arguments)
    assert status == 0
    assert "thresholds, chosen on val" in printed
    assert count_looks(home, "digits", run.id) == 0
    status, printed, _ = regroup(*arguments, "--split", "test", "--json")
    told = json.loads(printed)
    on_val, on_test = (
        answerable(load_predictions(run.predictions_path(split)), grouping_of(run))
        for split in ("val", "test")
    )
    expected = judge(on_test, choose_thresholds(on_val, 0.1).rounded_up())
    assert (told["fine_share"], told["risk"]) == pytest.approx((expected.fine_share, expected.risk))
    assert count_looks(home, "digits", run.id) == 2  # the groups, and these thresholds
    _, _, told_beside = regroup(*arguments[:-2], "--above", "0", "0", "--split", "test")
    assert count_looks(home, "digits", run.id) == 3
    assert "look 3 at the test images of this dataset, number 3 with this run; thresholds" in told_beside
