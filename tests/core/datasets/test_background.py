"""Adding in a thread, with progress and a stop."""

import threading

import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.background import BackgroundJob
from core.datasets.parallel import progress_of_part
from core.datasets.store import list_datasets
from core.errors import DatasetError, StoppedError


def add_in_background(home, source, **options):
    return BackgroundJob("Adding", lambda tell: add_dataset(home, source, progress=tell, **options))


def test_a_job_ends_with_its_dataset(home, make_folder):
    job = add_in_background(home, make_folder({"cat": 3, "dog": 2}), name="animals")
    assert job.result(30).num_images == 5
    assert not job.is_running
    assert (job.done, job.total) == (5, 5)
    assert job.seconds_left == 0


def test_a_refusal_is_handed_on(home, tmp_path):
    job = add_in_background(home, tmp_path / "gone")
    with pytest.raises(DatasetError, match="does not exist; give the path"):
        job.result(30)


def test_a_stopped_job_keeps_nothing(home, make_folder, monkeypatch):
    listed, go_on = threading.Event(), threading.Event()
    build = "core.datasets.adding.add.open_source"
    from core.datasets.sources.recognize import open_source

    def wait_and_open(*arguments, **options):
        listed.set()
        assert go_on.wait(30)
        return open_source(*arguments, **options)

    monkeypatch.setattr(build, wait_and_open)
    job = add_in_background(home, make_folder({"cat": 3, "dog": 2}))
    assert listed.wait(30)
    assert job.is_running
    assert job.seconds_left is None
    job.stop()
    go_on.set()
    with pytest.raises(StoppedError, match="stopped; nothing half-made was kept"):
        job.result(30)
    assert list_datasets(home) == ["digits", "shapes"]


def test_a_part_of_the_work_is_told_by_its_name_and_counted_by_itself():
    seen = []

    def work(tell):
        for progress, done in ((progress_of_part(tell, "Downloading", unit="bytes"), 50), (tell, 1)):
            progress(done, 100)
            seen.append((job.doing, job.unit, job.done, job.total, job.seconds_left is not None))

    begin = threading.Event()
    job = BackgroundJob("Adding", lambda tell: begin.wait(30) and work(tell))
    begin.set()
    job.result(30)
    assert seen == [("Downloading", "bytes", 50, 100, True), ("", "", 1, 100, True)]


def test_a_plain_function_is_told_of_parts_like_of_the_whole():
    told = []
    progress_of_part(lambda *numbers: told.append(numbers), "Downloading")(1, 2)
    assert told == [(1, 2)]
    assert progress_of_part(None, "Downloading") is None
