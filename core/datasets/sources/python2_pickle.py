"""Read the pickles in which CIFAR is handed out, without running anything that they name.

A pickle can call any function. These are dictionaries of texts, numbers, lists and NumPy arrays of bytes,
written by Python 2, https://www.cs.toronto.edu/~kriz/cifar.html; the three NumPy names in them are answered
by stand-ins of our own, every other name is refused.
"""

import math
import pickle
from typing import IO, Any

import numpy as np


class RefusedPickleError(Exception):
    """The bytes are no such pickle; the message says what they hold instead."""


class _Type:
    """Stands for ``numpy.dtype``; only unsigned bytes are held."""

    def __init__(self, code: object, *rest: object) -> None:
        if code not in {"u1", b"u1"}:
            raise RefusedPickleError(f"it holds values of the type {code!r}")

    def __setstate__(self, state: object) -> None:
        """Byte order and the like, which bytes have not."""


class _Array:
    """Stands for an array that is being built."""

    def __init__(self, *rest: object) -> None:
        self.values = np.zeros(0, np.uint8)

    def __setstate__(self, state: Any) -> None:
        try:
            _, shape, kind, is_fortran, content = state
            fits = isinstance(kind, _Type) and isinstance(content, bytes) and math.prod(shape) == len(content)
        except (TypeError, ValueError) as error:
            raise RefusedPickleError(f"it holds an array that cannot be read ({error})") from error
        if not fits or any(side < 0 for side in shape):
            raise RefusedPickleError("it holds an array whose size is not the one that it says")
        order: Any = "F" if is_fortran else "C"
        self.values = np.frombuffer(content, np.uint8).reshape(shape, order=order)


_STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise RefusedPickleError(f"it names {module}.{name}, which could run code")
        return _STAND_INS[module, name]


def read_python2_pickle(file: IO[bytes]) -> dict[str, Any]:
    """Return the dictionary in a file; arrays are uint8, texts are bytes, keys are text.

    Raises:
        RefusedPickleError: It is something else, or damaged.
    """
    try:
        content = _Reader(file, encoding="bytes").load()
    except RefusedPickleError:
        raise
    except Exception as error:  # damaged bytes make the pickle machine raise nearly anything
        raise RefusedPickleError(f"it is damaged ({error})") from error
    if not isinstance(content, dict):
        raise RefusedPickleError("it does not hold named arrays")
    return {
        key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key): _unwrap(value)
        for key, value in content.items()
    }


def _unwrap(value: Any) -> Any:
    return value.values if isinstance(value, _Array) else value
