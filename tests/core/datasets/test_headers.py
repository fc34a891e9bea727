"""What is read from the beginning of a JPEG or PNG, against Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from core.datasets.headers import read_header


def encode(mode: str, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((14, 9)).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("mode", "kind", "plain"),
    [
        ("L", "JPEG", True),
        ("RGB", "JPEG", True),
        ("CMYK", "JPEG", False),
        ("L", "PNG", True),
        ("RGB", "PNG", True),
        ("RGBA", "PNG", False),
    ],
)
def test_size_and_mode_are_those_that_pillow_finds(mode, kind, plain):
    content = encode(mode, kind)
    header = read_header(content)
    assert (header.width, header.height, header.mode) == (14, 9, mode)
    assert (header.plain, header.complete, header.orientation) == (plain, True, 1)


def test_a_file_that_ends_early_has_no_end_mark():
    content = encode("RGB", "JPEG")
    assert not read_header(content[:-3]).complete
    assert not read_header(encode("L", "PNG")[:-6]).complete


def test_something_after_the_end_mark_does_no_harm():
    assert read_header(encode("RGB", "JPEG") + b"\0" * 100).complete


def test_an_end_mark_inside_an_embedded_thumbnail_is_not_taken_for_the_end():
    content = encode("RGB", "JPEG")
    comment = b"\xff\xfe\x00\x06ab\xff\xd9"
    assert read_header(content[:2] + comment + content[2:]).complete
    assert not read_header(content[:2] + comment + content[2:-2]).complete


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_orientation_is_found_in_either_byte_order(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert read_header(encode("RGB", "JPEG", exif=exif)).orientation == orientation
    assert read_header(encode("RGB", "PNG", exif=exif)).orientation == orientation


def test_a_palette_or_transparency_or_sixteen_bits_are_not_plain():
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(buffer, "PNG")
    header = read_header(buffer.getvalue())
    assert (header.mode, header.plain) == ("I;16", False)
    assert not read_header(encode("L", "PNG", transparency=3)).plain


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00", b"\x89PNG\r\n\x1a\n12"]
)
def test_what_is_no_image_or_ends_in_its_header_has_no_header(content):
    assert read_header(content) is None
