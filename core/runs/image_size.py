"""The size at which a network sees images: height and width, written as one number or as ``150x120``."""

import re
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

MIN_SIDE, MAX_SIDE = 8, 1024  # pixels


class ImageSize(NamedTuple):
    """Height and width of the images that a network sees.

    Attributes:
        height: Pixels.
        width: Pixels.
    """

    height: int
    width: int

    @property
    def words(self) -> str:
        """For a person, height first.

        >>> ImageSize(150, 120).words
        '150 x 120'
        """
        return f"{self.height} x {self.width}"

    @property
    def text(self) -> str:
        """As an option of a command, or part of a file name.

        >>> ImageSize(64, 64).text, ImageSize(150, 120).text
        ('64', '150x120')
        """
        return f"{self.height}" if self.height == self.width else f"{self.height}x{self.width}"

    @property
    def num_pixels(self) -> int:
        """Height times width."""
        return self.height * self.width


def parse_image_size(given: Any) -> ImageSize:
    """Return a size given as a number (a square), as ``"150x120"``, or as a pair, height first.

    Raises:
        ValueError: It is none of these, or out of range.

    >>> parse_image_size("150x120")
    ImageSize(height=150, width=120)
    >>> parse_image_size(64)
    ImageSize(height=64, width=64)
    """
    sides: Any = given
    if isinstance(given, str):
        match = re.fullmatch(r"\s*(\d+)(?:\s*[x×,]\s*(\d+))?\s*", given, flags=re.IGNORECASE)
        sides = match and (int(match[1]), int(match[2] or match[1]))
    elif isinstance(given, int) and not isinstance(given, bool):
        sides = (given, given)
    is_pair = isinstance(sides, list | tuple) and len(sides) == 2 and all(type(side) is int for side in sides)
    if not is_pair or not all(MIN_SIDE <= side <= MAX_SIDE for side in sides):
        raise ValueError(f"it should be {MIN_SIDE} to {MAX_SIDE} pixels, or height x width such as 150x120")
    return ImageSize(*sides)


def _dump(size: ImageSize) -> int | str:
    return size.height if size.height == size.width else size.text


ImageSizeField = Annotated[
    ImageSize,
    BeforeValidator(parse_image_size),
    PlainSerializer(_dump),
    WithJsonSchema({"type": ["integer", "string"]}),
]
