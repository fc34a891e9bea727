"""What a training costs the machine right now: CPU, memory, GPUs and disk.

A gauge never fails: what cannot be read, because a worker has just died or a driver is missing, is left out.
GPUs are read by NVML, whose figures are of the whole device and not of one process.
"""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pynvml

from core.jobs.devices import find_slots
from core.runs.run import Run
from core.runs.slots import slot_holder
from core.workspace import Workspace

FRESH_S = 1.0  # seconds for which a reading is good: shorter spans say little of the CPU
SHORTEST_S = 0.2  # seconds of all cores together; the system counts in hundredths
SEARCH_S = 5.0  # seconds between two searches for the process of a worker
WORKER_MODULES = ("core.training.worker",)


@dataclass(frozen=True)
class GpuLoad:
    """One GPU.

    Attributes:
        name: For people, such as ``"NVIDIA L4 (GPU 0)"``.
        percent: Share of the last moment in which it computed, 0 to 100.
        used: Bytes of its memory in use.
        total: Bytes of its memory.
    """

    name: str
    percent: float
    used: int
    total: int


@dataclass(frozen=True)
class Load:
    """One reading; None where something cannot be read.

    Attributes:
        cpu_percent: Of all cores together, 0 to 100; None in the first moment.
        num_cores: Cores that the system counts.
        worker: Bytes of memory of the run's worker.
        used: Bytes of the machine's memory in use.
        total: Bytes of the machine's memory.
        disk_free: Free bytes where the workspace lies.
        gpus: Those that the run trains on, else all.
    """

    cpu_percent: float | None = None
    num_cores: int = 1
    worker: int | None = None
    used: int | None = None
    total: int | None = None
    disk_free: int | None = None
    gpus: tuple[GpuLoad, ...] = ()


class LoadGauge:
    """Reads the load of one run's training; cheap to ask often, from any thread."""

    def __init__(self, workspace: Workspace, run: Run) -> None:
        self._workspace = workspace
        self._run = run
        self._lock = threading.Lock()
        self._last = Load()
        self._read_at = self._searched_at = -SEARCH_S
        self._worker: psutil.Process | None = None
        self._has_gpus = any(slot.kind == "gpu" for slot in find_slots())
        self._cpu_times = _cpu_times()

    def read(self) -> Load:
        """Return the load, read anew at most once a second."""
        with self._lock:
            now = time.monotonic()
            if now - self._read_at >= FRESH_S:
                self._last, self._read_at = self._read(now), now
            return self._last

    def _read(self, now: float) -> Load:
        used, total = _machine_memory()
        before, self._cpu_times = self._cpu_times, _cpu_times()
        return Load(
            cpu_percent=_cpu_percent(before, self._cpu_times),
            num_cores=psutil.cpu_count() or 1,
            worker=self._worker_memory(now),
            used=used,
            total=total,
            disk_free=_disk_free(self._workspace.root),
            gpus=self._gpus() if self._has_gpus else (),
        )

    def _worker_memory(self, now: float) -> int | None:
        if self._worker is None and now - self._searched_at >= SEARCH_S:
            self._worker, self._searched_at = find_worker(self._run), now
        if self._worker is None:
            return None
        try:
            return int(self._worker.memory_info().rss)
        except (psutil.Error, OSError):
            self._worker = None  # it has ended; a resumed run has another
            return None

    def _gpus(self) -> tuple[GpuLoad, ...]:
        slots = [slot for slot in find_slots() if slot.kind == "gpu"]
        own = [slot for slot in slots if slot_holder(self._workspace, slot.name) == self._run.id]
        return tuple(filter(None, (read_gpu(slot.title, int(slot.visible)) for slot in own or slots)))


def find_worker(run: Run) -> psutil.Process | None:
    """Return the process that trains a run now: the worker that holds the run's lock file open."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            command = process.cmdline()
            if not any(module in command for module in WORKER_MODULES):
                continue
            # A worker that waited as a spare does not name its run on the command line.
            if str(run.directory) in command or _holds(process, run.lock_path):
                return process
    return None


def read_gpu(name: str, index: int) -> GpuLoad | None:
    """Return the load of a GPU; None where the driver does not tell."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        percent = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu
        return GpuLoad(name, float(percent), int(memory.used), int(memory.total))
    except pynvml.NVMLError:
        return None
    finally:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def _holds(process: psutil.Process, path: Path) -> bool:
    return any(file.path == str(path) for file in process.open_files())


def _cpu_times() -> tuple[float, float] | None:
    """Seconds of all cores together since the system began: idle, and in all."""
    with suppress(OSError, psutil.Error):
        times = psutil.cpu_times()
        # A guest's time is part of the user's time already.
        counted = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        return times.idle + getattr(times, "iowait", 0.0), counted
    return None


def _cpu_percent(before: tuple[float, float] | None, after: tuple[float, float] | None) -> float | None:
    """Share of the span in which the cores worked, 0 to 100; None where the span is too short to tell."""
    if before is None or after is None or after[1] - before[1] < SHORTEST_S:
        return None
    idle = (after[0] - before[0]) / (after[1] - before[1])
    return float(min(max(100 * (1 - idle), 0.0), 100.0))


def _machine_memory() -> tuple[int | None, int | None]:
    with suppress(OSError, psutil.Error):
        memory = psutil.virtual_memory()
        return int(memory.total - memory.available), int(memory.total)
    return None, None


def _disk_free(path: Path) -> int | None:
    with suppress(OSError, psutil.Error):
        return int(psutil.disk_usage(str(path)).free)
    return None
