"""The pictures that a run is shown: those of its dataset, or in some splits those of an occluded one.

Labels, splits and numbers of the images are those of the run's dataset, so that its answers stand beside
those of a run that saw the clean pictures.
"""

import numpy as np

from core.datasets.dataset import SPLITS, Dataset
from core.datasets.store import load_dataset
from core.errors import DatasetError
from core.words import counted, name_splits
from core.workspace import Workspace

# The setting ``occluded_splits`` of a run, and the splits that it means.
OCCLUDED_SPLITS: dict[str, tuple[str, ...]] = {"train": ("train", "val"), "test": ("test",), "both": SPLITS}
IDENTITY = ["path", "position", "sha1"]


def find_occluded(workspace: Workspace, dataset: Dataset, name: str, occluded_splits: str) -> Dataset:
    """Return the occluded dataset whose pictures are shown in place of the clean ones.

    Args:
        workspace: Where both are.
        dataset: The clean one.
        name: Of the occluded one.
        occluded_splits: ``"train"`` (training and validation), ``"test"`` or ``"both"``.

    Raises:
        DatasetError: There is none of that name, it is not this dataset occluded, or it is no longer; or
            images of these splits are clean in it.
    """
    if dataset.occlusion is not None:
        raise DatasetError(
            f"{dataset.name!r} is occluded itself, so no other pictures can be shown in place of its clean "
            f"ones; train on the dataset that it was made of."
        )
    occluded = load_dataset(workspace, name)
    anew = f"occlude {dataset.name!r} anew on the Datasets page"
    if occluded.occlusion is None:
        raise DatasetError(
            f"{name!r} is not occluded; choose a dataset made of {dataset.name!r} by occlusion, or make one "
            f"with `regroup datasets occlude`."
        )
    if not has_same_images(dataset, occluded):
        raise DatasetError(f"{name!r} does not have the images of {dataset.name!r} one by one; {anew}.")
    _check_labels(dataset, occluded, anew)
    _check_painted(dataset, occluded, occluded_splits, anew)
    return occluded


def has_same_images(dataset: Dataset, other: Dataset) -> bool:
    """Whether two datasets have the same images under the same numbers, whatever is painted over them."""
    return other.table[IDENTITY].equals(dataset.table[IDENTITY])


def describe_shown(occluded_with: str | None, occluded_splits: str) -> str:
    """Return which pictures a run saw, as part of a sentence.

    >>> describe_shown(None, "both")
    'clean pictures'
    >>> describe_shown("hidden", "test")
    "the test pictures of 'hidden', which are occluded, and clean training and validation pictures"
    """
    if occluded_with is None:
        return "clean pictures"
    splits = OCCLUDED_SPLITS[occluded_splits]
    clean = [split for split in SPLITS if split not in splits]
    rest = f", and clean {name_splits(clean)} pictures" if clean else ""
    return f"the {name_splits(splits)} pictures of {occluded_with!r}, which are occluded{rest}"


def _check_labels(dataset: Dataset, occluded: Dataset, anew: str) -> None:
    ids = np.concatenate([dataset.sample_ids(split) for split in SPLITS])
    same_names = occluded.class_names == dataset.class_names
    if not same_names:
        raise DatasetError(f"{occluded.name!r} has other classes than {dataset.name!r}; {anew}.")
    num_other = int(np.sum(occluded.labels(ids) != dataset.labels(ids)))
    if num_other:
        raise DatasetError(
            f"{counted(num_other)} of {occluded.name!r} have another label than in {dataset.name!r} by now; "
            f"{anew}."
        )


def _check_painted(dataset: Dataset, occluded: Dataset, occluded_splits: str, anew: str) -> None:
    """Refuse where the occluded dataset leaves images of these splits clean."""
    splits = occluded.occlusion.splits if occluded.occlusion is not None else ()
    painted = np.isin(occluded.split_codes, [SPLITS.index(split) for split in splits])
    for split in OCCLUDED_SPLITS[occluded_splits]:
        num_clean = int(np.sum(~painted[dataset.sample_ids(split)]))
        if num_clean:
            reason = f"{occluded.name!r} occludes {name_splits(splits)} images only"
            if split in splits:
                reason = f"in {occluded.name!r} they are of another split"
            raise DatasetError(
                f"{counted(num_clean, f'{name_splits([split])} image')} of {dataset.name!r} would be shown "
                f"clean, since {reason}; choose other occluded_splits, or {anew}."
            )
