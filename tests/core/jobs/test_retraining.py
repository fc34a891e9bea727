"""Runs on groups with several seeds: the same settings, and nothing trained twice."""

from collections.abc import Callable

import pytest

from core.errors import ModelError, RunError
from core.jobs.queue import queued_runs
from core.jobs.retraining import default_seeds, retrain, train_depths
from core.regrouping.duel.depth import depth_of
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import SavedGrouping, save_grouping
from core.runs.run import Run, State
from core.workspace import Workspace, write_json

PAIRS = Grouping.from_assignment("0123456789", [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
GROUPS = PAIRS.to_mapping()


@pytest.fixture
def full(home: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(home, seed=4)


@pytest.fixture
def saved(home: Workspace, full: Run) -> SavedGrouping:
    return save_grouping(home, "digits", "pairs", PAIRS, run_id=full.id)


def test_seeds_begin_with_that_of_the_full_run(full: Run) -> None:
    assert default_seeds(full) == (4, 5, 6)
    assert default_seeds(full, 1) == (4,)
    with pytest.raises(RunError, match="0 seeds cannot be trained; choose 1 to 20"):
        default_seeds(full, 0)


def test_each_seed_is_queued_with_the_settings_of_the_full_run(
    home: Workspace, full: Run, saved: SavedGrouping
) -> None:
    asked = retrain(home, full, saved, (4, 5))
    assert queued_runs(home) == list(asked.queued)
    assert [run.config.seed for run in asked.queued] == [4, 5]
    changed = {"grouping": "pairs", "groups": GROUPS}
    assert asked.queued[0].config == full.config.model_copy(update=changed)
    assert asked.existing == ()


def test_a_run_that_is_done_or_waits_is_not_trained_again(
    home: Workspace, full: Run, saved: SavedGrouping, finish_run: Callable[..., Run]
) -> None:
    done = finish_run(home, groups=GROUPS, grouping="under another name", seed=5)
    first = retrain(home, full, saved, (4, 5, 5))
    assert [run.config.seed for run in first.queued] == [4]
    assert first.existing == (done,)
    again = retrain(home, full, saved, (4, 5))
    assert again.queued == ()
    assert set(again.existing) == {done, *first.queued}
    assert again.runs == again.existing


def test_runs_that_failed_or_differ_do_not_count(
    home: Workspace, full: Run, saved: SavedGrouping, finish_run: Callable[..., Run]
) -> None:
    finish_run(home, groups=GROUPS, seed=4, epochs=99)
    finish_run(home, groups=GROUPS, seed=4).update_status(state=State.FAILED)
    other_version = finish_run(home, groups=GROUPS, seed=4)
    write_json(other_version.directory / "environment.json", {"dataset_version": "another"})
    assert [run.config.seed for run in retrain(home, full, saved, (4,)).queued] == [4]


def test_the_full_network_is_trained_with_the_same_seeds_on_request(
    home: Workspace, full: Run, saved: SavedGrouping
) -> None:
    asked = retrain(home, full, saved, (4, 5), also_full=True)
    kinds = [(run.config.groups is None, run.config.seed) for run in asked.queued]
    assert kinds == [(False, 4), (False, 5), (True, 5)]
    assert asked.existing == (full,)
    assert asked.queued[-1].config == full.config.model_copy(update={"seed": 5})


def test_groups_that_are_replaced_while_runs_wait_stay_as_they_were_asked_for(
    home: Workspace, full: Run, saved: SavedGrouping
) -> None:
    asked = retrain(home, full, saved, (4,))
    other = Grouping.from_assignment("0123456789", [0] * 5 + [1] * 5)
    save_grouping(home, "digits", "pairs", other, run_id=full.id, overwrite=True)
    assert asked.queued[0].config.groups == GROUPS


def test_runs_on_groups_and_runs_from_elsewhere_are_refused(
    home: Workspace, full: Run, saved: SavedGrouping, finish_run: Callable[..., Run]
) -> None:
    grouped = finish_run(home, groups=GROUPS)
    with pytest.raises(RunError, match="was trained on groups itself; choose the run that knows all classes"):
        retrain(home, grouped, saved, (0,))
    write_json(full.directory / "config.json", {**full.config.model_dump(mode="json"), "model": "imported"})
    with pytest.raises(RunError, match=r"brought in from elsewhere.*train a network on this dataset first"):
        retrain(home, full, saved, (0,))
    assert queued_runs(home) == []


def test_what_the_queue_refuses_is_refused_before_anything_waits(
    home: Workspace, full: Run, saved: SavedGrouping
) -> None:
    blob = Grouping.from_assignment("0123456789", [0] * 10)
    one = save_grouping(home, "digits", "one", blob, run_id=full.id)
    with pytest.raises(RunError, match="a network needs at least two"):
        retrain(home, full, one, (4, 5))
    assert queued_runs(home) == []


def test_missing_depths_are_queued_full_and_grouped(
    home: Workspace, saved: SavedGrouping, finish_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.queue.check_config", lambda config, workspace, progress: None)
    settings = {"model": "mobilenet", "weights": "imagenet"}
    full = finish_run(home, **settings)  # no cut: nothing but the head is trained
    there = finish_run(home, **settings, cut=2, groups=GROUPS)
    asked = train_depths(home, full, saved, (0, 2))
    found = [(run.config.cut, run.config.groups is not None, run.config.seed) for run in asked.queued]
    assert found == [(0, True, 0), (2, False, 0)]
    assert set(asked.existing) == {full, there}


def test_a_depth_beyond_the_blocks_is_refused(home: Workspace, full: Run, saved: SavedGrouping) -> None:
    with pytest.raises(ModelError, match="set the cut to"):
        train_depths(home, full, saved, (depth_of(full), 99))
    assert queued_runs(home) == []
