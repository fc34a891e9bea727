"""What a file is that is no image."""

import gzip

import pytest

from core.datasets.images.decoding import UnreadableError, measure
from core.datasets.images.file_kinds import describe_kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG drawing.*export it as PNG"),
        ("\ufeff<?xml version='1.0'?>\n<!-- -->\n<SVG>".encode("utf-16"), "SVG drawing"),
        (
            b"<!DOCTYPE html><html>Not found</html>",
            "web page, perhaps an error message.*download the image again",
        ),
        (b"%PDF-1.7 ...", "PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript file"),
        (b"PK\x03\x04rest", "zip archive.*unpack it"),
        (gzip.compress(b"x", mtime=0), "gzip archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS pointer.*run git lfs pull"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC or AVIF photo.*convert it to JPEG"),
        (b"\x00" * 128 + b"DICM", "DICOM"),
    ],
)
def test_other_files_named_like_images_are_told_by_their_content(content, words):
    with pytest.raises(UnreadableError, match=words):
        measure(content)


def test_what_is_not_known_is_left_to_others():
    assert describe_kind(b"hello") is None
    assert describe_kind(b"") is None
