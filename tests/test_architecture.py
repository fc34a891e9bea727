"""The house keeps its walls: who may import whom, and where TensorFlow and Streamlit may be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EARLIER = {
    "errors": set(),
    "workspace": set(),
    "download": set(),
    "words": set(),
    "caches": set(),
    "datasets": set(),
    "runs": {"datasets.images.resizing"},
    "models": {"runs"},
    "training": {
        "datasets",
        "models",
        "runs",
        "predictions",
        "regrouping.grouping",
        "jobs.queue",
        "jobs.supervisor",
    },
    "predictions": set(),
    "imported": {"datasets", "runs", "predictions"},
    "evaluation": {"datasets", "runs", "predictions"},
    # models.blocks: how deep a run was fine-tuned, which the chart of depths is drawn over
    "regrouping": {"datasets", "models.blocks", "runs", "predictions", "evaluation"},
    "jobs": {
        "datasets",
        "models.catalog",
        "models.stack.store",
        "runs",
        "regrouping.duel.depth",  # which runs there are, so that none is trained twice
        "regrouping.duel.opponents",
        "regrouping.grouping",
        "regrouping.keeping.store",
    },
    "explain": {
        "datasets",
        "models",
        "runs",
        "predictions",
        "regrouping.grouping",
        "training.augmentation",
    },
    "plots": set(),
}
EVERYWHERE = {"errors", "workspace", "download", "words", "caches"}
SOURCES = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "app").rglob("*.py")])
LIGHT = (
    "models/backbones/head.py",
    "models/blocks.py",
    "models/catalog.py",
    "models/layer_names.py",
    "models/memory.py",
    "models/published.py",
    "models/run_weights.py",
    "models/scaling.py",
    "models/spec.py",
    "models/stack/layers.py",
    "models/stack/shapes.py",
    "models/stack/store.py",
    "models/table.py",
    "models/weights.py",
    "models/weights_file.py",
    "explain/layer_tables.py",
    "explain/service.py",
)


def imports_of(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_stage_imports_only_itself_and_earlier_ones(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "app" or len(parts) < 2 or parts[1] == "__init__":
        return
    stage = parts[1]
    allowed = EARLIER[stage] | EVERYWHERE | {stage}
    for module in imports_of(path):
        if module == "app" or module.startswith("app."):
            pytest.fail(f"core imports {module}")
        if module.startswith("core."):
            target = module.removeprefix("core.")
            prefixes = {".".join(target.split(".")[:n]) for n in range(1, target.count(".") + 2)}
            assert prefixes & allowed, f"{stage} imports {module}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_core_knows_no_streamlit_and_only_three_stages_know_tensorflow(path: Path) -> None:
    name = name_of(path)
    is_light = name.endswith(LIGHT) or name.startswith("core/models/architectures/")
    heavy = {module.split(".")[0] for module in imports_of(path)} & {"tensorflow", "keras", "tf_keras_vis"}
    may = name.startswith(("core/models/", "core/training/", "core/explain/")) and not is_light
    assert not heavy or may, f"{name} imports {heavy}"
    if name.startswith("core/"):
        assert not any(module.split(".")[0] == "streamlit" for module in imports_of(path))


def test_the_dashboard_imports_no_tensorflow_and_none_of_the_slow_libraries() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in SOURCES
        if path.is_relative_to(ROOT / "app") and path.parent.name != "views" and path.name != "main.py"
    ]
    code = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print([m for m in ('tensorflow', 'keras', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_views_are_listed_in_the_navigation() -> None:
    from app.navigation import Page

    files = {f"views/{path.name}" for path in (ROOT / "app" / "views").glob("*.py")} - {"views/__init__.py"}
    assert files == {page.value for page in Page}
