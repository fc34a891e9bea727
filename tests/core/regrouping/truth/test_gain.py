"""What is free and what is real: nothing is found where there is nothing, and what is planted is found."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from core.errors import GroupingError, StoppedError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import score_grouping
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.suggesting.search import search
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.truth.gain import (
    Gain,
    chance_gain,
    compare_with_chance,
    search_behind,
    search_gain,
)

NUM_SIMULATIONS = 200
NUM_CLASSES, NUM_IMAGES, NUM_GROUPS = 7, 140, 4


def predictions_of(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int = NUM_CLASSES) -> Predictions:
    probs = np.full((len(y_true), num_classes), 0.1 / num_classes, np.float32)
    probs[np.arange(len(y_true)), y_pred] += 0.9
    names = tuple(f"class {k}" for k in range(num_classes))
    return Predictions("val", names, y_true, probs, np.arange(len(y_true)))


def without_structure(seed: int) -> Predictions:
    """Six of ten images right; a wrong answer tells nothing of the truth, but some answers are favorites."""
    rng = np.random.default_rng(seed)
    y_true = rng.choice(NUM_CLASSES, NUM_IMAGES, p=np.arange(3, 3 + NUM_CLASSES) / 42)
    favorites = rng.dirichlet(np.full(NUM_CLASSES, 4.0))
    y_pred = y_true.copy()
    for image in np.flatnonzero(rng.random(NUM_IMAGES) < 0.4):
        allowed = np.where(np.arange(NUM_CLASSES) == y_true[image], 0, favorites)
        y_pred[image] = rng.choice(NUM_CLASSES, p=allowed / allowed.sum())
    return predictions_of(y_true, y_pred)


def planted(seed: int = 0, num_images: int = 400) -> Predictions:
    """Of eight classes each is confused with its neighbor only, in four of ten images."""
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, 8, num_images)
    is_wrong = rng.random(num_images) < 0.4
    return predictions_of(y_true, np.where(is_wrong, y_true ^ 1, y_true), 8)


def bounds_of(share: float) -> tuple[int, int]:
    """So many of all simulations lie within, but for one case of a thousand."""
    low, high = binom.interval(0.999, NUM_SIMULATIONS, share)
    return int(low), int(high)


def covers_zero(gain: Gain | None) -> bool:
    assert gain is not None
    return gain.real_low <= 1e-12 and gain.real_high >= -1e-12


def test_without_structure_the_real_gain_of_suggested_groups_covers_zero_in_95_of_100_cases() -> None:
    settings = SearchSettings(num_groups=NUM_GROUPS)
    covered, low_p = 0, 0
    for seed in range(NUM_SIMULATIONS):
        predictions = without_structure(seed)
        gain = search_gain(predictions, search(predictions, settings).grouping, settings, num_draws=39)
        covered += covers_zero(gain)
        low_p += gain is not None and gain.p_value <= 0.05
    low, high = bounds_of(0.95)
    assert low <= covered <= high
    assert low_p <= bounds_of(0.05)[1]


def test_locking_what_a_search_found_does_not_make_it_real() -> None:
    """Groups that are kept from a search before were found on the same mistakes."""
    fooled = 0
    for seed in range(10):
        predictions = without_structure(seed)
        first = search(predictions, SearchSettings(num_groups=5)).grouping
        found = tuple(members for members in first.members.values() if len(members) > 1)
        settings = SearchSettings(num_groups=NUM_GROUPS, locked=found)
        gain = search_gain(predictions, search(predictions, settings).grouping, settings, num_draws=39)
        fooled += gain is not None and gain.is_shown
    assert fooled <= 2  # of 10


def test_patients_whose_images_are_mistaken_together_do_not_make_a_pattern() -> None:
    settings, fooled = SearchSettings(num_groups=NUM_GROUPS), 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        truth, is_right = rng.integers(0, NUM_CLASSES, 40), rng.random(40) < 0.6
        answers = np.where(is_right, truth, (truth + rng.integers(1, NUM_CLASSES, 40)) % NUM_CLASSES)
        predictions = predictions_of(np.repeat(truth, 10), np.repeat(answers, 10))
        gain = search_gain(
            predictions,
            search(predictions, settings).grouping,
            settings,
            num_draws=39,
            clusters=np.repeat(np.arange(40), 10),
        )
        fooled += gain is not None and gain.is_shown
    assert fooled <= 2  # of 10, and most of them where images count as independent


def test_random_groupings_alone_would_take_searching_for_structure() -> None:
    """Why the search is repeated: beside groups drawn by chance, searched ones look real too often."""
    settings = SearchSettings(num_groups=NUM_GROUPS)
    fooled = 0
    for seed in range(40):
        predictions = without_structure(seed)
        score = score_grouping(predictions, search(predictions, settings).grouping, num_random=200)
        gain = chance_gain(score)
        fooled += gain is not None and gain.is_shown
    assert fooled > 10  # of 40, where 1 would be expected


def test_without_structure_groups_fixed_beforehand_gain_nothing_beyond_random_ones() -> None:
    grouping = Grouping.from_assignment([f"class {k}" for k in range(NUM_CLASSES)], [0, 0, 0, 1, 1, 2, 3])
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(NUM_SIMULATIONS):
        y_true = rng.integers(0, NUM_CLASSES, NUM_IMAGES)
        moved = rng.integers(1, NUM_CLASSES, NUM_IMAGES) * (rng.random(NUM_IMAGES) < 0.4)
        score = score_grouping(
            predictions_of(y_true, (y_true + moved) % NUM_CLASSES), grouping, num_random=200
        )
        covered += covers_zero(chance_gain(score))
    low, _ = bounds_of(0.95)
    assert low <= covered


def test_planted_pairs_are_found_to_be_real() -> None:
    predictions, settings = planted(), SearchSettings(num_groups=4)
    grouping = search(predictions, settings).grouping
    assert set(grouping.members.values()) == {(f"class {k}", f"class {k + 1}") for k in (0, 2, 4, 6)}
    gain = search_gain(predictions, grouping, settings, num_draws=79)
    assert gain is not None
    assert gain.merged == 1
    assert gain.is_shown
    assert gain.p_value == 1 / 80
    assert gain.free + gain.real == pytest.approx(gain.total)
    assert 0.05 < gain.free < 0.25
    assert gain.real_low < gain.real < gain.real_high


@pytest.mark.parametrize(
    "settings",
    [
        SearchSettings(num_groups=4, method="greedy", goal="summed"),
        SearchSettings(num_groups=4, method="greedy", goal="bits"),
        SearchSettings(num_groups=4, method="spectral"),
        SearchSettings(accuracy=0.9),
    ],
)
def test_every_search_can_be_repeated(settings: SearchSettings) -> None:
    predictions = planted()
    grouping = search(predictions, settings).grouping
    gain = search_gain(predictions, grouping, settings, num_draws=39)
    assert gain is not None
    assert gain.is_shown


def test_stored_answers_are_dealt_anew_with_their_probabilities() -> None:
    predictions, settings = planted(), SearchSettings(num_groups=4, method="greedy")
    stored = replace(predictions, known_y_pred=predictions.y_pred)
    grouping = search(predictions, settings).grouping
    gains = [search_gain(each, grouping, settings, num_draws=39) for each in (predictions, stored)]
    assert gains[0] is not None
    assert gains[1] is not None
    assert gains[0].draws.tolist() == gains[1].draws.tolist()


def test_the_middle_of_chance_leaves_out_one_of_39_on_each_side() -> None:
    draws = np.arange(1, 40) / 100
    gain = compare_with_chance(0.1, 0.395, draws, num_samples=200)
    assert (gain.chance_low, gain.chance_high) == (0.01, 0.39)
    assert gain.chance_mean == pytest.approx(0.2)
    assert gain.p_value == 1 / 40
    assert gain.real_low == pytest.approx(0.005)
    assert compare_with_chance(0.1, 0.30, draws, num_samples=100).p_value == 11 / 40
    assert {"free", "real", "p_value"} <= set(gain.figures)


def test_nothing_merged_has_no_gain_to_tell() -> None:
    predictions = planted()
    alone = Grouping.identity(predictions.class_names)
    assert chance_gain(score_grouping(predictions, alone, num_random=20)) is None
    assert search_gain(predictions, alone, SearchSettings(num_groups=8)) is None


def test_too_few_searches_and_other_classes_are_refused_with_the_remedy() -> None:
    predictions, settings = planted(), SearchSettings(num_groups=2)
    grouping = search(predictions, settings).grouping
    with pytest.raises(GroupingError, match="ask for 39 or more"):
        search_gain(predictions, grouping, settings, num_draws=10)
    with pytest.raises(GroupingError, match="choose a run"):
        search_gain(predictions, Grouping.from_assignment("ab", [0, 0]), settings)


def test_progress_is_told_and_stops_the_work() -> None:
    predictions, settings = planted(num_images=100), SearchSettings(num_groups=4)
    grouping = search(predictions, settings).grouping
    seen: list[tuple[int, int]] = []

    def stop_at(last: int) -> Callable[[int, int], None]:
        def progress(done: int, total: int) -> None:
            seen.append((done, total))
            if done == last:
                raise StoppedError("stopped")

        return progress

    with pytest.raises(StoppedError):
        search_gain(predictions, grouping, settings, num_draws=39, progress=stop_at(3))
    assert seen == [(1, 39), (2, 39), (3, 39)]


def test_the_settings_of_a_search_are_read_as_a_state_keeps_them() -> None:
    settings = SearchSettings(num_groups=3, method="complete")
    history = GroupingHistory.identity("abcd")
    assert search_behind(history.origin) is None
    merged = history.current.merge("ab")
    history = history.apply(merged, "Suggested 3 groups", origin=settings.model_dump(mode="json"))
    assert search_behind(history.origin) == settings
    assert search_behind({"method": "magic"}) is None
