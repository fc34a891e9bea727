"""Slots are counted by NVML; here by a stand-in for it."""

import sys

import pynvml
import pytest

from core.errors import RunError
from core.jobs.devices import (
    ALL_DEVICES,
    GIVEN_VARIABLE,
    VISIBLE_VARIABLE,
    check_devices,
    find_slots,
    given_devices,
)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 2)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda handle: b"NVIDIA L4")
    monkeypatch.setattr(pynvml, "nvmlDeviceGetUUID", lambda handle: f"GPU-{handle}abc")


def names() -> list[str]:
    return [slot.name for slot in find_slots()]


def test_a_machine_without_nvidia_driver_has_one_cpu_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", fail)
    [slot] = find_slots()
    assert (slot.name, slot.kind, slot.visible) == ("cpu", "cpu", "-1")


def test_each_gpu_is_a_slot_of_its_own(two_gpus: None) -> None:
    slots = find_slots()
    assert [(slot.name, slot.visible) for slot in slots] == [("gpu0", "0"), ("gpu1", "1")]
    assert {slot.kind for slot in slots} == {"gpu"}
    assert slots[1].title == "NVIDIA L4 (GPU 1)"


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        ("1", ["gpu1"]),
        ("1,0", ["gpu1", "gpu0"]),
        ("GPU-1abc", ["gpu1"]),
        ("0,-1,1", ["gpu0"]),
        ("7", ["cpu"]),
        ("", ["cpu"]),
        ("-1", ["cpu"]),
    ],
)
def test_hidden_gpus_do_not_count(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch, visible: str, expected: list[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert names() == expected


def test_no_run_is_shared_among_more_gpus_than_there_are(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_devices(2)
    with pytest.raises(RunError, match="num_devices cannot be 3: this machine has 2 GPUs; set it to 2"):
        check_devices(3)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    with pytest.raises(RunError, match="has one GPU; set it to 1"):
        check_devices(2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(RunError, match="has no GPU that can train; set it to 1"):
        check_devices(2)
    check_devices(1)


def test_what_a_worker_starts_knows_all_devices_that_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(GIVEN_VARIABLE, raising=False)
    monkeypatch.delenv(VISIBLE_VARIABLE, raising=False)
    assert given_devices() == ALL_DEVICES
    monkeypatch.setenv(VISIBLE_VARIABLE, "0,1")
    assert given_devices() == "0,1"
    monkeypatch.setenv(GIVEN_VARIABLE, given_devices())
    monkeypatch.setenv(VISIBLE_VARIABLE, "1")  # as the launcher limits a worker
    assert given_devices() == "0,1"
