"""All near duplicates among 200,000 perceptual hashes, for several distances.

Run ``python tests/benchmarks/bench_duplicates.py``; prints one line of JSON. The hashes are a mix: half are
random, some are copies of others with a few bits turned over, some crowd around a few centers as series of
photographs do, and some are identical. The aim is at most 30 s for every distance.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.datasets.scanning.duplicates import find_near_duplicates

DISTANCES = (4, 8, 12, 16)
AIM_S = 30.0


def make_hashes(count: int) -> np.ndarray:
    """Half random, a fifth near copies, a quarter in crowds, a twentieth identical; uint64."""
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**64, count, dtype=np.uint64)
    copies, crowds, same = np.split(random.permutation(count)[: count // 2], [count // 5, count * 9 // 20])
    num_bits = random.integers(1, 11, len(copies))
    hashes[copies] = _turn_over(random.choice(hashes, len(copies)), num_bits, random)
    centers = random.integers(0, 2**64, max(1, count // 1000), dtype=np.uint64)
    hashes[crowds] = _turn_over(random.choice(centers, len(crowds)), np.full(len(crowds), 8), random)
    hashes[same] = random.choice(centers, len(same))
    return hashes


def _turn_over(hashes: np.ndarray, num_bits: np.ndarray, random: np.random.Generator) -> np.ndarray:
    for step in range(int(num_bits.max(initial=0))):
        bits = np.uint64(1) << random.integers(0, 64, len(hashes), dtype=np.uint64)
        hashes = np.where(step < num_bits, hashes ^ bits, hashes)
    return hashes


def main() -> None:
    """Print the seconds and the number of pairs for each distance."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hashes", type=int, default=200_000)
    hashes = make_hashes(parser.parse_args().hashes)
    find_near_duplicates(hashes[:1000], max_distance=4)  # imports
    rows = []
    for distance in DISTANCES:
        start = time.perf_counter()
        found = find_near_duplicates(hashes, max_distance=distance)
        seconds = time.perf_counter() - start
        rows.append(
            {
                "max_distance": distance,
                "seconds": round(seconds, 2),
                "num_pairs": len(found.pairs),
                "complete": found.is_complete,
            }
        )
    slowest = max(row["seconds"] for row in rows)
    result = {"benchmark": "duplicates", "num_hashes": len(hashes), "slowest_s": slowest, "aim_s": AIM_S}
    print(json.dumps({**result, "met": slowest <= AIM_S, "distances": rows}))


if __name__ == "__main__":
    main()
