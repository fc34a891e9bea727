"""A duel of stored runs: their predictions are read, and the images that belong together."""

import contextlib
from collections.abc import Sequence

from core.datasets.store import load_dataset
from core.errors import DatasetError
from core.evaluation.clusters import clusters_of
from core.regrouping.duel.comparison import compare
from core.regrouping.duel.contenders import read_contender
from core.regrouping.duel.results import Duel
from core.regrouping.grouping import Grouping
from core.runs.run import Run
from core.workspace import Workspace


def compare_runs(
    workspace: Workspace,
    full: Sequence[Run],
    grouping: Grouping,
    retrained: Sequence[Run],
    split: str = "test",
) -> Duel:
    """Compare runs on all classes, merged, with runs on the groups.

    Args:
        workspace: Where their dataset is; where that has gone, images count as independent of each other.
        full: Runs on all classes that differ in nothing but the seed, at least one.
        grouping: The groups.
        retrained: Runs on the groups; may be none.
        split: On which to compare.

    Raises:
        PredictionsError: A run has no predictions of the split; or as ``compare``.
        GroupingError: As ``compare``.
    """
    ours, theirs = ([read_contender(run, split) for run in runs] for runs in (full, retrained))
    clusters = None
    with contextlib.suppress(DatasetError):
        dataset = load_dataset(workspace, full[0].config.dataset)
        clusters = clusters_of(ours[0].predictions, dataset)
    return compare(ours, grouping, theirs, clusters=clusters)
