"""Supervisors with real worker processes, around a trainer that needs no TensorFlow."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from filelock import FileLock

from core.jobs import supervisor as supervisors
from core.jobs.queue import cancel, queued_runs, resume
from core.jobs.supervisor import Supervisor, ensure_supervised, supervisor_lock
from core.runs.run import Run, RunStatus, State
from core.runs.slots import hold_slot
from core.workspace import Workspace

QueueRun = Callable[..., Run]
StartSupervisor = Callable[..., Supervisor]
WaitUntil = Callable[..., None]
WaitForEnd = Callable[..., RunStatus]
DIES_AT_START, DIES_IN_TRAINING, RAISES = 101, 102, 103  # seeds, as fake_worker.py reads them
LONG = 10_000  # epochs


def pid_of(run: Run) -> int:
    return int((run.directory / "pid").read_text())


def test_two_trainings_at_once_the_second_waits_and_says_so(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_until: WaitUntil,
    wait_for_end: WaitForEnd,
) -> None:
    first = queue_run(epochs=LONG)
    start_supervisor()
    wait_until(lambda: first.status.epoch > 0)
    second = queue_run(epochs=2)
    assert second.status.state is State.QUEUED
    assert second.status.message == "Waits for lenet-1 to finish (1 before it)."
    cancel(first)
    assert wait_for_end(first).state is State.CANCELLED
    assert "resume" in first.status.message
    status = wait_for_end(second)
    assert (status.state, status.epoch, status.message) == (State.DONE, 2, "")
    assert status.started is not None
    assert status.finished is not None
    assert first.status.finished is not None
    assert first.status.finished <= status.started  # never at the same time


def test_a_killed_worker_is_interrupted_the_queue_goes_on_and_resuming_continues(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_until: WaitUntil,
    wait_for_end: WaitForEnd,
) -> None:
    killed, after = queue_run(epochs=40), queue_run(epochs=1)
    start_supervisor()
    wait_until(lambda: killed.status.epoch >= 2)
    os.kill(pid_of(killed), signal.SIGKILL)
    assert wait_for_end(killed).state is State.INTERRUPTED
    wait_until(lambda: "SIGKILL" in killed.status.message)
    assert "resume" in killed.status.message
    assert "or train again with batch size" in killed.status.message
    assert killed.status.seconds >= 1.0  # two epochs of half a second
    assert wait_for_end(after).state is State.DONE
    num_epochs = len(killed.history)
    assert 2 <= num_epochs < 40
    resume(home, killed)
    assert wait_for_end(killed).state is State.DONE
    assert killed.history["epoch"].tolist() == list(range(1, 41))
    assert killed.status.seconds >= num_epochs * 0.5


def test_a_worker_that_cannot_start_or_breaks_fails_its_run_with_a_sentence(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_for_end: WaitForEnd,
    wait_until: WaitUntil,
) -> None:
    stillborn, broken, killed = (queue_run(seed=seed) for seed in (DIES_AT_START, RAISES, DIES_IN_TRAINING))
    start_supervisor()
    status = wait_for_end(stillborn)
    assert status.state is State.FAILED
    assert "could not start (ImportError: libcuda is not what it was)" in status.message
    assert wait_for_end(broken).state is State.FAILED
    assert "ValueError: the numbers do not add up" in broken.status.message
    assert "Traceback" in broken.log_tail(50)
    assert wait_for_end(killed).state is State.INTERRUPTED
    resume(home, broken)
    wait_until(lambda: broken.status.state is State.FAILED and len(broken.history) == 2)


def test_a_training_outlives_its_supervisor_and_the_next_one_waits_for_it(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_until: WaitUntil,
    wait_for_end: WaitForEnd,
) -> None:
    first = queue_run(epochs=LONG)
    one = start_supervisor()
    wait_until(lambda: first.status.epoch > 0)
    two = start_supervisor()  # stands by
    second = queue_run(epochs=1)
    one.stop()
    assert first.is_alive()
    wait_until(lambda: two.threads[0]._was_busy)  # it has taken over, and sees the worker of the other
    assert second.status.state is State.QUEUED
    assert second.status.message == "Waits for lenet-1 to finish (1 before it)."
    cancel(first)
    assert wait_for_end(first).state is State.CANCELLED
    assert wait_for_end(second).state is State.DONE


def test_a_warm_spare_takes_the_run_and_a_supervisor_that_stops_takes_its_spare_along(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_until: WaitUntil,
    wait_for_end: WaitForEnd,
) -> None:
    supervisor = start_supervisor(warm=True)
    [thread] = supervisor.threads
    wait_until(lambda: thread._spare is not None)
    spare = thread._spare
    run = queue_run(epochs=2)
    assert wait_for_end(run).state is State.DONE
    assert pid_of(run) == spare.pid
    wait_until(lambda: thread._spare is not None)  # the next one, as soon as the training has ended
    following = thread._spare
    supervisor.stop()
    assert following.poll() is not None


def test_a_spare_that_dies_over_its_order_is_replaced_by_a_new_worker(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_until: WaitUntil,
    *,
    wait_for_end: WaitForEnd,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hand_over_and_kill(spare: Any, run: Run) -> bool:
        supervisors._end_spare(spare)
        return True

    monkeypatch.setattr(supervisors, "hand_over", hand_over_and_kill)
    [thread] = start_supervisor(warm=True).threads
    wait_until(lambda: thread._spare is not None)
    run = queue_run(epochs=1)
    assert wait_for_end(run).state is State.DONE


def test_a_dead_spare_does_not_hold_up_its_run(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_until: WaitUntil,
    *,
    wait_for_end: WaitForEnd,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [thread] = start_supervisor(warm=True).threads
    wait_until(lambda: thread._spare is not None)
    thread._spare.kill()
    assert wait_for_end(queue_run(epochs=1)).state is State.DONE


def test_a_draining_supervisor_ends_when_nothing_is_left_to_do(
    home: Workspace, queue_run: QueueRun, start_supervisor: StartSupervisor, wait_for_end: WaitForEnd
) -> None:
    run = queue_run(epochs=1)
    start_supervisor(drain=True).join()
    assert run.status.state is State.DONE
    start_supervisor(drain=True).join()


def test_a_supervisor_survives_an_error(
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_for_end: WaitForEnd,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    problems = [OSError("No space left on device")]
    take_next = supervisors.take_next

    def take_next_later(workspace: Workspace) -> Run | None:
        if problems:
            raise problems.pop()
        return take_next(workspace)

    monkeypatch.setattr(supervisors, "take_next", take_next_later)
    run = queue_run(epochs=1)
    start_supervisor()
    assert wait_for_end(run).state is State.DONE
    assert "No space left" in caplog.text


def test_nothing_is_started_beside_a_living_supervisor(
    home: Workspace, queue_run: QueueRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisors, "spawn", lambda *_, **__: pytest.fail("A process was started."))
    queue_run()
    slots = supervisors.find_slots()
    locks = [FileLock(supervisor_lock(home, slot.name)) for slot in slots]
    for lock in locks:
        lock.acquire()
    ensure_supervised(home)
    for lock in locks:
        lock.release()


def test_a_worker_waits_while_its_slot_is_taken(
    home: Workspace,
    queue_run: QueueRun,
    start_supervisor: StartSupervisor,
    wait_until: WaitUntil,
    wait_for_end: WaitForEnd,
) -> None:
    run = queue_run(epochs=1)
    [thread] = (supervisor := start_supervisor()).threads
    wait_until(lambda: not queued_runs(home))
    # Another worker is quicker: as if two supervisors overlapped.
    with hold_slot(home, "cpu", run_id="lenet-0", on_wait=lambda _: False):
        wait_until(lambda: "Waits for lenet-0 to finish" in run.status.message)
        assert run.status.state is State.STARTING
        assert thread.is_alive()
    assert wait_for_end(run).state is State.DONE
    supervisor.stop()
