"""What a source would become, before it is added: nothing is decoded and nothing is kept."""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.datasets.adding.source_preview import ClassPreview, ExamplePreview, SourcePreview
from core.datasets.sources.archives import is_archive, unpack_archive
from core.datasets.sources.array_files import ArrayFile, list_labels
from core.datasets.sources.array_values import check_shape
from core.datasets.sources.class_folders import require_two_classes
from core.datasets.sources.class_names import (
    ClassNameRule,
    describe_collisions,
    find_collisions,
    suggest_rule,
)  # fmt: skip
from core.datasets.sources.file_names import group_by_name
from core.datasets.sources.folder import ARRAY_SUFFIXES, TABLE_SUFFIXES, FolderContent, scan_folder
from core.datasets.sources.listing import Listing, natural_key
from core.datasets.sources.metadata_table import (
    guess_metadata,
    list_metadata_table,
    locate_table,
    read_columns,
)  # fmt: skip
from core.datasets.sources.options import MetadataColumns, SourceOptions
from core.datasets.sources.recognize import KINDS, array_file_in, columns_of, is_folder, list_as_found
from core.datasets.sources.uploads import Upload, store_upload
from core.errors import DatasetError
from core.words import some
from core.workspace import full_path

LIMIT = 250_000  # images looked for
EXAMPLES = 12
FOLDERS, TABLE, NAMES, ARRAYS = "class folders", "table", "file names", "arrays"


def preview_source(
    source: Path | str,
    options: SourceOptions | None = None,
    *,
    limit: int = LIMIT,
    content: FolderContent | None = None,
) -> SourcePreview:
    """Look at the names in a source.

    Args:
        source: As ``add_dataset`` takes it.
        options: How it would be read.
        limit: Look for about so many images only.
        content: For a folder: what ``scan_folder`` found in it before; it is not looked through again.

    Raises:
        DatasetError: There is nothing to show: the path is wrong, or the archive or table cannot be read.
    """
    path, options = full_path(source), options or SourceOptions()
    if content is not None:
        return _preview_content(content, options)
    if is_folder(path):
        return _preview_content(scan_folder(path, limit=limit), options)
    if is_archive(path.name):
        return _preview_unpacked(
            lambda folder: unpack_archive(path, folder, only_tables=True, limit=limit), options
        )
    if path.suffix.lower() in ARRAY_SUFFIXES:
        return _preview_arrays(path, options)
    if path.suffix.lower() in TABLE_SUFFIXES:
        content = scan_folder(path.parent, limit=limit)
        return _preview_content(content, options, table=path)
    raise DatasetError(f"{path} is no known kind of dataset; give {KINDS}.")


def preview_upload(files: Sequence[Upload], options: SourceOptions | None = None) -> SourcePreview:
    """Look at the names of files that came through the browser, as ``add_upload`` takes them.

    Raises:
        DatasetError: There is nothing to show.
    """
    options = options or SourceOptions()
    return _preview_unpacked(lambda folder: store_upload(files, folder, only_tables=True), options)


def _preview_unpacked(unpack: Callable[[Path], FolderContent], options: SourceOptions) -> SourcePreview:
    with tempfile.TemporaryDirectory(prefix="regroup-") as name:
        return _preview_content(unpack(Path(name)), options, is_packed=True)


def _preview_arrays(path: Path, options: SourceOptions, *, is_packed: bool = False) -> SourcePreview:
    source = ArrayFile(path)
    pairs = source.pairs(options.image_array, options.label_array)
    for x_key, _ in pairs.values():
        check_shape(source.shape(x_key), f"{x_key} in {path}")
    listing = list_labels(source, pairs)
    return _summarize(listing, options, ARRAYS, is_packed=is_packed)


def _preview_content(
    content: FolderContent, options: SourceOptions, *, table: Path | None = None, is_packed: bool = False
) -> SourcePreview:
    if not content.images and content.arrays and options.metadata is None:
        return _preview_arrays(array_file_in(content), options, is_packed=is_packed)
    guessed, problem = None, None
    if table is not None and options.metadata is None:
        guessed = columns_of(table, content)
        listing = list_metadata_table(content, guessed)
    else:
        listing = list_as_found(content, options)
        if options.metadata is None and options.label_pattern is None:
            guessed = guess_metadata(content) if listing.metadata is not None else None
            problem = _problem_of(lambda: require_two_classes(listing, content))
    columns = options.metadata or guessed
    kind = TABLE if columns else NAMES if options.label_pattern is not None else FOLDERS
    return _summarize(
        listing,
        options,
        kind,
        is_packed=is_packed,
        is_complete=content.is_complete,
        columns=tuple(read_columns(locate_table(columns.labels_path, content.root))) if columns else (),
        guessed=_relative(guessed, content.root) if is_packed else guessed,
        problem=problem,
    )


def _relative(guessed: MetadataColumns | None, root: Path) -> MetadataColumns | None:
    """Return columns whose table is told by its path in the archive, since the unpacked one goes away."""
    if guessed is None:
        return None
    return replace(guessed, labels_path=guessed.labels_path.relative_to(root))


def _summarize(
    listing: Listing,
    options: SourceOptions,
    kind: str,
    *,
    is_packed: bool,
    is_complete: bool = True,
    columns: tuple[str, ...] = (),
    guessed: MetadataColumns | None = None,
    problem: str | None = None,
) -> SourcePreview:
    problem = problem or _problem_of(lambda: group_by_name(listing, options))
    usable = [label for label, why in zip(listing.labels, listing.reasons, strict=True) if label and not why]
    counts = Counter(usable)
    old = listing.class_names or sorted(counts, key=natural_key)
    if len(old) < 2:
        problem = problem or _too_few(list(old), listing)
    found = SourcePreview(
        kind=kind,
        is_packed=is_packed,
        num_images=len(usable),
        num_left_out=len(listing.labels) - len(usable),
        is_complete=is_complete,
        classes=tuple(ClassPreview(name, name, counts[name]) for name in old),
        collisions={},
        examples=_examples(listing),
        columns=columns,
        guessed=guessed,
        suggested_rule=suggest_rule(list(old)),
        problem=problem,
        notes=tuple(listing.notes),
    )
    return found if options.class_name_rule is None else rename_preview(found, options.class_name_rule)


def rename_preview(found: SourcePreview, rule: ClassNameRule) -> SourcePreview:
    """Return what a source would become with cleaned class names; nothing is looked at again.

    Args:
        found: The source without any rule.
        rule: How to clean the names.

    Raises:
        DatasetError: A regular expression takes too long.
    """
    renamed = rule.rename([each.old for each in found.classes])
    collisions = find_collisions(renamed)
    problem = found.problem
    if collisions and not rule.merge_collisions:
        problem = problem or describe_collisions(collisions)
    if len(set(renamed.values())) == 1:
        problem = problem or _only_one(list(renamed.values())[:1])
    return replace(
        found,
        classes=tuple(replace(each, new=renamed[each.old]) for each in found.classes),
        collisions={new: tuple(names) for new, names in collisions.items()},
        problem=problem,
    )


def _examples(listing: Listing) -> tuple[ExamplePreview, ...]:
    paths = listing.paths or [""] * len(listing.labels)
    rows = zip(paths, listing.labels, listing.groups, listing.splits, listing.reasons, strict=True)
    return tuple(
        ExamplePreview(path or "", label, group, split, reason)
        for (path, label, group, split, reason), _ in zip(rows, range(EXAMPLES), strict=False)
    )


def _too_few(names: list[str], listing: Listing) -> str:
    if names:
        return _only_one(names)
    first = next((reason for reason in listing.reasons if reason), None)
    why = f" The first image without one: {first}" if first else ""
    return f"The source has no class, and telling classes apart needs two; add images of another class.{why}"


def _only_one(names: list[str]) -> str:
    return (
        f"The source has only one class, {some(names)}, and telling classes apart needs two; "
        f"add images of another class."
    )


def _problem_of(check: Callable[[], None]) -> str | None:
    try:
        check()
    except DatasetError as error:
        return str(error)
    return None
