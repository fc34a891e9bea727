"""Suggesting groups for 1,000 classes and 50,000 images, by every method.

    python tests/benchmarks/bench_suggest.py [--images 50000] [--classes 1000]

Measured: the seconds of one search for a tenth as many groups as classes, by each method and goal, from
predictions in memory; how well the planted families are found (adjusted Rand index); and the milliseconds of
a search by average linkage among 73 classes, which the permutation test repeats 200 times. Prints one line of
JSON; target: at most 5 s each.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[:3:2]]

import numpy as np
from sklearn.metrics import adjusted_rand_score

from core.evaluation.confusion import compute_confusion
from core.predictions import Predictions
from core.regrouping.suggesting.search import search, search_confusion
from core.regrouping.suggesting.settings import GOALS, METHODS, SearchSettings

LIMIT_S = 5.0
FAMILY = 10  # classes among which most mistakes are made
SHARPNESS = 3.0  # of the logits: the largest probability is 0.6 on average


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--classes", type=int, default=1_000)
    options = parser.parse_args()
    predictions = make_predictions(options.images, options.classes)
    family = np.arange(options.classes) // FAMILY
    seconds, rand = {}, {}
    for method in METHODS:
        for goal in GOALS if method == "greedy" else ("summed",):
            name = f"greedy_{goal}" if method == "greedy" else method
            settings = SearchSettings(method=method, goal=goal, num_groups=options.classes // FAMILY)
            seconds[name], found = timed(lambda settings=settings: search(predictions, settings).grouping)
            rand[name] = round(float(adjusted_rand_score(family, found.assignment)), 3)
    small = compute_confusion(make_predictions(7_300, 73))
    names = [str(k) for k in range(73)]
    repeated = [
        timed(lambda: search_confusion(small, names, SearchSettings(num_groups=20)))[0] for _ in range(21)
    ]
    print(
        json.dumps(
            {
                "classes": options.classes,
                "images": options.images,
                "seconds": seconds,
                "limit_s": LIMIT_S,
                "adjusted_rand": rand,
                "average_73_classes_ms": round(1000 * statistics.median(repeated), 1),
                "holds": max(seconds.values()) <= LIMIT_S,
            }
        )
    )


def make_predictions(num_images: int, num_classes: int) -> Predictions:
    """Return predictions that are right in three of five images, else mostly within a family."""
    rng = np.random.default_rng(0)
    y_true = np.arange(num_images) % num_classes
    rows = np.arange(num_images)
    logits = rng.standard_normal((num_images, num_classes), dtype=np.float32)
    logits[rows, y_true] += 4
    for step in range(1, FAMILY):
        relative = y_true // FAMILY * FAMILY + (y_true % FAMILY + step) % FAMILY
        logits[rows, np.minimum(relative, num_classes - 1)] += 2.2
    logits *= SHARPNESS
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return Predictions("val", tuple(map(str, range(num_classes))), y_true, logits, rows)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how many seconds it took, and what it gave."""
    start = time.perf_counter()
    answer = work()
    return round(time.perf_counter() - start, 4), answer


if __name__ == "__main__":
    main()
