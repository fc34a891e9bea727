"""Image datasets of the Hugging Face hub, https://huggingface.co/datasets, by name: an extra of this project.

They are streamed: a row arrives, its picture is written down with the bytes that it came with, and so on.
A script in a dataset is not run. A folder that the package ``datasets`` can read, or has saved, is read too.
"""

import contextlib
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.datasets.parallel import Progress, progress_of_part
from core.datasets.sources.hub_rows import RowReader
from core.datasets.sources.listing import Listing
from core.datasets.sources.metadata_table import guess_columns
from core.datasets.sources.splits import split_named
from core.download import CONNECT_TIMEOUT_S
from core.errors import DatasetError, RegroupError
from core.words import some

PREFIX = "hf:"
INSTALL = 'pip install -e ".[hub]"'
WEB = "https://huggingface.co/datasets"


@dataclass(frozen=True)
class HubColumns:
    """What of a dataset of the hub to take.

    Attributes:
        config: Its configuration ("subset" on its page), where it has several.
        image_column: Name of the column of pictures; None: the first.
        label_column: Name of the column of the class; None: the first that has class names.
    """

    config: str | None = None
    image_column: str | None = None
    label_column: str | None = None


def is_installed() -> bool:
    """Whether the extra is there; nothing is imported."""
    return importlib.util.find_spec("datasets") is not None


def list_hub(
    source: str, folder: Path, columns: HubColumns | None = None, *, progress: Progress | None = None
) -> Listing:
    """Download a dataset of the hub and list it.

    Args:
        source: ``owner/name``, or the path of a folder that ``datasets`` can read.
        folder: An empty folder, to which its pictures are written.
        columns: What of it to take.
        progress: Called with (done, total) images, total 0 while unknown; what it raises stops the work.

    Raises:
        DatasetError: The extra is missing, or the dataset cannot be reached, is closed, or lacks columns.
        WorkspaceError: The disk is full.
    """
    if not is_installed():
        raise DatasetError(
            f"Datasets of the Hugging Face hub need a further package; install it with {INSTALL}, "
            f"then start again."
        )
    columns = columns or HubColumns()
    with _told_in_one_sentence(source):
        _keep_quiet()
        parts = _open(source, columns.config)
        features = next(iter(parts.values())).features
        if features is None:
            raise DatasetError(f"{source} does not say what its columns are; choose another dataset.")
        reader = RowReader(folder, *_choose_columns(source, features, columns), features)
        listing = Listing(description=f"Images of {WEB}/{source}.", root=folder, own_files=folder)
        if Path(source).is_dir():
            listing.description = f"Images of the Hugging Face dataset in {source}."
        chosen = _choose_splits(parts, listing)
        sizes = [_num_rows(parts[name]) for name in chosen]
        tell = progress_of_part(progress, f"Downloading {source}")
        for name in chosen:
            split = split_named(name) if len(chosen) > 1 else None
            for row in reader.undecoded(parts[name]):
                reader.add(row, name, listing, split=split)
                if tell is not None:
                    tell(len(listing.paths), sum(sizes) if all(sizes) else 0)
        reader.finish(listing)
    return listing


def suggest_hub_name(source: str) -> str:
    """Return the last part of a dataset's name.

    >>> suggest_hub_name("owner/birds")
    'birds'
    """
    return source.rstrip("/").rpartition("/")[2]


def _keep_quiet() -> None:
    """Let the libraries neither draw progress bars nor tell of their retries in the terminal."""
    import datasets  # noqa: PLC0415
    import huggingface_hub  # noqa: PLC0415

    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    huggingface_hub.logging.set_verbosity_error()


def _open(source: str, config: str | None) -> Mapping[str, Any]:
    """Return the splits of a dataset, by their own names."""
    import datasets  # noqa: PLC0415

    folder = Path(source).expanduser()
    if (folder / "dataset_dict.json").exists() or (folder / "state.json").exists():
        saved = datasets.load_from_disk(str(folder))
        return {"train": saved} if isinstance(saved, datasets.Dataset) else saved
    if not source or not folder.is_dir():
        _require_access(source)
    try:
        parts: Mapping[str, Any] = datasets.load_dataset(str(source), config, streaming=True)
    except ValueError as error:
        names = re.findall(r"'([^']+)'", str(error).partition("[")[2].partition("]")[0])
        if "config" not in str(error).lower() or not names:
            raise
        raise DatasetError(
            f"{source} has several configurations; choose one of them with --config, or in the form: "
            f"{some(names)}."
        ) from error
    return parts


def _require_access(source: str) -> None:
    """Ask the hub once, and not for long, whether the dataset is there for everybody."""
    import huggingface_hub  # noqa: PLC0415

    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", source):  # no path of this disk
        raise DatasetError(
            f"{source!r} is no name of a dataset on the hub; give it as hf:owner/name, as it stands at {WEB}."
        )
    found = huggingface_hub.HfApi().dataset_info(source, timeout=CONNECT_TIMEOUT_S)
    if found.gated and not huggingface_hub.get_token():
        raise DatasetError(_gated(source))


def _gated(source: str) -> str:
    return (
        f"{source} is kept closed until you agree to its terms; agree at {WEB}/{source}, log in with "
        f"`hf auth login`, then try again."
    )


@contextlib.contextmanager
def _told_in_one_sentence(source: str) -> Iterator[None]:
    """Turn what the libraries raise into a sentence; which errors these are changes with each of them."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError  # noqa: PLC0415

    try:
        yield
    except (RegroupError, KeyboardInterrupt):
        raise
    except GatedRepoError as error:
        raise DatasetError(_gated(source)) from error
    except RepositoryNotFoundError as error:
        raise DatasetError(
            f"The hub has no dataset {source!r} that is open to you; check its name at {WEB}, or log in with "
            f"`hf auth login`."
        ) from error
    except Exception as error:
        if "scripts are no longer supported" in str(error):
            raise DatasetError(
                f"{source} consists of a script, which is not run; choose another version of it."
            ) from error
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise DatasetError(
            f"{source} cannot be read from the Hugging Face hub ({reason}); check the network and the "
            f"name, or download it elsewhere and add its folder."
        ) from error


def _choose_columns(source: str, features: Mapping[str, Any], columns: HubColumns) -> tuple[str, str]:
    """Return the names of the columns of image and label."""
    import datasets  # noqa: PLC0415

    images = [name for name, kind in features.items() if isinstance(kind, datasets.Image)]
    if not images:
        raise DatasetError(
            f"{source} has no column of pictures, only {some(list(features))}; choose a dataset of images."
        )
    image = columns.image_column or images[0]
    if image not in images:
        raise DatasetError(f"{source} has no column of pictures {image!r}; it has {some(images)}.")
    named = [name for name, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    plain = [name for name, kind in features.items() if isinstance(kind, datasets.Value)]
    others = named or plain
    if columns.label_column is None and not others:
        raise DatasetError(f"{source} has no column of labels, only {some(list(features))}; choose another.")
    guessed = named[0] if named else others and [image, *others][guess_columns([image, *others])[1]]
    label = columns.label_column or str(guessed)
    if label not in {*named, *plain}:
        raise DatasetError(f"{source} has no column of labels {label!r}; it has {some([*named, *plain])}.")
    return image, label


def _choose_splits(parts: Mapping[str, Any], listing: Listing) -> list[str]:
    """Return the names of the splits to take: those that mean one of ours, or all when none does."""
    meant = [name for name in parts if split_named(name)]
    if not meant:
        return list(parts)
    if left := [name for name in parts if name not in meant]:
        listing.notes.append(
            f"Not taken, since they are no training, validation or test split: {some(left)}."
        )
    return meant


def _num_rows(part: Any) -> int:
    """Number of rows of a split; 0 when it is not known before the last has come."""
    with contextlib.suppress(AttributeError, KeyError, TypeError):
        return int(part.num_rows)
    with contextlib.suppress(AttributeError, KeyError, TypeError):
        return int(part.info.splits[part.split].num_examples or 0)
    return 0
