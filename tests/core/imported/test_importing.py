from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.datasets.store import list_datasets, load_dataset
from core.errors import DatasetError, PredictionsError, RunError, WorkspaceError
from core.evaluation.confusion import compute_confusion
from core.imported.importing import import_run
from core.jobs.queue import submit
from core.predictions import load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import score_grouping
from core.runs.config import RunConfig
from core.runs.imported import is_imported
from core.runs.notes import load_about
from core.runs.run import Run, State, delete_run, find_run, list_runs
from core.workspace import Workspace

NAMES = np.array(["cat", "dog", "hen"])
Write = Callable[..., Path]


@pytest.fixture
def workspace(home: Workspace) -> Workspace:
    return home


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str = "val.npz", **arrays: Any) -> Path:
        path = tmp_path / name
        y_true = np.array([0, 0, 1, 1, 2, 2])
        given = {"y_true": y_true, "y_pred": np.array([0, 1, 1, 0, 2, 2]), "class_names": NAMES} | arrays
        np.savez(path, **{key: value for key, value in given.items() if value is not None})
        return path

    return written


def digits_file(write: Write, workspace: Workspace, split: str, **arrays: Any) -> Path:
    """The right answers for the first images of a split of ``digits``, whose rows are their ids."""
    dataset = load_dataset(workspace, "digits")
    ids = dataset.sample_ids(split)[:20]
    given = {
        "y_true": dataset.labels(ids),
        "y_pred": dataset.labels(ids),
        "class_names": np.array(dataset.class_names),
        "ids": ids,
    }
    return write(f"{split}.npz", **(given | arrays))


def test_predictions_become_a_finished_run_on_a_dataset_without_pictures(
    workspace: Workspace, write: Write
) -> None:
    run = import_run(workspace, write(), test=write("test.npz", y_true=np.array([2] * 6)), name="theirs")
    assert run.id == "theirs"
    assert run.status.state is State.DONE
    assert is_imported(run.config)
    dataset = load_dataset(workspace, "theirs")
    assert not dataset.has_pictures
    assert run.dataset_version == dataset.version
    for split in ("val", "test"):
        found = load_predictions(run.predictions_path(split))
        assert found.class_names == ("cat", "dog", "hen")
        np.testing.assert_array_equal(found.sample_ids, dataset.sample_ids(split))
        np.testing.assert_array_equal(found.y_true, dataset.labels(found.sample_ids))


def test_they_are_regrouped_like_any_other(workspace: Workspace, write: Write) -> None:
    run = import_run(workspace, write())
    found = load_predictions(run.predictions_path("val"))
    assert compute_confusion(found).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 2]]
    scored = score_grouping(found, Grouping.identity(found.class_names).merge(["cat", "dog"]))
    assert (scored.accuracy_before, scored.accuracy_merged, scored.accuracy_summed) == (4 / 6, 1, 1)


def test_answers_without_probabilities_are_noted(workspace: Workspace, write: Write) -> None:
    assert "no probabilities" in load_about(import_run(workspace, write())).note
    probs = np.eye(3)[[0, 1, 1, 0, 2, 2]]
    assert not load_about(import_run(workspace, write(probs=probs))).note


def test_without_a_name_runs_are_numbered_and_datasets_named_after_the_file(
    workspace: Workspace, write: Write
) -> None:
    runs = [import_run(workspace, write()) for _ in range(2)]
    assert [run.id for run in runs] == ["imported-1", "imported-2"]
    assert [run.config.dataset for run in runs] == ["val", "val 2"]


def test_ids_are_kept_beside_the_labels(workspace: Workspace, write: Write) -> None:
    run = import_run(workspace, write(ids=np.array(list("abcdef"))))
    assert load_dataset(workspace, run.config.dataset).column("id").tolist() == list("abcdef")


def test_images_of_a_dataset_are_found_by_their_rows_whatever_the_order_of_the_classes(
    workspace: Workspace, write: Write
) -> None:
    dataset = load_dataset(workspace, "digits")
    turned = dataset.class_names[::-1]
    ids = dataset.sample_ids("val")[:20]
    labels = [turned.index(dataset.class_names[label]) for label in dataset.labels(ids)]
    path = digits_file(
        write,
        workspace,
        "val",
        y_true=np.array(labels),
        y_pred=np.array(labels),
        class_names=np.array(turned),
    )
    run = import_run(workspace, path, dataset_name="digits")
    found = load_predictions(run.predictions_path("val"))
    assert found.class_names == dataset.class_names
    np.testing.assert_array_equal(found.sample_ids, ids)
    np.testing.assert_array_equal(found.y_pred, dataset.labels(ids))


@pytest.mark.parametrize(
    ("arrays", "remedy"),
    [
        ({"ids": None}, "save the images' paths as ids, or leave the dataset out"),
        ({"ids": np.array([f"lost {n}" for n in range(20)])}, "20 ids cannot be found"),
        ({"class_names": np.array([f"class {n}" for n in range(10)])}, "use the same names"),
        ({"y_true": np.zeros(20, int)}, "have another label in dataset 'digits'"),
    ],
)
def test_what_does_not_fit_the_dataset_is_refused_and_nothing_is_left(
    workspace: Workspace, write: Write, arrays: dict[str, Any], remedy: str
) -> None:
    with pytest.raises(PredictionsError, match=remedy):
        import_run(workspace, digits_file(write, workspace, "val", **arrays), dataset_name="digits")
    assert list_runs(workspace) == []


def test_images_of_another_split_are_refused_since_they_may_have_been_trained_on(
    workspace: Workspace, write: Write
) -> None:
    path = digits_file(write, workspace, "train")
    with pytest.raises(PredictionsError, match="are not in the validation split of dataset 'digits'"):
        import_run(workspace, path, dataset_name="digits")


def test_an_image_in_both_files_is_refused(workspace: Workspace, write: Write) -> None:
    ids = np.array(list("abcdef"))
    with pytest.raises(PredictionsError, match=r"6 images are in .* judge on images that did not help"):
        import_run(workspace, write(ids=ids), test=write("test.npz", ids=ids))


def test_the_same_probabilities_twice_are_refused(workspace: Workspace, write: Write) -> None:
    arrays = {"y_pred": None, "probs": np.full((6, 3), 1 / 3, np.float32)}
    with pytest.raises(PredictionsError, match=r"hold the same probabilities; .* leave the test file out"):
        import_run(workspace, write(**arrays), test=write("test.npz", **arrays))
    assert list_runs(workspace) == []


def test_files_with_other_classes_are_refused(workspace: Workspace, write: Write) -> None:
    with pytest.raises(PredictionsError, match="same names in the same order"):
        import_run(workspace, write(), test=write("test.npz", class_names=NAMES[::-1]))


def test_a_taken_or_impossible_name_is_refused_before_anything_is_made(
    workspace: Workspace, write: Write
) -> None:
    import_run(workspace, write(), name="theirs")
    with pytest.raises(RunError, match="choose another name"):
        import_run(workspace, write(), name="Theirs")
    with pytest.raises(WorkspaceError, match="cannot be the name of a run"):
        import_run(workspace, write(), name="../x")
    with pytest.raises(DatasetError, match="already a dataset named 'digits'"):
        import_run(workspace, write(), name="digits")
    assert [run.id for run in list_runs(workspace)] == ["theirs"]


def test_a_dataset_of_a_failed_import_is_taken_away(
    workspace: Workspace, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise WorkspaceError("The disk is full.")

    monkeypatch.setattr("core.imported.importing.save_predictions", refuse)
    with pytest.raises(WorkspaceError):
        import_run(workspace, write(), name="theirs")
    assert "theirs" not in list_datasets(workspace)
    assert list_runs(workspace) == []


def test_a_dataset_without_pictures_is_not_trained_on(workspace: Workspace, write: Write) -> None:
    import_run(workspace, write(), name="theirs")
    with pytest.raises(RunError, match="has no pictures to train on; choose a dataset with pictures"):
        submit(workspace, RunConfig.make(dataset="theirs"))


def test_a_name_of_a_deleted_run_is_not_given_again(workspace: Workspace, write: Write) -> None:
    run: Run = import_run(workspace, write(), name="theirs")
    delete_run(run)
    with pytest.raises(RunError, match="There is, or was, a run 'theirs'"):
        import_run(workspace, write(), name="theirs")
    with pytest.raises(RunError, match="There is no run"):
        find_run(workspace, "theirs")
