"""The duel on planted answers, against scikit-learn and calculations by hand."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from sklearn import metrics

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.duel.comparison import compare
from core.regrouping.duel.contenders import Contender
from core.regrouping.duel.results import Duel
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import score_grouping

NAMES = ("cat", "dog", "car", "bus")
GROUPING = Grouping.from_mapping(NAMES, {"cat": "pet", "dog": "pet", "car": "vehicle", "bus": "vehicle"})


def merged_by_hand(confusion: np.ndarray, grouping: Grouping) -> np.ndarray:
    """Block sums by matrices of zeros and ones."""
    member = np.eye(grouping.num_groups, dtype=int)[grouping.group_of_class]
    return member.T @ confusion @ member


def full_predictions(num_samples: int = 120, seed: int = 0) -> Predictions:
    rng = np.random.default_rng(seed)
    y_true = np.arange(num_samples) % 4
    probs = rng.dirichlet(np.ones(4), num_samples).astype(np.float32)
    probs[np.arange(num_samples), y_true] += 0.3
    return Predictions("test", NAMES, y_true, probs, 10 + np.arange(num_samples))


def retrained_predictions(
    full: Predictions, wrong: np.ndarray | int, names: tuple[str, ...] = ("pet", "vehicle")
) -> Predictions:
    """Right but for these images (or so many of the first), with its images in the opposite order."""
    wrong = np.arange(wrong) if isinstance(wrong, int) else wrong
    index = np.array([names.index(name) for name in GROUPING.group_names])
    y_true = index[GROUPING.group_of_class[full.y_true]]
    answers = np.where(np.isin(np.arange(full.num_samples), wrong), 1 - y_true, y_true)
    probs = np.eye(2, dtype=np.float32)[answers]
    return Predictions("test", names, y_true[::-1], probs[::-1], full.sample_ids[::-1])


def entered(predictions: Predictions, name: str = "run", seed: int = 0, seconds: float = 10.0) -> Contender:
    return Contender(f"{name}-{seed}", seed, seconds, predictions)


def duel_of(full: Predictions, retrained: Predictions | None = None, **options: object) -> Duel:
    others = [] if retrained is None else [entered(retrained, "coarse", seconds=5.0)]
    return compare([entered(full)], GROUPING, others, **options)


def test_one_image_alone_proves_nothing_whatever_the_seeds() -> None:
    full = Predictions("test", NAMES, np.array([0]), np.eye(4, dtype=np.float32)[[2]], np.array([10]))
    better = retrained_predictions(full, 0)
    duel = compare(
        [entered(full, seed=seed) for seed in (0, 1)],
        GROUPING,
        [entered(better, "coarse", seed) for seed in (0, 1)],
    )
    assert "which the choice of images alone can explain" in duel.sentences[0]
    assert "seeds p" not in duel.sentences[0]
    row = duel.row("retrained")
    assert row is not None
    assert (row.low, row.high) == pytest.approx((0.207, 1.0), abs=0.001)


def test_rows_equal_scikit_learn_on_the_same_images() -> None:
    full = full_predictions()
    duel = duel_of(full, retrained_predictions(full, 3))
    rows = {row.name: row for row in duel.rows}
    assert list(rows) == ["full", "full then merged", "full summed", "retrained"]
    y_true, merged = GROUPING.group_of_class[full.y_true], GROUPING.group_of_class[full.y_pred]
    assert rows["full"].accuracy == pytest.approx(metrics.accuracy_score(full.y_true, full.y_pred))
    assert rows["full"].macro_f1 == pytest.approx(metrics.f1_score(full.y_true, full.y_pred, average="macro"))
    assert rows["full"].kappa == pytest.approx(metrics.cohen_kappa_score(full.y_true, full.y_pred))
    assert rows["full then merged"].kappa == pytest.approx(metrics.cohen_kappa_score(y_true, merged))
    assert rows["full then merged"].balanced_accuracy == pytest.approx(
        metrics.balanced_accuracy_score(y_true, merged)
    )
    assert rows["full summed"].accuracy == pytest.approx(score_grouping(full, GROUPING).accuracy_summed)
    assert rows["retrained"].accuracy == pytest.approx(117 / 120)
    assert [rows[name].num_classes for name in rows] == [4, 2, 2, 2]
    assert [rows[name].seconds for name in rows] == [10, 10, 10, 5]
    assert all(row.low < row.accuracy < row.high for row in duel.rows)
    assert all(row.accuracy_sd is None and row.num_runs == 1 for row in duel.rows)


def test_the_mean_of_random_groupings_is_that_of_all_of_them() -> None:
    full = full_predictions()
    confusion = metrics.confusion_matrix(full.y_true, full.y_pred)
    pairings = ([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0])
    shares = [
        np.trace(merged_by_hand(confusion, Grouping.from_assignment(NAMES, each))) / full.num_samples
        for each in pairings
    ]
    assert duel_of(full).random_mean == pytest.approx(np.mean(shares))


def test_differences_and_their_tests_are_those_of_the_same_images() -> None:
    full = full_predictions()
    retrained = retrained_predictions(full, 3)
    merged_right = GROUPING.group_of_class[full.y_pred] == GROUPING.group_of_class[full.y_true]
    right = np.arange(120) >= 3
    found = duel_of(full, retrained).difference("retrained", "full then merged")
    only = np.sum(right & ~merged_right), np.sum(merged_right & ~right)
    assert found is not None
    assert found.mean == pytest.approx(right.mean() - merged_right.mean())
    assert (found.tests[0].test.only_first, found.tests[0].test.only_second) == only
    expected = chi2.sf((abs(int(only[0]) - int(only[1])) - 1) ** 2 / sum(only), 1)
    assert sum(only) >= 25
    assert found.tests[0].p_value == pytest.approx(expected)
    assert (found.tests[0].first_run, found.tests[0].second_run) == ("coarse-0", "run-0")
    assert found.low < found.mean < found.high
    assert found.seeds_p is None


def test_with_several_seeds_rows_are_means_with_deviations() -> None:
    fulls = [full_predictions(seed=seed) for seed in range(3)]
    retrained = [retrained_predictions(fulls[0], wrong) for wrong in (3, 9)]
    duel = compare(
        [entered(each, seed=seed, seconds=10.0 + seed) for seed, each in enumerate(fulls)],
        GROUPING,
        [entered(each, "coarse", seed=seed) for seed, each in enumerate(retrained)],
    )
    rows = {row.name: row for row in duel.rows}
    accuracies = [metrics.accuracy_score(each.y_true, each.y_pred) for each in fulls]
    assert rows["full"].accuracy == pytest.approx(np.mean(accuracies))
    assert rows["full"].accuracy_sd == pytest.approx(np.std(accuracies, ddof=1))
    assert (rows["full"].seconds, rows["full"].seconds_sd) == (11.0, 1.0)
    assert rows["retrained"].accuracy == pytest.approx(1 - 6 / 120)
    assert rows["retrained"].runs == ("coarse-0", "coarse-1")
    found = duel.difference("retrained", "full then merged")
    assert found is not None
    assert [(each.first_run, each.second_run) for each in found.tests] == [
        ("coarse-0", "run-0"),
        ("coarse-1", "run-1"),
    ]
    assert found.seeds_p is not None
    assert duel.difference("full summed", "full then merged").seeds_p is None
    assert "means over 3 full networks and 2 retrained ones" in duel.conclusion


def test_a_difference_that_seeds_explain_is_not_called_more() -> None:
    full = full_predictions(1200)
    fulls = [entered(full, seed=0), entered(full_predictions(1200, seed=5), seed=1)]
    group_right = GROUPING.group_of_class[full.y_pred] == GROUPING.group_of_class[full.y_true]
    num_wrong = int(1200 * (1 - group_right.mean()))
    unsteady = [
        entered(retrained_predictions(full, np.arange(wrong)), "coarse", seed=seed)
        for seed, wrong in enumerate((10, num_wrong - 20))
    ]
    conclusion = compare(fulls, GROUPING, unsteady).conclusion
    assert "more than the choice of images explains, but not more than training seeds can" in conclusion
    steady = [
        entered(retrained_predictions(full, np.arange(10 + seed)), "coarse", seed=seed) for seed in range(2)
    ]
    merged = compare(fulls, GROUPING, steady).difference("retrained", "full then merged")
    assert merged is not None
    assert merged.is_beyond_seeds is (merged.seeds_p < 0.05)


def test_a_single_pair_does_not_speak_for_a_mean_over_more_runs() -> None:
    full = full_predictions()
    retrained = [entered(retrained_predictions(full, 3 + seed), "coarse", seed=seed) for seed in range(2)]
    duel = compare([entered(full)], GROUPING, retrained)
    found = duel.difference("retrained", "full then merged")
    assert found is not None
    assert (found.num_runs, found.is_of_one_pair, len(found.tests)) == ((2, 1), False, 1)
    assert "McNemar" not in duel.sentences[0]
    assert "of the one trained once, nobody knows yet how much another seed would change" in duel.conclusion


def test_images_of_one_patient_widen_the_interval() -> None:
    full = full_predictions(400)
    retrained = retrained_predictions(full, np.arange(60))
    clusters = np.arange(400) // 20
    by_image, by_group = duel_of(full, retrained), duel_of(full, retrained, clusters=clusters)
    assert (by_image.drawn_by, by_group.drawn_by) == ("images", "groups of images")
    widths = [duel.rows[-1].high - duel.rows[-1].low for duel in (by_image, by_group)]
    assert widths[1] > 2 * widths[0]
    assert by_image.rows[-1].accuracy == by_group.rows[-1].accuracy


def test_the_better_way_is_named_with_its_points_and_its_tests() -> None:
    full = full_predictions()
    conclusion = duel_of(full, retrained_predictions(full, 3)).conclusion
    summed = score_grouping(full, GROUPING).accuracy_summed
    points = f"{100 * (0.975 - summed):.1f} points better than summing the full model's probabilities"
    assert f"training again on the groups (97.5%) is {points} ({summed:.1%})" in conclusion
    assert "points better than merging afterward" in conclusion
    assert re.search(
        r", more than the choice of images explains \(95 % interval \+.* to \+.*; McNemar p < 0\.001\)",
        conclusion,
    )
    assert "These are two single networks, and training again with another seed gives other" in conclusion


def test_a_worse_retrained_run_is_said_to_lose() -> None:
    full = full_predictions()
    conclusion = duel_of(full, retrained_predictions(full, 110)).conclusion
    assert re.search(r"merging afterward \(.*?\) is .*? points better than training again", conclusion)
    assert "On the same 120 test images" in conclusion


def test_a_small_difference_is_not_more_than_chance_and_none_is_equal() -> None:
    y_true = np.arange(40) % 4
    probs = np.eye(4, dtype=np.float32)[y_true]
    full = Predictions("test", NAMES, y_true, probs, 10 + np.arange(40))
    assert (
        "is 2.5 points better than training again on the groups (97.5%), which the choice of images alone can"
        in duel_of(full, retrained_predictions(full, 1)).conclusion
    )
    assert "are equally good" in duel_of(full, retrained_predictions(full, 0)).conclusion


def test_without_a_retrained_run_the_free_gain_is_told() -> None:
    duel = duel_of(full_predictions())
    assert (len(duel.rows), duel.mcnemar_p) == (3, None)
    assert [(each.first, each.second) for each in duel.differences] == [("full summed", "full then merged")]
    assert "random groups of the same sizes would give" in duel.conclusion
    assert "Summing the probabilities within groups instead" in duel.conclusion
    assert "No run was trained on these groups yet" in duel.conclusion


def test_groups_may_be_numbered_otherwise_in_the_retrained_run() -> None:
    full = full_predictions()
    other_way = duel_of(full, retrained_predictions(full, 7, ("vehicle", "pet")))
    assert other_way.rows == duel_of(full, retrained_predictions(full, 7)).rows


def test_only_common_images_count() -> None:
    full = full_predictions()
    retrained = retrained_predictions(full, 0)
    part = Predictions(
        "test", retrained.class_names, retrained.y_true[:50], retrained.probs[:50], retrained.sample_ids[:50]
    )
    duel = duel_of(full, part)
    assert duel.num_samples == 50
    assert duel.rows[0].accuracy == pytest.approx(np.mean(full.y_pred[-50:] == full.y_true[-50:]))


def test_no_common_images_and_other_splits_are_refused() -> None:
    full, retrained = full_predictions(), retrained_predictions(full_predictions(), 0)
    fields = {"class_names": retrained.class_names, "y_true": retrained.y_true, "probs": retrained.probs}
    moved = Predictions("test", sample_ids=retrained.sample_ids + 999, **fields)
    with pytest.raises(
        PredictionsError, match="no image of the test split in common; train the groups again"
    ):
        duel_of(full, moved)
    other = Predictions("val", sample_ids=retrained.sample_ids, **fields)
    with pytest.raises(PredictionsError, match="coarse-0 about validation images; compare both on the same"):
        duel_of(full, other)


def test_other_labels_or_other_groups_are_refused() -> None:
    full, retrained = full_predictions(), retrained_predictions(full_predictions(), 0)
    turned = Predictions(
        "test", ("pet", "vehicle"), 1 - retrained.y_true, retrained.probs, retrained.sample_ids
    )
    with pytest.raises(PredictionsError, match=r"120 images have another group.*train on these groups again"):
        duel_of(full, turned)
    three = Grouping.identity(NAMES).merge(["cat", "dog"])
    with pytest.raises(GroupingError, match="not the 3 groups of this grouping"):
        compare([entered(full)], three, [entered(retrained, "coarse")])
    relabeled = Predictions("test", NAMES, (full.y_true + 1) % 4, full.probs, full.sample_ids)
    with pytest.raises(
        PredictionsError, match=r"another class in run-1 than in run-0.*train one of them again"
    ):
        compare([entered(full), entered(relabeled, seed=1)], GROUPING)


def test_no_images_and_numbers_that_are_none_are_refused() -> None:
    empty = Predictions("test", NAMES, np.zeros(0, int), np.zeros((0, 4), np.float32), np.zeros(0, int))
    with pytest.raises(PredictionsError, match="no images"):
        duel_of(empty)
    full = full_predictions()
    broken = np.full_like(full.probs, np.nan)
    with pytest.raises(PredictionsError, match=r"not numbers.*smaller learning rate"):
        duel_of(Predictions("test", NAMES, full.y_true, broken, full.sample_ids))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_merging_never_lowers_accuracy_and_intervals_hold_their_mean(seed: int, numbers: list[int]) -> None:
    full = full_predictions(40, seed=seed)
    duel = compare([entered(full)], Grouping.from_assignment(NAMES, numbers))
    rows = {row.name: row for row in duel.rows}
    assert rows["full then merged"].accuracy >= rows["full"].accuracy
    assert duel.random_mean >= rows["full"].accuracy - 1e-12
    found = duel.differences[0]
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9
