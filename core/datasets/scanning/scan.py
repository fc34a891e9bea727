"""The full scan: what the pixels of every image tell, computed once and kept beside the dataset.

Each file is read and decoded once, in two processes or, where there are few, in threads. Numbers go straight
into columns and pictures to the disk, so that memory hardly grows with the number of images. Thumbnails are
kept in one file, see ``thumbnail_pack`` (a dataset stored as an array has its pixels at hand). Which images
look unlike the others is judged in a second stage, from tiny pictures. Images are measured as networks see
them, occlusion included. What a scan keeps may be deleted at any time.
"""

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

from core.datasets.dataset import Dataset
from core.datasets.images.decoding import UnreadableError, decode
from core.datasets.images.file_bytes import read_bytes
from core.datasets.images.reading import image_path, open_array, to_rgb
from core.datasets.images.thumbnail_pack import PackWriter, pack_path
from core.datasets.parallel import Progress, map_images, progress_of_part
from core.datasets.preparing.occlusion import paint
from core.datasets.scanning.look import Look, look_at_files, look_at_pixels
from core.datasets.scanning.outliers import outlier_scores
from core.datasets.scanning.quality import TINY_SIZE, perceptual_hashes, tiny_pictures
from core.datasets.scanning.row_file import RowFile
from core.errors import DatasetError, WorkspaceError
from core.workspace import Workspace

NUMBERS = (
    "brightness", "contrast", "sharpness", "red", "green", "blue", "red_std", "green_std", "blue_std",
)  # fmt: skip
SCAN_COLUMNS = {
    "bytes": "int64",  # of the file, or of the array's pixels; 0 when unreadable
    **dict.fromkeys(NUMBERS, "float32"),  # see quality.PixelFacts; NaN when unreadable
    "phash": "uint64",  # 0 when unreadable
    "outlier": "float32",  # see outliers; NaN when unreadable
}
BATCH_SIZE = 256  # images hashed together
MIN_FOR_PROCESSES = 500  # files; fewer are looked at before two processes have started
LOCK_FILE = ".scan.lock"
WAIT_S = 0.5  # between two looks whether another process has finished
GONE = "Can no longer be read: {:,} of {:,} images; their files are gone or damaged."
NOT_KEPT = "Small pictures could not be kept ({}); pages make them anew each time, which is slower."
NOT_COMPARED = "How unlike the others an image looks could not be computed ({}); scan again with more room."
SECONDS_PER_IMAGE, SECONDS_PER_MEGAPIXEL = 2e-4, 5e-3  # on two CPU cores of 2024


def load_scan(dataset: Dataset) -> pd.DataFrame | None:
    """Return what the last scan of exactly these images found; None without one.

    Returns:
        One row a table row, index sample id, columns as ``SCAN_COLUMNS``. ``attrs["notes"]`` are sentences
        about the scan that a person should read.
    """
    path = scan_path(dataset)
    if path is None or not path.exists():
        return None
    try:
        found = pd.read_parquet(path)
        fits = len(found) == len(dataset.table)
        return found[list(SCAN_COLUMNS)].astype(SCAN_COLUMNS) if fits else None
    except (OSError, ValueError, KeyError):  # damaged; the next scan replaces it
        return None


def drop_incomplete_scan(dataset: Dataset) -> None:
    """Forget a scan that missed images which were gone, for they may be there again."""
    path, found = scan_path(dataset), load_scan(dataset)
    if path is not None and found is not None and found.loc[dataset.readable, "brightness"].isna().any():
        path.unlink(missing_ok=True)


def scan_path(dataset: Dataset) -> Path | None:
    """Return where the scan of a dataset is kept; None before the dataset is stored."""
    return None if dataset.folder is None else dataset.folder / f"scan-{dataset.images_hash}.parquet"


def scan_dataset(workspace: Workspace, dataset: Dataset, *, progress: Progress | None = None) -> pd.DataFrame:
    """Look at the pixels of every image, keep what was found in the dataset's folder, and return it.

    An image that has gone or been damaged since it was added has a row of NaN. Another process that scans the
    same dataset is waited for, and its result returned. Nothing is kept of a scan that was stopped.

    Args:
        workspace: Where the dataset lies.
        dataset: A stored dataset.
        progress: Called with (done, total); what it raises stops the work.

    Raises:
        DatasetError: The dataset has been deleted, or its array, mask pictures or all of its images are gone.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    path, pack = scan_path(dataset), pack_path(dataset)
    if path is None or pack is None or not path.parent.is_dir():
        raise DatasetError(f"There is no dataset {dataset.name!r} in {workspace.root} to scan; add it first.")
    with _locked(path.parent, progress) as has_waited:
        known = load_scan(dataset) if has_waited else None
        if known is not None:
            return known
        _remove(path.parent.glob(".scan-*.tmp"), path.parent.glob(".thumbnails-*.tmp"))
        writer = PackWriter(pack, len(dataset.table))
        try:
            found = _look_at_all(dataset, writer, progress)
            found = _keep(found, path, writer)
        finally:
            writer.drop()
        _remove({*path.parent.glob("scan-*.parquet"), *path.parent.glob("thumbnails-*.pack")} - {path, pack})
    return found


def estimate_seconds(dataset: Dataset) -> float:
    """Return about how long a scan will take."""
    sizes = dataset.table[["width", "height"]].to_numpy(np.float64)
    return float(len(sizes) * SECONDS_PER_IMAGE + sizes.prod(axis=1).sum() / 1e6 * SECONDS_PER_MEGAPIXEL)


def _look(dataset: Dataset, sample_ids: list[int], progress: Progress | None) -> Iterator[Look | None]:
    """Yield what each image tells, None where it cannot be read."""
    if dataset.array_path is None and dataset.occlusion is None and len(sample_ids) >= MIN_FOR_PROCESSES:
        paths = dataset.table["path"].to_numpy(object)[sample_ids]
        return look_at_files([f"{dataset.root}/{path}" for path in paths], progress=progress)
    array = open_array(dataset) if dataset.array_path is not None else None
    positions = dataset.table["position"].to_numpy(np.int64)

    def look(sample_id: int) -> Look | None:
        try:
            if array is not None:
                image = array[positions[sample_id]]
                pixels, num_bytes = to_rgb(image), image.nbytes
            else:
                content = read_bytes(image_path(dataset, sample_id))
                pixels, num_bytes = decode(content).pixels, len(content)
        except UnreadableError:
            return None
        return look_at_pixels(paint(dataset, sample_id, pixels), num_bytes, thumbnail=array is None)

    return map_images(look, sample_ids, progress=progress)


def _look_at_all(dataset: Dataset, writer: PackWriter, progress: Progress | None) -> pd.DataFrame:
    with contextlib.closing(RowFile(writer.path.parent, (TINY_SIZE, TINY_SIZE, 3))) as tiny:
        found = _look_at_pictures(dataset, writer, tiny, progress)
        seen = found["brightness"].notna().to_numpy(bool)
        if tiny.problem is None:
            found.loc[seen, "outlier"] = outlier_scores(
                tiny, progress=progress_of_part(progress, "Comparing")
            )
    num_readable, num_seen = int(dataset.readable.sum()), int(seen.sum())
    if num_readable and not num_seen:
        raise DatasetError(
            f"None of the {num_readable:,} images of {dataset.name!r} can be read any more; put them back, "
            f"or say where they are now on the Datasets page or with regroup datasets relocate."
        )
    num_gone = num_readable - num_seen
    found.attrs["notes"] = [GONE.format(num_gone, num_readable)] if num_gone else []
    found.attrs["notes"] += [NOT_COMPARED.format(tiny.problem)] if tiny.problem is not None else []
    return found


def _look_at_pictures(
    dataset: Dataset, writer: PackWriter, tiny: RowFile, progress: Progress | None
) -> pd.DataFrame:
    """Look at every image, write its pictures, and return the table of the scan, still without outliers."""
    num_rows = len(dataset.table)
    numbers = np.full((num_rows, len(NUMBERS)), np.nan, np.float32)
    num_bytes, phash = np.zeros(num_rows, np.int64), np.zeros(num_rows, np.uint64)
    sample_ids = np.flatnonzero(dataset.readable).tolist()
    pictures = zip(sample_ids, _look(dataset, sample_ids, progress), strict=True)
    while batch := list(itertools.islice(pictures, BATCH_SIZE)):
        ids = [sample_id for sample_id, found in batch if found is not None]
        looks = [found for _, found in batch if found is not None]
        if looks:
            squares = np.stack([look.square for look in looks])
            numbers[ids] = [look.numbers for look in looks]
            num_bytes[ids] = [look.num_bytes for look in looks]
            phash[ids] = perceptual_hashes(squares)
            tiny.append(tiny_pictures(squares))
            writer.add_all(ids, [look.thumbnail for look in looks])
    writer.complete()
    found = pd.DataFrame(numbers, index=dataset.table.index, columns=list(NUMBERS))
    return found.assign(bytes=num_bytes, phash=phash, outlier=np.float32(np.nan))[list(SCAN_COLUMNS)]


def _keep(found: pd.DataFrame, path: Path, writer: PackWriter) -> pd.DataFrame:
    """Put table and thumbnails in their places; the table comes first where there is no room for both."""
    if writer.problem is None:
        try:
            _write(found, path)
            writer.keep()
            return found
        except WorkspaceError as error:
            writer.drop(str(error.__cause__))
    found.attrs["notes"].append(NOT_KEPT.format(writer.problem))
    _write(found, path)
    return found


def _write(found: pd.DataFrame, path: Path) -> None:
    """Replace the scan in one step; unlike ``workspace.write_bytes``, never in a folder deleted meanwhile."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".tmp")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(found.to_parquet(index=True))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"The scan cannot be written to {path.parent} ({error.strerror or error}); free some disk space "
            f"or check that the folder is still there, then scan again."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(folder: Path, progress: Progress | None) -> Iterator[bool]:
    """Hold the lock of a dataset's scan; gives whether another process had to be waited for."""
    lock, has_waited = FileLock(folder / LOCK_FILE), False
    while True:
        try:
            lock.acquire(timeout=WAIT_S)
            break
        except Timeout:
            has_waited = True
            if progress is not None:
                progress(0, 0)  # so that the wait can be stopped
    try:
        yield has_waited
    finally:
        lock.release()


def _remove(*groups: Iterable[Path]) -> None:
    for path in itertools.chain(*groups):
        with contextlib.suppress(OSError):  # in use on Windows; the next scan tries again
            path.unlink()
