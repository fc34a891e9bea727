"""Hundreds of damaged image files, the same every time; run by ``test_malformed.py`` in a process of its own.

``python malformed_images.py FOLDER`` writes them as two class folders, adds them as a dataset, compares every
image that was taken with what Pillow makes of the file, and prints one line of JSON.
"""

import io
import json
import random
import sys
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from core.datasets.adding.add import add_dataset
from core.datasets.images.integrity import inspect_file
from core.datasets.images.reading import read_image
from core.workspace import open_workspace

NUM_EACH = 22  # damaged files of each kind
SIZE = (24, 32)  # height, width


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def whole_files() -> dict[str, bytes]:
    """One sound file of each kind, by its name."""
    rng = np.random.default_rng(1)
    ramp = np.add.outer(np.arange(SIZE[0]) * 4, np.arange(SIZE[1]) * 3)[..., None]
    pixels = np.clip(ramp + rng.integers(0, 60, (*SIZE, 3)), 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    grey, palette = image.convert("L"), image.convert("P")
    turned = image.rotate(180).convert("P")
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    rotated = Image.Exif()
    rotated[0x0112] = 6
    return {
        "rgb.jpg": encode(image, "JPEG", quality=85),
        "progressive.jpg": encode(image, "JPEG", progressive=True),
        "grey.jpg": encode(grey, "JPEG"),
        "cmyk.jpg": encode(image.convert("CMYK"), "JPEG"),
        "restart.jpg": encode(image, "JPEG", restart_marker_rows=1),
        "rotated.jpg": encode(image, "JPEG", exif=rotated),
        "rgb.png": encode(image, "PNG"),
        "palette.png": encode(palette, "PNG"),
        "alpha.png": encode(image.convert("RGBA"), "PNG"),
        "deep.png": encode(deep, "PNG"),
        "rgb.bmp": encode(image, "BMP"),
        "palette.bmp": encode(palette, "BMP"),
        "one.gif": encode(palette, "GIF"),
        "moving.gif": encode(palette, "GIF", save_all=True, append_images=[turned]),
        "lossy.webp": encode(image, "WEBP"),
        "lossless.webp": encode(image, "WEBP", lossless=True),
        "plain.tif": encode(image, "TIFF"),
        "lzw.tif": encode(image, "TIFF", compression="tiff_lzw"),
        "jpeg.tif": encode(image, "TIFF", compression="jpeg"),
        "rgb.ppm": encode(image, "PPM"),
    }


def damage(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Cut, flip, swap, zero, repeat, lie about sizes, or glue another file on."""
    made, size = bytearray(content), len(content)
    start, length = rng.randrange(size), rng.randrange(1, 200)
    how = rng.choice(["cut", "flip", "header", "swap", "zero", "repeat", "lie", "glue", "before"])
    if how == "cut":
        del made[max(start, 1) :]
    elif how == "flip":
        for _ in range(rng.choice([1, 2, 8, 30])):
            made[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif how == "header":
        made[rng.randrange(min(size, 64))] = rng.randrange(256)
    elif how == "swap":
        to = rng.randrange(size)
        made[start : start + length], made[to : to + length] = (
            made[to : to + length],
            made[start : start + length],
        )
    elif how == "zero":
        made[start : start + length] = bytes(len(made[start : start + length]))
    elif how == "repeat":
        made[start:start] = made[start : start + length]
    elif how == "lie":
        at = rng.randrange(min(size, 400))
        made[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\x80\0\0\0"])
    else:
        made = made + other if how == "glue" else bytearray(other[:20]) + made
    return bytes(made)


def reference(content: bytes) -> np.ndarray:
    """What Pillow makes of a file; of a JPEG as much as it can, since a broken end does not matter."""
    ImageFile.LOAD_TRUNCATED_IMAGES = content.startswith(b"\xff\xd8")
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.load()
            image = ImageOps.exif_transpose(opened)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    if image.mode.startswith("I"):
        grey = (np.asarray(image).astype(np.uint32) * 255 // 65535).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=-1)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


def main(folder: Path) -> None:
    warnings.simplefilter("ignore")
    rng = random.Random(11)
    whole = whole_files()
    for number, (name, content) in enumerate(whole.items()):
        for which in ("a", "b"):
            target = folder / "source" / which
            target.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
            for repeat in range(NUM_EACH // 2):
                other = rng.choice(list(whole.values()))
                (target / f"{number}-{repeat}-{name}").write_bytes(damage(content, other, rng))
    dataset = add_dataset(open_workspace(folder / "home"), folder / "source", name="made")
    different, disagree = [], []
    for row in dataset.table.itertuples():
        path = folder / "source" / str(row.path)
        if (inspect_file(path).reason is None) == bool(row.excluded):
            disagree.append(row.path)
        if not row.excluded:
            pixels, expected = read_image(dataset, row.Index), reference(path.read_bytes())
            fits = pixels.shape[:2] == (row.height, row.width)
            if not fits or pixels.shape != expected.shape or (pixels != expected).any():
                different.append(row.path)
    reasons = dataset.rejected["reason"]
    facts = {
        "files": len(dataset.table),
        "taken": int(dataset.num_images),
        "left_out": len(reasons),
        "without_reason": int(reasons.isna().sum()),
        "without_remedy": reasons[~reasons.str.contains(";")].tolist(),
        "sound_left_out": dataset.rejected["path"][~dataset.rejected["path"].str.contains("-")].tolist(),
        "different": different,
        "disagree": disagree,
        "notes": list(dataset.notes),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
