"""Writes pickles byte for byte as Python 2 with NumPy 1 wrote those of CIFAR, for tests."""

import struct

import numpy as np


def pickled_text(text: bytes) -> bytes:
    """A text, as Python 2 wrote its ``str``."""
    return b"U" + bytes([len(text)]) + text if len(text) < 256 else b"T" + struct.pack("<i", len(text)) + text


def pickled_array(array: np.ndarray, *, is_fortran: bool = False) -> bytes:
    """An array of bytes with two axes."""
    rows, columns = array.shape
    content = array.tobytes("F" if is_fortran else "C")
    kind = (
        b"cnumpy\ndtype\n" + pickled_text(b"u1") + b"K\x00K\x01\x87R"
        b"(K\x03" + pickled_text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )
    return (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + pickled_text(b"b") + b"\x87R"
        b"(K\x01" + _number(rows) + _number(columns) + b"\x86" + kind + (b"\x88" if is_fortran else b"\x89")
        + pickled_text(content) + b"tb"
    )  # fmt: skip


def pickled_dict(**items: object) -> bytes:
    """A dictionary of arrays, texts and lists of texts or numbers."""
    pairs = b"".join(pickled_text(key.encode()) + _pickled(value) for key, value in items.items())
    return b"\x80\x02}(" + pairs + b"u."


def _pickled(value: object) -> bytes:
    if isinstance(value, np.ndarray):
        return pickled_array(value)
    if isinstance(value, list):
        return b"](" + b"".join(_pickled(item) for item in value) + b"e"
    return pickled_text(value) if isinstance(value, bytes) else _number(int(str(value)))


def _number(value: int) -> bytes:
    return b"K" + bytes([value]) if value < 256 else b"J" + struct.pack("<i", value)
