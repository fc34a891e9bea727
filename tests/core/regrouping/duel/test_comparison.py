import re

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.duel.comparison import compare_on_test, mcnemar_test
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import score_grouping

NAMES = ("cat", "dog", "car", "bus")
GROUPING = Grouping.from_mapping(NAMES, {"cat": "pet", "dog": "pet", "car": "vehicle", "bus": "vehicle"})


def full_run(num_samples: int = 120, seed: int = 0) -> Predictions:
    rng = np.random.default_rng(seed)
    y_true = np.arange(num_samples) % 4
    probs = rng.dirichlet(np.ones(4), num_samples).astype(np.float32)
    probs[np.arange(num_samples), y_true] += 0.3
    return Predictions("test", NAMES, y_true, probs, 10 + np.arange(num_samples))


def retrained_run(
    full: Predictions, num_wrong: int, names: tuple[str, ...] = ("pet", "vehicle")
) -> Predictions:
    """Right but for the first images, with its images in the opposite order."""
    index = np.array([names.index(name) for name in GROUPING.group_names])
    y_true = index[GROUPING.group_of_class[full.y_true]]
    answers = np.where(np.arange(full.num_samples) < num_wrong, 1 - y_true, y_true)
    probs = np.eye(2, dtype=np.float32)[answers]
    return Predictions("test", names, y_true[::-1], probs[::-1], full.sample_ids[::-1])


def test_rows_equal_scikit_learn_on_the_same_images():
    full = full_run()
    duel = compare_on_test(full, GROUPING, retrained_run(full, 3))
    rows = {row.name: row for row in duel.rows}
    assert list(rows) == ["full", "full then merged", "full summed", "retrained"]
    y_true, merged = GROUPING.group_of_class[full.y_true], GROUPING.group_of_class[full.y_pred]
    assert rows["full"].accuracy == pytest.approx(metrics.accuracy_score(full.y_true, full.y_pred))
    assert rows["full"].macro_f1 == pytest.approx(metrics.f1_score(full.y_true, full.y_pred, average="macro"))
    assert rows["full then merged"].balanced_accuracy == pytest.approx(
        metrics.balanced_accuracy_score(y_true, merged)
    )
    scored = score_grouping(full, GROUPING)
    assert rows["full summed"].accuracy == pytest.approx(scored.accuracy_summed)
    assert duel.random_mean == scored.random_mean
    assert rows["retrained"].accuracy == pytest.approx(117 / 120)
    assert [rows[name].num_classes for name in rows] == [4, 2, 2, 2]
    assert all(row.low < row.accuracy < row.high for row in duel.rows)


def test_mcnemar_is_the_exact_binomial_test_on_images_where_one_is_right():
    full = full_run()
    retrained = retrained_run(full, 3)
    merged_right = GROUPING.group_of_class[full.y_pred] == GROUPING.group_of_class[full.y_true]
    right = np.arange(120) >= 3
    only_retrained, only_merged = np.sum(right & ~merged_right), np.sum(merged_right & ~right)
    expected = binomtest(int(only_retrained), int(only_retrained + only_merged)).pvalue
    duel = compare_on_test(full, GROUPING, retrained)
    assert duel.mcnemar_p == pytest.approx(expected)
    summed = score_grouping(full, GROUPING).accuracy_summed
    points = f"{100 * (0.975 - summed):.1f} points better than summing the full model's probabilities"
    assert f"training again on the groups (97.5%) is {points} ({summed:.1%})" in duel.conclusion
    assert "points better than merging afterward" in duel.conclusion
    assert ", more than chance explains (p < 0.001)" in duel.conclusion


def test_two_models_that_never_differ_have_a_p_value_of_one():
    right = np.array([True, False])
    assert mcnemar_test(right, right) == 1


def test_a_worse_retrained_run_is_said_to_lose():
    full = full_run()
    conclusion = compare_on_test(full, GROUPING, retrained_run(full, 110)).conclusion
    assert re.search(r"merging afterward \(.*?\) is .*? points better than training again", conclusion)
    assert "On the same 120 test images" in conclusion


def test_a_small_difference_is_not_more_than_chance_and_none_is_equal():
    y_true = np.arange(40) % 4
    probs = np.eye(4, dtype=np.float32)[y_true]
    full = Predictions("test", NAMES, y_true, probs, 10 + np.arange(40))
    assert (
        "is 2.5 points better than training again on the groups (97.5%), which chance alone can explain"
        in compare_on_test(full, GROUPING, retrained_run(full, 1)).conclusion
    )
    assert "are equally good" in compare_on_test(full, GROUPING, retrained_run(full, 0)).conclusion


def test_without_a_retrained_run_the_free_gain_is_told():
    duel = compare_on_test(full_run(), GROUPING, None)
    assert (len(duel.rows), duel.mcnemar_p, duel.summed_p) == (3, None, None)
    assert "random groups of the same sizes would give" in duel.conclusion
    assert "No run was trained on these groups yet" in duel.conclusion


def test_groups_may_be_numbered_otherwise_in_the_retrained_run():
    full = full_run()
    other_way = compare_on_test(full, GROUPING, retrained_run(full, 7, ("vehicle", "pet")))
    assert other_way.rows == compare_on_test(full, GROUPING, retrained_run(full, 7)).rows


def test_only_common_images_count():
    full = full_run()
    retrained = retrained_run(full, 0)
    part = Predictions(
        "test", retrained.class_names, retrained.y_true[:50], retrained.probs[:50], retrained.sample_ids[:50]
    )
    duel = compare_on_test(full, GROUPING, part)
    assert duel.num_samples == 50
    assert duel.rows[0].accuracy == pytest.approx(np.mean(full.y_pred[-50:] == full.y_true[-50:]))


def test_no_common_images_are_refused():
    full, retrained = full_run(), retrained_run(full_run(), 0)
    moved = Predictions(
        "test", retrained.class_names, retrained.y_true, retrained.probs, retrained.sample_ids + 999
    )
    with pytest.raises(
        PredictionsError, match="no image of the test split in common; train the groups again"
    ):
        compare_on_test(full, GROUPING, moved)


def test_other_labels_or_other_groups_are_refused():
    full, retrained = full_run(), retrained_run(full_run(), 0)
    turned = Predictions(
        "test", ("pet", "vehicle"), 1 - retrained.y_true, retrained.probs, retrained.sample_ids
    )
    with pytest.raises(PredictionsError, match=r"120 images have another group.*train on these groups again"):
        compare_on_test(full, GROUPING, turned)
    with pytest.raises(GroupingError, match="not the 3 groups of this grouping"):
        compare_on_test(full, Grouping.identity(NAMES).merge(["cat", "dog"]), retrained)


def test_no_images_are_refused():
    empty = Predictions("test", NAMES, np.zeros(0, int), np.zeros((0, 4), np.float32), np.zeros(0, int))
    with pytest.raises(PredictionsError, match="no images"):
        compare_on_test(empty, GROUPING, None)
