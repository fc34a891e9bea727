import numpy as np
import pytest

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.suggesting.search import search
from core.regrouping.suggesting.settings import METHODS, SearchSettings
from core.regrouping.suggesting.stability import bootstrap_stability


def predictions_of(y_true: np.ndarray, y_pred: np.ndarray, names: str = "abcdef") -> Predictions:
    probs = 0.05 + 0.7 * np.eye(len(names), dtype=np.float32)[y_pred]
    return Predictions("val", tuple(names), y_true, probs, np.arange(len(y_true)))


def clear_and_doubtful(seed: int = 0, support: int = 40) -> Predictions:
    """Classes a and b are always confused; c is taken for d, e and f by chance alone."""
    rng = np.random.default_rng(seed)
    y_true = np.repeat(np.arange(6), support)
    y_pred = y_true.copy()
    wrong = rng.random(len(y_true)) < 0.4
    y_pred[wrong & (y_true == 0)], y_pred[wrong & (y_true == 1)] = 1, 0
    by_chance = wrong & (y_true == 2)
    y_pred[by_chance] = rng.integers(3, 6, by_chance.sum())
    return predictions_of(y_true, y_pred)


@pytest.mark.parametrize("method", list(METHODS))
def test_a_clear_pair_is_stable_and_a_doubtful_one_is_not(method):
    predictions = clear_and_doubtful()
    chosen = SearchSettings(method=method, num_groups=4)
    told: list[tuple[int, int]] = []
    found = bootstrap_stability(
        [predictions], chosen, num_draws=12, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (12, 12)
    grouping = search(predictions, chosen).grouping
    shares = dict(zip(grouping.group_names, found.of_groups(grouping), strict=True))
    assert shares["a + b"] >= 0.8
    (doubtful,) = [g for g, m in grouping.members.items() if len(m) == 2 and "a" not in m]
    assert shares[doubtful] < 0.9
    assert np.array_equal(found.pair_share, found.pair_share.T)
    assert (np.diag(found.pair_share) == 1).all()
    assert found.of_groups(Grouping.identity("abcdef")).tolist() == [1] * 6


def test_the_least_pair_of_a_group_tells():
    found = bootstrap_stability([clear_and_doubtful()], SearchSettings(num_groups=4), num_draws=10)
    grouping = Grouping.identity("abcdef").merge("abc")
    assert found.of_groups(grouping)[0] == found.pair_share[:3, :3].min() < 0.5
    assert found.is_stable(grouping).tolist() == [False, True, True, True]


def test_groups_of_images_are_drawn_whole():
    y_true = np.repeat(np.arange(4), 10)
    y_pred = y_true.copy()
    y_pred[0], y_pred[10:15] = 2, 0  # one patient with one mistake, another with five
    predictions = predictions_of(y_true, y_pred, "abcd")
    chosen = SearchSettings(num_groups=3)
    by_images = bootstrap_stability([predictions], chosen, num_draws=200)
    patients = np.arange(40)
    patients[10:15] = 10
    by_patients = bootstrap_stability([predictions], chosen, num_draws=200, clusters=patients)
    # A patient is in no draw with this chance. Without any mistake left, a and b come together first.
    missing = (1 - 1 / 36) ** 36
    assert by_images.pair_share[0, 1] > 0.95
    assert by_patients.pair_share[0, 1] == pytest.approx(1 - missing * (1 - missing), abs=0.1)


def test_with_two_runs_draws_take_turns():
    y_true = np.repeat(np.arange(4), 10)
    first, second = y_true.copy(), y_true.copy()
    first[:8], second[20:28] = 1, 3
    runs = [predictions_of(y_true, y_pred, "abcd") for y_pred in (first, second)]
    found = bootstrap_stability(runs, SearchSettings(num_groups=3), num_draws=10)
    assert found.pair_share[0, 1] == found.pair_share[2, 3] == 0.5


def test_a_wished_accuracy_repeats_the_number_of_groups_it_gave():
    chosen = SearchSettings(accuracy=0.85)
    predictions = clear_and_doubtful()
    num_groups = search(predictions, chosen).grouping.num_groups
    found = bootstrap_stability([predictions], chosen, num_draws=4)
    same = bootstrap_stability([predictions], SearchSettings(num_groups=num_groups), num_draws=4)
    assert np.array_equal(found.pair_share, same.pair_share)


def test_a_stop_ends_it():
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bootstrap_stability([clear_and_doubtful()], SearchSettings(num_groups=4), progress=stop)


def test_runs_of_other_classes_and_without_images_are_refused():
    chosen = SearchSettings(num_groups=4)
    other = predictions_of(np.arange(6), np.arange(6), "uvwxyz")
    with pytest.raises(GroupingError, match="choose runs of the same dataset"):
        bootstrap_stability([clear_and_doubtful(), other], chosen)
    empty = predictions_of(np.zeros(0, int), np.zeros(0, int))
    with pytest.raises(PredictionsError, match="choose runs that have some"):
        bootstrap_stability([empty], chosen)
    found = bootstrap_stability([clear_and_doubtful()], chosen, num_draws=2)
    with pytest.raises(GroupingError, match="other classes; measure"):
        found.of_groups(Grouping.identity("abc"))
