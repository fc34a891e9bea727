from core.regrouping.duel.opponents import (
    enter_duel,
    find_full,
    find_of_any_depth,
    find_of_other_pictures,
    find_of_other_versions,
    find_retrained,
    find_twins,
    has_other_version,
    newest_of_each_seed,
)
from core.regrouping.grouping import Grouping
from core.runs.config import RunConfig
from core.runs.run import ACTIVE_STATES, Run, State, create_run
from core.workspace import Workspace, write_json

GROUPING = Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"], "pet")
GROUPS = GROUPING.to_mapping()


def make_run(home: Workspace, state: State = State.DONE, **settings: object) -> Run:
    run = create_run(home, RunConfig.make(dataset="zoo", model="lenet", **settings))
    run.update_status(state=state)
    return run


def test_retrained_runs_are_done_and_have_the_groups_and_settings_of_the_full_run(home):
    full = make_run(home)
    first = make_run(home, groups=GROUPS, grouping="two")
    second = make_run(home, groups=GROUPS, grouping="renamed", seed=1)
    make_run(home, groups=GROUPS, epochs=99)
    make_run(home, groups=GROUPS, augmentation="light")
    make_run(home, groups={**GROUPS, "car": "thing"})
    make_run(home, State.CANCELLED, groups=GROUPS)
    assert find_retrained(home, full, GROUPING) == [second, first]


def test_augmented_runs_stand_against_runs_with_the_same_augmentation(home):
    full = make_run(home, augmentation="light")
    make_run(home, groups=GROUPS)
    make_run(home, groups=GROUPS, augmentation="skin")
    same = make_run(home, groups=GROUPS, augmentation=full.config.augmentation)
    assert find_retrained(home, full, GROUPING) == [same]


def test_runs_that_are_still_trained_are_found_when_asked_for(home):
    full = make_run(home)
    make_run(home, groups=GROUPS)
    waiting = make_run(home, State.QUEUED, groups=GROUPS)
    assert find_retrained(home, full, GROUPING, states=ACTIVE_STATES) == [waiting]


def test_full_runs_are_done_and_have_the_settings_of_the_grouped_run(home):
    full = make_run(home)
    make_run(home, epochs=99)
    make_run(home, State.FAILED)
    assert find_full(home, make_run(home, groups=GROUPS)) == [full]


def test_a_run_on_an_older_version_of_the_dataset_is_no_opponent(home):
    full, retrained = make_run(home), make_run(home, groups=GROUPS)
    for run, version in ((full, "new"), (retrained, "old")):
        write_json(run.directory / "environment.json", {"dataset_version": version})
    assert find_retrained(home, full, GROUPING) == []
    assert find_of_other_versions(home, full, GROUPING) == [retrained]
    assert has_other_version(full, retrained)
    write_json(retrained.directory / "environment.json", {"dataset_version": "new"})
    assert find_retrained(home, full, GROUPING) == [retrained]
    assert find_of_other_versions(home, full, GROUPING) == []


def test_a_run_whose_settings_are_damaged_is_no_opponent(home):
    full, retrained = make_run(home), make_run(home, groups=GROUPS)
    (make_run(home).directory / "config.json").write_text("{")
    assert find_retrained(home, full, GROUPING) == [retrained]
    assert find_full(home, retrained) == [full]


def test_runs_that_saw_other_pictures_are_found_apart(home):
    full = make_run(home)
    hidden = make_run(home, groups=GROUPS, occluded_with="hidden")
    make_run(home, groups=GROUPS, occluded_with="hidden", epochs=99)
    make_run(home, State.FAILED, groups=GROUPS, occluded_with="hidden")
    idle = make_run(home, groups=GROUPS, occluded_splits="test")
    assert find_retrained(home, full, GROUPING) == [idle]
    assert find_of_other_pictures(home, full, GROUPING) == [hidden]
    other_way = make_run(home, occluded_with="hidden")
    assert find_retrained(home, other_way, GROUPING) == [hidden]
    assert find_of_other_pictures(home, other_way, GROUPING) == [idle]


def test_how_a_run_was_computed_does_not_keep_it_from_the_duel(home):
    full = make_run(home)
    same = make_run(home, groups=GROUPS, precision="float32", feature_cache="off", num_devices=2)
    assert find_retrained(home, full, GROUPING) == [same]


def test_all_seeds_enter_the_duel_the_newest_run_of_each(home):
    full = make_run(home, seed=3)
    make_run(home, seed=5)
    twin = make_run(home, seed=5)
    make_run(home, seed=3)
    make_run(home, seed=7, epochs=99)
    grouped = {seed: make_run(home, groups=GROUPS, seed=seed) for seed in (1, 3)}
    newer = make_run(home, groups=GROUPS, seed=1)
    assert find_twins(home, full)[0] == full
    assert enter_duel(home, full, GROUPING) == ([full, twin], [grouped[3], newer])


def test_the_newest_run_of_a_seed_is_the_one_asked_for_last_in_whatever_order_they_come(home):
    runs = [make_run(home, seed=seed) for seed in (2, 1, 2, 1)]
    for order in (runs, runs[::-1], [runs[3], runs[0], runs[2], runs[1]]):
        assert newest_of_each_seed(order) == [runs[3], runs[2]]


def test_runs_of_other_depths_are_found_when_depth_does_not_matter(home):
    settings = {"weights": "run:lenet-9"}
    full = make_run(home, cut=1, **settings)
    deeper = make_run(home, cut=2, seed=9, **settings)
    make_run(home, cut=2)
    waiting = make_run(home, State.QUEUED, cut=3, **settings)
    grouped = make_run(home, groups=GROUPS, **settings)
    assert find_of_any_depth(home, full, None) == [deeper, full]
    assert find_of_any_depth(home, full, GROUPS) == [grouped]
    assert find_of_any_depth(home, full, None, states=ACTIVE_STATES) == [waiting]
    write_json(deeper.directory / "environment.json", {"dataset_version": "old"})
    assert find_of_any_depth(home, full, None, version="new") == [full]
