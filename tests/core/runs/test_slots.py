"""Device slots: one training each."""

from core.runs.slots import hold_slot, hold_slots, running_ids, slot_holder, slot_is_busy
from core.workspace import Workspace


def never(holder: str | None) -> bool:
    raise AssertionError(f"It waited for {holder}.")


def test_a_held_slot_names_its_run(home: Workspace) -> None:
    assert slot_holder(home, "cpu") is None
    with hold_slot(home, "cpu", run_id="lenet-1", on_wait=never) as is_mine:
        assert is_mine
        assert slot_is_busy(home, "cpu")
        assert slot_holder(home, "cpu") == "lenet-1"
    assert not slot_is_busy(home, "cpu")
    assert slot_holder(home, "cpu") is None


def test_a_second_one_waits_until_it_gives_up(home: Workspace) -> None:
    holders = []

    def give_up_at_third(holder: str | None) -> bool:
        holders.append(holder)
        return len(holders) == 3

    with (
        hold_slot(home, "cpu", run_id="lenet-1", on_wait=never),
        hold_slot(home, "cpu", run_id="lenet-2", on_wait=give_up_at_third) as is_mine,
    ):
        assert not is_mine
        assert slot_holder(home, "cpu") == "lenet-1"
    assert holders == ["lenet-1"] * 3


def test_the_runs_of_all_slots_are_listed(home: Workspace) -> None:
    with (
        hold_slot(home, "gpu1", run_id="lenet-2", on_wait=never),
        hold_slot(home, "gpu0", run_id="lenet-1", on_wait=never),
    ):
        assert running_ids(home) == ["lenet-1", "lenet-2"]
    assert running_ids(home) == []


def test_a_run_holds_several_slots_and_counts_once(home: Workspace) -> None:
    with hold_slots(home, ["gpu1", "gpu0"], run_id="lenet-1", on_wait=never) as are_mine:
        assert are_mine
        assert [slot_holder(home, slot) for slot in ("gpu0", "gpu1")] == ["lenet-1"] * 2
        assert running_ids(home) == ["lenet-1"]
    assert not slot_is_busy(home, "gpu0")
    assert not slot_is_busy(home, "gpu1")


def test_who_gives_up_waiting_for_one_of_several_slots_frees_the_others(home: Workspace) -> None:
    with hold_slot(home, "gpu1", run_id="lenet-1", on_wait=never):
        with hold_slots(
            home, ["gpu1", "gpu0"], run_id="lenet-2", on_wait=lambda holder: holder == "lenet-1"
        ) as are_mine:
            assert not are_mine
        assert not slot_is_busy(home, "gpu0")
