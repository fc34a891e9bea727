"""Progress: what is written into the run's folder, how often, and how a run is stopped."""

import math

import pytest

from core.errors import RunError
from core.runs.config import RunConfig
from core.runs.run import Run, create_run
from core.training import callbacks
from core.training.callbacks import Progress, TrainingCancelled, check_loss


class _Clock:
    """Time that passes only when told to."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_000 + self.now


@pytest.fixture
def clock(monkeypatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(callbacks, "time", clock)
    return clock


@pytest.fixture
def run(workspace) -> Run:
    return create_run(workspace, RunConfig(dataset="colors", epochs=3))


def _progress(run: Run, should_stop=lambda: False) -> Progress:
    progress = Progress(run, run.config, should_stop=should_stop)
    progress.begin(epoch=0, steps_per_epoch=10)
    return progress


def test_the_first_step_is_shown_at_once(run, clock):
    _progress(run).on_train_batch_end(0, {"loss": 1.0})
    status = run.written_status
    assert (status.phase, status.epoch, status.step, status.steps_per_epoch) == ("training", 0, 1, 10)
    assert status.first_step == 1_100.0
    assert status.seconds_left is None


def test_a_resumed_run_shows_its_epochs_while_it_is_compiled(run):
    Progress(run, run.config, should_stop=lambda: False).begin(epoch=2, steps_per_epoch=10)
    status = run.written_status
    assert (status.epoch, status.steps_per_epoch) == (2, 10)
    assert status.message == "The network is being compiled."


def test_the_status_is_written_four_times_a_second(run, clock, monkeypatch):
    progress = _progress(run)
    progress.on_train_batch_end(0, {"loss": 1.0})
    written = []
    monkeypatch.setattr(Run, "update_status", lambda self, **changes: written.append(changes["step"]))
    for step in range(2, 10):
        clock.now += 0.1
        progress.on_train_batch_end(step - 1, {"loss": 1.0})
    assert written == [4, 7]


def test_a_slow_disk_is_written_to_less_often(run, clock, monkeypatch):
    progress = _progress(run)
    written = []

    def write_slowly(self, **changes):
        clock.now += 0.1
        written.append(clock.now)

    monkeypatch.setattr(Run, "update_status", write_slowly)
    for step in range(100):
        clock.now += 0.1
        progress.on_train_batch_end(step, {"loss": 1.0})
    assert len(written) == 2  # 0.1 s each, 5 s apart, in 10 s


def test_the_remaining_time_counts_all_epochs_at_the_pace_so_far(run, clock):
    progress = _progress(run)
    for step in range(3):
        clock.now += 5.0 if step == 0 else 0.5  # the first step compiles
        progress.on_train_batch_end(step, {"loss": 1.0})
    assert run.written_status.seconds_left == pytest.approx(0.5 * 27)
    clock.now += 3.5
    for step in range(3, 10):
        progress.on_train_batch_end(step, {"loss": 1.0})
    progress.finish_epoch(1, best_epoch=1)
    status = run.written_status
    assert status.seconds_left == pytest.approx(4.5 / 9 * 20)
    assert (status.epoch, status.step, status.best_epoch) == (1, 0, 1)


def test_the_time_of_the_first_step_is_kept_when_it_is_known(run, clock):
    run.update_status(first_step=5.0)
    _progress(run).on_train_batch_end(0, {"loss": 1.0})
    assert run.written_status.first_step == 5.0


@pytest.mark.parametrize("event", ["on_train_batch_end", "on_test_batch_end", "on_predict_batch_end"])
def test_a_wish_to_stop_is_obeyed_after_every_batch(run, event):
    wishes = iter([False, True])
    progress = _progress(run, lambda: next(wishes))
    with pytest.raises(TrainingCancelled, match=run.id):
        getattr(progress, event)(0, {"loss": 1.0})


def test_reading_images_is_told_and_can_be_stopped(run):
    progress = Progress(run, run.config, should_stop=lambda: False)
    progress.reading(200, 10_000)
    assert run.written_status.message == "Reading images at 64 x 64 pixels: 200 of 10,000."
    with pytest.raises(TrainingCancelled):
        Progress(run, run.config, should_stop=lambda: True).reading(1, 2)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_run_with_the_remedy(loss):
    config = RunConfig(dataset="d", learning_rate=10)
    with pytest.raises(RunError, match=f"became {loss} with learning rate 10 and optimizer adam; lower"):
        check_loss(loss, config)


def test_the_pass_through_frozen_layers_tells_what_is_left(run, clock):
    progress = Progress(run, run.config, should_stop=lambda: False)
    progress.computing(100, 1_000)
    assert run.written_status.message == "Frozen layers see each image once: 100 of 1,000 images."
    clock.now += 10.0
    progress.computing(500, 1_000)
    message = "Frozen layers see each image once: 500 of 1,000 images; 10 s left."
    assert run.written_status.message == message


def test_a_remark_stays_on_screen_and_in_the_log(run, clock, capsys):
    progress = Progress(run, run.config, should_stop=lambda: False)
    progress.remark("There is no room.")
    progress.begin(epoch=0, steps_per_epoch=10)
    progress.advance(1, 1.0)
    assert run.written_status.message == "There is no room."
    assert capsys.readouterr().out == "There is no room.\n"


def test_images_a_second_are_those_of_the_last_seconds_of_an_epoch(run, clock):
    progress = _progress(run)
    progress.on_epoch_begin(0)
    progress.advance(1, 1.0)
    assert progress.images_per_second is None  # the first step compiles
    for _ in range(20):
        clock.now += 1.0
        progress.advance(2, 1.0)
    assert progress.images_per_second == pytest.approx(2 * 32)
    assert run.written_status.images_per_second == pytest.approx(2 * 32)
    clock.now += 60.0  # of validation
    progress.on_epoch_begin(1)
    clock.now += 2.0
    progress.advance(10, 1.0)
    assert progress.images_per_second == pytest.approx(5 * 32)
