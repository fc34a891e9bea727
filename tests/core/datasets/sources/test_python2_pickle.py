"""Pickles as Python 2 wrote them for CIFAR, and pickles that try to run something."""

import contextlib
import io
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python2_pickles import pickled_array, pickled_dict, pickled_text

from core.datasets.sources.python2_pickle import RefusedPickleError, read_python2_pickle

DATA = np.arange(24, dtype=np.uint8).reshape(4, 6)


def read(content: bytes):
    return read_python2_pickle(io.BytesIO(content))


def test_texts_numbers_lists_and_arrays_are_read():
    found = read(pickled_dict(data=DATA, labels=[3, 1], names=[b"a", b"b"], batch_label=b"one of 2"))
    assert found.keys() == {"data", "labels", "names", "batch_label"}
    np.testing.assert_array_equal(found["data"], DATA)
    assert (found["labels"], found["names"], found["batch_label"]) == ([3, 1], [b"a", b"b"], b"one of 2")


def test_the_stand_ins_read_what_pickle_itself_reads():
    content = pickled_dict(data=DATA, labels=[0, 1, 2, 3])
    expected = _TrustingUnpickler(io.BytesIO(content), encoding="bytes").load()
    np.testing.assert_array_equal(read(content)["data"], expected[b"data"])


class _TrustingUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def test_an_array_in_column_order_is_read():
    content = b"\x80\x02}" + pickled_text(b"data") + pickled_array(DATA, is_fortran=True) + b"s."
    np.testing.assert_array_equal(read(content)["data"], DATA)


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'touch /tmp/pwned'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy.core.multiarray\nfromfile\n.",
        b"c__builtin__\ngetattr\n.",
        pickle.dumps(np.arange(3, dtype=np.uint8), protocol=4),
        pickle.dumps(RefusedPickleError, protocol=2),
    ],
)
def test_every_other_name_is_refused(content):
    with pytest.raises(RefusedPickleError, match="which could run code"):
        read(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pickled_dict(data=DATA)[:-9], "damaged"),
        (b"", "damaged"),
        (b"\x80\x02K\x01.", "does not hold named arrays"),
        (pickled_dict(data=DATA).replace(b"u1", b"O8"), "values of the type"),
        (pickled_dict(data=DATA).replace(b"K\x04K\x06\x86", b"K\x04K\x07\x86"), "size is not the one"),
        (pickled_dict(data=DATA).replace(b"K\x04K\x06\x86", b"J" + struct.pack("<i", -4) + b"J"
         + struct.pack("<i", -6) + b"\x86"), "size is not the one"),
    ],
)  # fmt: skip
def test_what_is_damaged_or_something_else_is_refused(content, words):
    with pytest.raises(RefusedPickleError, match=words):
        read(content)


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, 120), value=st.binary(min_size=1, max_size=3))
def test_any_damage_is_refused_or_gives_a_dictionary(position, value):
    content = pickled_dict(data=DATA, labels=[3, 1], names=[b"a", b"b"])
    if (
        b"j" in value or b"r" in value
    ):  # a place in the pickle's memory that does not exist may need gigabytes
        return
    damaged = content[:position] + value + content[position + len(value) :]
    with contextlib.suppress(RefusedPickleError):
        assert isinstance(read(damaged), dict)
