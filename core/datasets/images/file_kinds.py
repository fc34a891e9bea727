"""What a file that is no readable image is instead, told by how it begins, and what to do about it."""

LOOKED_AT = 1000  # bytes
BEGINNINGS = (
    (b"%PDF", "a PDF document", "export its pictures as PNG"),
    (b"%!PS", "a PostScript file", "export it as PNG"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file", "export it as PNG"),
    (b"PK\x03\x04", "a zip archive", "unpack it"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
    (b"version https://git-lfs", "a Git LFS pointer, not the picture itself", "run git lfs pull"),
    (b"\x93NUMPY", "a NumPy array", "add it as an array with its labels beside it"),
    (b"8BPS", "a Photoshop document", "export it as PNG"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture", "convert it to PNG"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture", "convert it to PNG"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture", "convert it to PNG"),
    (b"SIMPLE  =", "a FITS file", "convert it to PNG"),
)
BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif", b"avis"}
MARKUP = (
    (b"<svg", "an SVG drawing", "export it as PNG"),
    (b"<!doctype html", "a web page, perhaps an error message of the server", "download the image again"),
    (b"<html", "a web page, perhaps an error message of the server", "download the image again"),
)


def describe_kind(content: bytes) -> str | None:
    """Return a sentence on what a file is, with the remedy; None where that cannot be told.

    >>> describe_kind(b'<?xml version="1.0"?><svg width="9">')
    'The file is an SVG drawing, which cannot be read as it stands; export it as PNG.'
    """
    start = content[:LOOKED_AT]
    found = next(((what, remedy) for mark, what, remedy in BEGINNINGS if start.startswith(mark)), None)
    if start[4:8] == b"ftyp" and start[8:12] in BRANDS:
        found = ("a HEIC or AVIF photo", "convert it to JPEG")
    if start[128:132] == b"DICM":
        found = ("a DICOM file", "convert it to PNG")
    text = start.replace(b"\0", b"").lower()  # UTF-16 has a zero in every other byte
    if found is None:
        found = next(((what, remedy) for mark, what, remedy in MARKUP if mark in text), None)
    if found is None:
        return None
    return f"The file is {found[0]}, which cannot be read as it stands; {found[1]}."
