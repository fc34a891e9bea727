"""All pairs of 64 bit hashes that differ in few bits, exactly, among hundreds of thousands.

Two ways with the same result, of which the quicker one is taken. Either the bits are cut into four chunks: of
two hashes with at most d different bits, some chunk differs in few of its own, so that only hashes with
similar chunks need comparing (multi-index hashing: Norouzi, Punjani and Fleet 2012,
https://doi.org/10.1109/CVPR.2012.6248043). Or every hash is compared with every other, which neither a large
distance nor a crowd of similar hashes can slow down.
"""

import functools
from collections.abc import Iterator

import numpy as np

from core.datasets.parallel import Progress, map_images
from core.datasets.scanning.clusters import Forest

NUM_CHUNKS, CHUNK_BITS = 4, 16
CHUNK_VALUES = 1 << CHUNK_BITS
AT_ONCE = 1 << 14  # candidates compared together: their memory stays in the processor's cache
TILE_ROWS, TILE_COLUMNS = 32, 4096  # part of the table of all distances that is computed together
DENSE = 0.02  # share of near pairs in a tile
INDEX_COST = 40  # a candidate found by chunks takes about so many times as long as a pair in a tile
NO_PAIRS = np.zeros((0, 3), np.int64)


class TooManyPairsError(Exception):
    """There are more pairs than were asked for at most."""


def pairs_within(
    hashes: np.ndarray, max_distance: int, *, max_pairs: int, progress: Progress | None = None
) -> np.ndarray:
    """Return all pairs of hashes that differ in at most so many bits.

    Args:
        hashes: uint64, shape ``(num_hashes,)``.
        max_distance: Bits, 0 to 64.
        max_pairs: Most pairs to return.
        progress: Called with (done, total) from time to time; what it raises stops the work.

    Returns:
        First and second position (first < second) and distance, int64, shape ``(num_pairs, 3)``, in the order
        of the positions.

    Raises:
        TooManyPairsError: There are more.
    """
    radii = _radii(max_distance)
    chunks = [_Chunk(hashes, number, radius) for number, radius in enumerate(radii) if radius >= 0]
    num_candidates = sum(chunk.count_candidates() for chunk in chunks)
    if num_candidates * INDEX_COST < len(hashes) * (len(hashes) - 1) // 2:
        tasks = [functools.partial(chunk.search, int(mask)) for chunk in chunks for mask in chunk.masks]
        most = len(chunks) * max_pairs  # a pair may be found once in every chunk
    else:
        tasks = [functools.partial(_search_rows, hashes, row) for row in range(0, len(hashes), TILE_ROWS)]
        most = max_pairs
    found, num_found = [NO_PAIRS], 0
    search = lambda task: task(max_distance, max_pairs)  # noqa: E731
    for pairs in map_images(search, tasks, progress=progress, chunk_size=1):
        found.append(pairs)
        num_found += len(pairs)
        if num_found > most:
            raise TooManyPairsError
    together = _in_order(np.concatenate(found), len(hashes))
    if len(together) > max_pairs:
        raise TooManyPairsError
    return together


def linking_pairs(hashes: np.ndarray, max_distance: int, *, progress: Progress | None = None) -> np.ndarray:
    """Return just enough of the pairs that ``pairs_within`` would return to hold the same clusters together.

    Returns:
        As ``pairs_within``, fewer pairs than there are hashes: no two ways lead from one hash to another.
    """
    forest = Forest(len(hashes))
    search = lambda start: _link_rows(hashes, start, max_distance, forest)  # noqa: E731
    for _ in map_images(search, range(0, len(hashes), TILE_ROWS), progress=progress, chunk_size=1):
        pass
    return _in_order(np.concatenate([NO_PAIRS, *forest.links()]), len(hashes))


def _in_order(pairs: np.ndarray, num_hashes: int) -> np.ndarray:
    """Return each pair once, in the order of its positions."""
    _, chosen = np.unique(pairs[:, 0] * num_hashes + pairs[:, 1], return_index=True)
    return pairs[chosen]


def _radii(max_distance: int) -> list[int]:
    """Return for each chunk in how many bits similar chunks may differ; -1: the chunk is not needed.

    Were every chunk of two hashes to differ in more, the hashes would differ in more than ``max_distance``.
    """
    whole, rest = divmod(max_distance + 1, NUM_CHUNKS)
    return [whole + (number < rest) - 1 for number in range(NUM_CHUNKS)]


class _Chunk:
    """The hashes sorted by one 16 bit chunk, to find those with a similar one.

    Attributes:
        masks: Differences that two similar chunks may have, int64.
    """

    def __init__(self, hashes: np.ndarray, number: int, radius: int) -> None:
        values = (hashes >> np.uint64(number * CHUNK_BITS)).astype(np.uint16)
        self._order = np.argsort(values, kind="stable")
        self._hashes, self._values = hashes[self._order], values[self._order].astype(np.int64)
        self._counts = np.bincount(values, minlength=CHUNK_VALUES)
        self._starts = np.cumsum(self._counts) - self._counts
        self.masks = np.flatnonzero(np.bitwise_count(np.arange(CHUNK_VALUES)) <= radius)

    def count_candidates(self) -> int:
        """Return how many pairs of hashes will be compared."""
        values = np.arange(CHUNK_VALUES)
        return sum(int(self._counts @ self._counts[values ^ mask]) for mask in self.masks) // 2

    def search(self, mask: int, max_distance: int, max_pairs: int) -> np.ndarray:
        """Return the pairs of near hashes whose chunks differ by a mask."""
        if mask == 0:
            items = np.arange(len(self._hashes))
            starts = items + 1
            counts = self._starts[self._values] + self._counts[self._values] - starts
        else:
            items = np.flatnonzero(self._values & (1 << (mask.bit_length() - 1)) == 0)  # each pair once
            partners = self._values[items] ^ mask
            starts, counts = self._starts[partners], self._counts[partners]
        found, num_found = [NO_PAIRS], 0
        for part in _portions(counts):
            found.append(self._compare(items[part], starts[part], counts[part], max_distance))
            num_found += len(found[-1])
            if num_found > max_pairs:
                raise TooManyPairsError
        return np.concatenate(found)

    def _compare(
        self, items: np.ndarray, starts: np.ndarray, counts: np.ndarray, max_distance: int
    ) -> np.ndarray:
        """Compare each item with so many hashes from a start on."""
        ends = np.cumsum(counts)
        partners = np.arange(ends[-1] if len(ends) else 0)
        partners += np.repeat(starts - ends + counts, counts)
        distances = np.bitwise_count(np.repeat(self._hashes[items], counts) ^ self._hashes[partners])
        near = np.flatnonzero(distances <= max_distance)
        first = self._order[items[np.searchsorted(ends, near, side="right")]]
        return _pairs(first, self._order[partners[near]], distances[near])


def _portions(counts: np.ndarray) -> Iterator[slice]:
    """Cut items into portions with some ``AT_ONCE`` candidates each, at least one item a portion."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = ends[start] - counts[start]
        stop = max(start + 1, int(np.searchsorted(ends, before + AT_ONCE, side="right")))
        yield slice(start, stop)
        start = stop


def _tiles(hashes: np.ndarray, start: int, max_distance: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Give the tiles of some rows that have near pairs: first column, distances, whether they are near."""
    rows = hashes[start : start + TILE_ROWS, None]
    # Written into the same memory again and again: new memory for every tile would take longer than the work.
    different, distances, is_near = (
        np.empty(len(rows) * TILE_COLUMNS, kind) for kind in (np.uint64, np.uint8, bool)
    )
    for column in range(start, len(hashes), TILE_COLUMNS):
        columns = hashes[None, column : column + TILE_COLUMNS]
        shape = (len(rows), columns.shape[1])
        tile = [each[: shape[0] * shape[1]].reshape(shape) for each in (different, distances, is_near)]
        np.bitwise_xor(rows, columns, out=tile[0])
        np.bitwise_count(tile[0], out=tile[1])
        np.less_equal(tile[1], max_distance, out=tile[2])
        if column == start:  # the tile on the diagonal: each pair once, and no hash with itself
            tile[2][np.tri(*shape, dtype=bool)] = False
        if tile[2].any():
            yield column, tile[1], tile[2]


def _search_rows(hashes: np.ndarray, start: int, max_distance: int, max_pairs: int) -> np.ndarray:
    found, num_found = [NO_PAIRS], 0
    for column, distances, is_near in _tiles(hashes, start, max_distance):
        found.append(_pairs_of_tile(start, column, distances, is_near))
        num_found += len(found[-1])
        if num_found > max_pairs:
            raise TooManyPairsError
    return np.concatenate(found)


def _link_rows(hashes: np.ndarray, start: int, max_distance: int, forest: Forest) -> None:
    for column, distances, is_near in _tiles(hashes, start, max_distance):
        if np.count_nonzero(is_near) > DENSE * is_near.size:  # drop most of them before they become pairs
            clusters, (num_rows, num_columns) = forest.clusters, is_near.shape
            apart = clusters[start : start + num_rows, None] != clusters[column : column + num_columns]
            np.logical_and(is_near, apart, out=is_near)
        forest.add(_pairs_of_tile(start, column, distances, is_near))


def _pairs_of_tile(start: int, column: int, distances: np.ndarray, is_near: np.ndarray) -> np.ndarray:
    places = np.flatnonzero(is_near)  # several times faster than np.nonzero of two dimensions
    first, second = np.divmod(places, is_near.shape[1])
    return _pairs(start + first, column + second, distances.ravel()[places])


def _pairs(first: np.ndarray, second: np.ndarray, distances: np.ndarray) -> np.ndarray:
    ends = np.sort(np.stack([first, second], axis=1), axis=1)
    return np.column_stack([ends, distances.astype(np.int64)])
