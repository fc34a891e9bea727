"""Every format comes out as the RGB picture that a person sees."""

import io
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from core.datasets.images import decoding
from core.datasets.images.decoding import UnreadableError, decode, decode_reduced, measure


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def smooth_picture(height: int = 40, width: int = 60) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows * 4, columns * 3, 255 - columns * 2], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_formats_come_out_exactly(kind):
    picture = smooth_picture()
    image = decode(save(Image.fromarray(picture), kind))
    np.testing.assert_array_equal(image.pixels, picture)
    assert image.mode == "RGB"


@pytest.mark.parametrize(("kind", "options"), [("JPEG", {"quality": 95}), ("WEBP", {"quality": 95})])
def test_lossy_formats_come_out_nearly(kind, options):
    picture = smooth_picture()
    pixels = decode(save(Image.fromarray(picture), kind, **options)).pixels
    assert np.abs(pixels.astype(int) - picture).mean() < 6


def test_a_grey_picture_has_three_equal_channels():
    grey = smooth_picture()[..., 0]
    for kind in ("PNG", "TIFF"):
        image = decode(save(Image.fromarray(grey), kind))
        np.testing.assert_array_equal(image.pixels, np.repeat(grey[..., None], 3, axis=-1))
        assert image.mode == "L"


def test_the_fast_path_sees_the_same_jpeg_as_pillow():
    content = save(Image.fromarray(smooth_picture()), "JPEG")
    theirs = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    assert np.abs(decode(content).pixels - theirs).max() <= 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_picture_that_exif_turns_stands_upright(kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its left side: turn it clockwise
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:20] = 255  # white above as stored, so white on the right when upright
    content = save(Image.fromarray(picture), kind, exif=exif)
    pixels = decode(content).pixels
    assert pixels.shape == (60, 40, 3)
    assert pixels[:, 25:].mean() > 250
    assert pixels[:, :15].mean() < 5
    assert measure(content)[:2] == (40, 60)
    assert decode_reduced(content, 8).shape[0] > decode_reduced(content, 8).shape[1]


def test_transparency_lies_on_white():
    picture = np.zeros((4, 4, 4), np.uint8)
    picture[:2] = (255, 0, 0, 255)
    image = decode(save(Image.fromarray(picture), "PNG"))
    assert image.pixels[0, 0].tolist() == [255, 0, 0]
    assert image.pixels[3, 3].tolist() == [255, 255, 255]
    assert image.mode == "RGBA"


def test_a_palette_is_resolved_and_its_transparent_color_is_white():
    indexed = Image.fromarray(np.array([[0, 1], [1, 2]], np.uint8))
    indexed.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image = decode(save(indexed, "PNG"))
    assert image.mode == "P"
    assert image.pixels[1].tolist() == [[0, 255, 0], [0, 0, 255]]
    seen = decode(save(indexed, "PNG", transparency=0)).pixels
    assert seen[0].tolist() == [[255, 255, 255], [0, 255, 0]]


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (5, 5), color) for color in ("red", "blue")]
    content = save(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(content).pixels[2, 2].tolist() == [255, 0, 0]


def test_sixteen_bits_are_scaled_by_their_full_range():
    deep = np.array([[0, 257 * 10], [257 * 200, 65535]], np.uint16)
    for kind in ("PNG", "TIFF"):
        assert decode(save(Image.fromarray(deep), kind)).pixels[..., 0].tolist() == [[0, 10], [200, 255]]


def test_real_numbers_are_scaled_by_one_or_as_they_are():
    for values, expected in (([0, 1.0], [0, 255]), ([0, 99.0], [0, 99]), ([-2, 2.0], [0, 255])):
        content = save(Image.fromarray(np.array([values], np.float32)), "TIFF")
        assert decode(content).pixels[0, :, 0].tolist() == expected


def test_cmyk_is_converted():
    content = save(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG", quality=100)
    image = decode(content)
    red, green, blue = image.pixels[10, 10].tolist()
    assert red > 230
    assert max(green, blue) < 40
    assert image.mode == "CMYK"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.4, 0.97])
def test_a_file_cut_short_is_refused(kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    content = save(Image.fromarray(noise), kind)
    for function in (decode, measure):
        with pytest.raises(UnreadableError, match=r"replace it by the right file|copy the file again"):
            function(content[: int(len(content) * share)])


def test_text_and_nothing_are_refused_with_their_remedy():
    with pytest.raises(UnreadableError, match=r"not an image.*replace it"):
        decode(b"this is no picture")
    with pytest.raises(UnreadableError, match="empty; copy it again"):
        decode(b"")


def test_a_png_whose_content_was_changed_is_refused():
    content = bytearray(save(Image.fromarray(smooth_picture()), "PNG"))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(UnreadableError, match="copy the file again"):
        measure(bytes(content))


def test_a_decompression_bomb_is_refused_before_it_is_unpacked():
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (20_000).to_bytes(4) * 2 + b"\x08\x02\0\0\0"
    with pytest.raises(UnreadableError, match=r"20000 x 20000 pixels.*make it smaller"):
        measure(header + b"\0" * 40)
    gif = b"GIF89a" + (65_000).to_bytes(2, "little") * 2 + b"\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0"
    gif += (65_000).to_bytes(2, "little") * 2 + b"\0\x02\x02D\x01\0;"
    with pytest.raises(UnreadableError, match="make it smaller"):
        decode(gif)


def test_a_jpeg_without_its_end_mark_but_with_all_its_lines_is_left_to_pillow(monkeypatch):
    content = save(Image.fromarray(smooth_picture()), "JPEG")
    called = []
    monkeypatch.setattr(decoding, "_decode_any", called.append)
    decode(content[:-2])
    assert called


def test_a_large_jpeg_is_decoded_smaller_for_a_thumbnail():
    picture = cv2.resize(smooth_picture(), (900, 600))
    content = save(Image.fromarray(picture), "JPEG", quality=95)
    small = decode_reduced(content, 96)
    assert small.shape == (75, 113, 3)
    assert np.abs(small.mean(axis=(0, 1)) - picture.mean(axis=(0, 1))).max() < 3
    assert decode_reduced(content, 2000).shape == picture.shape


def test_measuring_tells_the_full_size_and_the_mode():
    assert measure(save(Image.fromarray(smooth_picture()), "JPEG"))[:3] == (60, 40, "RGB")
    assert measure(save(Image.fromarray(smooth_picture()[..., 0]), "BMP"))[:3] == (60, 40, "L")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_come_out_as_pillow_turns_them(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = save(Image.fromarray(smooth_picture(64, 48)), kind, exif=exif)
    expected = np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    np.testing.assert_array_equal(decode(content).pixels, expected)
    assert measure(content)[:2] == expected.shape[1::-1]
    small = decode_reduced(content, 16)
    assert small.shape[0] * expected.shape[1] == small.shape[1] * expected.shape[0]


def test_a_turned_jpeg_whose_end_is_broken_is_measured_and_decoded_alike():
    exif = Image.Exif()
    exif[0x0112] = 6
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    content = save(Image.fromarray(noise), "JPEG", exif=exif)
    broken = content[:-200] + content[-400:]
    assert measure(broken)[:2] == decode(broken).pixels.shape[1::-1] == (40, 60)


HUGE = 50_000  # pixels a side


def huge_files() -> dict[str, bytes]:
    side, small = HUGE.to_bytes(4), smooth_picture(4, 4)
    jpeg = bytearray(save(Image.fromarray(small), "JPEG"))
    at = jpeg.find(b"\xff\xc0") + 5
    jpeg[at : at + 4] = HUGE.to_bytes(2) * 2
    bmp = bytearray(save(Image.fromarray(small), "BMP"))
    bmp[18:26] = HUGE.to_bytes(4, "little") * 2
    tiff = save(Image.fromarray(small), "TIFF")
    for tag in (b"\x00\x01", b"\x01\x01"):  # width and height, stored as long numbers
        entry = tiff.find(tag + b"\x04\x00\x01\x00\x00\x00")
        tiff = tiff[: entry + 8] + HUGE.to_bytes(4, "little") + tiff[entry + 12 :]
    gif = b"GIF89a" + HUGE.to_bytes(2, "little") * 2 + b"\0\0\0,\0\0\0\0" + HUGE.to_bytes(2, "little") * 2
    return {
        "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + side * 2 + b"\x08\x02\0\0\0" + bytes(40),
        "JPEG": bytes(jpeg),
        "BMP": bytes(bmp),
        "TIFF": tiff,
        "GIF": gif + b"\0\x02\x02D\x01\0;",
        "PPM": b"P6 50000 50000 255\n" + bytes(40),
    }


@pytest.mark.parametrize("kind", huge_files())
def test_a_header_of_fifty_thousand_pixels_a_side_is_refused(kind):
    for function in (measure, decode, lambda content: decode_reduced(content, 96)):
        with pytest.raises(UnreadableError, match=r"50000 x 50000 pixels|too large .*make it"):
            function(huge_files()[kind])


def test_a_header_without_any_pixels_is_refused_and_nothing_is_printed(capfd):
    content = bytearray(save(Image.new("RGB", (9, 9)), "PNG"))
    content[16:24] = bytes(8)  # width and height
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    with pytest.raises(UnreadableError, match="0 x 0 pixels, so it is damaged; copy the file again"):
        decode(bytes(content))
    assert capfd.readouterr() == ("", "")


def test_a_postscript_file_of_another_name_is_never_handed_to_ghostscript(monkeypatch):
    from PIL import EpsImagePlugin

    monkeypatch.setattr(
        EpsImagePlugin, "Ghostscript", lambda *_, **__: pytest.fail("Ghostscript was started")
    )
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n1 1 moveto showpage\n%%EOF\n"
    with pytest.raises(
        UnreadableError, match="PostScript file, which cannot be read as it stands; export it"
    ):
        decode(eps)


def test_a_picture_with_another_file_glued_on_is_the_picture():
    for kind in ("JPEG", "PNG", "GIF", "BMP"):
        content = save(Image.fromarray(smooth_picture()), kind)
        both = content + b"PK\x03\x04<script>alert(1)</script>"
        np.testing.assert_array_equal(decode(both).pixels, decode(content).pixels)


def test_further_pictures_in_a_file_are_noticed_and_the_first_is_used():
    pictures = [Image.fromarray(smooth_picture()), Image.new("RGB", (60, 40), "red")]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        one, two = (
            save(pictures[0], kind, save_all=True, append_images=pictures[1:count]) for count in (1, 2)
        )
        assert (measure(one).has_more, measure(two).has_more) == (False, True)
        assert decode(two).pixels[20, 30, 0] < 200
    cut = save(pictures[0], "GIF", save_all=True, append_images=pictures[1:])[:-30]
    assert measure(cut)[:2] == (60, 40)
