import numpy as np
import pandas as pd
import pytest

from core.datasets.dataset import Dataset
from core.evaluation.clusters import clusters_of
from core.predictions import Predictions


def dataset_of(groups: list[str | None], class_names: tuple[str, ...] = ("a", "b")) -> Dataset:
    table = pd.DataFrame({"group": pd.array(groups, dtype="string")})
    return Dataset("photos", "", class_names, table)


def predictions_of(sample_ids: list[int]) -> Predictions:
    size = len(sample_ids)
    probs = np.full((size, 2), 0.5, np.float32)
    return Predictions("val", ("a", "b"), np.zeros(size, int), probs, np.array(sample_ids, np.int64))


def test_images_of_one_group_have_one_number_and_others_their_own():
    dataset = dataset_of(["p1", None, "p2", "p1", None, "p2"])
    clusters = clusters_of(predictions_of([5, 0, 1, 3, 4]), dataset)
    assert clusters is not None
    assert clusters[1] == clusters[3]
    assert len(set(clusters.tolist())) == 4
    assert sorted(set(clusters.tolist())) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "dataset",
    [
        dataset_of([None] * 6),
        dataset_of(["p1", "p2", "p3", "p4", "p5", "p6"]),
        dataset_of(["p1"] * 3),
        dataset_of(["p1"] * 6, class_names=("a", "c")),
    ],
    ids=["no groups", "no two together", "fewer images", "other classes"],
)
def test_there_are_none_where_images_stand_alone_or_the_dataset_is_another(dataset):
    assert clusters_of(predictions_of([5, 0, 1]), dataset) is None


def test_a_split_without_images_has_none():
    assert clusters_of(predictions_of([]), dataset_of(["p1", "p1"])) is None
