"""Exports kept for download: one file each, void when the network is newer, gone with the run."""

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.errors import WorkspaceError
from core.jobs import kept_exports
from core.jobs.exports import ExportReport
from core.jobs.kept_exports import find_export, keep_export
from core.regrouping.grouping import Grouping
from core.runs.config import RunConfig
from core.runs.run import Run, create_run, delete_run
from core.workspace import Workspace


@pytest.fixture
def run(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run with a network, whose exports are written by a stand-in."""

    def export(workspace: Workspace, run: Run, format: str, out: Path, **options: Any) -> ExportReport:
        labels = out.with_suffix(".labels.txt")
        if format == "saved_model":
            out.mkdir()
            (out / "saved_model.pb").write_bytes(b"graph")
            labels = out / "labels.txt"
        else:
            out.write_bytes(b"weights")
        labels.write_text("cat\ndog\n")
        return ExportReport(out, format, 7, 3e-7, 64, ("cat", "dog"), labels)

    monkeypatch.setattr(kept_exports, "export_run", export)
    run = create_run(home, RunConfig(dataset="digits", model="lenet"))
    run.model_path.write_bytes(b"network")
    os.utime(run.model_path, (1e9, 1e9))
    return run


def test_a_file_is_kept_with_what_was_measured_and_found_again(home: Workspace, run: Run) -> None:
    assert find_export(run, "tflite") is None
    kept = keep_export(home, run, "tflite")
    assert kept.path.name == "lenet-1.tflite"
    assert (kept.bytes, kept.max_difference, kept.num_images) == (7, 3e-7, 64)
    assert kept.labels_path.read_text() == "cat\ndog\n"
    assert find_export(run, "tflite") == kept
    assert find_export(run, "keras") is None


def test_a_folder_is_kept_as_one_archive_and_can_be_made_again(home: Workspace, run: Run) -> None:
    keep_export(home, run, "saved_model")
    kept = keep_export(home, run, "saved_model")
    assert kept.path.suffix == ".zip"
    assert kept.bytes == kept.path.stat().st_size
    assert "lenet-1/saved_model.pb" in zipfile.ZipFile(kept.path).namelist()
    assert kept.labels_path.read_text() == "cat\ndog\n"
    assert sorted(path.name for path in kept.path.parent.iterdir()) == [
        "export.json",
        "lenet-1.labels.txt",
        "lenet-1.zip",
    ]
    assert find_export(run, "saved_model") == kept


def test_an_export_of_an_older_network_or_a_damaged_one_does_not_count(home: Workspace, run: Run) -> None:
    kept = keep_export(home, run, "keras")
    os.utime(run.model_path, (4e9, 4e9))
    assert find_export(run, "keras") is None
    os.utime(run.model_path, (1e9, 1e9))
    kept.path.write_bytes(b"half")
    assert find_export(run, "keras") is None
    (kept.path.parent / "export.json").write_text("[]")
    assert find_export(run, "keras") is None


def test_a_deleted_run_is_not_brought_back(home: Workspace, run: Run) -> None:
    delete_run(run)
    with pytest.raises(WorkspaceError, match="cannot be written"):
        keep_export(home, run, "keras")
    assert not run.directory.exists()


def test_a_summed_export_stands_beside_the_plain_one_and_counts_for_its_groups_alone(
    home: Workspace, run: Run
) -> None:
    plain = keep_export(home, run, "keras")
    pets = Grouping.identity(["cat", "dog", "car"]).merge(["cat", "dog"])
    kept = keep_export(home, run, "keras", grouping=pets)
    assert (kept.path.name, plain.path.name) == ("lenet-1-summed.keras", "lenet-1.keras")
    assert find_export(run, "keras", pets) == kept
    assert find_export(run, "keras") == plain
    assert find_export(run, "keras", pets.rename("cat + dog", "pet")) is None
    again = keep_export(home, run, "keras", grouping=pets.rename("cat + dog", "pet"))
    assert again.path == kept.path  # in place of the first
    assert find_export(run, "keras", pets) is None
