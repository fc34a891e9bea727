"""Write a dataset out: as class folders, or as a table beside a folder of images, for any other program.

What is written can be added again and gives the same counts. Nothing is overwritten, and a stop leaves
nothing half-made: the folder is built beside its place and renamed when whole.
"""

import csv
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
import pandas as pd

from core.datasets.dataset import Dataset
from core.datasets.images.decoding import opencv
from core.datasets.images.reading import image_path, open_array, read_image
from core.datasets.linking import link_or_copy
from core.datasets.parallel import Progress, map_images
from core.datasets.preparing.folder_names import folder_names, free_name
from core.datasets.store import remove_old
from core.errors import DatasetError, DatasetFileError, WorkspaceError
from core.workspace import full_path

Layout = Literal["folders", "csv"]
Copies = Literal["copy", "hardlink", "none"]
TABLE_FILE = "images.csv"
CLASSES_FILE = "classes.csv"
IMAGES_DIR = "images"
BUILDING = ".regroup-export-"  # how a folder that is being written is called; some are left over by kill -9
COLUMNS = ("path", "label", "split", "group")


@dataclass(frozen=True)
class Export:
    """What was written.

    Attributes:
        folder: Where.
        num_images: Images of the dataset that are in it.
        num_linked: Those that are hard links and take no space.
        num_drawn: Those that were drawn anew as PNG: of an array, or with something painted over.
        renamed: Class name to the name of its folder, where it had to be changed.
    """

    folder: Path
    num_images: int
    num_linked: int
    num_drawn: int
    renamed: dict[str, str]


def export_dataset(
    dataset: Dataset,
    target: Path | str,
    *,
    layout: Layout = "folders",
    copies: Copies = "copy",
    splits: bool = True,
    progress: Progress | None = None,
) -> Export:
    """Write the images that are not excluded into a new folder.

    Args:
        dataset: Whose images.
        target: A folder that is not there yet, or is empty.
        layout: ``folders``: ``split/class/file``; ``csv``: ``images.csv`` with path, label, split, group
            and the metadata, beside a folder ``images``.
        copies: ``copy``: files of their own; ``hardlink``: second names of the same files, where the disk
            can; ``none``: the table alone, its paths relative to the folder that the images are in.
        splits: Whether class folders stand below folders of splits.
        progress: Called with (done, total); what it raises stops the work.

    Raises:
        DatasetError: The target cannot be used, no image is left, or one is gone.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    place = check_target(dataset, target)
    if not dataset.num_images:
        raise DatasetError(f"All images of {dataset.name!r} are excluded; take some back in to export them.")
    if copies == "none" and (layout != "csv" or dataset.root is None):
        raise DatasetError(
            "A table alone can be written only for images that are files; choose the layout csv, or copies."
        )
    folders = folder_names(dataset.class_names)
    paths = _place_images(dataset, folders if layout == "folders" else None, splits=splits)
    if copies == "none":
        paths = dataset.included["path"].astype(object)
    try:
        remove_old(place.parent, f"{BUILDING}*.tmp")
        building = Path(tempfile.mkdtemp(dir=place.parent, prefix=BUILDING, suffix=".tmp"))
    except OSError as error:
        raise _unwritable(place, error) from error
    try:
        building.chmod(0o755)
        linked, drawn = 0, 0
        if copies != "none":
            linked, drawn = _write_images(dataset, paths, building, links=copies == "hardlink", tell=progress)
        renamed = {name: folder for name, folder in folders.items() if name != folder}
        if layout == "csv":
            _table(dataset, paths).to_csv(building / TABLE_FILE, index=False)
            renamed = {}
        elif renamed:
            _write_classes(building / CLASSES_FILE, renamed)
        if place.exists():
            place.rmdir()
        building.rename(place)
    except OSError as error:
        raise _unwritable(place, error) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Export(place, len(paths), linked, drawn, renamed)


def check_target(dataset: Dataset, target: Path | str) -> Path:
    """Return the full path of a folder to export into.

    Raises:
        DatasetError: It holds something, lies among the images, or its parent folder is missing.
    """
    if not str(target).strip():
        raise DatasetError("No folder is named; give the path of a folder that is not there yet.")
    place = full_path(target).resolve()
    guarded = [dataset.root, None if dataset.folder is None else dataset.folder.parent]
    for folder in (each.resolve() for each in guarded if each is not None):
        if place.is_relative_to(folder):
            raise DatasetError(f"{place} lies in {folder}, among the images; choose a folder elsewhere.")
    try:
        if not place.parent.is_dir():
            raise DatasetError(f"The folder {place.parent} does not exist; create it, or choose another.")
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise DatasetError(f"{place} is there and not empty; choose a folder that is not there yet.")
    except OSError as error:
        raise _unwritable(place, error) from error
    return place


def _place_images(dataset: Dataset, folders: dict[str, str] | None, *, splits: bool) -> pd.Series:
    """Return the new path of each image that is not excluded; the index is the sample id."""
    included = dataset.included
    taken: dict[str, set[str]] = {}
    paths: list[str] = []
    drawn = _drawn(dataset)
    for sample, label, split, path, position in zip(
        included.index,
        included["label"],
        included["split"],
        included["path"],
        included["position"],
        strict=True,
    ):
        if folders is not None:
            folder = f"{split}/" if splits else ""
            folder += folders[dataset.class_names[label]]
        else:
            parent = "" if dataset.root is None else str(PurePosixPath(path).parent)
            folder = str(PurePosixPath(IMAGES_DIR) / parent)
        name = f"{position:06d}" if dataset.root is None else PurePosixPath(path).name
        if drawn[sample]:
            name = f"{name if dataset.root is None else PurePosixPath(name).stem}.png"
        paths.append(f"{folder}/{free_name(name, taken.setdefault(folder, set()))}")
    return pd.Series(paths, included.index, dtype=object)


def _drawn(dataset: Dataset) -> np.ndarray:
    """Whether a row's image must be drawn rather than copied, bool, shape ``(num_table_rows,)``."""
    if dataset.root is None:
        return np.ones(len(dataset.table), bool)
    painted = () if dataset.occlusion is None else dataset.occlusion.splits
    return dataset.table["split"].isin(painted).to_numpy(bool)


def _write_images(
    dataset: Dataset, paths: pd.Series, building: Path, *, links: bool, tell: Progress | None
) -> tuple[int, int]:
    """Write every image; return how many are hard links, and how many were drawn."""
    drawn = _drawn(dataset)
    array = open_array(dataset) if dataset.root is None else None
    positions = dataset.table["position"].to_numpy(np.int64)
    plain = array is not None and dataset.occlusion is None
    for folder in {PurePosixPath(path).parent for path in paths}:
        (building / folder).mkdir(parents=True, exist_ok=True)

    def write(item: tuple[int, str]) -> bool:
        sample, path = item
        if drawn[sample]:
            pixels = array[positions[sample]] if plain else read_image(dataset, sample)  # type: ignore[index]
            (building / path).write_bytes(_to_png(np.asarray(pixels)))
            return False
        return _copy(image_path(dataset, sample), building / path, link=links)

    items = [(int(str(sample)), path) for sample, path in paths.items()]
    linked = sum(map_images(write, items, progress=tell))
    return linked, int(drawn[paths.index].sum())


def _copy(source: Path, target: Path, *, link: bool) -> bool:
    try:
        if link:
            return link_or_copy(source, target)
        shutil.copy2(source, target)
    except OSError as error:
        if not source.is_file():
            raise DatasetFileError(f"{source} is gone; exclude the image, or put the file back.") from error
        raise
    return False


def _to_png(pixels: np.ndarray) -> bytes:
    """Encode a grey ``(h, w)`` or RGB ``(h, w, 3)`` uint8 image without loss."""
    _, encoded = opencv().imencode(".png", pixels[..., ::-1] if pixels.ndim == 3 else pixels)
    return bytes(encoded)


def _table(dataset: Dataset, paths: pd.Series) -> pd.DataFrame:
    included = dataset.included
    names = np.array(dataset.class_names, dtype=object)[included["label"].to_numpy(np.int64)]
    table = pd.DataFrame(
        {"path": paths, "label": names, "split": included["split"], "group": included["group"]}
    )
    metadata = dataset.metadata.loc[included.index]
    taken = set(COLUMNS)
    return table.join(metadata.set_axis([free_name(str(c), taken) for c in metadata.columns], axis=1))


def _write_classes(path: Path, renamed: dict[str, str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["folder", "class"])
        writer.writerows((folder, name) for name, folder in renamed.items())


def _unwritable(place: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"{place} cannot be written ({error.strerror or error}); free some disk space, or choose a folder "
        f"that you may write to."
    )
