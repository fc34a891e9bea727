"""Exports as files: what is refused, what is replaced, and that nothing half-made is left."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import RunError, StoppedError, WorkspaceError
from core.jobs import exports
from core.jobs.exports import FORMATS, export_run
from core.regrouping.grouping import Grouping
from core.runs.run import Run
from core.workspace import Workspace


@pytest.fixture
def run(home: Workspace, finish_run: Callable[..., Run]) -> Run:
    """A run of digits that looks as if it had a network."""
    made = finish_run(home)
    made.model_path.write_bytes(b"a network")
    return made


@pytest.fixture
def fake_work(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Write a file or folder in place of the process; returns what it is asked for."""
    asked: list[dict[str, Any]] = []

    def run_errand(module: str, request: dict[str, Any], **options: Any) -> dict[str, Any]:
        asked.append(request)
        out = Path(request["out"])
        if request["format"] == "saved_model":
            (out / "variables").mkdir(parents=True)
            (out / "saved_model.pb").write_bytes(b"12345")
        else:
            out.write_bytes(b"123")
        return {"max_difference": 1e-7, "num_images": 32, "class_names": ["cat", "a\ndog"]}

    monkeypatch.setattr(exports, "run_errand", run_errand)
    return asked


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_export_stands_beside_the_names_of_its_classes(
    home: Workspace, run: Run, fake_work: list, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    report = export_run(home, run, "onnx", out / "net.onnx")
    assert (report.path, report.bytes, report.num_images) == (out / "net.onnx", 3, 32)
    assert report.class_names == ("cat", "a\ndog")
    assert report.labels_path.read_text() == "cat\na dog\n"
    assert names_in(out) == ["net.onnx", "net.onnx.labels.txt"]
    export_run(home, run, "keras", out / "net.keras")
    assert not Path(fake_work[0]["scratch_dir"]).exists()

    report = export_run(home, run, "saved_model", out / "net")
    assert report.labels_path == out / "net" / "labels.txt"
    assert names_in(out / "net") == ["labels.txt", "saved_model.pb", "variables"]
    assert report.bytes == 5 + len("cat\na dog\n")


def test_what_is_there_is_replaced_only_on_request(
    home: Workspace, run: Run, fake_work: list, tmp_path: Path
) -> None:
    for format, name in (("keras", "net.keras"), ("saved_model", "net")):
        export_run(home, run, format, tmp_path / name)
        with pytest.raises(RunError, match=r"is there already; choose another name, .*--force"):
            export_run(home, run, format, tmp_path / name)
        export_run(home, run, format, tmp_path / name, overwrite=True)
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").touch()
    with pytest.raises(RunError, match="not an export of this format and is not replaced"):
        export_run(home, run, "saved_model", photos, overwrite=True)
    assert names_in(photos) == ["a.jpg"]


def test_groups_go_along_and_are_refused_for_a_run_that_learned_groups(
    home: Workspace, run: Run, fake_work: list, finish_run: Callable[..., Run], tmp_path: Path
) -> None:
    pairs = Grouping.from_assignment("0123456789", [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    export_run(home, run, "keras", tmp_path / "net.keras")
    export_run(home, run, "keras", tmp_path / "sums.keras", grouping=pairs)
    assert [asked["groups"] for asked in fake_work] == [None, pairs.to_mapping()]
    grouped = finish_run(home, groups=pairs.to_mapping())
    grouped.model_path.write_bytes(b"a network")
    with pytest.raises(RunError, match=r"was trained on groups.*choose the run that knows all classes"):
        export_run(home, grouped, "keras", tmp_path / "more.keras", grouping=pairs)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (("pickle", "net.pkl"), "no format 'pickle'; formats are keras, saved_model, tflite, onnx"),
        (("keras", "net.h5"), r"net\.h5 should end in \.keras"),
        (("tflite", "missing/net.tflite"), r"There is no folder .*missing"),
    ],
)
def test_what_cannot_be_exported_is_refused_without_a_process(
    home: Workspace, run: Run, wish: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match=sentence):
        export_run(home, run, wish[0], tmp_path / wish[1])


def test_a_run_without_network_is_refused(
    home: Workspace, finish_run: Callable[..., Run], tmp_path: Path
) -> None:
    with pytest.raises(RunError, match=r"lenet-1 has no trained network yet .*first epoch"):
        export_run(home, finish_run(home), "keras", tmp_path / "net.keras")


def test_onnx_without_its_extra_names_what_to_install(
    home: Workspace, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"needs onnx, tf2onnx, onnxruntime; install .*regroup-lab\[onnx\]"):
        export_run(home, run, "onnx", tmp_path / "net.onnx")


@pytest.mark.parametrize(
    "raised",
    [StoppedError("enough"), RunError("The export differs."), OSError(28, "No space left on device")],
)
def test_nothing_half_made_is_left_and_what_was_there_stays(
    home: Workspace,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "net.keras").write_text("before")

    def fail(module: str, request: dict[str, Any], **options: Any) -> dict[str, Any]:
        Path(request["out"]).write_bytes(b"half")
        raise raised

    monkeypatch.setattr(exports, "run_errand", fail)
    with pytest.raises(WorkspaceError if isinstance(raised, OSError) else type(raised)):
        export_run(home, run, "keras", out / "net.keras", overwrite=True)
    assert names_in(out) == ["net.keras"]
    assert (out / "net.keras").read_text() == "before"


def test_a_real_process_refuses_a_damaged_network(home: Workspace, run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"best\.keras is not a readable Keras model .*train the run again"):
        export_run(home, run, "keras", tmp_path / "net.keras")
    assert "net.keras" not in names_in(tmp_path)
    assert set(FORMATS) == {"keras", "saved_model", "tflite", "onnx"}
