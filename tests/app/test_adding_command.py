"""The command that the form shows makes what the form says: read back by the command line itself."""

import pytest
from typer.main import get_command

from app.cli import app as command_line
from app.commands.datasets.source_options import make_named_options, make_source_options
from app.components.datasets.adding_command import command_of
from app.components.datasets.adding_source import AddingSource
from core.datasets.adding.add import MetadataColumns, SourceOptions
from core.datasets.adding.by_name import NamedOptions
from core.datasets.sources.class_names import ClassNameRule
from core.datasets.sources.hub import HubColumns
from core.datasets.sources.name_pattern import NamePattern

CHOICES = [
    (AddingSource("/data/birds", "birds", "/data/birds"), SourceOptions(group_separator="_")),
    (
        AddingSource("/data/-x", "x"),
        SourceOptions(
            metadata=MetadataColumns("a b.csv", "file", "-dx", "patient", "fold"),
            class_name_rule=ClassNameRule("-pre", "post", strip_digits=True, expression="a|b"),
        ),
    ),
    (
        AddingSource("/d", "d"),
        SourceOptions(
            label_pattern=NamePattern("{label}_{rest}"),
            group_pattern=NamePattern("(?P<group>.)", is_expression=True),
            class_name_rule=ClassNameRule(underscores_to_spaces=True, merge_collisions=True),
        ),
    ),
    (AddingSource("a.npz", "a"), SourceOptions(image_array="pics", label_array="kinds")),
]


@pytest.mark.parametrize(("source", "options"), CHOICES)
def test_the_command_makes_what_the_form_says(source, options):
    arguments = command_of(source, options, name="a name", seed=3)
    add_command = get_command(command_line).get_command(None, "datasets").commands["add"]
    given = add_command.make_context("add", arguments[2:]).params
    assert (given["source"], given["name"], given["seed"]) == (source.text, "a name", 3)
    made = make_source_options(source.text, given)
    if options.metadata is not None:
        options = SourceOptions(
            metadata=MetadataColumns(made.metadata.labels_path, "file", "-dx", "patient", "fold"),
            class_name_rule=options.class_name_rule,
        )
        assert str(made.metadata.labels_path) == "a b.csv"
    assert made == options


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("keras:cifar100", NamedOptions(coarse=True)),
        ("hf:a/b", NamedOptions(hub=HubColumns("small", "img", "dx"))),
        ("keras:mnist", NamedOptions()),
    ],
)
def test_the_command_makes_what_the_form_says_of_a_name(text, named):
    arguments = command_of(AddingSource(text, "x", named=named), SourceOptions(), name="x", seed=0)
    add_command = get_command(command_line).get_command(None, "datasets").commands["add"]
    given = add_command.make_context("add", arguments[2:]).params
    assert make_named_options(text, given) == named
