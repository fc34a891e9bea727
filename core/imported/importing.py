"""Makes a run of predictions made elsewhere, on a dataset that is there or on one made for it.

A dataset made for it knows labels and splits, but has no pictures: what needs pictures says so.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from core.datasets.dataset import Dataset
from core.datasets.store import check_new_name, delete_dataset, free_dataset_name, load_dataset, save_dataset
from core.errors import PredictionsError, RegroupError
from core.imported.arrays import ForeignPredictions, read_foreign
from core.predictions import Predictions, save_predictions
from core.runs.config import RunConfig
from core.runs.ids import check_new_run
from core.runs.imported import IMPORTED
from core.runs.notes import update_about
from core.runs.run import Run, State, create_run, delete_run
from core.words import SPLIT_NAMES, counted, some
from core.workspace import Workspace, write_json

NO_PROBS = "Only answers were brought in, no probabilities: summed scores equal merged ones."


def import_run(
    workspace: Workspace,
    val: Path | str,
    *,
    test: Path | str | None = None,
    name: str | None = None,
    dataset_name: str | None = None,
) -> Run:
    """Bring in predictions as a finished run.

    Args:
        workspace: Where to.
        val: An ``.npz`` with the answers on validation images, as ``core.imported.arrays`` describes.
        test: The same on test images.
        name: Id of the run and name of the dataset made for it; without it the run gets a number.
        dataset_name: A dataset that has these images; the files' ``ids`` then are paths in it, file names, or
            rows of its table. Without it a dataset without pictures is made.

    Raises:
        PredictionsError: A file is unusable, the two do not fit each other, or they do not fit the dataset.
        DatasetError: There is no such dataset, or the name is taken.
        RunError: There is a run of that name.
        WorkspaceError: The name is not allowed, or the disk cannot be written.
    """
    if name is not None:
        name = check_new_run(workspace, name)
    found = {"val": read_foreign(val)}
    if test is not None:
        found["test"] = read_foreign(test)
        _check_fit(found["val"], found["test"])
    if dataset_name is not None:
        dataset = load_dataset(workspace, dataset_name)
        predictions = [_place(foreign, split, dataset) for split, foreign in found.items()]
        return _write(workspace, dataset, predictions, name=name, found=found)
    made = check_new_name(workspace, name) if name else free_dataset_name(workspace, Path(val).stem)
    dataset = save_dataset(workspace, _make_dataset(made, found), metadata=_ids_of(found))
    try:
        return _write(workspace, dataset, list(_number(found)), name=name, found=found)
    except RegroupError:
        delete_dataset(workspace, dataset.name)
        raise


def _check_fit(val: ForeignPredictions, test: ForeignPredictions) -> None:
    if val.class_names != test.class_names:
        raise PredictionsError(
            f"{test.path} has other class_names than {val.path}; save both with the same names in the same "
            f"order."
        )
    if val.has_probs and test.has_probs and np.array_equal(val.probs, test.probs):
        raise PredictionsError(
            f"{val.path} and {test.path} hold the same probabilities; give the answers on other images to "
            f"judge on, or leave the test file out."
        )
    if val.ids is not None and test.ids is not None:
        both = [str(one) for one in np.intersect1d(val.ids, test.ids)]
        if both:
            raise PredictionsError(
                f"{counted(len(both))} are in {val.path} and in {test.path} too ({some(both)}); judge on "
                f"images that did not help to choose."
            )


def _make_dataset(name: str, found: dict[str, ForeignPredictions]) -> Dataset:
    labels = np.concatenate([foreign.y_true for foreign in found.values()])
    splits = [split for split, foreign in found.items() for _ in foreign.y_true]
    table = pd.DataFrame(
        {
            "path": None,
            "position": -1,
            "label": labels,
            "split": splits,
            "group": None,
            "width": 0,
            "height": 0,
            "mode": "",
            "sha1": None,
            "excluded": False,
            "reason": None,
        }
    )
    files = " and ".join(foreign.path.name for foreign in found.values())
    return Dataset(
        name=name,
        description=f"Labels of predictions that were made elsewhere ({files}); without pictures.",
        class_names=found["val"].class_names,
        table=table,
        given_split=True,
    )


def _ids_of(found: dict[str, ForeignPredictions]) -> pd.DataFrame | None:
    if any(foreign.ids is None for foreign in found.values()):
        return None
    return pd.DataFrame({"id": [str(one) for foreign in found.values() for one in foreign.ids]})  # type: ignore[union-attr]


def _number(found: dict[str, ForeignPredictions]) -> Iterator[Predictions]:
    """Predictions whose sample ids are the rows of the dataset made for them."""
    start = 0
    for split, foreign in found.items():
        ids = np.arange(start, start + len(foreign.y_true), dtype=np.int64)
        start += len(ids)
        yield Predictions(split, foreign.class_names, foreign.y_true, foreign.probs, ids)


def _place(foreign: ForeignPredictions, split: str, dataset: Dataset) -> Predictions:
    """Predictions on images of a dataset: its sample ids, and its order of the classes."""
    if set(foreign.class_names) != set(dataset.class_names):
        other = sorted(set(foreign.class_names) ^ set(dataset.class_names))
        raise PredictionsError(
            f"{foreign.path} and dataset {dataset.name!r} differ in the classes {some(other)}; use the same "
            f"names, or leave the dataset out."
        )
    sample_ids = _find_samples(foreign, dataset)
    columns = [foreign.class_names.index(name) for name in dataset.class_names]
    place = np.argsort(columns)  # class number of the file -> of the dataset
    y_true = place[foreign.y_true]
    num_other = int(np.sum(dataset.labels(sample_ids) != y_true))
    if num_other:
        raise PredictionsError(
            f"{foreign.path}: {counted(num_other)} of {len(y_true):,} have another label in dataset "
            f"{dataset.name!r}; check that ids and y_true are in the same order."
        )
    splits = dataset.table["split"].to_numpy(object)[sample_ids]
    num_strangers = int(np.sum(splits != split))
    if num_strangers:
        raise PredictionsError(
            f"{foreign.path}: {counted(num_strangers)} of {len(y_true):,} are not in the "
            f"{SPLIT_NAMES[split]} split of dataset {dataset.name!r}, so runs trained on it could not be "
            f"compared fairly; divide the dataset as you did, or leave the dataset out."
        )
    return Predictions(split, dataset.class_names, y_true, foreign.probs[:, columns], sample_ids)


def _find_samples(foreign: ForeignPredictions, dataset: Dataset) -> np.ndarray:
    """Sample id of each image, by its path in the dataset, else its file name, else its row."""
    if foreign.ids is None:
        raise PredictionsError(
            f"{foreign.path} has no ids, so its images cannot be found in dataset {dataset.name!r}; save the "
            f"images' paths as ids, or leave the dataset out."
        )
    paths = dataset.included["path"].dropna()
    rows = {str(path): index for index, path in paths.items()}
    for index, path in paths.items():  # a file name counts where just one image has it
        short = str(path).rpartition("/")[2]
        rows[short] = -1 if rows.get(short, index) != index else index
    rows |= {str(index): index for index in dataset.included.index if str(index) not in rows}
    ids = [one.replace("\\", "/") for one in foreign.ids]
    lost = [one for one in ids if rows.get(one, -1) == -1]
    if lost:
        raise PredictionsError(
            f"{foreign.path}: {counted(len(lost), 'id')} cannot be found in dataset {dataset.name!r} or "
            f"stand for several of its images ({some(lost)}); give each image's path below the dataset's "
            f"folder."
        )
    return np.array([rows[one] for one in ids], np.int64)


def _write(
    workspace: Workspace,
    dataset: Dataset,
    predictions: list[Predictions],
    *,
    name: str | None,
    found: dict[str, ForeignPredictions],
) -> Run:
    run = create_run(workspace, RunConfig.make(dataset=dataset.name, model=IMPORTED), run_id=name)
    try:
        for one in predictions:
            save_predictions(run.predictions_path(one.split), one)
        files = {split: str(foreign.path.resolve()) for split, foreign in found.items()}
        write_json(
            run.directory / "environment.json", {"dataset_version": dataset.version, "imported_from": files}
        )
        if not all(foreign.has_probs for foreign in found.values()):
            update_about(run, note=NO_PROBS)
        now = time.time()
        run.update_status(state=State.DONE, started=now, finished=now)
    except RegroupError:
        delete_run(run)
        raise
    return run
