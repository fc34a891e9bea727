"""``regroup doctor``: what this machine has."""

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import typer

from app.commands.options import HomeOption, JsonOption, print_json, wants_json, workspace_of

PACKAGES = (
    "regroup-lab",
    "streamlit",
    "tensorflow",
    "keras",
    "tf-keras-vis",
    "plotly",
    "pandas",
    "numpy",
    "scikit-learn",
    "scipy",
    "opencv-python-headless",
    "pillow",
    "pyarrow",
    "pydantic",
)


def doctor(context: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print versions, GPUs seen, pretrained weights at hand and free disk."""
    from app.commands.caches import describe_room  # noqa: PLC0415
    from core.caches import limit, list_caches  # noqa: PLC0415
    from core.jobs.devices import find_slots  # noqa: PLC0415
    from core.models.weights import list_cached_weights  # noqa: PLC0415

    workspace = workspace_of(context, home)
    caches = list_caches(workspace)
    disk = shutil.disk_usage(workspace.root)
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "workspace": str(workspace.root),
        "free_disk_gb": round(disk.free / 1e9, 1),
        "caches_gb": round(sum(cache.num_bytes for cache in caches) / 1e9, 3),
        "cache_limit_gb": round(limit(workspace) / 1e9, 3),
        "gpus": [slot.title for slot in find_slots() if slot.kind == "gpu"],
        "weights": [str(path) for path in list_cached_weights()],
    }
    if wants_json(context, as_json):
        print_json(found)
        return
    print(f"Python {found['python']} on {found['platform']}")
    for name, number in found["packages"].items():
        print(f"  {name} {number or 'is missing'}")
    print(f"workspace {found['workspace']}, {found['free_disk_gb']} GB free")
    print(describe_room(workspace, caches))
    print(f"GPUs: {', '.join(found['gpus']) or 'none seen; trainings run on the processor'}")
    print(f"pretrained weights in Keras' cache: {', '.join(found['weights']) or 'none'}")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
