"""The commands ``duel``, ``compare``, ``depths`` and ``export --grouping``, without worker processes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.jobs.exports import ExportReport
from core.jobs.queue import queued_runs
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import save_grouping
from core.runs.run import Run, State, list_runs
from core.workspace import Workspace

PAIRS = Grouping.from_assignment("0123456789", [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
GROUPED = {"grouping": "pairs", "groups": PAIRS.to_mapping()}


@pytest.fixture
def full(home: Workspace, finish_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("core.jobs.supervisor.ensure_supervised", lambda workspace: None)
    run = finish_run(home)
    save_grouping(home, "digits", "pairs", PAIRS, run_id=run.id)
    return run


def asked(regroup: Callable, *arguments: object) -> dict:
    status, out, err = regroup(*arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def test_a_duel_has_rows_differences_and_seeds(
    regroup: Callable, home: Workspace, full: Run, finish_run: Callable[..., Run]
) -> None:
    twin = finish_run(home, seed=1)
    grouped = [finish_run(home, **GROUPED, seed=seed) for seed in (0, 1)]
    found = asked(regroup, "duel", full.id, "--grouping", "pairs")
    assert (found["run"], found["retrained"], found["look"]) == (full.id, grouped[0].id, 1)
    assert found["full_runs"] == [full.id, twin.id]
    assert found["retrained_runs"] == [run.id for run in grouped]
    rows = {row["name"]: row for row in found["rows"]}
    assert list(rows) == ["full", "full then merged", "full summed", "retrained"]
    assert rows["retrained"]["accuracy_sd"] is not None
    assert rows["retrained"]["run_seconds"] == [2.0, 2.0]
    assert {"accuracy", "low", "high", "balanced_accuracy", "macro_f1", "kappa", "seconds"} <= set(
        rows["full"]
    )
    difference = found["differences"][0]
    assert (difference["first"], difference["second"]) == ("retrained", "full then merged")
    assert difference["tests"][0]["test"]["p_value"] == found["mcnemar_p"]
    assert "means over 2 full networks and 2 retrained ones" in found["conclusion"]


def test_runs_can_be_chosen_and_compare_is_the_same(
    regroup: Callable, home: Workspace, full: Run, finish_run: Callable[..., Run]
) -> None:
    others = [finish_run(home, seed=seed) for seed in (1, 2)]
    grouped = [finish_run(home, **GROUPED, seed=seed) for seed in (0, 1)]
    chosen = ["--grouping", "pairs", "--full", others[0].id, "--retrained", grouped[1].id]
    found = asked(regroup, "compare", full.id, *chosen)
    assert found["full_runs"] == [full.id, others[0].id]
    assert found["retrained_runs"] == [grouped[1].id]
    assert asked(regroup, "duel", full.id, *chosen) == found
    alone = asked(regroup, "duel", full.id, "--grouping", "pairs", "--full", full.id)
    assert alone["full_runs"] == [full.id]
    status, out, _ = regroup("duel", full.id, *chosen)
    assert status == 0
    assert "retrained - full then merged" in out
    assert "This is look 1 at the test images of this dataset, number 1 with this run" in out


def test_a_run_with_other_settings_is_named_as_unfair(
    regroup: Callable, full: Run, home: Workspace, finish_run: Callable[..., Run]
) -> None:
    longer = finish_run(home, **GROUPED, seed=1, epochs=99)
    status, _, err = regroup("duel", full.id, "--grouping", "pairs", "--retrained", longer.id)
    assert status == 0
    assert f"{longer.id} and {full.id} differ in more than labels and seed" in err
    alike = finish_run(home, **GROUPED, seed=1)
    _, _, err = regroup("duel", full.id, "--grouping", "pairs", "--retrained", alike.id)
    assert "differ in more" not in err


def test_training_queues_what_is_missing_and_does_not_wait_when_told_so(
    regroup: Callable, home: Workspace, full: Run, finish_run: Callable[..., Run]
) -> None:
    done = finish_run(home, **GROUPED, seed=1)
    arguments = [
        "duel",
        full.id,
        "--grouping",
        "pairs",
        "--train",
        "--seeds",
        "2",
        "--also-full",
        "--no-wait",
    ]
    status, out, err = regroup(*arguments)
    assert (status, out) == (0, "")
    assert [(run.config.grouping, run.config.seed) for run in queued_runs(home)] == [("pairs", 0), (None, 1)]
    assert f"Already there: {done.id} (groups, seed 1), {full.id} (all classes, seed 0)" in err
    regroup(*arguments)
    assert len(queued_runs(home)) == 2


def test_training_waits_and_then_compares(
    regroup: Callable,
    home: Workspace,
    full: Run,
    finish_run: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def train_at_once(workspace: Workspace) -> None:
        for run in queued_runs(home):
            run.update_status(state=State.FAILED, message="The disk is full.")

    monkeypatch.setattr("core.jobs.supervisor.ensure_supervised", train_at_once)
    status, _, err = regroup("duel", full.id, "--grouping", "pairs", "--train", "--seeds", "1")
    assert status == 1
    assert "lenet-2 failed. The disk is full. `regroup runs resume lenet-2` goes on with it" in err
    finish_run(home, **GROUPED)
    found = asked(regroup, "duel", full.id, "--grouping", "pairs", "--train", "--seeds", "1")
    assert found["retrained"] == "lenet-3"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["duel", "lenet-1", "--grouping", "none"], "no grouping 'none'"),
        (["duel", "lenet-1", "--grouping", "pairs", "--retrained", "lenet-1"], "not the 5 groups"),
        (["duel", "lenet-1", "--grouping", "pairs", "--train", "--seeds", "0"], "choose 1 to 20"),
        (["duel", "lenet-2", "--grouping", "pairs"], "choose the run that knows all classes"),
    ],
)
@pytest.mark.usefixtures("full")
def test_wrong_wishes_are_refused_in_a_sentence(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run], arguments: list, sentence: str
) -> None:
    finish_run(home, **GROUPED)
    status, out, err = regroup(*arguments)
    assert (status, out) == (1, "")
    assert sentence in err


def test_depths_are_listed_and_missing_ones_queued(
    regroup: Callable,
    home: Workspace,
    full: Run,
    finish_run: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.jobs.queue.check_config", lambda config, workspace, progress: None)
    network = {"model": "mobilenet", "weights": "imagenet"}
    first, _ = finish_run(home, **network), finish_run(home, **network, cut=2, groups=PAIRS.to_mapping())
    found = asked(regroup, "depths", first.id, "--grouping", "pairs")
    assert [(point["way"], point["depth"]) for point in found["points"]][-1] == ("retrained", 2)
    assert (found["split"], found["num_blocks"], found["missing_full"][:2]) == ("val", 14, [1, 2])
    status, out, err = regroup("depths", first.id, "--grouping", "pairs", "--split", "test")
    assert status == 0
    assert "look 1 at the test images of this dataset" in err
    assert "No grouped run at depth 0, 1, 3" in out
    regroup("depths", first.id, "--grouping", "pairs", "--train", "--only", "2", "--no-wait")
    assert [(run.config.cut, run.config.groups) for run in queued_runs(home)] == [(2, None)]
    status, _, err = regroup("depths", first.id, "--grouping", "pairs", "--train", "--only", "two")
    assert status == 2
    assert "numbers of blocks such as 0,1,2" in err
    assert len(list_runs(home)) == 4


def test_export_takes_a_grouping(
    regroup: Callable, home: Workspace, full: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Grouping | None] = []

    def export(workspace: Workspace, run: Run, format: str, out: str, **options: object) -> ExportReport:
        taken.append(options["grouping"])
        return ExportReport(Path(out), format, 9, 2e-8, 32, PAIRS.group_names, Path(f"{out}.labels.txt"))

    monkeypatch.setattr("core.jobs.exports.export_run", export)
    arguments = ["export", full.id, "--format", "keras", "--out", tmp_path / "n.keras", "--grouping", "pairs"]
    found = asked(regroup, *arguments)
    assert (found["grouping"], found["class_names"]) == ("pairs", list(PAIRS.group_names))
    status, out, err = regroup(*arguments)
    assert (status, taken) == (0, [PAIRS, PAIRS])
    assert "names of the groups" in out
    assert "2e-08 at most from the sums of the run's" in err
