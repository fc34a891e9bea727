"""Datasets on disk: whole or not at all, and the two that are always there."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.store import (
    LEFTOVER_AGE_S,
    delete_dataset,
    free_dataset_name,
    list_datasets,
    load_dataset,
    prepare_builtin,
    remove_leftovers,
    save_dataset,
)
from core.errors import DatasetError
from core.workspace import open_workspace

ROOT = Path(__file__).parents[3]


def test_the_built_in_datasets_are_listed_first_and_prepared_on_first_use(home, make_folder):
    add_dataset(home, make_folder({"cat": 2, "dog": 2}), name="a")
    assert list_datasets(home) == ["digits", "shapes", "a"]
    digits = load_dataset(home, "digits")
    assert digits.num_images == 1797
    assert digits.class_names == tuple("0123456789")
    assert digits.array_path.parent == home.datasets_dir / "digits"


def test_two_that_prepare_the_same_dataset_at_once_do_not_disturb_each_other(home):
    errors = []

    def prepare() -> None:
        try:
            prepare_builtin(home, "digits")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=prepare) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert {path.name for path in home.datasets_dir.iterdir() if path.is_dir()} == {"digits"}


def test_a_process_of_its_own_prepares_both(tmp_path):
    subprocess.run([sys.executable, "-m", "core.datasets.store", str(tmp_path)], cwd=ROOT, check=True)
    assert (tmp_path / "datasets" / "digits" / "dataset.json").exists()
    shapes = load_dataset(open_workspace(tmp_path), "shapes")
    assert set(shapes.known_groups) == set(shapes.class_names)
    stored = np.load(tmp_path / "datasets" / "shapes" / "images.npy", mmap_mode="r")
    assert (stored.dtype, stored.shape) == (np.uint8, (shapes.num_images, 64, 64, 3))


def test_preparing_again_changes_nothing(home):
    prepare_builtin(home, "digits")
    before = (home.datasets_dir / "digits" / "dataset.json").stat().st_mtime_ns
    prepare_builtin(home, "digits")
    assert (home.datasets_dir / "digits" / "dataset.json").stat().st_mtime_ns == before


def test_an_unknown_dataset_is_refused_with_the_names_there_are(home):
    for name in ("nothing", "../runs", ""):
        with pytest.raises(DatasetError, match=r"there are digits, shapes.*regroup datasets add"):
            load_dataset(home, name)


def test_a_damaged_dataset_is_refused_with_its_remedy(home, make_folder):
    add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    (home.datasets_dir / "pets" / "images.parquet").write_bytes(b"no table")
    with pytest.raises(DatasetError, match=r"'pets' is damaged.*delete it and add it again"):
        load_dataset(home, "pets")
    delete_dataset(home, "pets")
    prepare_builtin(home, "digits")
    (home.datasets_dir / "digits" / "dataset.json").write_text("{")
    with pytest.raises(DatasetError, match=r"remove .*digits, it is made anew"):
        load_dataset(home, "digits")


def test_a_dataset_is_not_overwritten(home, make_folder):
    dataset = add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    with pytest.raises(DatasetError, match="already a dataset named 'pets'"):
        save_dataset(home, dataset)
    assert [path.name for path in home.datasets_dir.iterdir()] == ["pets"]


def test_deleting_forgets_the_dataset_and_leaves_the_images(home, make_folder):
    root = make_folder({"cat": 2, "dog": 2})
    add_dataset(home, root)
    delete_dataset(home, "pets")
    assert list(home.datasets_dir.iterdir()) == []
    assert len(list(root.rglob("*.jpg"))) == 4


def test_built_in_and_unknown_datasets_are_not_deleted(home):
    with pytest.raises(DatasetError, match="built in and cannot be deleted"):
        delete_dataset(home, "shapes")
    for name in ("nothing", "../runs"):
        with pytest.raises(DatasetError, match="there are digits, shapes"):
            delete_dataset(home, name)
    assert home.runs_dir.exists()


def test_what_a_killed_process_left_is_removed_after_a_day(home):
    for name, age in ((".old.tmp", 2 * LEFTOVER_AGE_S), (".new.tmp", 0)):
        (home.datasets_dir / name).mkdir()
        os.utime(home.datasets_dir / name, (time.time() - age,) * 2)
    remove_leftovers(home)
    assert [path.name for path in home.datasets_dir.iterdir()] == [".new.tmp"]
    assert list_datasets(home) == ["digits", "shapes"]


def test_what_another_process_finishes_meanwhile_is_no_leftover(home, monkeypatch):
    gone = home.datasets_dir / ".gone.tmp"
    monkeypatch.setattr(type(gone), "glob", lambda folder, pattern: iter([gone]))
    remove_leftovers(home)


def test_of_many_datasets_a_message_names_some(home):
    for number in range(30):
        (home.datasets_dir / f"set {number}").mkdir()
        (home.datasets_dir / f"set {number}" / "dataset.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"there are digits, shapes, set 0, .* and 12 more\. Add one"):
        load_dataset(home, "nothing")


def test_a_table_that_does_not_fit_its_classes_is_damaged(home, make_folder):
    add_dataset(home, make_folder({"cat": 2, "dog": 2}))
    path = home.datasets_dir / "pets" / "images.parquet"
    table = pd.read_parquet(path)
    for column, value in (("label", 2), ("label", -1), ("split", "dev"), ("split", None)):
        table.assign(**{column: value}).to_parquet(path, index=False)
        with pytest.raises(DatasetError, match=r"do not fit dataset\.json\); delete it and add it again"):
            load_dataset(home, "pets")


def test_a_free_name_differs_from_all_others_by_more_than_case(home):
    assert free_dataset_name(home, "birds") == "birds"
    assert free_dataset_name(home, "Digits") == "Digits 2"
