"""What a JPEG or PNG file says about itself before its pixels are decoded.

Only what decides how to decode is read: size, color mode, EXIF orientation and whether the file goes on to
its end mark. OpenCV decodes a JPEG that was cut short without a word, so the end mark is looked for here.
Formats: ITU-T T.81 (JPEG), https://www.w3.org/TR/png-3/ (PNG), EXIF 2.32 for the orientation tag.
"""

import re
import struct
from dataclasses import dataclass

JPEG_START = b"\xff\xd8\xff"
JPEG_END = b"\xff\xd9"
PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_MODES = {1: "L", 3: "RGB", 4: "CMYK"}  # by number of components
PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}  # by color type

EXIF_START = b"Exif\0\0"
PNG_TEXTS = (b"Raw profile type", b"XML:com.adobe.xmp")  # chunks in which programs put EXIF or XMP
XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')
ORIENTATION = 0x0112  # number of the tag
UPRIGHT, UNCLEAR = 1, 0  # orientations; what is unclear is left to Pillow
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset(range(0xD0, 0xD8)) | {0x01, 0xFF}  # markers without a length; 0xFF is padding


@dataclass(frozen=True)
class Header:
    """What the first bytes of an image tell.

    Attributes:
        kind: ``"jpeg"`` or ``"png"``.
        width: Pixels as stored, before the EXIF rotation.
        height: Pixels as stored, before the EXIF rotation.
        mode: Color mode in Pillow's words: L, RGB, P, RGBA, CMYK, I;16 ...
        orientation: EXIF orientation, 1 (upright) to 8; 0 where it cannot be told here.
        plain: 8 bit grey or RGB without transparency or animation, which OpenCV decodes faithfully.
        complete: The end mark is there.
    """

    kind: str
    width: int
    height: int
    mode: str
    orientation: int
    plain: bool
    complete: bool


def read_header(content: bytes) -> Header | None:
    """Return the header of a JPEG or PNG; None for other formats and for what cannot be understood."""
    try:
        if content.startswith(JPEG_START):
            return _read_jpeg(content)
        if content.startswith(PNG_START):
            return _read_png(content)
    except (struct.error, IndexError):  # the file ends inside its own header
        return None
    return None


def _read_jpeg(content: bytes) -> Header | None:
    position, orientation = 2, UPRIGHT
    frame: tuple[int, int, int, int] | None = None
    while content[position] == 0xFF:
        marker = content[position + 1]
        if marker in _BARE_MARKERS:
            position += 1 if marker == 0xFF else 2
            continue
        length = (content[position + 2] << 8) | content[position + 3]
        if marker in _FRAME_MARKERS:
            frame = struct.unpack_from(">BHHB", content, position + 4)
        elif marker == 0xE1 and orientation == UPRIGHT:  # there may be a second block, with XMP in it
            orientation = _find_orientation(content[position + 4 : position + 2 + length])
        elif marker == 0xDA:
            break
        position += 2 + length
    if frame is None:
        return None
    bits, height, width, components = frame
    return Header(
        kind="jpeg",
        width=width,
        height=height,
        mode=JPEG_MODES.get(components, "unknown"),
        orientation=orientation,
        plain=bits == 8 and components in {1, 3} and width > 0 and height > 0 and orientation != UNCLEAR,
        complete=content.rfind(JPEG_END, position) >= 0,  # something may follow, such as a second picture
    )


def _read_png(content: bytes) -> Header:
    width, height, bits, color = struct.unpack_from(">IIBB", content, 16)
    position, orientation, complete = 8, UPRIGHT, False
    special = False  # transparent or animated
    while position + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        if kind in {b"tRNS", b"acTL"}:
            special = True
        elif kind == b"eXIf":
            exif = content[position + 8 : position + 8 + length]
            orientation = _find_orientation(EXIF_START + exif.removeprefix(EXIF_START))
        elif content.startswith(PNG_TEXTS, position + 8) and orientation == UPRIGHT:
            orientation = UNCLEAR
        elif kind == b"IEND":
            complete = True
            break
        position += 12 + length
    mode = "I;16" if bits == 16 and color == 0 else PNG_MODES.get(color, "unknown")
    plain = bits == 8 and color in {0, 2} and not special and orientation != UNCLEAR
    return Header("png", width, height, mode, orientation, plain, complete)


def _find_orientation(block: bytes) -> int:
    """Return what an EXIF or XMP block says, 1 where it says nothing."""
    if not block.startswith(EXIF_START):
        found = XMP_ORIENTATION.search(block)
        return UPRIGHT if found is None or found[1] == b"1" else UNCLEAR
    exif = block[len(EXIF_START) :]
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return UNCLEAR
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for position in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, number = struct.unpack_from(f"{order}HHI", exif, position)
            if tag == ORIENTATION:
                (value,) = struct.unpack_from(f"{order}H", exif, position + 8)
                return int(value) if (kind, number) == (3, 1) and 1 <= value <= 8 else UNCLEAR
    except struct.error:
        return UNCLEAR
    return UPRIGHT
