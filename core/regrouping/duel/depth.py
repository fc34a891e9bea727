"""Accuracy of full and grouped runs at each fine-tuning depth: how many of the last blocks were trained.

The runs are found, not named: those of one dataset, network and settings that differ in nothing but depth and
seed, on all classes and on one grouping.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.errors import GroupingError, ModelError, PredictionsError
from core.evaluation.confusion import check_finite
from core.models.blocks import list_blocks, trained_blocks
from core.predictions import load_predictions
from core.regrouping.duel.opponents import find_of_any_depth, newest_of_each_seed
from core.regrouping.duel.results import FULL, MERGED, RETRAINED, SUMMED, Spread
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.fit import check_fits
from core.regrouping.scoring.scorer import Scorer
from core.runs.run import Run
from core.workspace import Workspace


@dataclass(frozen=True)
class DepthPoint:
    """One way to answer at one depth.

    Attributes:
        way: ``full``, ``full then merged``, ``full summed`` or ``retrained``.
        depth: How many of the last blocks were trained along with the head.
        num_classes: How many classes, or groups, it tells apart.
        accuracy: Share of images answered rightly, 0-1, mean over the runs.
        accuracy_sd: Sample standard deviation over the runs; None of a single one.
        runs: Their ids, one for each seed.
        num_samples: Images measured.
    """

    way: str
    depth: int
    num_classes: int
    accuracy: float
    accuracy_sd: float | None
    runs: tuple[str, ...]
    num_samples: int


@dataclass(frozen=True)
class DepthTable:
    """All depths of which there are runs.

    Attributes:
        points: By way, then by depth.
        num_blocks: Blocks of the network, the largest depth.
        split: On which it was measured.
        missing_full: Depths without a full run.
        missing_grouped: Depths without a run on the groups.
        problems: One sentence for each run that could not be counted.
    """

    points: tuple[DepthPoint, ...]
    num_blocks: int
    split: str
    missing_full: tuple[int, ...]
    missing_grouped: tuple[int, ...]
    problems: tuple[str, ...] = ()

    @property
    def num_samples(self) -> int:
        """Images measured; the most, where runs saw different numbers."""
        return max((point.num_samples for point in self.points), default=0)

    def best(self, way: str) -> DepthPoint | None:
        """Return the depth at which a way is the most accurate; None where there is none."""
        found = [point for point in self.points if point.way == way]
        return max(found, key=lambda point: point.accuracy, default=None)


def has_depths(run: Run) -> bool:
    """Whether a run's network can be fine-tuned to several depths: it has blocks and starts from weights."""
    try:
        config = run.config
        return bool(list_blocks(config)) and trained_blocks(config.model_copy(update={"cut": None})) == 0
    except ModelError:
        return False


def compare_depths(workspace: Workspace, full: Run, grouping: Grouping, *, split: str = "val") -> DepthTable:
    """Measure full and grouped runs at each depth that there are runs of.

    Args:
        workspace: Where the runs are.
        full: A run on all classes; the others have its settings but for depth and seed.
        grouping: The groups.
        split: ``"val"``, unless all choices have been made.

    Raises:
        ModelError: The network is unknown.
    """
    num_blocks = len(list_blocks(full.config))
    by_depth = {
        kind: _by_depth(find_of_any_depth(workspace, full, groups))
        for kind, groups in ((FULL, None), (RETRAINED, grouping.to_mapping()))
    }
    measured: dict[str, list[DepthPoint]] = defaultdict(list)
    problems: list[str] = []
    for kind, depths in by_depth.items():
        for depth, runs in sorted(depths.items()):
            for point in _measure(kind, depth, runs, grouping=grouping, split=split, problems=problems):
                measured[point.way].append(point)
    everything = range(num_blocks + 1)
    return DepthTable(
        points=tuple(point for way in (FULL, MERGED, SUMMED, RETRAINED) for point in measured[way]),
        num_blocks=num_blocks,
        split=split,
        missing_full=tuple(depth for depth in everything if depth not in by_depth[FULL]),
        missing_grouped=tuple(depth for depth in everything if depth not in by_depth[RETRAINED]),
        problems=tuple(problems),
    )


def depth_of(run: Run) -> int:
    """Return how many of the last blocks of a run's network were trained along with the head.

    Raises:
        ModelError: The network is unknown, or has fewer blocks than the run asks for.
    """
    return trained_blocks(run.config)


def _by_depth(runs: Iterable[Run]) -> dict[int, list[Run]]:
    found: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        found[depth_of(run)].append(run)
    return {depth: newest_of_each_seed(alike) for depth, alike in found.items()}


def _measure(
    kind: str, depth: int, runs: list[Run], *, grouping: Grouping, split: str, problems: list[str]
) -> list[DepthPoint]:
    shares: dict[str, list[float]] = defaultdict(list)
    used: list[str] = []
    num_samples = 0
    for run in runs:
        try:
            found = _accuracies(run, kind, grouping, split)
        except (PredictionsError, GroupingError) as error:
            problems.append(f"{run.id} is left out: {error}")
            continue
        used.append(run.id)
        num_samples = max(num_samples, int(found.pop("images")))
        for way, accuracy in found.items():
            shares[way].append(accuracy)
    return [
        DepthPoint(
            way,
            depth,
            grouping.num_classes if way == FULL else grouping.num_groups,
            *Spread.of(values),
            runs=tuple(used),
            num_samples=num_samples,
        )
        for way, values in shares.items()
    ]


def _accuracies(run: Run, kind: str, grouping: Grouping, split: str) -> dict[str, float]:
    """Accuracy of each way that a run answers for, and ``images``, how many there were."""
    predictions = load_predictions(run.predictions_path(split))
    check_finite(predictions)
    if not predictions.num_samples:
        raise PredictionsError(f"its {split} split has no images.")
    images = {"images": float(predictions.num_samples)}
    right = float(np.mean(predictions.y_pred == predictions.y_true))
    if kind == RETRAINED:
        return {RETRAINED: right, **images}
    check_fits(predictions, grouping)
    group = grouping.group_of_class
    group_true = group[predictions.y_true]
    return {
        FULL: right,
        MERGED: float(np.mean(group[predictions.y_pred] == group_true)),
        SUMMED: float(np.mean(Scorer(predictions).summed_right(grouping))),
        **images,
    }
