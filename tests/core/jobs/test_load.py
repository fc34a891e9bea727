"""The load of the machine: read where it can be, left out where it cannot, and never an error."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pynvml
import pytest

from core.jobs import load
from core.jobs.devices import Slot
from core.jobs.load import GpuLoad, LoadGauge, find_worker, read_gpu
from core.runs.config import RunConfig
from core.runs.run import Run, create_run
from core.workspace import Workspace

WAIT = "import time; time.sleep(60)"


@pytest.fixture
def run(home: Workspace) -> Run:
    return create_run(home, RunConfig(dataset="digits", model="lenet"))


@pytest.fixture
def no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "find_slots", lambda: [Slot("cpu", "cpu", "CPU", "-1")])


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A driver with one GPU, as NVML tells of it."""
    told = SimpleNamespace(percent=87, used=3 * 10**9, total=24 * 10**9, fails=False)

    def utilization(handle: int) -> SimpleNamespace:
        if told.fails:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
        return SimpleNamespace(gpu=told.percent)

    stands_in = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(used=told.used, total=told.total),
        "nvmlDeviceGetUtilizationRates": utilization,
    }
    for name, function in stands_in.items():
        monkeypatch.setattr(pynvml, name, function)
    slots = [Slot(f"gpu{i}", "gpu", f"NVIDIA L4 (GPU {i})", str(i)) for i in (0, 1)]
    monkeypatch.setattr(load, "find_slots", lambda: slots)
    return told


def start_worker(*arguments: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", WAIT, *arguments])
    deadline = time.monotonic() + 30
    while "core.training.worker" not in psutil.Process(process.pid).cmdline():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


@pytest.mark.usefixtures("no_gpus")
def test_machine_and_disk_are_read_and_a_run_without_worker_has_none(home: Workspace, run: Run) -> None:
    gauge = LoadGauge(home, run)
    read = gauge.read()
    assert read.worker is None
    assert read.gpus == ()
    assert read.total == psutil.virtual_memory().total
    assert 0 < (read.used or 0) < (read.total or 0)
    assert (read.disk_free or 0) > 0
    assert read.num_cores == psutil.cpu_count()
    assert gauge.read() is read  # not read again within a second


def test_the_share_of_the_processor_is_that_of_the_span() -> None:
    assert load._cpu_percent((100.0, 200.0), (103.0, 210.0)) == pytest.approx(70)
    assert load._cpu_percent((100.0, 200.0), (100.0, 200.01)) is None  # too short to tell
    assert load._cpu_percent(None, (1.0, 2.0)) is None


@pytest.mark.usefixtures("no_gpus")
@pytest.mark.parametrize("is_spare", [False, True])
def test_a_worker_is_found_and_its_end_is_no_error(
    home: Workspace,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: Callable[..., None],
    is_spare: bool,
) -> None:
    monkeypatch.setattr(load, "FRESH_S", 0.0)
    if is_spare:  # it was warm before it got the run: only the lock it holds tells which
        keep_open = (
            "import sys, time; file = open(sys.stdin.readline().strip(), 'ab'); print(); time.sleep(60)"
        )
        command = [sys.executable, "-u", "-c", keep_open, "core.training.worker", "--spare"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{run.lock_path}\n".encode())
        process.stdin.close()
        process.stdout.readline()
        process.stdout.close()
    else:
        process = start_worker("core.training.worker", str(run.directory))
    try:
        found = find_worker(run)
        assert found is not None
        assert found.pid == process.pid
        gauge = LoadGauge(home, run)
        wait_until(lambda: (gauge.read().worker or 0) > 1_000_000)  # in its first moment it holds nothing yet
    finally:
        process.kill()
        process.wait()
    assert gauge.read().worker is None
    assert gauge.read().worker is None


def test_a_gpu_tells_how_busy_it_is_and_its_memory(
    home: Workspace, run: Run, gpu: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = GpuLoad("NVIDIA L4 (GPU 0)", 87.0, 3 * 10**9, 24 * 10**9)
    assert LoadGauge(home, run).read().gpus == (busy, replace(busy, name="NVIDIA L4 (GPU 1)"))
    monkeypatch.setattr(load, "slot_holder", lambda workspace, slot: run.id if slot == "gpu0" else "other-1")
    assert LoadGauge(home, run).read().gpus == (busy,)


def test_a_gpu_that_is_lost_is_left_out(gpu: SimpleNamespace) -> None:
    gpu.fails = True
    assert read_gpu("NVIDIA L4 (GPU 0)", 0) is None


def test_without_a_driver_there_is_no_gpu_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", fail)
    assert read_gpu("NVIDIA L4 (GPU 0)", 0) is None


@pytest.mark.usefixtures("no_gpus")
def test_what_the_system_does_not_tell_is_left_out(
    home: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError("no /proc here")

    for name in ("virtual_memory", "disk_usage", "cpu_times"):
        monkeypatch.setattr(psutil, name, refuse)
    read = LoadGauge(home, run).read()
    assert (read.cpu_percent, read.used, read.total, read.disk_free) == (None, None, None, None)
