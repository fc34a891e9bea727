"""The run's folder: what it says with and without a living worker."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from core.errors import RunError
from core.runs.config import RunConfig
from core.runs.run import HISTORY_COLUMNS, Run, State, create_run, delete_run, find_run, is_locked, list_runs
from core.workspace import Workspace, write_json

CONFIG = RunConfig(dataset="digits", model="lenet")


@pytest.fixture
def run(home: Workspace) -> Run:
    return create_run(home, CONFIG)


def test_a_new_run_is_queued_under_the_next_number_of_its_model(home: Workspace, run: Run) -> None:
    assert (run.id, run.config, run.status.state) == ("lenet-1", CONFIG, State.QUEUED)
    (home.runs_dir / "lenet-7").mkdir()
    assert create_run(home, CONFIG).id == "lenet-8"
    assert create_run(home, RunConfig(dataset="digits")).id == "small_cnn-1"


def test_a_running_run_without_a_worker_is_interrupted(run: Run) -> None:
    run.update_status(state=State.RUNNING, seconds_left=9.0, epoch=3)
    status = run.status
    assert (status.state, status.seconds_left, status.epoch) == (State.INTERRUPTED, None, 3)
    assert "resume" in status.message
    with run.hold():
        assert run.status.state is State.RUNNING


def test_a_queued_run_with_a_worker_is_starting(run: Run) -> None:
    with run.hold():
        assert run.status.state is State.STARTING
    assert run.status.state is State.QUEUED


def test_only_one_worker_holds_a_run(run: Run) -> None:
    with run.hold(), pytest.raises(RunError, match="another worker"), Run(run.directory).hold():
        pass


def test_looking_does_not_take_the_lock(run: Run) -> None:
    assert not is_locked(run.lock_path)
    with run.hold():
        assert is_locked(run.lock_path)
    assert not is_locked(run.lock_path)


def test_a_change_of_the_status_keeps_the_rest(run: Run) -> None:
    created = run.status.created
    run.update_status(epoch=2, best_epoch=1)
    assert (run.update_status(step=5).epoch, run.status.best_epoch, run.status.created) == (2, 1, created)


def test_a_run_whose_status_is_missing_says_so(run: Run) -> None:
    (run.directory / "status.json").unlink()
    assert run.status.state is State.INTERRUPTED
    assert "delete the run" in run.status.message


def test_a_run_whose_settings_are_missing_says_so(run: Run) -> None:
    (run.directory / "config.json").unlink()
    with pytest.raises(RunError, match="delete the run"):
        _ = run.config


def test_the_history_survives_its_file(run: Run) -> None:
    assert tuple(run.history) == HISTORY_COLUMNS
    history = pd.DataFrame({"epoch": [1, 2], "loss": [0.1 + 0.2, 1 / 3]})
    run.write_history(history)
    pd.testing.assert_frame_equal(run.history, history)


def test_the_log_shows_the_last_state_of_each_line_without_control_characters(run: Run) -> None:
    assert run.log_tail() == ""
    run.log_path.write_bytes(b"one\nstep 1\rstep 2\n\x1b[31mred\xff\n")
    assert run.log_tail(2) == "step 2\n[31mred\N{REPLACEMENT CHARACTER}"


def test_runs_are_listed_newest_first_and_found_by_id(home: Workspace, run: Run) -> None:
    other = create_run(home, CONFIG)
    config = other.directory / "config.json"
    later = config.stat().st_mtime_ns + 10**9
    import os

    os.utime(config, ns=(later, later))
    (home.runs_dir / "unfinished").mkdir()
    assert list_runs(home) == [other, run]
    assert find_run(home, "lenet-1") == run
    with pytest.raises(RunError, match="no run 'lenet-9'; runs are: lenet-2, lenet-1"):
        find_run(home, "lenet-9")


def test_a_run_in_training_is_not_deleted(home: Workspace, run: Run) -> None:
    with run.hold(), pytest.raises(RunError, match="cancel it first"):
        delete_run(run)
    delete_run(run)
    assert list_runs(home) == []
    assert not Path(run.directory).exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"state": "bogus"}', '{"epoch": "x"}'])
def test_a_run_whose_status_is_damaged_says_so_and_can_be_written_anew(run: Run, content: str) -> None:
    (run.directory / "status.json").write_text(content)
    assert run.status.state is State.INTERRUPTED
    assert "damaged; resume or delete the run" in run.status.message
    with pytest.raises(RunError, match=r"status\.json is damaged; resume or delete"):
        _ = run.written_status
    assert run.update_status(state=State.QUEUED) == run.status


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "{}", '{"dataset": "a", "epochs": -1}', "\x80"])
def test_a_run_whose_settings_are_damaged_says_so(run: Run, content: str) -> None:
    (run.directory / "config.json").write_text(content, encoding="latin-1")
    with pytest.raises(RunError, match=r"run lenet-1, .*config\.json, are damaged; delete the run"):
        _ = run.config


@pytest.mark.parametrize("content", ["", "hello", "a,b\n1\n1,2,3\n", "\xff\x00"])
def test_a_damaged_history_and_environment_count_as_none(run: Run, content: str) -> None:
    (run.directory / "history.csv").write_text(content, encoding="latin-1")
    assert len(run.history) == 0
    assert "epoch" in run.history
    for damaged in (content, "[]"):
        (run.directory / "environment.json").write_text(damaged, encoding="latin-1")
        assert run.dataset_version is None


def test_the_id_of_a_deleted_run_is_never_given_again(home: Workspace, run: Run) -> None:
    (run.directory / "predictions").mkdir()
    (run.directory / "predictions" / "val.npz").write_bytes(b"much")
    delete_run(run)
    assert list_runs(home) == []
    assert [path for path in home.runs_dir.rglob("*") if path.is_file()] == []
    assert create_run(home, CONFIG).id == "lenet-2"


def test_those_who_look_at_a_lock_never_see_each_other(home: Workspace) -> None:
    run = create_run(home, RunConfig(dataset="digits"))
    with run.hold():
        pass
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda _: is_locked(run.lock_path), range(2000)))
    with run.hold(), ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: is_locked(run.lock_path), range(200)))


def test_the_settings_of_a_run_made_anew_under_an_old_id_are_its_own(run: Run) -> None:
    assert run.config == CONFIG
    delete_run(run)
    with pytest.raises(RunError, match="is not there any more"):
        _ = run.config
    other = CONFIG.model_copy(update={"epochs": CONFIG.epochs + 1})
    write_json(run.directory / "config.json", other.model_dump(mode="json"))
    assert run.config == other
