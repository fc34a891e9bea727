"""Augmentation: training images are turned, moved, mirrored ... at random, anew in every epoch.

The numbers of moves mean what they mean in Keras' ``ImageDataGenerator``, which the studies behind the
presets used: each is the widest change, either way, and every value up to it is equally likely. See
https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator. How an image is
changed by them is in ``core.training.augmentation``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FILLS = {  # what is drawn where the moved picture leaves a gap, in words
    "nearest": "the nearest edge",
    "reflect": "a mirror image",
    "constant": "black",
    "wrap": "the opposite side",
}
MIRRORED = (("b", "d"), ("p", "q"), ("s", "z"), ("left", "right"))  # taken for each other in a mirror
UPSIDE_DOWN = (
    ("6", "9"),
    ("m", "w"),
    ("n", "u"),
    ("b", "q"),
    ("d", "p"),
    ("up", "down"),
)  # half around
ON_THE_WATER = (("b", "p"), ("d", "q"), ("m", "w"), ("n", "u"), ("up", "down"))  # mirrored top to bottom
HALF_AROUND = 135  # degrees of rotation from which pictures stand on their heads
FAR = 0.5  # share of width or height; who moves so far may leave the picture


class Augmentation(BaseModel):
    """How far a training image may be changed; with nothing set it stays as it is.

    One value of a run's settings rather than many: presets, training and preview take it whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotation: float = Field(
        default=0.0, ge=0, le=180, description="Turn by a random angle, up to this many degrees either way."
    )
    width_shift: float = Field(
        default=0.0, ge=0, le=1, description="Move left or right, up to this share of the width."
    )
    height_shift: float = Field(
        default=0.0, ge=0, le=1, description="Move up or down, up to this share of the height."
    )
    shear: float = Field(
        default=0.0,
        ge=0,
        le=60,
        description="Slant by a random angle, up to this many degrees either way. Degrees as in Keras: the "
        "0.2 that many scripts set is a fifth of a degree, which nobody sees.",
    )
    zoom: float = Field(
        default=0.0,
        ge=0,
        le=0.9,
        description="Zoom in or out; width and height are drawn apart. 0.2 shows between 80 % and 120 % of "
        "the picture's width and of its height.",
    )
    horizontal_flip: bool = Field(
        default=False, description="Mirror every second picture left to right, at random."
    )
    vertical_flip: bool = Field(
        default=False, description="Mirror every second picture top to bottom, at random."
    )
    brightness: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Make the picture lighter or darker, up to this share of the way from black to white.",
    )
    contrast: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Strengthen or weaken the contrast: differences from the picture's mean color are "
        "multiplied by a number between 1 minus this and 1 plus this.",
    )
    fill: Literal["nearest", "reflect", "constant", "wrap"] = Field(
        default="nearest",
        description="What is drawn where a moved picture leaves a gap: the nearest edge drawn out (nearest), "
        "a mirror image (reflect), black (constant) or the opposite side (wrap).",
    )

    @property
    def leaves_gaps(self) -> bool:
        """Whether a picture may be moved away from an edge, so that something is filled in."""
        return any((self.rotation, self.width_shift, self.height_shift, self.shear, self.zoom))

    @property
    def moves(self) -> bool:
        """Whether pixels change their place."""
        return self.leaves_gaps or self.horizontal_flip or self.vertical_flip

    @property
    def recolors(self) -> bool:
        """Whether pixels change their color."""
        return any((self.brightness, self.contrast))

    @property
    def is_idle(self) -> bool:
        """Whether every image stays as it is."""
        return not (self.moves or self.recolors)


@dataclass(frozen=True)
class Preset:
    """Settings with a name.

    Attributes:
        title: For a choice on a page.
        description: One sentence on where they come from and what they suit.
        augmentation: The settings; None changes nothing.
    """

    title: str
    description: str
    augmentation: Augmentation | None


PRESETS = {
    "none": Preset("None", "Every epoch shows the same pictures.", None),
    "light": Preset(
        "Light",
        "Small moves and a mirror: a careful start for photos.",
        Augmentation(rotation=10, width_shift=0.1, height_shift=0.1, zoom=0.1, horizontal_flip=True),
    ),
    "skin": Preset(
        "Skin lesions study",
        "Large turns and moves, for pictures in which no direction is up; its shear is too small to be seen.",
        Augmentation(
            rotation=75, width_shift=0.3, height_shift=0.3, shear=0.2, zoom=0.2, horizontal_flip=True
        ),
    ),
    "products": Preset(
        "Beauty products study",
        "Medium turns and moves, for objects photographed one by one; its shear is too small to be seen.",
        Augmentation(
            rotation=40, width_shift=0.2, height_shift=0.2, shear=0.2, zoom=0.2, horizontal_flip=True
        ),
    ),
}

ALIASES = {"s2": "skin", "s3": "products"}  # as the studies behind them are numbered


def find_preset(name: str) -> Augmentation | None:
    """Return the settings of a preset; None for the one that changes nothing.

    Raises:
        ValueError: There is no such preset.
    """
    name = ALIASES.get(name, name)
    if name not in PRESETS:
        raise ValueError(f"it should be one of {', '.join(PRESETS)}, or settings of its own")
    return PRESETS[name].augmentation


def preset_of(augmentation: Augmentation | None) -> str | None:
    """Return the name of the preset with just these settings, None when they are nobody's.

    >>> preset_of(None), preset_of(Augmentation(rotation=1))
    ('none', None)
    """
    wanted = None if augmentation is None or augmentation.is_idle else augmentation
    return next((name for name, preset in PRESETS.items() if preset.augmentation == wanted), None)


def describe(augmentation: Augmentation | None) -> str:
    """Return what is done to a training image, in words that follow "Each training image is".

    >>> describe(Augmentation(rotation=40, horizontal_flip=True, fill="reflect"))
    'turned by up to 40°, mirrored left to right in half of the cases; gaps show a mirror image'
    >>> describe(None)
    'left as it is'
    """
    if augmentation is None or augmentation.is_idle:
        return "left as it is"
    a = augmentation
    parts = {
        f"turned by up to {a.rotation:g}°": a.rotation,
        f"moved sideways by up to {_percent(a.width_shift)} of the width": a.width_shift,
        f"moved up or down by up to {_percent(a.height_shift)} of the height": a.height_shift,
        f"slanted by up to {a.shear:g}°": a.shear,
        f"zoomed by up to {_percent(a.zoom)}": a.zoom,
        "mirrored left to right in half of the cases": a.horizontal_flip,
        "mirrored top to bottom in half of the cases": a.vertical_flip,
        f"made lighter or darker by up to {_percent(a.brightness)}": a.brightness,
        f"changed in contrast by up to {_percent(a.contrast)}": a.contrast,
    }
    words = ", ".join(part for part, is_on in parts.items() if is_on)
    return f"{words}; gaps show {FILLS[a.fill]}" if a.leaves_gaps else words


def find_risks(augmentation: Augmentation | None, class_names: Iterable[str]) -> list[str]:
    """Return one sentence for each way in which these settings may turn one class into another.

    >>> find_risks(Augmentation(rotation=180), ["6", "9"])
    ['Turned half around, 6 looks like 9: the network would be given two answers for one picture.']
    """
    if augmentation is None:
        return []
    both_flips = augmentation.horizontal_flip and augmentation.vertical_flip
    ways = (
        ("Mirrored left to right", MIRRORED, augmentation.horizontal_flip),
        ("Mirrored top to bottom", ON_THE_WATER, augmentation.vertical_flip),
        ("Turned half around", UPSIDE_DOWN, both_flips or augmentation.rotation >= HALF_AROUND),
    )
    names = {name.lower(): name for name in class_names}
    risks = []
    for way, pairs, is_on in ways:
        alike = [
            f"{names[one]} looks like {names[other]}" for one, other in pairs if {one, other} <= set(names)
        ]
        if is_on and alike:
            risks.append(
                f"{way}, {', '.join(alike)}: the network would be given two answers for one picture."
            )
    if max(augmentation.width_shift, augmentation.height_shift) >= FAR:
        risks.append("Moved by half its size or more, a picture may lose what it shows.")
    return risks


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
