"""The options of ``regroup datasets add`` that say how a source is read, and the objects that they make."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from core.datasets.adding.by_name import NamedOptions
from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.folder import TABLE_SUFFIXES
from core.datasets.sources.hub import HubColumns
from core.datasets.sources.name_pattern import NamePattern
from core.datasets.sources.options import MetadataColumns, SourceOptions

COLUMNS = ("image_column", "label_column", "group_column", "split_column")


def make_source_options(source: str, given: Mapping[str, Any]) -> SourceOptions:
    """Return how to read a source on disk.

    Args:
        source: The path; a table may be its own table of labels.
        given: The command's options by the names of their parameters.

    Raises:
        typer.BadParameter: Options are missing or contradict each other.
        DatasetError: A pattern or a rule is not understood.
    """
    return SourceOptions(
        metadata=_metadata(source, given),
        group_separator=given["group_separator"],
        label_pattern=_pattern("label", given),
        group_pattern=_pattern("group", given),
        class_name_rule=make_class_name_rule(given),
        image_array=given["image_array"],
        label_array=given["label_array"],
    )


def make_class_name_rule(given: Mapping[str, Any]) -> ClassNameRule | None:
    """Return how to clean the names of the classes; None: not at all."""
    rule = ClassNameRule(
        strip_prefix=given["strip_prefix"],
        strip_suffix=given["strip_suffix"],
        strip_digits=given["strip_digits"],
        expression=given["class_regex"],
        underscores_to_spaces=given["underscores_to_spaces"],
        merge_collisions=given["merge_classes"],
    )
    return None if rule == ClassNameRule() else rule


def make_named_options(source: str, given: Mapping[str, Any]) -> NamedOptions:
    """Return what to take of a dataset with a name.

    Raises:
        typer.BadParameter: An option means nothing for it.
    """
    other = ("labels", "label_pattern", "label_regex", "group_pattern", "group_regex", "group_separator",
             "group_column", "split_column", "image_array", "label_array")  # fmt: skip
    meaningless = [name for name in other if given[name] is not None]
    if meaningless:
        option = meaningless[0].replace("_", "-")
        raise typer.BadParameter(f"--{option} means nothing for {source}, which knows its labels.")
    columns = HubColumns(given["config"], given["image_column"], given["label_column"])
    return NamedOptions(coarse=given["coarse"], hub=columns)


def _metadata(source: str, given: Mapping[str, Any]) -> MetadataColumns | None:
    labels: Path | None = given["labels"]
    if labels is None and source.lower().endswith(TABLE_SUFFIXES):
        labels = Path(source) if any(given[name] for name in COLUMNS) else None
    if labels is None:
        if any(given[name] for name in COLUMNS):
            raise typer.BadParameter(
                "--image-column, --label-column, --group-column and --split-column need --labels TABLE."
            )
        return None
    if given["image_column"] is None or given["label_column"] is None:
        raise typer.BadParameter("--labels needs --image-column and --label-column.")
    return MetadataColumns(labels, *(given[name] for name in COLUMNS))


def _pattern(kind: str, given: Mapping[str, Any]) -> NamePattern | None:
    pattern, expression = given[f"{kind}_pattern"], given[f"{kind}_regex"]
    if pattern is not None and expression is not None:
        raise typer.BadParameter(f"Give --{kind}-pattern or --{kind}-regex, not both.")
    if pattern is None and expression is None:
        return None
    return NamePattern(expression or pattern, is_expression=expression is not None)
