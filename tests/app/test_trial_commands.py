"""The commands dry-run, find-rate and export, with the work itself left out."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.jobs import exports, trials
from core.jobs.exports import ExportReport
from core.jobs.trials import DryRun, RateCurve
from core.runs.run import Run
from core.workspace import Workspace

DRY_RUN = DryRun(
    num_steps=45,
    num_batches=3,
    first_step_seconds=1.5,
    step_seconds=0.05,
    val_seconds=0.5,
    test_seconds=0.5,
    decode_seconds=2.0,
    feature_seconds=0.0,
    seconds_per_epoch=2.75,
    first_epoch_seconds=6.0,
    run_seconds=31.0,
    peak_memory=900_000_000,
    gpu_memory=None,
    first_loss=2.31,
    expected_loss=math.log(10),
    num_classes=10,
    device="CPU, 2 cores",
    remarks=("The loss is near.", "Images are decoded once."),
)


def test_dry_run_prints_json_alone_or_words(regroup: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "dry_run", lambda *arguments, **options: DRY_RUN)
    status, out, _ = regroup("dry-run", "--dataset", "digits", "--json")
    assert status == 0
    assert json.loads(out)["seconds_per_epoch"] == 2.75
    assert json.loads(out)["remarks"] == list(DRY_RUN.remarks)
    out = regroup("dry-run", "--dataset", "digits", "--epochs", "7")[1]
    assert "2.8 s an epoch (45 steps of 50 ms, validation 0.5 s) on CPU, 2 cores" in out
    assert "31 s for 7 epochs" in out
    assert "The loss is near.\nImages are decoded once." in out


def test_find_rate_prints_the_curve_and_the_suggestion(
    regroup: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = np.geomspace(1e-7, 10, 100)
    curve = RateCurve(rates, np.linspace(3, 1, 100), np.linspace(3, 1, 100), 1e-3, "Begin with 0.001.")
    monkeypatch.setattr(trials, "find_learning_rate", lambda *arguments, **options: curve)
    status, out, _ = regroup("find-rate", "--dataset", "digits", "--json")
    assert (status, json.loads(out)["suggestion"], len(json.loads(out)["losses"])) == (0, 1e-3, 100)
    out = regroup("find-rate", "--dataset", "digits")[1]
    assert out.splitlines()[0].split() == ["learning", "rate", "loss"]
    assert out.endswith("Begin with 0.001.\n")


def test_export_tells_where_and_how_exact(
    regroup: Callable,
    home: Workspace,
    finish_run: Callable[..., Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, seen = finish_run(home), {}

    def export_run(workspace: Workspace, run: Run, format: str, out: str, **options: Any) -> ExportReport:
        seen.update(run=run.id, format=format, overwrite=options["overwrite"])
        labels = tmp_path / "n.labels.txt"
        return ExportReport(Path(out), format, 2_000_000, 3e-7, 32, ("a", "b"), labels)

    monkeypatch.setattr(exports, "export_run", export_run)
    arguments = ("export", run.id, "--format", "onnx", "--out", tmp_path / "n.onnx", "--force")
    status, out, _ = regroup(*arguments, "--json")
    report = json.loads(out)
    assert (status, report["max_difference"], report["class_names"]) == (0, 3e-7, ["a", "b"])
    assert report["path"] == str(tmp_path / "n.onnx")
    assert seen == {"run": run.id, "format": "onnx", "overwrite": True}
    assert "n.onnx: 2.0 MB" in regroup(*arguments)[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lenet-9", "--format", "onnx", "--out", "x.onnx"], "no run 'lenet-9'"),
        (["lenet-1", "--format", "pickle", "--out", "x.pkl"], "formats are keras, saved_model, tflite, onnx"),
        (["lenet-1", "--format", "keras", "--out", "x.keras"], "lenet-1 has no trained network yet"),
    ],
)
def test_a_wrong_export_is_one_sentence(
    regroup: Callable, home: Workspace, finish_run: Callable[..., Run], arguments: list[str], words: str
) -> None:
    finish_run(home)
    status, out, err = regroup("export", *arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert words in err
