"""When a run learns from kept features."""

import pytest

from core.models.freezing import Split
from core.runs.config import RunConfig
from core.training.prefix.plan import list_views, uses_features


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, True),
        ({"feature_cache": "off"}, False),
        ({"augmentation": "light"}, False),
        ({"augmentation": "light", "augmentation_views": 3}, True),
    ],
)
def test_only_images_that_come_again_unchanged_are_worth_keeping(settings, expected):
    config = RunConfig(dataset="d", **settings)
    assert uses_features(config, Split("prefix", "suffix")) is expected
    assert not uses_features(config, Split(None, "suffix"))


def test_views_are_those_of_the_setting_and_none_without_augmentation():
    assert list_views(RunConfig(dataset="d", augmentation="light", augmentation_views=2)) == (1, 2)
    assert list_views(RunConfig(dataset="d", augmentation_views=2)) == (None,)
