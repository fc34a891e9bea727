from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring import scorer as module
from core.regrouping.scoring.scorer import Scorer

NUM_CLASSES = 7
STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "move", "take_out", "dissolve", "jump"]), st.integers(0, 10**6)),
    min_size=1,
    max_size=10,
)


def random_predictions(seed: int, dtype: type = np.float32, num_samples: int = 60) -> Predictions:
    """Multiples of 1/16 among others, so that sums are often equal."""
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, NUM_CLASSES, num_samples)
    probs = rng.multinomial(16, np.full(NUM_CLASSES, 1 / NUM_CLASSES), num_samples) / 16
    probs[::3] = rng.dirichlet(np.full(NUM_CLASSES, 0.5), len(probs[::3]))
    names = tuple(f"class {k}" for k in range(NUM_CLASSES))
    return Predictions("val", names, y_true, probs.astype(dtype), np.arange(num_samples))


def take_step(grouping: Grouping, kind: str, number: int) -> Grouping:
    rng = np.random.default_rng(number)
    classes = list(rng.choice(grouping.class_names, rng.integers(2, 4), replace=False))
    group = str(rng.choice(grouping.group_names))
    if kind == "merge":
        return grouping.merge(classes)
    if kind == "move":
        return grouping.move(classes[:1], group)
    if kind == "take_out":
        return grouping.take_out(classes)
    if kind == "dissolve":
        return grouping.dissolve(group)
    return Grouping.from_assignment(grouping.class_names, rng.integers(0, 4, NUM_CLASSES))


def sums_by_hand(predictions: Predictions, grouping: Grouping) -> np.ndarray:
    """Sums of probabilities by a matrix of zeros and ones, shape ``(num_samples, num_groups)``."""
    return predictions.probs.astype(float) @ np.eye(grouping.num_groups)[grouping.group_of_class]


def expected_answer(predictions: Predictions, grouping: Grouping) -> np.ndarray:
    return sums_by_hand(predictions, grouping).argmax(axis=1)


@settings(deadline=None, max_examples=50)
@given(STEPS, st.integers(0, 20), st.sampled_from([np.float16, np.float32]))
def test_after_any_steps_the_scores_are_those_from_scratch_and_by_brute_force(steps, seed, dtype):
    predictions = random_predictions(seed, dtype)
    scorer, grouping = Scorer(predictions), Grouping.identity(predictions.class_names)
    for kind, number in steps:
        grouping = take_step(grouping, kind, number)
        fresh = Scorer(predictions)
        answer = scorer.summed_answer(grouping)
        np.testing.assert_array_equal(answer, fresh.summed_answer(grouping))
        np.testing.assert_array_equal(answer, expected_answer(predictions, grouping))
        assert scorer.accuracies(grouping) == fresh.accuracies(grouping)
        sums = sums_by_hand(predictions, grouping).max(axis=1)
        np.testing.assert_allclose(scorer.summed_confidence(grouping), np.minimum(sums, 1), atol=1e-11)
    groups = grouping.group_of_class
    right = groups[predictions.y_true] == groups[predictions.y_pred]
    np.testing.assert_array_equal(scorer.merged_right(grouping), right)


@settings(deadline=None, max_examples=50)
@given(STEPS, st.integers(0, 20))
def test_merging_never_lowers_merged_accuracy(steps, seed):
    predictions = random_predictions(seed)
    scorer, grouping = Scorer(predictions), Grouping.identity(predictions.class_names)
    accuracy = scorer.accuracies(grouping).merged
    for _, number in steps:
        grouping = take_step(grouping, "merge", number)
        before, accuracy = accuracy, scorer.accuracies(grouping).merged
        assert accuracy >= before >= scorer.accuracies(grouping).before


@pytest.mark.parametrize(("states", "share"), [(1, 0.0), (2, 0.5), (8, 10.0)])
def test_what_is_kept_changes_no_score(monkeypatch, states, share):
    monkeypatch.setattr(module, "MAX_STATES", states)
    monkeypatch.setattr(module, "KEPT_SHARE", share)
    predictions = random_predictions(3)
    scorer, grouping = Scorer(predictions), Grouping.identity(predictions.class_names)
    rng = np.random.default_rng(0)
    for _ in range(40):
        grouping = take_step(grouping, str(rng.choice(["merge", "move", "dissolve"])), int(rng.integers(999)))
        np.testing.assert_array_equal(scorer.summed_answer(grouping), expected_answer(predictions, grouping))


def test_threads_that_share_a_scorer_get_the_answers_of_their_own_groupings():
    predictions = random_predictions(5, num_samples=500)
    scorer, rng = Scorer(predictions), np.random.default_rng(1)
    groupings = [
        Grouping.from_assignment(predictions.class_names, rng.integers(0, 4, NUM_CLASSES)) for _ in range(30)
    ]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(scorer.summed_answer, groupings))
    for grouping, answer in zip(groupings, answers, strict=True):
        np.testing.assert_array_equal(answer, expected_answer(predictions, grouping))


def test_names_and_order_of_steps_do_not_matter():
    predictions = random_predictions(6)
    scorer, names = Scorer(predictions), predictions.class_names
    one_way = Grouping.identity(names).merge(names[:2]).merge(names[3:5]).rename(names[6], "last")
    other_way = Grouping.identity(names).merge(names[3:5]).merge(names[:2])
    np.testing.assert_array_equal(scorer.summed_answer(one_way), scorer.summed_answer(other_way))


def test_everything_in_one_group_is_always_right():
    predictions = random_predictions(7)
    together = Grouping.from_assignment(predictions.class_names, [0] * NUM_CLASSES)
    scores = Scorer(predictions).accuracies(together)
    assert (scores.merged, scores.summed) == (1, 1)


def test_one_image_is_enough_and_none_is_refused():
    predictions = random_predictions(8, num_samples=1)
    grouping = Grouping.identity(predictions.class_names)
    assert Scorer(predictions).accuracies(grouping).summed in (0, 1)
    with pytest.raises(PredictionsError, match=r"has no images.*choose another split"):
        Scorer(random_predictions(8, num_samples=0)).accuracies(grouping)


def test_a_grouping_for_other_classes_is_refused():
    with pytest.raises(GroupingError, match=r"is for the classes cat, dog.*choose a run"):
        Scorer(random_predictions(9)).summed_answer(Grouping.identity(["cat", "dog"]))


def test_probabilities_that_are_not_numbers_are_refused():
    broken = Predictions("val", ("a", "b"), np.array([0]), np.full((1, 2), np.nan, np.float32), np.array([0]))
    with pytest.raises(PredictionsError, match="not numbers"):
        Scorer(broken)
