"""Settings: checked when made, in words."""

import pytest

from core.errors import RunError
from core.runs.augmentation import PRESETS, Augmentation
from core.runs.config import RunConfig


def test_texts_from_the_command_line_become_numbers() -> None:
    config = RunConfig.make(dataset="d", epochs="3", alpha="0.5", learning_rate="1e-4")
    assert (config.epochs, config.alpha, config.learning_rate) == (3, 0.5, 1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"image_size": 0}, "image_size cannot be 0: it should be 8 to 1024 pixels, or .*150x120"),
        ({"epochs": "many"}, "epochs cannot be 'many': .*valid integer"),
        ({"alpha": 0.3}, "alpha cannot be 0.3: .*0.25, 0.5, 0.75, 1"),
        ({"learning_rate": float("nan")}, "learning_rate cannot be nan"),
        ({"optimizer": "lion"}, "optimizer cannot be 'lion': .*'sgd'"),
        ({"augmentation": "s9"}, "augmentation cannot be 's9': .*none, light, skin, products"),
        ({"augmentation": {"rotation": 400}}, "augmentation.rotation cannot be 400: .*equal to 180"),
        ({"augmentation": {"twist": 4}}, "There is no setting 'augmentation.twist'; settings are rotation, "),
        ({"epoch": 3}, "There is no setting 'epoch'; settings are dataset, image_size"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_with_what_does(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        RunConfig.make(**{"dataset": "d", **settings})


def test_every_setting_explains_itself() -> None:
    assert all(field.description for field in RunConfig.model_fields.values())


def test_a_config_survives_its_file() -> None:
    config = RunConfig(
        dataset="d",
        groups={"a": "x", "b": "x"},
        learning_rate=0.1 + 0.2,
        augmentation=Augmentation(rotation=0.1 + 0.2, fill="wrap"),
    )
    assert RunConfig.model_validate_json(config.model_dump_json()) == config


def test_augmentation_is_a_preset_or_settings_and_nothing_is_none() -> None:
    assert RunConfig(dataset="d", augmentation="skin").augmentation == PRESETS["skin"].augmentation
    assert RunConfig(dataset="d", augmentation={"zoom": "0.5"}).augmentation == Augmentation(zoom=0.5)
    for idle in ("none", None, {}, {"fill": "wrap"}):
        assert RunConfig(dataset="d", augmentation=idle) == RunConfig(dataset="d")


def test_settings_from_before_there_was_augmentation_mean_none() -> None:
    assert RunConfig.model_validate_json('{"dataset": "d", "epochs": 3}').augmentation is None
