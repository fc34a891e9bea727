"""A run on several GPUs: its slots are kept free for it, and it waits for those that are busy."""

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import RunError
from core.jobs import workers
from core.jobs.devices import Slot
from core.jobs.queue import cancel, take_next
from core.jobs.sharing import drop_promises, is_promised, promise_slots
from core.jobs.workers import Launcher
from core.runs.run import Run, State
from core.runs.slots import hold_slot, slot_holder
from core.workspace import Workspace

GPUS = [Slot(f"gpu{i}", "gpu", f"GPU {i}", str(i)) for i in range(3)]
LONG = 10_000  # epochs


@pytest.fixture(autouse=True)
def three_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.jobs.devices.find_slots", lambda: GPUS)


def never(holder: str | None) -> bool:
    raise AssertionError(f"It waited for {holder}.")


def test_more_gpus_than_there_are_are_refused_before_a_run_is_made(
    home: Workspace, queue_run: Callable[..., Run]
) -> None:
    with pytest.raises(RunError, match="num_devices cannot be 4: this machine has 3 GPUs"):
        queue_run(num_devices=4)
    assert list(home.runs_dir.iterdir()) == []


def test_free_slots_are_promised_before_busy_ones(home: Workspace, queue_run: Callable[..., Run]) -> None:
    run = queue_run(num_devices=2)
    assert take_next(home) == run
    with hold_slot(home, "gpu1", run_id="lenet-9", on_wait=never):
        assert promise_slots(home, run, GPUS[1:]) == [GPUS[2]]
    assert [is_promised(home, slot) for slot in GPUS] == [False, False, True]
    drop_promises(home, run)
    assert not is_promised(home, GPUS[2])


def test_busy_slots_are_promised_when_no_free_one_is_left(
    home: Workspace, queue_run: Callable[..., Run]
) -> None:
    run = queue_run(num_devices=3)
    with hold_slot(home, "gpu1", run_id="lenet-9", on_wait=never):
        assert promise_slots(home, run, GPUS[1:]) == [GPUS[2], GPUS[1]]


def test_a_promise_to_a_run_that_is_not_active_any_more_does_not_count(
    home: Workspace, queue_run: Callable[..., Run]
) -> None:
    run = queue_run(num_devices=2)
    take_next(home)
    promise_slots(home, run, GPUS[1:])
    run.update_status(state=State.DONE)
    assert not is_promised(home, GPUS[1])


def test_a_run_on_one_device_is_promised_nothing(home: Workspace, queue_run: Callable[..., Run]) -> None:
    run = queue_run()
    assert promise_slots(home, run, GPUS[1:]) == []
    (run.directory / "config.json").write_text("{")
    assert promise_slots(home, run, GPUS[1:]) == []


def test_a_worker_sees_the_gpus_of_all_its_slots(
    queue_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        workers, "spawn", lambda arguments, **options: seen.append((arguments, options["environment"]))
    )
    run = queue_run(num_devices=2)
    Launcher(GPUS[0], "worker").start(run, GPUS[2])
    [(arguments, environment)] = seen
    assert arguments == ["worker", str(run.directory), "--slot", "gpu0,gpu2"]
    assert environment["CUDA_VISIBLE_DEVICES"] == "0,2"


def test_a_run_on_two_gpus_waits_for_both_and_the_next_one_for_it(
    home: Workspace,
    queue_run: Callable[..., Run],
    start_supervisor: Callable[..., Any],
    wait_until: Callable[..., None],
    *,
    wait_for_end: Callable[..., Any],
) -> None:
    single = queue_run(epochs=LONG)
    start_supervisor(slots=GPUS[:2])
    wait_until(lambda: single.status.epoch > 0)
    shared, last = queue_run(epochs=LONG, num_devices=2), queue_run(epochs=1)
    wait_until(lambda: shared.status.message == f"Waits for {single.id} to finish (1 before it).")
    wait_until(lambda: shared.status.state is State.STARTING)
    assert last.status.state is State.QUEUED
    cancel(single)
    wait_until(lambda: shared.status.epoch > 0)
    assert [slot_holder(home, slot.name) for slot in GPUS[:2]] == [shared.id] * 2
    assert last.status.state is State.QUEUED
    cancel(shared)
    ended, following = wait_for_end(shared), wait_for_end(last)
    assert (ended.state, following.state) == (State.CANCELLED, State.DONE)
    assert ended.finished <= following.started
    assert not list(home.jobs_dir.glob("*.promised"))
