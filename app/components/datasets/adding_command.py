"""The command that adds what the form says."""

from collections.abc import Mapping

from app.components.datasets.adding_source import AddingSource
from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.options import MetadataColumns, SourceOptions


def command_of(source: AddingSource, options: SourceOptions, *, name: str, seed: int) -> list[str]:
    """Return what follows ``regroup``, one item an argument.

    Args:
        source: What is to be added; of an upload the command names the file, wherever it lies.
        options: How it is read.
        name: Of the dataset.
        seed: Of its division.
    """
    arguments = ["datasets", "add", source.text, "--name", name]
    if source.named is not None:
        columns = source.named.hub
        arguments += ["--coarse"] if source.named.coarse else []
        arguments += _given({"config": columns.config, "image-column": columns.image_column})
        arguments += _given({"label-column": columns.label_column})
    arguments += _of_options(options)
    return arguments + (["--seed", str(seed)] if seed else [])


def _of_options(options: SourceOptions) -> list[str]:
    arguments = _of_table(options.metadata) if options.metadata is not None else []
    for kind, pattern in (("label", options.label_pattern), ("group", options.group_pattern)):
        if pattern is not None:
            arguments += _given({f"{kind}-{'regex' if pattern.is_expression else 'pattern'}": pattern.text})
    arguments += _given(
        {
            "group-separator": options.group_separator,
            "image-array": options.image_array,
            "label-array": options.label_array,
        }
    )
    return arguments + (_of_rule(options.class_name_rule) if options.class_name_rule is not None else [])


def _of_table(metadata: MetadataColumns) -> list[str]:
    return _given(
        {
            "labels": str(metadata.labels_path),
            "image-column": metadata.image_column,
            "label-column": metadata.label_column,
            "group-column": metadata.group_column,
            "split-column": metadata.split_column,
        }
    )


def _of_rule(rule: ClassNameRule) -> list[str]:
    texts = {
        "strip-prefix": rule.strip_prefix,
        "strip-suffix": rule.strip_suffix,
        "class-regex": rule.expression,
    }
    flags = {
        "strip-digits": rule.strip_digits,
        "underscores-to-spaces": rule.underscores_to_spaces,
        "merge-classes": rule.merge_collisions,
    }
    return _given(texts) + [f"--{name}" for name, is_on in flags.items() if is_on]


def _given(options: Mapping[str, str | None]) -> list[str]:
    """Options with a value; one that begins with a dash is joined by ``=``, to be no option itself."""
    arguments: list[str] = []
    for name, value in options.items():
        if value:
            arguments += [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]
    return arguments
