"""Device slots of this machine: one for each NVIDIA GPU, else one for the CPU.

GPUs are counted by NVML (``nvidia-ml-py``), which needs neither TensorFlow nor CUDA.
"""

import os
import sys
from dataclasses import dataclass

import pynvml

from core.errors import RunError

VISIBLE_VARIABLE = "CUDA_VISIBLE_DEVICES"
GIVEN_VARIABLE = "REGROUP_DEVICES"  # what the other one was before a worker was limited to its slots
ALL_DEVICES = "all"


@dataclass(frozen=True)
class Slot:
    """A place where one training at a time runs.

    Attributes:
        name: Unique on this machine and fit for a file name, such as ``"gpu0"`` or ``"cpu"``.
        kind: ``"gpu"`` or ``"cpu"``.
        title: For people, such as ``"NVIDIA L4 (GPU 0)"``.
        visible: Value of ``CUDA_VISIBLE_DEVICES`` for the slot's worker.
    """

    name: str
    kind: str
    title: str
    visible: str


def find_slots() -> list[Slot]:
    """Return the machine's slots; ``CUDA_VISIBLE_DEVICES`` limits which GPUs count."""
    cores = os.cpu_count() or 1
    cpu = Slot("cpu", "cpu", f"CPU ({cores} cores)" if cores > 1 else "CPU (1 core)", "-1")
    # TensorFlow trains on NVIDIA GPUs under Linux only.
    gpus = _find_gpus() if sys.platform == "linux" else []
    return gpus or [cpu]


def given_devices() -> str:
    """Return the devices that were given to this process or, in a worker, to who started it."""
    return os.environ.get(GIVEN_VARIABLE) or os.environ.get(VISIBLE_VARIABLE, ALL_DEVICES)


def check_devices(num_devices: int) -> None:
    """Refuse to share a run among more GPUs than there are.

    Raises:
        RunError: There are fewer.
    """
    if num_devices == 1:
        return
    num_gpus = sum(slot.kind == "gpu" for slot in find_slots())
    if num_devices > num_gpus:
        there_is = {0: "no GPU that can train", 1: "one GPU"}.get(num_gpus, f"{num_gpus} GPUs")
        raise RunError(
            f"num_devices cannot be {num_devices}: this machine has {there_is}; set it to {max(1, num_gpus)}."
        )


def _find_gpus() -> list[Slot]:
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        given = given_devices()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        wanted = [str(index) for index in range(len(handles))] if given == ALL_DEVICES else _split(given)
        ids = {_text(pynvml.nvmlDeviceGetUUID(handle)): str(index) for index, handle in enumerate(handles)}
        indices = [ids.get(name, name) for name in wanted]
        known = [index for index in indices if index.isdigit() and int(index) < len(handles)]
        names = [_text(pynvml.nvmlDeviceGetName(handles[int(index)])) for index in known]
        return [Slot(f"gpu{i}", "gpu", f"{name} (GPU {i})", i) for i, name in zip(known, names, strict=True)]
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def _split(allowed: str) -> list[str]:
    """Devices up to the first that does not exist, as CUDA reads the variable."""
    names: list[str] = []
    for name in (part.strip() for part in allowed.split(",")):
        if name.startswith("-") or not name:
            break
        names.append(name)
    return names


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
