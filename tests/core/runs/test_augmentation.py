"""Settings of augmentation: presets, words, and what may go wrong with them."""

import pytest
from pydantic import ValidationError

from core.runs.augmentation import (
    FILLS,
    PRESETS,
    Augmentation,
    describe,
    find_preset,
    find_risks,
    preset_of,
)


def test_the_presets_are_those_of_the_studies() -> None:
    skin, products = PRESETS["skin"].augmentation, PRESETS["products"].augmentation
    assert skin == Augmentation(
        rotation=75, width_shift=0.3, height_shift=0.3, shear=0.2, zoom=0.2, horizontal_flip=True
    )
    assert products == Augmentation(
        rotation=40,
        width_shift=0.2,
        height_shift=0.2,
        shear=0.2,
        zoom=0.2,
        horizontal_flip=True,
        fill="nearest",
    )


def test_a_preset_is_known_by_its_name_and_by_its_settings() -> None:
    for name in PRESETS:
        assert preset_of(find_preset(name)) == name
    assert preset_of(Augmentation(fill="wrap")) == "none"
    with pytest.raises(ValueError, match="it should be one of none, light, skin, products"):
        find_preset("s9")


def test_every_setting_explains_itself() -> None:
    assert all(field.description for field in Augmentation.model_fields.values())


@pytest.mark.parametrize(
    "settings", [{"rotation": 181}, {"zoom": 1}, {"width_shift": -0.1}, {"fill": "blur"}]
)
def test_a_setting_out_of_its_range_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Augmentation(**settings)


def test_every_setting_has_its_words() -> None:
    everything = {
        name: True if field.annotation is bool else 0.5
        for name, field in Augmentation.model_fields.items()
        if name != "fill"
    }
    for name, value in everything.items():
        assert describe(Augmentation(**{name: value})) != "left as it is", name
    assert len(describe(Augmentation(**everything)).split(", ")) == len(everything)
    for fill, words in FILLS.items():
        assert describe(Augmentation(rotation=1, fill=fill)).endswith(f"gaps show {words}")
    assert "gaps" not in describe(Augmentation(horizontal_flip=True))


@pytest.mark.parametrize(
    ("settings", "class_names", "words"),
    [
        (
            {"horizontal_flip": True, "vertical_flip": True},
            "0123456789",
            "Turned half around, 6 looks like 9",
        ),
        ({"rotation": 180}, "0123456789", "Turned half around, 6 looks like 9"),
        ({"horizontal_flip": True}, ["B", "d"], "Mirrored left to right, B looks like d"),
        ({"vertical_flip": True}, ["Up", "Down"], "Mirrored top to bottom, Up looks like Down"),
        ({"width_shift": 0.6}, ["cat", "dog"], "may lose what it shows"),
    ],
)
def test_settings_that_make_one_class_look_like_another_are_told(
    settings: dict[str, object], class_names: list[str], words: str
) -> None:
    [risk] = find_risks(Augmentation(**settings), class_names)
    assert words in risk


def test_harmless_settings_have_no_risks() -> None:
    assert find_risks(None, "0123456789") == []
    assert find_risks(PRESETS["light"].augmentation, "0123456789") == []
    assert find_risks(PRESETS["skin"].augmentation, ["cat", "dog"]) == []
