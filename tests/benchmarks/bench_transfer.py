"""Twenty epochs of transfer learning on HAM10000 against ONE epoch of the plain script of a Keras user.

    REGROUP_REAL_DATA=... python tests/benchmarks/bench_transfer.py [--seeds 5]

MobileNet of alpha 0.25 at 128 pixels, frozen, with ImageNet weights. Ours counts everything from the files
on: decoding, features, 20 epochs with validation, saving, and the predictions of the best epoch. Keras' side
is the script ``plain_keras.py``, in a process of its own after each run of ours; the median of its epochs
counts. Prints one line of JSON. Targets: a ratio of at most 1.5, and a worker below 2.5 GB. With ``--seeds``
kept features in float16 are compared with float32, which are exact: less than 0.3 points of test accuracy
apart on average.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[:3:2]]

from transferring import WEIGHTS, add_ham10000, find_data, link_class_folders, measure_run, tell, watch

from core.caches import clear_caches
from core.workspace import Workspace, open_workspace

TARGET_RATIO = 1.5
TARGET_MB = 2500
TARGET_POINTS = 0.3
PLAIN_KERAS = Path(__file__).with_name("plain_keras.py")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=0, help="seeds for comparing float16 with float32")
    options = parser.parse_args()
    data = find_data()
    weights = str(data / "pretrained" / WEIGHTS)
    with tempfile.TemporaryDirectory(prefix="bench-transfer-") as folder:
        workspace = open_workspace(Path(folder) / "home")
        add_ham10000(workspace, data)
        link_class_folders(data, Path(folder) / "classes")
        settings = {
            "dataset": "ham10000", "model": "mobilenet", "alpha": 0.25, "image_size": 128, "weights": weights,
            "epochs": options.epochs,
        }  # fmt: skip
        plain, ours = [], []
        for number in range(options.rounds):
            clear_caches(workspace)
            ours.append(measure_run(workspace, {**settings, "seed": number}))
            plain.append(watch([sys.executable, str(PLAIN_KERAS), str(Path(folder) / "classes"), weights])[0])
        again = measure_run(workspace, {**settings, "seed": options.rounds})
        points = compare_precisions(workspace, settings, options.seeds) if options.seeds else None
    seconds, epoch = statistics.median(each["seconds"] for each in ours), statistics.median(plain)
    peak = max(each["peak_mb"] for each in ours)
    tell(
        benchmark="transfer", target_ratio=TARGET_RATIO, ratio=round(seconds / epoch, 2),
        ours_s=round(seconds, 2), plain_epoch_s=round(epoch, 2),
        times_faster=round(options.epochs * epoch / seconds, 1), features_kept_s=round(again["seconds"], 2),
        head_epoch_s=round(again["epoch_s"], 3), peak_mb=peak, target_mb=TARGET_MB,
        accuracy=round(again["accuracy"], 4), float16_points=points,
        met=seconds / epoch <= TARGET_RATIO and peak < TARGET_MB and (points or 0) < TARGET_POINTS,
    )  # fmt: skip


def compare_precisions(workspace: Workspace, settings: dict[str, object], num_seeds: int) -> float:
    """Return how far the mean test accuracy with float16 features lies from that with float32, points."""
    means = {}
    for precision in ("float16", "float32"):
        runs = [
            measure_run(workspace, {**settings, "seed": seed, "cache_precision": precision})
            for seed in range(num_seeds)
        ]
        means[precision] = statistics.mean(each["accuracy"] for each in runs)
    return round(abs(means["float16"] - means["float32"]) * 100, 3)


if __name__ == "__main__":
    main()
