"""Edits by hand: reversible, whole or not at all, and never in the user's files."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets.adding.add import add_dataset
from core.datasets.dataset import TABLE_COLUMNS, Dataset
from core.datasets.editing import edits
from core.datasets.editing.edit_log import LOG_FILE, STEPS_DIR, ever_relabeled
from core.datasets.editing.edits import (
    Step,
    divide,
    exclude,
    go_to,
    load_edits,
    move_to_split,
    record,
    redo,
    relabel,
    restore,
    undo,
)
from core.datasets.images.pixels import load_pixels
from core.datasets.images.resizing import square
from core.datasets.store import delete_dataset, list_datasets, load_dataset, save_dataset
from core.errors import DatasetError, WorkspaceError
from core.workspace import Workspace

ROOT = Path(__file__).parents[4]


@pytest.fixture
def pets(home, make_folder):
    return add_dataset(home, make_folder({"cat": 12, "dog": 8}))


def big_dataset(home: Workspace, num_images: int) -> Dataset:
    """A dataset of tiny pictures with 1,000 classes; only its table matters."""
    ids = np.arange(num_images)
    table = pd.DataFrame(
        {
            "path": None, "position": ids, "label": ids % 1000, "group": None, "width": 1, "height": 1,
            "split": np.array(["train", "val", "test"], object)[ids % 3], "mode": "L",
            "sha1": [f"{number:040x}" for number in ids], "excluded": False, "reason": None,
        }
    ).astype(TABLE_COLUMNS)  # fmt: skip
    names = tuple(f"class {number}" for number in range(1000))
    dataset = Dataset(name="big", description="", class_names=names, table=table)
    return save_dataset(home, dataset, np.zeros((num_images, 1, 1), np.uint8))


def test_excluding_leaves_images_out_with_their_reason_and_restoring_takes_them_in(home, pets):
    edited = record(home, pets, exclude(pets, [3, 1, 3], reason="A duplicate."))
    assert edited.num_images == 18
    assert edited.rejected.index.tolist() == [1, 3]
    assert edited.rejected["reason"].tolist() == ["A duplicate.", "A duplicate."]
    assert (edited.version != pets.version, edited.images_hash == pets.images_hash) == (True, True)
    back = record(home, edited, restore(edited, [1, 3]))
    assert back.version == pets.version
    assert back.table.equals(pets.table)
    titles = [step.title for step in load_edits(back.folder).steps]
    assert titles == ["Excluded 2 images: a duplicate", "Took 2 images back in"]


def test_relabeling_and_moving_change_the_table_that_everybody_reads(home, pets):
    step = relabel(pets, {0: "dog", 1: "dog", 12: "cat"})
    assert [(change.sample_ids.tolist(), change.values) for change in step.changes] == [
        ([12], {"label": "cat"}),
        ([0, 1], {"label": "dog"}),
    ]
    record(home, pets, step)
    edited = record(home, pets, move_to_split(pets, range(20), "test"))
    assert edited.labels(np.array([0, 1, 2, 12, 13])).tolist() == [1, 1, 0, 0, 1]
    assert load_dataset(home, "pets").sample_ids("test").tolist() == list(range(20))
    assert load_dataset(home, "pets", edited=False).version == pets.version
    assert load_dataset(home, "pets").num_edits == 2


def test_dividing_anew_names_only_the_images_that_move(home, pets):
    splits = pets.table["split"].to_numpy(object)
    splits[[2, 5]] = "test"
    moved = int((splits != pets.table["split"]).sum())
    step = divide(pets, splits, title="Divided anew")
    assert step.num_images == moved
    assert record(home, pets, step).table["split"].tolist() == splits.tolist()
    with pytest.raises(ValueError, match="for each row"):
        divide(pets, splits[:3], title="")


def test_undo_and_redo_give_each_version_back_exactly(home, pets):
    versions, tables = [pets.version], [pets.table]
    dataset = pets
    for make in (
        lambda d: exclude(d, [0, 5]),
        lambda d: relabel(d, {1: "dog", 2: "dog"}),
        lambda d: restore(d, [5]),
        lambda d: move_to_split(d, [7, 8, 9], "val"),
    ):
        dataset = record(home, dataset, make(dataset))
        versions.append(dataset.version)
        tables.append(dataset.table)
    assert [step.version for step in load_edits(pets.folder).steps] == versions[1:]
    assert len(set(versions)) == 5
    for position in (3, 2, 1, 0):
        assert undo(home, "pets").version == versions[position]
    for position in (1, 2, 3, 4):
        assert redo(home, "pets").version == versions[position]
    for position in (0, 4, 2, 3, 1):
        assert go_to(home, "pets", position).table.equals(tables[position])


def test_a_new_edit_forgets_those_that_were_undone(home, pets):
    record(home, pets, exclude(pets, [0]))
    record(home, pets, exclude(pets, [1]))
    undo(home, "pets")
    record(home, pets, exclude(pets, [2]))
    log = load_edits(pets.folder)
    assert [step.changes[0].sample_ids.tolist() for step in log.steps] == [[0], [2]]
    assert not log.can_redo
    with pytest.raises(DatasetError, match="no edit to redo"):
        redo(home, "pets")


def test_there_is_nothing_to_undo_in_a_new_dataset(home, pets):
    with pytest.raises(DatasetError, match="no edit to undo"):
        undo(home, "pets")
    with pytest.raises(DatasetError, match="has 0 edits; choose 0 to 0"):
        go_to(home, "pets", 3)
    assert load_edits(pets.folder).steps == ()


def test_an_edit_that_changes_nothing_is_refused_and_leaves_no_trace(home, pets):
    once = record(home, pets, exclude(pets, [4]))
    split = str(pets.table["split"].iat[0])
    for step in (
        exclude(pets, []),
        exclude(once, [4], reason="again"),
        restore(pets, [0]),
        relabel(pets, {0: "cat"}),
        move_to_split(pets, [0], split),
        divide(pets, pets.table["split"].to_numpy(object), title="again"),
    ):
        with pytest.raises(DatasetError, match="changes no image"):
            record(home, once, step)
    assert len(load_edits(pets.folder).steps) == 1


def test_what_is_not_there_is_refused_with_what_there_is(pets):
    for sample in (-1, 20):
        with pytest.raises(DatasetError, match=f"no image {sample}; its images are numbered 0 to 19"):
            exclude(pets, [0, sample])
    with pytest.raises(DatasetError, match="no class 'cow'; choose one of 'cat', 'dog'"):
        relabel(pets, {0: "cow"})
    with pytest.raises(DatasetError, match="choose one of train, val, test"):
        move_to_split(pets, [0], "training")


def test_an_image_that_cannot_be_read_is_never_taken_in(home, make_folder):
    folder = make_folder({"cat": 3, "dog": 3})
    (folder / "cat" / "bad.jpg").write_text("no image")
    dataset = add_dataset(home, folder)
    bad = int(dataset.rejected.index[0])
    with pytest.raises(DatasetError, match=f"Image {bad} of 'pets' cannot be taken in: .*not an image"):
        restore(dataset, [bad])
    edited = record(home, dataset, exclude(dataset, range(len(dataset.table)), reason="All."))
    assert "not an image" in edited.table["reason"].iat[bad]


def test_edits_never_touch_the_files_of_the_user_nor_the_table_of_the_source(home, pets):
    files = {path: path.read_bytes() for path in pets.root.rglob("*.jpg")}
    stored = (pets.folder / "images.parquet").read_bytes()
    record(home, pets, exclude(pets, [0]))
    record(home, pets, relabel(pets, {1: "dog"}))
    assert {path: path.read_bytes() for path in pets.root.rglob("*.jpg")} == files
    assert (pets.folder / "images.parquet").read_bytes() == stored


def test_an_exclusion_makes_no_pixel_cache_anew(home, pets, monkeypatch):
    before = load_pixels(home, pets, square(8))
    edited = record(home, pets, exclude(pets, [0, 1, 2]))
    edited = record(home, edited, relabel(edited, {5: "dog"}))
    monkeypatch.setattr("core.datasets.images.pixels._write_cache", lambda *_: pytest.fail("decoded again"))
    assert np.array_equal(load_pixels(home, edited, square(8)), before)
    assert np.array_equal(load_pixels(home, undo(home, "pets"), square(8)), before)


def test_many_writers_at_once_lose_no_edit(home, pets):
    failed = []

    def work(sample: int) -> None:
        try:
            record(home, pets, exclude(pets, [sample]))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(sample,)) for sample in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    edited = load_dataset(home, "pets")
    assert edited.rejected.index.tolist() == list(range(8))
    assert len(load_edits(pets.folder).steps) == edited.num_edits == 8


def test_two_who_undo_at_once_undo_two_edits(home, pets):
    for sample in range(4):
        record(home, pets, exclude(pets, [sample]))
    threads = [threading.Thread(target=undo, args=(home, "pets")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert load_dataset(home, "pets").rejected.index.tolist() == [0]


def test_writers_in_other_processes_lose_no_edit(home, pets):
    code = (
        "import sys\n"
        "from core.datasets.editing.edits import exclude, record\n"
        "from core.datasets.store import load_dataset\n"
        "from core.workspace import open_workspace\n"
        "home = open_workspace(sys.argv[1])\n"
        "dataset = load_dataset(home, 'pets')\n"
        "record(home, dataset, exclude(dataset, [int(sys.argv[2])]))\n"
    )
    command = [sys.executable, "-c", code, str(home.root)]
    processes = [subprocess.Popen([*command, sample], cwd=ROOT) for sample in ("3", "6")]
    record(home, pets, exclude(pets, [9]))
    assert [process.wait(60) for process in processes] == [0, 0]
    assert load_dataset(home, "pets").rejected.index.tolist() == [3, 6, 9]


def test_a_kill_between_the_two_writes_leaves_the_state_before(home, pets, monkeypatch):
    first = record(home, pets, exclude(pets, [0]))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(edits, "write_names", killed)
        with pytest.raises(KeyboardInterrupt):
            record(home, first, exclude(first, [1]))
    assert sorted(path.name for path in (pets.folder / STEPS_DIR).iterdir()) == ["000001.json", "000002.json"]
    assert load_dataset(home, "pets").version == first.version
    edited = record(home, first, exclude(first, [2]))
    assert edited.rejected.index.tolist() == [0, 2]
    assert json.loads((pets.folder / LOG_FILE).read_text()) == {"steps": ["000001", "000003"], "position": 2}


def test_a_disk_that_refuses_leaves_the_state_before(home, pets, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.workspace.tempfile.mkstemp", refuse)
    with pytest.raises(WorkspaceError, match=r"No space left on device.*free some disk space"):
        record(home, pets, exclude(pets, [0]))
    monkeypatch.undo()
    assert load_dataset(home, "pets").version == pets.version


def test_a_lock_that_cannot_be_taken_is_told(home, pets, monkeypatch):
    monkeypatch.setattr("core.datasets.editing.edit_log.LOCK_S", 0.05)
    with edits.editing(home, "pets"), pytest.raises(WorkspaceError, match="wait until other edits are done"):
        undo(home, "pets")


def test_a_dataset_deleted_meanwhile_is_not_brought_back(home, pets):
    step = exclude(pets, [0])
    delete_dataset(home, "pets")
    with pytest.raises(DatasetError, match="no dataset 'pets' any more; it may have been deleted"):
        record(home, pets, step)
    with pytest.raises(DatasetError, match="no dataset 'pets' any more"):
        undo(home, "pets")
    assert not pets.folder.exists()
    assert list_datasets(home) == ["digits", "shapes"]


def test_a_dataset_deleted_and_added_anew_meanwhile_is_not_edited(home, pets, make_folder):
    step = exclude(pets, [0])
    delete_dataset(home, "pets")
    (pets.root / "cat" / "0.jpg").unlink()
    add_dataset(home, pets.root)
    with pytest.raises(DatasetError, match="deleted and added anew with other images meanwhile"):
        record(home, pets, step)
    assert load_edits(pets.folder).steps == ()


def test_200_000_changes_in_one_edit_come_back_exactly(home):
    dataset = big_dataset(home, 200_000)
    ids = np.arange(200_000)
    step = relabel(dataset, {int(sample): f"class {(sample + 1) % 1000}" for sample in ids})
    assert step.num_images == 200_000
    relabeled = record(home, dataset, step)
    assert np.array_equal(relabeled.labels(ids), (ids + 1) % 1000)
    emptied = record(home, relabeled, exclude(relabeled, ids))
    assert emptied.num_images == 0
    assert load_dataset(home, "big").version == emptied.version
    assert go_to(home, "big", 1).version == relabeled.version
    assert go_to(home, "big", 0).version == dataset.version


DAMAGES = {
    "no JSON": "{",
    "no list": '{"steps": 3, "position": 0}',
    "no dictionary": "[]",
    "a position too far": '{"steps": ["000001"], "position": 2}',
    "a negative position": '{"steps": ["000001"], "position": -1}',
    "a position that is true": '{"steps": ["000001"], "position": true}',
    "another file": '{"steps": ["../dataset"], "position": 1}',
    "bytes": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_list_of_edits_is_told_with_its_remedy(home, pets, content):
    record(home, pets, exclude(pets, [0]))
    path = pets.folder / LOG_FILE
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for read in (
        lambda: load_dataset(home, "pets"),
        lambda: load_edits(pets.folder),
        lambda: undo(home, "pets"),
    ):
        with pytest.raises(
            DatasetError, match=r"edits of dataset 'pets' cannot be read.*delete .*edits\.json"
        ):
            read()
    path.unlink()
    assert load_dataset(home, "pets").version == pets.version


STEP_DAMAGES = {
    "missing": None,
    "no JSON": "{",
    "a list": "[]",
    "half": '{"title": "x", "made": 1, "version": "y"}',
    "fractions": '{"title": "", "made": 1, "version": "", "changes": [{"sample_ids": [0.5], "set": {}}]}',
    "large": '{"title": "", "made": 1, "version": "", "changes": [{"sample_ids": [9999999999999999999999], '
    '"set": {}}]}',
    "a text": '{"title": "", "made": 1, "version": "", "changes": [{"sample_ids": "0", "set": {}}]}',
    "no settings": '{"title": "", "made": 1, "version": "", "changes": [{"sample_ids": [0], "set": 3}]}',
    "no title": '{"title": 3, "made": 1, "version": "", "changes": []}',
}


@pytest.mark.parametrize("content", STEP_DAMAGES.values(), ids=STEP_DAMAGES)
def test_a_damaged_edit_is_told_and_those_before_it_are_kept(home, pets, content):
    first = record(home, pets, exclude(pets, [0]))
    record(home, first, exclude(first, [1]))
    path = pets.folder / STEPS_DIR / "000002.json"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(DatasetError, match=r"Edit 2 of dataset 'pets'.*regroup datasets history pets --to 1"):
        load_dataset(home, "pets")
    assert go_to(home, "pets", 1).version == first.version
    log = load_edits(pets.folder)
    assert (len(log.steps), log.position) == (1, 1)
    with pytest.raises(DatasetError, match="Edit 2 of dataset"):
        redo(home, "pets")
    assert load_dataset(home, "pets").version == first.version


UNFIT = {
    "another class": {"label": "cow"},
    "no class": {"label": ["cat"]},
    "another split": {"split": "training"},
    "another field": {"path": "x"},
    "no truth": {"excluded": "yes"},
    "no reason": {"reason": 3},
}


@pytest.mark.parametrize("values", UNFIT.values(), ids=UNFIT)
def test_an_edit_that_does_not_fit_the_table_is_refused(home, pets, values):
    record(home, pets, exclude(pets, [0]))
    told = {"title": "", "made": 1, "version": "", "changes": [{"sample_ids": [0], "set": values}]}
    (pets.folder / STEPS_DIR / "000001.json").write_text(json.dumps(told))
    with pytest.raises(DatasetError, match=rf"an edit sets {next(iter(values))}.*delete .*edits\.json"):
        load_dataset(home, "pets")


def test_an_edit_of_images_that_are_not_there_or_unreadable_is_refused(home, make_folder):
    folder = make_folder({"cat": 3, "dog": 3})
    (folder / "cat" / "bad.jpg").write_text("no image")
    dataset = add_dataset(home, folder)
    bad = int(dataset.rejected.index[0])
    for sample, message in ((99, "image that is not there"), (-1, "not there"), (bad, "cannot be read")):
        record(home, dataset, exclude(dataset, [0 if bad else 1]))
        told = {
            "title": "", "made": 1, "version": "",
            "changes": [{"sample_ids": [sample], "set": {"excluded": False}}],
        }  # fmt: skip
        (dataset.folder / STEPS_DIR / "000001.json").write_text(json.dumps(told))
        with pytest.raises(DatasetError, match=message):
            load_dataset(home, "pets")
        (dataset.folder / LOG_FILE).unlink()
        (dataset.folder / STEPS_DIR / "000001.json").unlink()


def test_stray_files_among_the_edits_disturb_nothing(home, pets):
    record(home, pets, exclude(pets, [0]))
    for name in ("notes.txt", "7b.json", "0x9.json", ".000002.json-abc.tmp"):
        (pets.folder / STEPS_DIR / name).write_text("stray")
    edited = record(home, pets, exclude(pets, [1]))
    assert edited.rejected.index.tolist() == [0, 1]


def test_what_was_ever_relabeled_is_known_also_after_undo_and_forgetting(home, pets):
    assert ever_relabeled(pets.folder).tolist() == []
    record(home, pets, relabel(pets, {4: "dog", 2: "dog"}))
    undo(home, "pets")
    record(home, pets, exclude(pets, [0]))
    record(home, pets, relabel(pets, {13: "cat", 2: "dog"}))
    assert ever_relabeled(pets.folder).tolist() == [2, 4, 13]


def test_titles_with_any_text_are_kept_letter_for_letter(home, pets):
    title = "<b>*ünïcode*</b>\n\u202e“x”"
    step = Step(title, exclude(pets, [0]).changes)
    record(home, pets, step)
    assert load_edits(pets.folder).steps[0].title == title


edit = st.tuples(
    st.sampled_from(["exclude", "restore", "relabel", "move"]), st.sets(st.integers(0, 19)), st.booleans()
)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(edit, max_size=6))
def test_any_edits_can_be_walked_back_and_forth(home, pets, plan):
    go_to(home, "pets", 0)
    dataset = load_dataset(home, "pets")
    seen = [dataset.table]
    for what, chosen, flag in plan:
        ids = sorted(chosen)
        step = {
            "exclude": lambda d, i, _: exclude(d, i),
            "restore": lambda d, i, _: restore(d, i),
            "relabel": lambda d, i, f: relabel(d, dict.fromkeys(i, "cat" if f else "dog")),
            "move": lambda d, i, f: move_to_split(d, i, "val" if f else "test"),
        }[what](dataset, ids, flag)
        if not step.num_images:
            continue
        dataset = record(home, dataset, step)
        seen.append(dataset.table)
    position = len(seen) - 1
    for table in reversed(seen):
        assert go_to(home, "pets", position).table.equals(table)
        position -= 1


def test_only_the_edits_that_hold_are_read(home, pets):
    first = record(home, pets, exclude(pets, [0]))
    record(home, first, exclude(first, [1]))
    undo(home, "pets")
    (Path(pets.folder) / STEPS_DIR / "000002.json").write_text("{")
    assert load_dataset(home, "pets").version == first.version
