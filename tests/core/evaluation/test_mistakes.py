import numpy as np
import pandas as pd
import pytest

from core.datasets.dataset import Dataset
from core.errors import PredictionsError
from core.evaluation.mistakes import check_images, images_of_pair, rows_of_pair
from core.predictions import Predictions


@pytest.fixture
def predictions() -> Predictions:
    probs = np.array([[0.4, 0.6], [0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8]], np.float32)
    return Predictions("val", ("cat", "dog"), np.array([0, 0, 0, 1, 0]), probs, np.array([50, 7, 30, 40, 8]))


def test_images_of_a_cell_come_with_the_most_confident_first(predictions):
    assert images_of_pair(predictions, 0, 1).tolist() == [7, 8, 50]
    assert rows_of_pair(predictions, 0, 1).tolist() == [1, 4, 0]


def test_a_cell_on_the_diagonal_gives_the_right_ones(predictions):
    assert images_of_pair(predictions, 0, 0).tolist() == [30]


def test_an_empty_cell_gives_no_images(predictions):
    assert images_of_pair(predictions, 1, 0).tolist() == []


def dataset_of(labels: list[int], class_names: tuple[str, ...] = ("cat", "dog")) -> Dataset:
    return Dataset("zoo", "", class_names, pd.DataFrame({"label": labels}))


def test_images_are_shown_only_of_the_dataset_that_was_measured(predictions):
    labels = [0] * 51
    labels[40] = 1
    check_images(predictions, dataset_of(labels))
    check_images(predictions, dataset_of([0] * 51, ("cat", "dog", "car")))  # a run on groups has other labels
    for changed in (dataset_of(labels[:50]), dataset_of([0] * 51)):
        with pytest.raises(PredictionsError, match=r"'zoo' was changed after .* train a run on the dataset"):
            check_images(predictions, changed)
