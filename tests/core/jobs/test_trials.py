"""What a trial tells, made from what the process has measured; where it may run; and one in truth."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import RegroupError, RunError
from core.jobs import trials
from core.jobs.devices import Slot
from core.jobs.queue import submit
from core.jobs.trials import dry_run, find_learning_rate
from core.runs.config import RunConfig
from core.workspace import Workspace

TOLD = {
    "num_steps": 10,
    "num_batches": 3,
    "first_step_seconds": 5.0,
    "step_seconds": 0.5,
    "val_seconds": 2.0,
    "test_seconds": 3.0,
    "decode_seconds": 20.0,
    "feature_seconds": 0.0,
    "peak_memory": 1_000,
    "gpu_memory": None,
    "first_loss": 2.3,
    "num_classes": 10,
    "device": "CPU, 2 cores",
}


def digits(**settings: Any) -> RunConfig:
    return RunConfig.make(**{"dataset": "digits", "model": "lenet", "image_size": 16, **settings})


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[dict, dict]]]:
    """Answer in place of the process; returns what it is asked, with the variables it gets."""

    def answer(**changes: Any) -> list[tuple[dict, dict]]:
        asked: list[tuple[dict, dict]] = []

        def run_errand(module: str, request: dict, *, environment: dict, **options: Any) -> dict:
            asked.append((request, environment))
            return TOLD | changes

        monkeypatch.setattr(trials, "run_errand", run_errand)
        return asked

    return answer


def test_the_times_add_up(home: Workspace, ask: Callable) -> None:
    ask()
    found = dry_run(home, digits(epochs=4))
    assert found.seconds_per_epoch == pytest.approx(10 * 0.5 + 2)
    assert found.first_epoch_seconds == pytest.approx(20 + 5 + 9 * 0.5 + 2)
    assert found.run_seconds == pytest.approx(found.first_epoch_seconds + 3 * 7 + 2 + 3)
    assert found.expected_loss == pytest.approx(math.log(10))


@pytest.mark.parametrize(
    ("told", "settings", "words"),
    [
        ({}, {}, "2.30, near what guessing evenly among 10 classes costs (ln 10 = 2.30), as it should be"),
        ({"first_loss": 40.0}, {}, "far more than what guessing"),
        ({"first_loss": 0.2}, {}, "knows something of these classes already"),
        ({"first_loss": math.nan}, {}, "no number: look at the weights"),
        ({}, {"class_weights": "balanced"}, "(plain cross-entropy, without weights or smoothing)"),
        ({"feature_seconds": 9.0}, {}, "frozen layers are computed once"),
        ({}, {}, "Images are decoded once"),
    ],
)
def test_the_remarks_say_what_the_numbers_mean(
    home: Workspace, ask: Callable, told: dict, settings: dict, words: str
) -> None:
    ask(**told)
    assert words in " ".join(dry_run(home, digits(**settings)).remarks)


def test_a_trial_stays_away_from_a_gpu_on_which_a_run_is_trained(
    home: Workspace, ask: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = [Slot(f"gpu{i}", "gpu", f"GPU {i}", str(i)) for i in range(2)]
    busy = {"gpu0": "lenet-1"}
    monkeypatch.setattr(trials, "find_slots", lambda: gpus)
    monkeypatch.setattr("core.jobs.devices.find_slots", lambda: gpus)
    monkeypatch.setattr(trials, "slot_holder", lambda workspace, slot: busy.get(slot))
    asked = ask()
    dry_run(home, digits())
    assert asked[0][1] == {"CUDA_VISIBLE_DEVICES": "1"}
    assert not asked[0][0]["is_nice"]
    with pytest.raises(RunError, match=r"lenet-1 is being trained"):
        dry_run(home, digits(num_devices=2))
    busy["gpu1"] = "lenet-2"
    with pytest.raises(RunError, match=r"lenet-1 is being trained, .*wait until it is done"):
        dry_run(home, digits())
    monkeypatch.setattr(trials, "find_slots", lambda: [Slot("cpu", "cpu", "CPU", "-1")])
    busy["cpu"] = "lenet-3"
    assert "Run lenet-3 was being trained beside it" in dry_run(home, digits()).remarks[-1]


@pytest.mark.parametrize(
    "settings",
    [{"dataset": "nothing"}, {"model": "alexnot"}, {"image_size": 8}, {"grouping": "none-such"}],
)
def test_a_trial_refuses_what_a_training_refuses_in_the_same_words(
    home: Workspace, settings: dict[str, Any]
) -> None:
    sentences = set()
    for work in (dry_run, find_learning_rate, submit):
        with pytest.raises(RegroupError) as refused:
            work(home, digits(**settings))
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_a_real_dry_run_of_digits(home: Workspace) -> None:
    told = []

    class Teller:
        def __call__(self, done: int, total: int) -> None:
            return

        def part(self, doing: str, unit: str) -> "Teller":
            told.append(doing)
            return self

    found = dry_run(home, digits(epochs=2), progress=Teller())
    assert found.num_steps > 10
    assert found.first_loss == pytest.approx(found.expected_loss, rel=0.2)
    assert 0 < found.step_seconds < found.first_step_seconds
    assert found.run_seconds > found.first_epoch_seconds > found.first_step_seconds
    assert found.peak_memory > 100e6
    assert "Training a few batches" in told
    assert list(home.runs_dir.iterdir()) == []
