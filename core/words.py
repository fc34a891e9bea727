"""Numbers, names and splits as sentences and pages say them."""

from collections.abc import Sequence

SOME = 8  # names shown in a message before "and ... more"
PERCENT = "\N{NO-BREAK SPACE}%"  # after a number: both stay on one line
SPLIT_NAMES = {"train": "training", "val": "validation", "test": "test"}


def counted(count: int, noun: str = "image") -> str:
    """Return how many there are of something.

    >>> [counted(1), counted(1200), counted(0, "pair")]
    ['1 image', '1,200 images', '0 pairs']
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def some(names: Sequence[str]) -> str:
    """Return names for a message, the first few in quotes.

    >>> some(["a", "b"])
    "'a', 'b'"
    """
    more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
    return ", ".join(repr(name) for name in names[:SOME]) + more


def name_splits(splits: Sequence[str]) -> str:
    """Return splits as a sentence names them.

    >>> name_splits(["train", "val", "test"]), name_splits(["val"])
    ('training, validation and test', 'validation')
    """
    names = [SPLIT_NAMES[split] for split in splits]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def how_much(done: int, total: int, unit: str) -> str:
    """Return how far a work is; bytes as megabytes, a total of 0 as one that is not known.

    >>> [how_much(3, 1200, "images"), how_much(3, 0, "images"), how_much(2_500_000, 11_000_000, "bytes")]
    ['3 of 1,200 images', '3 images', '2.5 of 11.0 MB']
    """
    numbers = (f"{done:,}", f"{total:,}")
    if unit == "bytes":
        unit, numbers = "MB", (f"{done / 1e6:.1f}", f"{total / 1e6:.1f}")
    return f"{numbers[0]} of {numbers[1]} {unit}" if total else f"{numbers[0]} {unit}"


def size_in_words(num_bytes: int) -> str:
    """Return a number of bytes as people say it.

    >>> [size_in_words(n) for n in (0, 999, 51_200, 2_500_000, 20_000_000_000)]
    ['0 kB', '1 kB', '51 kB', '2.5 MB', '20.0 GB']
    """
    if num_bytes < 1_000_000:
        return f"{num_bytes / 1e3:.0f} kB"
    return f"{num_bytes / 1e6:.1f} MB" if num_bytes < 1_000_000_000 else f"{num_bytes / 1e9:.1f} GB"
