"""What is read from the beginning of a JPEG or PNG, against Pillow."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.datasets.images.headers import read_header


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


XMP = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta tiff:Orientation="%d"/>'


def with_segment(jpeg: bytes, segment: bytes) -> bytes:
    return jpeg[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2) + segment + jpeg[2:]


def test_a_block_of_xmp_beside_that_of_exif_changes_nothing():
    exif = Image.Exif()
    exif[0x0112] = 6
    for order in (0, 1):
        content = with_segment(encode("RGB", "JPEG"), [exif.tobytes(), XMP % 1][order])
        header = read_header(with_segment(content, [XMP % 1, exif.tobytes()][order]))
        assert (header.orientation, header.plain) == (6, True)


def test_an_orientation_that_stands_in_xmp_or_in_odd_exif_is_left_to_pillow():
    exif = Image.Exif()
    exif[0x0112] = 6
    odd = exif.tobytes().replace(b"\x01\x12\x00\x03", b"\x01\x12\x00\x04")
    for block in (XMP % 6, odd, b"Exif\0\0garbage", exif.tobytes()[:-8]):
        header = read_header(with_segment(encode("RGB", "JPEG"), block))
        assert (header.orientation, header.plain) == (0, False), block


def test_an_orientation_of_the_small_preview_in_a_file_is_not_that_of_the_picture():
    tag = bytes.fromhex("0112 0003 00000001 0006 0000")
    first, second = b"\0\0" + (14).to_bytes(4), b"\0\1" + tag + bytes(4)
    block = b"Exif\0\0MM\0*" + (8).to_bytes(4) + first + second
    assert read_header(with_segment(encode("RGB", "JPEG"), block)).orientation == 1


def test_an_animated_png_and_one_with_a_raw_profile_are_left_to_pillow():
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    assert not read_header(buffer.getvalue()).plain
    profile = PngInfo()
    profile.add_text("Raw profile type exif", "\nexif\n0\n")
    assert not read_header(encode("RGB", "PNG", pnginfo=profile)).plain
