"""Small image files and folders of them."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

WriteImage = Callable[..., Path]
MakeFolder = Callable[[dict[str, int]], Path]


@pytest.fixture
def write_image(tmp_path: Path) -> WriteImage:
    """Write noise as an image file, the format by its extension; every call another picture."""
    random = np.random.default_rng(7)

    def write(path: str, height: int = 12, width: int = 16) -> Path:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        done, content = cv2.imencode(target.suffix, pixels)
        assert done
        target.write_bytes(content.tobytes())
        return target

    return write


@pytest.fixture
def make_folder(tmp_path: Path, write_image: WriteImage) -> MakeFolder:
    """Make ``pets`` with so many JPEG a class folder; returns its path."""

    def make(counts: dict[str, int]) -> Path:
        for name, count in counts.items():
            for number in range(count):
                write_image(f"pets/{name}/{number}.jpg")
        return tmp_path / "pets"

    return make
