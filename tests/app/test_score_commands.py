"""``regroup score`` and ``regroup frontier``."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from core.predictions import Predictions, load_predictions, save_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.looks import count_looks
from core.regrouping.keeping.store import save_grouping
from core.runs.run import Run
from core.workspace import Workspace


@pytest.fixture
def run(home: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(home)


@pytest.fixture
def grouping(home: Workspace, run: Run) -> Grouping:
    names = load_predictions(run.predictions_path("val")).class_names
    grouping = Grouping.from_assignment(names, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    save_grouping(home, "digits", "pairs", grouping, run_id=run.id)
    return grouping


def test_score_tells_every_figure_on_val_and_beside_it_on_test(
    regroup: Callable, run: Run, grouping: Grouping
) -> None:
    status, out, err = regroup("score", run.id, "--grouping", "pairs", "--json")
    scored = json.loads(out)
    assert status == 0
    assert "This is look 1 at the test images of this dataset, number 1 with this run." in err
    for split in ("val", "test"):
        predictions, figures = load_predictions(run.predictions_path(split)), scored[split]
        groups = grouping.group_of_class
        y_true, y_pred = groups[predictions.y_true], groups[predictions.y_pred]
        summed = (predictions.probs.astype(float) @ np.eye(5)[groups]).argmax(axis=1)
        assert figures["num_images"] == predictions.num_samples
        assert figures["accuracy_before"] == pytest.approx((predictions.y_true == predictions.y_pred).mean())
        assert figures["accuracy_merged"] == pytest.approx((y_true == y_pred).mean())
        assert figures["accuracy_summed"] == pytest.approx((y_true == summed).mean())
        assert figures["kappa"] == pytest.approx(metrics.cohen_kappa_score(y_true, y_pred))
        assert 0 < figures["bits_kept"] <= figures["bits_before"]
        assert figures["random_low"] <= figures["random_mean"] <= figures["random_high"]
        assert figures["before_low"] < figures["accuracy_before"] < figures["before_high"]
        assert figures["merged_low"] < figures["accuracy_merged"] == figures["merged_high"] == 1
        assert figures["p_value"] == pytest.approx(1 / 1001, abs=0.002)


def test_one_split_can_be_asked_for_and_a_look_at_test_is_counted_once(
    regroup: Callable, home: Workspace, run: Run, grouping: Grouping
) -> None:
    _, out, _ = regroup("score", run.id, "--grouping", "pairs", "--split", "val", "--json")
    assert "test" not in json.loads(out)
    assert count_looks(home, "digits", run.id) == 0
    for _ in range(2):
        _, out, _ = regroup("score", run.id, "--grouping", "pairs", "--split", "test", "--json")
        assert "val" not in json.loads(out)
    assert count_looks(home, "digits", run.id) == 1


def test_without_test_predictions_val_alone_is_scored_and_test_is_refused(
    regroup: Callable, run: Run, grouping: Grouping
) -> None:
    run.predictions_path("test").unlink()
    status, out, _ = regroup("score", run.id, "--grouping", "pairs")
    assert status == 0
    assert "on val" in out
    assert "on test" not in out
    assert "kappa" in out
    status, _, err = regroup("score", run.id, "--grouping", "pairs", "--split", "test")
    assert status == 1
    assert "no predictions at" in err


def test_a_dataset_that_has_gone_does_not_keep_from_scoring(
    regroup: Callable, home: Workspace, run: Run, grouping: Grouping
) -> None:
    (home.datasets_dir / "digits" / "dataset.json").write_text("{}")
    status, out, _ = regroup("score", run.id, "--grouping", "pairs", "--split", "val", "--json")
    assert status == 0
    assert json.loads(out)["val"]["num_image_groups"] == 0


def test_frontier_has_a_row_for_each_number_of_groups(regroup: Callable, run: Run) -> None:
    status, out, _ = regroup("frontier", run.id, "--json")
    told = json.loads(out)
    assert status == 0
    assert [row["num_groups"] for row in told["rows"]] == list(range(10, 1, -1))
    assert {"accuracy_merged", "accuracy_summed", "bits_kept", "random_mean"} <= set(told["rows"][0])
    assert (told["split"], told["knee"]) == ("val", 5)
    predictions = load_predictions(run.predictions_path("val"))
    assert told["rows"][0]["accuracy_merged"] == pytest.approx(
        (predictions.y_true == predictions.y_pred).mean()
    )
    status, out, _ = regroup("frontier", run.id, "--method", "complete")
    assert status == 0
    assert "knee: 5 groups" in out


def test_frontier_keeps_demands_and_locked_groups_all_the_way(
    regroup: Callable, run: Run, tmp_path: Path
) -> None:
    parents = tmp_path / "parents.csv"
    parents.write_text("".join(f"{n},{'low' if n < 5 else 'high'}\n" for n in range(10)))
    status, out, _ = regroup(
        "frontier", run.id, "--method", "greedy", "--goal", "bits", "--must-link", "0,3",
        "--never-link", "5,6", "--lock", "8,9", "--max-size", "4", "--parents", parents, "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert status == 0
    assert [row["num_groups"] for row in told["rows"]] == [8, 7, 6, 5]
    assert (told["settings"]["goal"], told["settings"]["locked"]) == ("bits", [["8", "9"]])
    status, _, err = regroup("frontier", run.id, "--must-link", "0,1", "--never-link", "1,0")
    assert status == 1
    assert "take one of the wishes away" in err


def test_frontier_refuses_runs_on_groups_and_without_images(
    regroup: Callable, home: Workspace, run: Run, finish_run: Callable[..., Run]
) -> None:
    grouped = finish_run(home, groups={str(n): "low" if n < 5 else "high" for n in range(10)})
    status, _, err = regroup("frontier", grouped.id)
    assert status == 1
    assert "choose a run that knows all classes" in err
    names = load_predictions(run.predictions_path("val")).class_names
    nothing = np.zeros((0, 10), np.float32)
    empty = Predictions("val", names, np.zeros(0, int), nothing, np.zeros(0, int))
    save_predictions(run.predictions_path("val"), empty)
    status, _, err = regroup("frontier", run.id)
    assert status == 1
    assert "has no images" in err
