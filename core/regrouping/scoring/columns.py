"""Probabilities class by class, on a grid on which sums do not depend on their order.

A group's probability is a sum over classes. Floating-point sums depend on the order of their terms, and
a grouping must score the same whichever steps led to it; so each probability is first put on a grid fine
enough to change nothing and coarse enough that sums are exact: float16 are multiples of 2**-24 as they
are and add up exactly in float32 to 1; float32 are rounded to multiples of 2**-40 and added in float64.
"""

import numpy as np

GRID = 2.0**40  # float32 are counted in steps of 1 / GRID, whole numbers of float64
MAX_BLOCK_VALUES = 2_000_000  # probabilities turned over at once: small enough for the processor's cache
# From the bits of a float16 to those of a float32: sign and mantissa move, the exponents differ by 112.
SHIFT, SIGN_AND_REST, EXPONENTS = 13, np.int32(-0x70000001), np.float32(2.0**112)


class ClassColumns:
    """The probabilities of one class after another, for all images or for some.

    Attributes:
        dtype: Of what ``read`` returns: float32 or float64.
        steps: What ``read`` returns for a probability of 1.
        num_samples: Images.
        num_bytes: Memory of the probabilities.
    """

    def __init__(self, probs: np.ndarray) -> None:
        """Take probabilities, shape ``(num_samples, num_classes)``; not copied where they lie by class."""
        self._is_half = probs.dtype == np.float16
        self._columns = _by_class(probs).view(np.int16 if self._is_half else probs.dtype)
        self.dtype = np.dtype(np.float32 if self._is_half else np.float64)
        self.steps = 1.0 if self._is_half else GRID
        self.num_samples = len(probs)
        self.num_bytes = probs.nbytes

    def read(self, index: int, rows: np.ndarray | None, out: np.ndarray) -> np.ndarray:
        """Write one class's probabilities into ``out`` and return it.

        Args:
            index: The class.
            rows: Images, ascending; None for all of them.
            out: Of type ``dtype``, shape ``(num_rows,)``: fresh memory would cost more than the work in it.
        """
        column = self._columns[index]
        if rows is not None:
            column = column.take(rows)
        if self._is_half:  # NumPy's own conversion takes seven times as long
            bits = out.view(np.int32)
            np.copyto(bits, column)
            np.left_shift(bits, SHIFT, out=bits)
            np.bitwise_and(bits, SIGN_AND_REST, out=bits)
            return np.multiply(out, EXPONENTS, out=out)
        np.multiply(column, GRID, out=out)
        return np.rint(out, out=out)

    def total(self, classes: np.ndarray, rows: np.ndarray | None, spare: np.ndarray) -> np.ndarray:
        """Return the sum over some classes, new, shape ``(num_rows,)``.

        Args:
            classes: Their indices.
            rows: Images, ascending; None for all of them.
            spare: Memory to work in, as ``out`` of ``read``.
        """
        if not len(classes):
            return np.zeros(len(spare), self.dtype)
        summed = self.read(classes[0], rows, np.empty(len(spare), self.dtype))
        for index in classes[1:]:
            np.add(summed, self.read(index, rows, spare), out=summed)
        return summed


def _by_class(probs: np.ndarray) -> np.ndarray:
    """One row a class, each in one piece of memory: some rows turned over at once stay in the cache."""
    columns = np.asarray(probs).T
    if columns.flags.c_contiguous:
        return columns
    turned = np.empty(columns.shape, columns.dtype)
    block = max(1, MAX_BLOCK_VALUES // max(1, len(columns)))
    for start in range(0, columns.shape[1], block):
        turned[:, start : start + block] = columns[:, start : start + block]
    return turned
