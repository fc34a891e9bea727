"""Which names of folders and cells mean training, validation and test."""

SPLIT_OF_NAME = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip


def split_named(name: str) -> str | None:
    """Return the split that a name means.

    >>> [split_named(name) for name in ("Training", "valid", "hotel")]
    ['train', 'val', None]
    """
    return SPLIT_OF_NAME.get(name.strip().casefold())


def splits_of_folders(paths: list[str], depth: int = 0) -> dict[str, str]:
    """Return the split of each path, told by the name of the folder at a depth; empty unless all have one.

    >>> splits_of_folders(["train/1.jpg", "test/2.jpg"])
    {'train/1.jpg': 'train', 'test/2.jpg': 'test'}
    >>> splits_of_folders(["train/1.jpg", "tram/2.jpg"])
    {}
    """
    splits: dict[str, str] = {}
    for path in paths:
        folders = path.split("/")[depth:-1]
        split = split_named(folders[0]) if folders else None
        if split is None:
            return {}
        splits[path] = split
    return splits if "train" in splits.values() else {}
