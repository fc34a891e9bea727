import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from core.errors import GroupingError
from core.predictions import Predictions
from core.regrouping.suggesting.path import path
from core.regrouping.suggesting.search import search, search_confusion
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.wishes import Wishes


def some_predictions(num_classes: int = 24) -> Predictions:
    rng = np.random.default_rng(3)
    y_true = np.repeat(np.arange(num_classes), 30)
    probs = rng.dirichlet(np.full(num_classes, 0.2), len(y_true)) * 0.6
    probs[np.arange(len(y_true)), y_true] += 0.2
    probs[np.arange(len(y_true)), y_true // 3 * 3] += 0.2
    return Predictions("val", tuple(map(str, range(num_classes))), y_true, probs.astype(np.float32), y_true)


@pytest.mark.parametrize("method", ["average", "complete", "greedy"])
def test_groupings_are_nested_and_are_those_of_the_search(method):
    predictions = some_predictions()
    found = path(predictions, SearchSettings(method=method, num_groups=2))
    assert (found.most, found.fewest) == (24, 2)
    for num_groups in range(3, 25):
        fine, coarse = found.assignment(num_groups), found.assignment(num_groups - 1)
        assert fine.max() + 1 == num_groups
        assert all(len(set(coarse[fine == group])) == 1 for group in range(num_groups))
    for num_groups in (7, 12, 20):
        searched = search(predictions, SearchSettings(method=method, num_groups=num_groups)).grouping
        assert searched == found.grouping(num_groups)


def test_images_right_along_the_path_are_those_of_each_grouping():
    predictions = some_predictions()
    found = path(predictions, SearchSettings(num_groups=2, wishes=Wishes(must_link=(("0", "9"),))))
    confusion = np.zeros((24, 24), int)
    np.add.at(confusion, (predictions.y_true, predictions.y_pred), 1)
    right = found.merged_right(confusion)
    for step, num_groups in enumerate(range(found.most, found.fewest - 1, -1)):
        group = found.assignment(num_groups)
        share = accuracy_score(group[predictions.y_true], group[predictions.y_pred])
        assert right[step] == pytest.approx(share * predictions.num_samples)
    assert (np.diff(right) >= 0).all()


def test_the_path_ends_where_wishes_allow_no_further_merge():
    parents = {str(k): "PQR"[k % 3] for k in range(24)}
    found = path(some_predictions(), SearchSettings(num_groups=2, wishes=Wishes(parents=parents)))
    assert found.fewest == 3
    with pytest.raises(GroupingError, match="no step with 2 groups; choose a number from 3 to 24"):
        found.assignment(2)


def test_methods_that_divide_at_once_have_no_path():
    with pytest.raises(
        GroupingError, match=r"spectral does not go step by step.* choose average, complete or"
    ):
        path(some_predictions(), SearchSettings(method="spectral", num_groups=2))


def test_three_classes_of_a_thousand_are_merged_where_they_are_confused():
    confusion = np.diag(np.full(1000, 40))
    confusion[5, 900] = confusion[900, 17] = 10
    found = search_confusion(confusion, [str(k) for k in range(1000)], SearchSettings(num_groups=998))
    assert [len(m) for m in found.members.values() if len(m) > 1] == [3]
