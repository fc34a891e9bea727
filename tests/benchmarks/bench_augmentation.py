"""An epoch with augmentation against the same epoch without, and against Keras' random layers in ``tf.data``.

Run ``python tests/benchmarks/bench_augmentation.py``; prints one line of JSON. LeNet learns 12,000 made-up
images at 32 pixels, the small CNN 1,500 at 96; the settings are those of the skin lesions study. The ways
are measured in turn, and the best round of each is compared. The aim is an epoch that takes at most half as
long again as without augmentation, and less time than with Keras' layers.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import keras
import numpy as np
import tensorflow as tf

from core.models.registry import build_model
from core.runs.augmentation import PRESETS
from core.runs.config import RunConfig
from core.training.optimization import compile_model
from core.training.pipeline import Samples, TrainingBatches

ROUNDS = 3
NUM_CLASSES = 10
BATCH_SIZE = 64
AIM = 1.5
SKIN = PRESETS["skin"].augmentation
CASES = (("lenet", 32, 12_000), ("small_cnn", 96, 1_500))  # network, pixels, images


def make_samples(image_size: int, num_images: int) -> Samples:
    """Random images with random labels."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (num_images, image_size, image_size, 3), dtype=np.uint8)
    names = tuple(map(str, range(NUM_CLASSES)))
    return Samples("train", names, np.arange(num_images), random.integers(0, NUM_CLASSES, num_images), pixels)


def keras_layers() -> keras.Sequential:
    """The same settings as a user of Keras would write them down."""
    return keras.Sequential(
        [
            keras.layers.RandomRotation(75 / 360, fill_mode="nearest"),
            keras.layers.RandomTranslation(0.3, 0.3, fill_mode="nearest"),
            keras.layers.RandomShear(0.0035, 0.0035, fill_mode="nearest"),
            keras.layers.RandomZoom((-0.2, 0.2), (-0.2, 0.2), fill_mode="nearest"),
            keras.layers.RandomFlip("horizontal"),
        ]
    )


def time_epoch(model: keras.Model, batches: TrainingBatches, dataset: tf.data.Dataset, epoch: int) -> float:
    """Seconds of one epoch, with the drawing of what is done to its images."""
    start = time.perf_counter()
    batches.start_epoch(epoch)
    model.fit(dataset, verbose=0, shuffle=False)
    return time.perf_counter() - start


def measure(name: str, image_size: int, num_images: int) -> dict[str, object]:
    """Best seconds of an epoch each way, and their ratios."""
    config = RunConfig(dataset="none", model=name, image_size=image_size, batch_size=BATCH_SIZE)
    model = build_model(config, NUM_CLASSES)
    compile_model(model, config)
    samples = make_samples(image_size, num_images)
    plain = TrainingBatches(samples, config)
    changed = TrainingBatches(samples, config.model_copy(update={"augmentation": SKIN}))
    layers = keras_layers()
    by_keras = plain.dataset.map(
        lambda images, labels: (layers(images, training=True), labels), num_parallel_calls=tf.data.AUTOTUNE
    )
    ways = {
        "plain": (plain, plain.dataset),
        "augmented": (changed, changed.dataset),
        "keras_layers": (plain, by_keras.prefetch(2)),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for epoch in range(1, ROUNDS + 2):  # the first compiles
        for way, (batches, dataset) in ways.items():
            seconds[way].append(time_epoch(model, batches, dataset, epoch))
    best = {way: min(rounds[1:]) for way, rounds in seconds.items()}
    return {
        "ratio": round(best["augmented"] / best["plain"], 3),
        "ratio_keras_layers": round(best["keras_layers"] / best["plain"], 3),
        **{f"{way}_s": round(value, 3) for way, value in best.items()},
    }


def main() -> None:
    """Print the ratios of both cases."""
    results = {f"{name}_{size}": measure(name, size, number) for name, size, number in CASES}
    met = all(r["ratio"] <= AIM and r["ratio"] < r["ratio_keras_layers"] for r in results.values())
    print(json.dumps({"benchmark": "augmentation", "aim": AIM, "met": met, **results}))


if __name__ == "__main__":
    main()
