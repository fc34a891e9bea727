"""Labels and groups that stand in the names of the files."""

from core.datasets.sources.folder import FolderContent
from core.datasets.sources.listing import Listing, clean_label
from core.datasets.sources.name_pattern import NamePattern
from core.datasets.sources.options import SourceOptions
from core.datasets.sources.splits import splits_of_folders
from core.errors import DatasetError
from core.words import some


def list_file_names(content: FolderContent, pattern: NamePattern) -> Listing:
    """List the images of a folder with the labels in their names.

    Folders named train, val and test are kept as splits when all images lie in such.

    Raises:
        DatasetError: There are no images, or an expression takes too long.
    """
    if not content.images:
        raise DatasetError(f"There are no images in {content.root}; choose the folder that holds them.")
    listing = Listing(
        description=f"Images in {content.root} with labels from their names, {pattern.text}.",
        root=content.root,
        notes=[*content.notes],
    )
    splits = splits_of_folders(content.images)
    misfit = f"The pattern {pattern.text} does not fit its name; rename the file or change the pattern."
    for path, fields in zip(content.images, pattern.read(content.images), strict=True):
        label = clean_label((fields or {}).get("label", ""))
        group = (fields or {}).get("group")
        listing.add(
            path, label or None, split=splits.get(path), group=group or None, reason=None if label else misfit
        )
    return listing


def group_by_name(listing: Listing, options: SourceOptions) -> None:
    """Set the groups of a listing by what stands in the file names, where the options say so.

    Raises:
        DatasetError: The images are no files and so have no names, or an expression takes too long.
    """
    separator, pattern = options.group_separator, options.group_pattern
    if separator is None and pattern is None:
        return
    if listing.root is None:
        raise DatasetError("Arrays have no file names to tell groups by; leave out the separator or pattern.")
    paths = [path or "" for path in listing.paths]
    if separator is not None:
        listing.groups = [_before_last(path, separator) for path in paths]
        return
    assert pattern is not None
    found = [(fields or {}).get("group") or None for fields in pattern.read(paths)]
    listing.groups = found
    lost = [path for path, group in zip(paths, found, strict=True) if group is None]
    if len(lost) == len(found):
        raise DatasetError(
            f"The pattern {pattern.text} fits no file name, such as {some(lost[:3])}; change it."
        )
    if lost:
        listing.notes.append(
            f"The pattern {pattern.text} of the groups does not fit {len(lost):,} file names, which stand "
            f"alone: {some(lost)}."
        )


def _before_last(path: str, separator: str) -> str:
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return stem.rpartition(separator)[0] or stem
