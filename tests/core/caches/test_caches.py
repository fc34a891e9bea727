"""Caches stay within their limit, go by age, and never while somebody uses them."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from core.caches import (
    KINDS,
    Cleared,
    clear_caches,
    default_limit,
    hold,
    limit,
    list_caches,
    make_room,
    set_limit,
    settings_path,
    total_bytes,
    touch,
    writing,
)
from core.caches import room as room_module
from core.errors import CacheFullError, WorkspaceError
from core.workspace import Workspace

ROOT = Path(__file__).parents[3]
MB = 1_000_000
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _large_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    set_disk(monkeypatch, total=10**12, free=10**12)


def set_disk(monkeypatch: pytest.MonkeyPatch, *, total: int, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(total, total - free, free))


def plant(home: Workspace, place: str, *, num_bytes: int = 1000, age_s: float = 0) -> Path:
    path = home.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(num_bytes))
    used = time.time() - age_s
    os.utime(path, (used, used))
    return path


def names(home: Workspace) -> list[str]:
    return [cache.path.name for cache in list_caches(home)]


def write_half(home: Workspace, path: Path, error: Exception) -> None:
    with writing(home, path, 10) as temporary:
        temporary.write_bytes(b"half")
        raise error


def run_python(home: Workspace, code: str) -> subprocess.Popen[str]:
    lines = "import sys, time\nfrom pathlib import Path\nfrom core.caches import *\n"
    lines += f"from core.workspace import Workspace\nhome = Workspace(Path({str(home.root)!r}))\n"
    return subprocess.Popen(
        [sys.executable, "-c", lines + code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for_word(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_what_may_be_deleted_is_listed_and_nothing_else(home):
    plant(home, "datasets/pets/pixels-64-abc.npy", age_s=5)
    plant(home, "datasets/pets/images.npy")
    plant(home, "datasets/pets/scan.parquet")
    plant(home, "features/pets/key/0.npy", num_bytes=300)
    plant(home, "features/pets/key/1.npy", num_bytes=400)
    plant(home, "runs/lenet-1/features/a.npz", age_s=9)
    plant(home, "runs/lenet-1/best.keras")
    plant(home, "runs/.deleted-lenet-2/features/a.npz")
    plant(home, "tables/vgg16.json", age_s=99)
    found = {(each.kind, each.owner, each.path.name, each.num_bytes) for each in list_caches(home)}
    assert found == {
        ("pixels", "pets", "pixels-64-abc.npy", 1000),
        ("features", "pets", "key", 700),
        ("run features", "lenet-1", "a.npz", 1000),
        ("tables", "", "vgg16.json", 1000),
    }
    assert {kind for kind, *_ in found} == set(KINDS)
    assert names(home) == ["vgg16.json", "a.npz", "pixels-64-abc.npy", "key"]
    assert total_bytes(home) == 3700


def test_what_was_used_longest_ago_goes_first_and_only_as_much_as_it_takes(home):
    set_limit(home, 0.003)
    for age, name in ((30, "old"), (20, "middle"), (10, "young")):
        plant(home, f"features/pets/{name}", num_bytes=MB, age_s=age)
    touch(home.root / "features/pets/old")
    make_room(home, MB)
    assert names(home) == ["young", "old"]
    make_room(home, MB)
    assert names(home) == ["young", "old"]


def test_a_folder_counts_as_one_and_goes_as_one(home):
    set_limit(home, 0.003)
    for part in "abc":
        plant(home, f"features/pets/folder/{part}.npy", num_bytes=MB)
    make_room(home, MB)
    assert not any((home.root / "features/pets").iterdir())


def test_a_cache_in_use_stays_and_goes_when_it_is_released(home):
    set_limit(home, 0.002)
    path = plant(home, "features/pets/used", num_bytes=MB, age_s=100)
    use = hold(home, path)
    plant(home, "features/pets/idle", num_bytes=MB, age_s=50)
    make_room(home, MB)
    assert names(home) == ["used"]
    with pytest.raises(CacheFullError, match=r"2.0 MB, of which 1.0 MB are in use; raise .* cache limit 1`"):
        make_room(home, 2 * MB)
    use.release()
    use.release()
    os.utime(path, (1, 1))
    make_room(home, 2 * MB)
    assert names(home) == []
    assert not list((home.root / ".caches").glob("*-*.lock"))


def test_a_cache_larger_than_the_limit_is_refused_and_nothing_is_deleted(home):
    set_limit(home, 0.01)
    plant(home, "features/pets/kept", num_bytes=MB)
    with pytest.raises(CacheFullError, match=r"cache of 2.5 GB does not fit: .* 10.0 MB; .* limit 3`, or"):
        make_room(home, 2500 * MB)
    assert names(home) == ["kept"]


def test_some_of_the_disk_stays_free(home, monkeypatch):
    plant(home, "features/pets/old", num_bytes=2 * MB, age_s=9)
    plant(home, "features/pets/young", num_bytes=2 * MB)
    set_limit(home, 1)
    set_disk(monkeypatch, total=100 * MB, free=6 * MB)
    make_room(home, 2 * MB)  # 5 % of the disk stay free
    assert names(home) == ["young"]
    with pytest.raises(CacheFullError, match=r"does not fit on the disk .* 6.0 MB are free, and 5.0 MB"):
        make_room(home, 9 * MB)
    assert names(home) == ["young"]


def test_writing_gives_the_whole_file_or_nothing(home):
    path = home.root / "features" / "pets" / "key.npy"
    with writing(home, path, 10) as temporary:
        temporary.write_bytes(b"whole")
        assert temporary.suffix == ".npy"
        assert names(home) == []
    assert path.read_bytes() == b"whole"
    with pytest.raises(KeyError):
        write_half(home, path, KeyError())
    assert path.read_bytes() == b"whole"
    with writing(home, path, 10) as temporary:
        temporary.write_bytes(b"new")
    assert [each.name for each in path.parent.iterdir()] == ["key.npy"]
    assert path.read_bytes() == b"new"


def test_a_folder_is_written_and_replaced_whole(home):
    path = home.root / "features" / "pets" / "key"
    for content in ("first", "second"):
        with writing(home, path, 10) as temporary:
            temporary.mkdir()
            (temporary / content).write_text(content)
    assert [each.name for each in path.iterdir()] == ["second"]
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_a_full_disk_while_writing_is_one_sentence_and_leaves_nothing(home):
    path = home.root / "features" / "pets" / "key.npy"
    with pytest.raises(WorkspaceError, match=r"key.npy cannot be written \(No space .*free some disk space"):
        write_half(home, path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(home):
    (home.root / "features").write_text("in the way")
    with (
        pytest.raises(WorkspaceError, match=r"cannot be written .*; free some disk space or check"),
        writing(home, home.root / "features" / "pets" / "key.npy", 10),
    ):
        pass


def test_what_another_writer_was_promised_is_not_given_twice(home):
    set_limit(home, 0.01)
    folder = home.root / "features" / "pets"
    with writing(home, folder / "one.npy", 6 * MB) as temporary:
        temporary.write_bytes(bytes(MB))
        with pytest.raises(CacheFullError, match=r"of which 6.0 MB are in use"):
            make_room(home, 6 * MB)
        make_room(home, 4 * MB)


def test_the_use_of_another_process_counts_until_it_is_killed(home):
    set_limit(home, 0.001)
    plant(home, "features/pets/used", num_bytes=MB, age_s=100)
    other = run_python(
        home, "use = hold(home, home.root / 'features/pets/used')\nprint('held', flush=True)\ntime.sleep(60)"
    )
    try:
        assert wait_for_word(other) == "held"
        with pytest.raises(CacheFullError, match="are in use"):
            make_room(home, MB)
        assert clear_caches(home) == Cleared(0, 0, 1)
    finally:
        other.kill()
        other.communicate()
    make_room(home, MB)
    assert names(home) == []


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_what_a_killed_writer_left_is_removed(home):
    code = (
        "with writing(home, home.root / 'features/pets/key.npy', 100) as temporary:\n"
        "    temporary.write_bytes(b'half')\n    print('half', flush=True)\n    time.sleep(60)"
    )
    other = run_python(home, code)
    assert wait_for_word(other) == "half"
    folder = home.root / "features" / "pets"
    make_room(home, 1)
    assert len(list(folder.iterdir())) == 1  # it lives, so its file stays
    other.send_signal(signal.SIGKILL)
    other.communicate()
    old, young = folder / ".other-abc.tmp", folder / ".another-abc.tmp"
    for path in (old, young):
        path.write_bytes(b"by a way of its own")
    os.utime(old, (1, 1))
    make_room(home, 1)
    assert list(folder.iterdir()) == [young]
    assert not list((home.root / ".caches").glob("*-*.lock"))


def test_two_processes_that_write_at_once_stay_within_the_limit(home):
    set_limit(home, 0.006)
    code = (
        "for number in range(6):\n"
        "    target = home.root / 'features/pets' / sys.stdin.readline().strip()\n"
        "    with writing(home, target, 2_000_000) as path:\n"
        "        path.write_bytes(bytes(2_000_000))\n"
        "    assert total_bytes(home) <= 6_000_000, total_bytes(home)\nprint('fine')"
    )
    others = [run_python(home, code) for _ in range(2)]
    for number, other in enumerate(others):
        out, _ = other.communicate("".join(f"{number}-{turn}\n" for turn in range(6)))
        assert out.strip() == "fine"
    assert len(names(home)) == 3


def test_caches_are_cleared_by_kind_and_by_dataset(home):
    for dataset in ("pets", "cars"):
        plant(home, f"datasets/{dataset}/pixels-8-abc.npy")
        plant(home, f"features/{dataset}/key")
    plant(home, "tables/vgg16.json")
    assert clear_caches(home, kind="tables") == Cleared(1, 1000, 0)
    assert clear_caches(home, kind="pixels", owner="cars") == Cleared(1, 1000, 0)
    assert clear_caches(home, owner="cars") == Cleared(1, 1000, 0)
    assert [cache.owner for cache in list_caches(home)] == ["pets", "pets"]
    assert clear_caches(home) == Cleared(2, 2000, 0)


def test_a_file_that_cannot_be_deleted_is_passed_over(home, monkeypatch):
    set_limit(home, 0.003)
    stuck = plant(home, "features/pets/stuck", num_bytes=MB, age_s=20)
    plant(home, "features/pets/free", num_bytes=MB, age_s=10)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == stuck:
            raise PermissionError(errno.EACCES, "open elsewhere")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    make_room(home, 2 * MB)
    assert names(home) == ["stuck"]
    with pytest.raises(CacheFullError, match=r"1.0 MB of old caches .* cannot be deleted; close what uses"):
        make_room(home, 3 * MB)
    assert clear_caches(home) == Cleared(0, 0, 1)


def test_the_limit_is_a_fifth_of_a_small_disk_and_twenty_gigabytes_of_a_large_one(home, monkeypatch):
    set_disk(monkeypatch, total=50 * 10**9, free=10**9)
    assert limit(home) == 10 * 10**9
    set_disk(monkeypatch, total=10**12, free=10**9)
    assert limit(home) == default_limit(home) == 20 * 10**9


def test_the_limit_is_kept_beside_other_settings(home):
    settings_path(home).write_text('{"other": 1}')
    set_limit(home, 2.5)
    assert limit(home) == 2_500_000_000
    assert json.loads(settings_path(home).read_text()) == {"other": 1, "cache_limit_gb": 2.5}


@pytest.mark.parametrize("gigabytes", [0, -1, float("nan"), float("inf"), 1e9])
def test_a_limit_that_is_none_is_refused(home, gigabytes):
    with pytest.raises(WorkspaceError, match=r"cannot be limited to .* GB; give a number above 0"):
        set_limit(home, gigabytes)
    assert not settings_path(home).exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"cache_limit_gb": "much"}', '{"cache_limit_gb": -1}'])
def test_with_damaged_settings_the_usual_limit_holds(home, content):
    settings_path(home).write_text(content)
    assert limit(home) == default_limit(home)
    if content in {"{", "[]"}:
        with pytest.raises(WorkspaceError, match=r"settings.json .*; .*delete it"):
            set_limit(home, 5)
    else:
        set_limit(home, 5)
        assert limit(home) == 5 * 10**9


def test_in_a_workspace_that_cannot_be_written_holding_does_nothing(home, monkeypatch):
    path = plant(home, "features/pets/key")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr(room_module, "mark", refuse)
    hold(home, path).release()
