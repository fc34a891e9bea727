"""Archives, uploads and hostile names from disk to dataset, and a disk that fills up on the way."""

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.datasets.adding.add import SourceOptions, add_dataset, add_upload
from core.datasets.images.reading import read_image
from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.name_pattern import NamePattern
from core.datasets.sources.options import MetadataColumns
from core.datasets.store import delete_dataset, load_dataset
from core.errors import DatasetError, WorkspaceError

ROOT = Path(__file__).parents[4]


def names_in(workspace) -> set[str]:
    return {path.name for path in workspace.datasets_dir.iterdir()}


def pack(folder: Path, target: Path) -> Path:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w") as archive:
            for path in files:
                archive.write(path, path.relative_to(folder.parent))
    else:
        with tarfile.open(target, "w:gz") as archive:
            for path in files:
                archive.add(path, path.relative_to(folder.parent).as_posix())
    return target


def as_upload(folder: Path) -> list[tuple[str, io.BytesIO]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder.parent).as_posix(), io.BytesIO(path.read_bytes())) for path in paths]


@pytest.mark.parametrize("suffix", ["zip", "tgz"])
def test_an_archive_becomes_a_dataset_with_files_of_its_own(home, make_folder, tmp_path, suffix):
    root = make_folder({"cat": 4, "dog": 4})
    (root / "cat" / "bad.png").write_text("no")
    archive = pack(root, tmp_path / f"pets.{suffix}")
    dataset = add_dataset(home, archive)
    assert (dataset.name, dataset.num_images, len(dataset.rejected)) == ("pets", 8, 1)
    assert dataset.description == f"Images of the class folders in pets.{suffix}."
    assert names_in(home) == {"pets"}
    archive.unlink()
    again = load_dataset(home, "pets")
    assert again.root.is_relative_to(home.datasets_dir / "pets")
    assert read_image(again, 0).shape == (12, 16, 3)
    delete_dataset(home, "pets")
    assert names_in(home) == set()


def test_what_an_archive_held_back_is_listed_as_left_out(home, make_folder, tmp_path):
    archive = pack(make_folder({"cat": 2, "dog": 2}), tmp_path / "pets.zip")
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("../out.png", b"x")
        file.writestr("pets/more.zip", b"x")
    dataset = add_dataset(home, archive)
    assert dataset.rejected["path"].tolist() == ["../out.png"]
    assert "leads out of the archive" in dataset.rejected["reason"].iat[0]
    assert any("Not opened, being archives themselves: 'pets/more.zip'" in note for note in dataset.notes)
    assert not (home.datasets_dir / "out.png").exists()


def test_an_archive_with_a_table_keeps_its_columns(home, write_image, tmp_path):
    for number in range(6):
        write_image(f"study/scans/{number}.png")
    rows = [f"{number},{'ill' if number % 2 else 'well'},p{number // 2},{40 + number}" for number in range(6)]
    (tmp_path / "study" / "meta.csv").write_text("\n".join(["image,kind,patient,age", *rows]))
    archive = pack(tmp_path / "study", tmp_path / "study.zip")
    columns = MetadataColumns(Path("study/meta.csv"), "image", "kind", "patient")
    dataset = add_dataset(home, archive, options=SourceOptions(columns))
    assert dataset.included["group"].tolist() == ["p0", "p0", "p1", "p1", "p2", "p2"]
    assert dataset.metadata["age"].tolist() == list(range(40, 46))


def test_an_archive_of_one_array_file_is_read_and_not_kept(home, tmp_path):
    np.savez(tmp_path / "a.npz", images=np.zeros((4, 3, 3), np.uint8), labels=[0, 1, 0, 1])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.npz", "deep/a.npz")
    dataset = add_dataset(home, tmp_path / "a.zip")
    assert dataset.array_path is not None
    assert {path.name for path in (home.datasets_dir / "a").iterdir()} >= {"images.npy"}
    assert not (home.datasets_dir / "a" / "files").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"not an archive"])
def test_a_refused_archive_leaves_nothing_behind(home, tmp_path, content):
    for name in ("a.zip", "a.tar.gz"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DatasetError, match=r"copy it again|holds no images"):
            add_dataset(home, tmp_path / name)
    assert names_in(home) == set()


def test_stopping_leaves_nothing_behind_of_an_archive(home, make_folder, tmp_path):
    archive = pack(make_folder({"cat": 4, "dog": 4}), tmp_path / "pets.zip")
    for stop_at in (1, 2):
        calls = []

        def stop(done: int, total: int, calls=calls, stop_at=stop_at) -> None:
            calls.append(done)
            if len(calls) == stop_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            add_dataset(home, archive, progress=stop)
        assert names_in(home) == set()


def test_a_dropped_folder_becomes_a_dataset(home, make_folder):
    dataset = add_upload(home, as_upload(make_folder({"cat": 3, "dog": 3})))
    assert (dataset.name, dataset.num_images) == ("pets", 6)
    assert dataset.description == "Images of the class folders in the upload."
    assert read_image(dataset, 5).shape == (12, 16, 3)
    with pytest.raises(DatasetError, match="already a dataset named 'pets'"):
        add_upload(home, as_upload(dataset.root), name="pets")
    assert names_in(home) == {"pets"}


def test_an_uploaded_archive_or_array_file_is_opened(home, make_folder, tmp_path):
    archive = pack(make_folder({"cat": 2, "dog": 2}), tmp_path / "zoo.zip")
    with archive.open("rb") as file:
        assert add_upload(home, [("zoo.zip", file)]).num_images == 4
    np.savez(tmp_path / "b.npz", images=np.zeros((4, 3, 3), np.uint8), labels=[0, 1, 0, 1])
    with (tmp_path / "b.npz").open("rb") as file:
        assert add_upload(home, [("b.npz", file)], name="arrays").array_path is not None
    with pytest.raises(DatasetError, match="The upload holds no images"):
        add_upload(home, [])
    assert names_in(home) == {"zoo", "arrays"}


def test_names_are_cleaned_and_labels_read_on_the_way(home, make_folder, write_image, tmp_path):
    rule = ClassNameRule(strip_prefix="boxes_", strip_digits=True)
    root = make_folder({"boxes_Red_Apple_0042": 3, "boxes_Pear_0007": 3})
    dataset = add_dataset(home, root, options=SourceOptions(class_name_rule=rule))
    assert dataset.class_names == ("Pear", "Red_Apple")
    collide = ClassNameRule(expression="^(boxes)")
    with pytest.raises(DatasetError, match="one name, 'boxes'; change the rule"):
        add_dataset(home, root, name="b", options=SourceOptions(class_name_rule=collide))
    for name in ("12_a.jpg", "12_b.jpg", "7_a.jpg"):
        write_image(f"hotels/{name}")
    options = SourceOptions(label_pattern=NamePattern("{label}_{group}"))
    assert add_dataset(home, tmp_path / "hotels", options=options).class_names == ("7", "12")


NAMES = ['it\'s "q"', "<b>&amp;", "🐈‍⬛", "a\nb", "חתול", "%s{0}$HOME", "é" * 120, "-rf", "ق\u200bط"]


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses some of these names")
def test_hostile_names_of_folders_and_files_are_classes_and_images(home, make_folder, write_image, tmp_path):
    root = make_folder(dict.fromkeys(NAMES, 2))
    (root / NAMES[0] / "0.jpg").rename(root / NAMES[0] / f"{'x' * 251}.jpg")
    (root / NAMES[1] / "0.jpg").rename(root / NAMES[1] / "<img src=x>\n\u202egpj.exe.jpg")
    for dataset in (
        add_dataset(home, root),
        add_dataset(home, pack(root, tmp_path / "packed.tgz")),
        add_upload(home, as_upload(root), name="dropped"),
    ):
        assert dataset.num_images == 2 * len(NAMES)
        assert {"a b", 'it\'s "q"', "<b>&amp;"} <= set(dataset.class_names)
        assert all(name.isprintable() for name in dataset.class_names)
        assert load_dataset(home, dataset.name).table.equals(dataset.table)
        assert read_image(dataset, 0).shape == (12, 16, 3)


def test_files_that_pretend_to_be_images_are_left_out_with_what_they_are(home, make_folder):
    root = make_folder({"cat": 2, "dog": 2})
    (root / "cat" / "drawing.png").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (50_000).to_bytes(4) * 2 + b"\x08\x02\0\0\0" + bytes(40)
    (root / "cat" / "huge.png").write_bytes(huge)
    whole = (root / "dog" / "0.jpg").read_bytes()
    (root / "dog" / "glued.jpg").write_bytes(whole + b"PK\x03\x04 <script>")
    dataset = add_dataset(home, root)
    reasons = dict(zip(dataset.rejected["path"], dataset.rejected["reason"], strict=True))
    assert "SVG drawing" in reasons["cat/drawing.png"]
    assert "50000 x 50000 pixels" in reasons["cat/huge.png"]
    assert len(reasons) == 2


FILL_THE_DISK = """
import resource, sys
sys.path.insert(0, {root!r})
from core.datasets.adding.add import add_dataset
from core.errors import RegroupError
from core.workspace import open_workspace
workspace = open_workspace({home!r})
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    add_dataset(workspace, {source!r})
except RegroupError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize("kind", ["folder", "zip", "npz"])
def test_a_disk_that_is_full_is_said_and_leaves_nothing_half_made(home, write_image, tmp_path, kind):
    for number in range(40):
        write_image(f"pets/{'cat' if number % 2 else 'dog'}/{number}.png", 40, 40)
    source = tmp_path / "pets"
    if kind == "zip":
        source = pack(source, tmp_path / "pets.zip")
    elif kind == "npz":
        source = tmp_path / "pets.npz"
        np.savez(source, images=np.zeros((400, 9, 9), np.uint8), labels=np.arange(400) % 2)
    code = FILL_THE_DISK.format(root=str(ROOT), home=str(home.root), limit=3000, source=str(source))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "free some disk space" in done.stdout
    assert names_in(home) == set()


def test_a_disk_without_room_for_the_unpacked_files_is_said(home, make_folder, tmp_path, monkeypatch):
    archive = pack(make_folder({"cat": 2, "dog": 2}), tmp_path / "pets.zip")
    monkeypatch.setattr("core.datasets.sources.unpacking.RESERVE_BYTES", 1 << 60)
    with pytest.raises(DatasetError, match=r"does not fit on the disk .*; make room"):
        add_dataset(home, archive)
    monkeypatch.setattr("core.datasets.store.tempfile.mkdtemp", _full)
    with pytest.raises(WorkspaceError, match=r"No space left on device\); free some disk space"):
        add_dataset(home, archive)
    assert names_in(home) == set()


def _full(**_: object) -> str:
    raise OSError(28, "No space left on device")


def test_what_a_killed_process_left_is_removed_some_day(home, make_folder):
    leftover = home.datasets_dir / ".unpacked.tmp"
    (leftover / "pets").mkdir(parents=True)
    os.utime(leftover, (0, 0))
    add_dataset(home, make_folder({"cat": 1, "dog": 1}))
    assert names_in(home) == {"pets"}
