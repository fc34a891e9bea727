"""Options of a source that contradict each other are refused when they are made."""

from pathlib import Path

import pytest

from core.datasets.sources.name_pattern import NamePattern
from core.datasets.sources.options import MetadataColumns, SourceOptions
from core.errors import DatasetError

TABLE = MetadataColumns(Path("labels.csv"), "image", "label")
GROUPED = MetadataColumns(Path("labels.csv"), "image", "label", "patient")
LABEL, GROUP = NamePattern("{label}_{rest}"), NamePattern("{group}_{rest}")


def test_what_goes_together_is_accepted():
    SourceOptions(metadata=TABLE, group_separator="_")
    SourceOptions(metadata=GROUPED)
    SourceOptions(label_pattern=LABEL, group_pattern=GROUP)
    SourceOptions(image_array="a", label_array="b")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"metadata": TABLE, "label_pattern": LABEL}, "from a table or from file names; leave out one"),
        ({"metadata": GROUPED, "group_separator": "_"}, "choose one of the three"),
        ({"group_pattern": GROUP, "group_separator": "_"}, "choose one of the three"),
        ({"group_separator": ""}, "separator is empty; give a text such as _"),
        ({"label_pattern": GROUP}, r"does not tell where the label is; write \{label\}"),
        ({"group_pattern": LABEL}, r"does not tell where the group is; write \{group\}"),
        ({"image_array": "a"}, "Give both, the array of images and the array of labels"),
    ],
)
def test_what_contradicts_itself_is_refused(options, words):
    with pytest.raises(DatasetError, match=words):
        SourceOptions(**options)
