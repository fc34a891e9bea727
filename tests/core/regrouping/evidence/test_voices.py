"""Images that belong together have one voice: no direction is told of forty images of one patient."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_predictions import NAMES, planted
from scipy.stats import binom, binomtest

from core.predictions import Predictions
from core.regrouping.evidence.causes import Look
from core.regrouping.evidence.facts import Direction, count_pair, sure_mistakes
from core.regrouping.evidence.verdict import COUNTED_ONCE, Verdict, block_evidence, pair_evidence
from core.regrouping.evidence.voices import direction_p_value, mean_of_voices

EVEN = (500,) * 5
NUM_NULLS = 150


def of_patients(*patients: tuple[int, list[int]], num_classes: int = 5) -> tuple[Predictions, np.ndarray]:
    """Predictions of patients, each of one class with what was said of its images; and whose images they are.

    Args:
        patients: True class, predicted classes.
        num_classes: Classes of the run.
    """
    y_true = np.concatenate([[label] * len(said) for label, said in patients]).astype(np.int64)
    y_pred = np.concatenate([said for _, said in patients]).astype(np.int64)
    probs = np.full((len(y_true), num_classes), 0.1 / num_classes, np.float32)
    probs[np.arange(len(y_true)), y_pred] += 0.9
    clusters = np.repeat(np.arange(len(patients)), [len(said) for _, said in patients])
    return Predictions("val", NAMES[:num_classes], y_true, probs, np.arange(len(y_true))), clusters


@st.composite
def pairs_of_classes(draw):
    """Random answers on images of three classes in random groups, some of them of several classes."""
    num_images = draw(st.integers(2, 40))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    labels, said = random.integers(0, 3, (2, num_images)).tolist()
    images = ((label, [answer]) for label, answer in zip(labels, said, strict=True))
    predictions, _ = of_patients(*images, num_classes=3)
    return predictions, random.integers(0, draw(st.integers(1, 12)), num_images)


@settings(deadline=None, max_examples=60)
@given(pairs_of_classes())
def test_voices_are_counted_as_by_hand(drawn):
    predictions, clusters = drawn
    voices = count_pair(predictions, "cat", "dog", clusters=clusters).voices
    speaks, shares, wrong, towards = Counter(), ([], []), [0, 0], [0, 0]
    for group in set(clusters.tolist()):
        of_group = []
        for label in (0, 1):
            said = predictions.y_pred[(clusters == group) & (predictions.y_true == label)]
            of_group.append(np.mean(said == 1 - label) if len(said) else 0.0)
            shares[label].extend([of_group[-1]] if len(said) else [])
            mistakes = Counter(said[said != label].tolist()).most_common()
            wrong[label] += bool(mistakes)
            is_alone = len(mistakes) == 1 or (len(mistakes) > 1 and mistakes[0][1] > mistakes[1][1])
            towards[label] += is_alone and mistakes[0][0] == 1 - label
        speaks[np.sign(of_group[0] - of_group[1]) if any(of_group) else None] += 1
    assert voices.mistaken == (speaks[1], speaks[-1])
    assert voices.num_mistaken == speaks[1] + speaks[-1] + speaks[0]
    assert voices.support == (len(shares[0]), len(shares[1]))
    assert voices.rates == pytest.approx([np.mean(each) if each else 0 for each in shares])
    assert (voices.wrong, voices.towards) == (tuple(wrong), tuple(towards))


@settings(deadline=None, max_examples=60)
@given(pairs_of_classes())
def test_where_each_image_is_its_own_group_nothing_changes(drawn):
    predictions, _ = drawn
    alone = np.random.default_rng(0).permutation(predictions.num_samples)
    facts, by_group = (count_pair(predictions, "cat", "dog", clusters=each) for each in (None, alone))
    names = ("mistaken", "num_mistaken", "support", "towards", "wrong", "rates")
    assert [getattr(facts.voices, name) for name in names] == [
        getattr(by_group.voices, name) for name in names
    ]
    assert (facts.p_value, facts.direction) == (by_group.p_value, by_group.direction)
    one, other = (sure_mistakes(predictions, facts, clusters=each) for each in (None, alone))
    assert one.ids.tolist() == other.ids.tolist()
    assert (one.num_voices, one.shared) == (other.num_voices, pytest.approx(other.shared))
    evidence, grouped = (pair_evidence(predictions, "cat", "dog", clusters=each) for each in (None, alone))
    assert (evidence.verdict, evidence.suspects) == (grouped.verdict, grouped.suspects)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 12), st.integers(0, 12), *(st.integers(12, 30) for _ in range(2)), st.integers(1, 9))
def test_the_p_value_is_the_larger_of_both_ends_of_what_chance_gives(there, back, first, second, size):
    images = first * size, second
    low, high = first / (first + second), images[0] / sum(images)
    found = direction_p_value((there, back), (first, second), images)
    if low * (there + back) <= there <= high * (there + back):
        assert found == pytest.approx(1.0)
    else:
        assert found == max(binomtest(there, there + back, share).pvalue for share in (low, high))


def test_forty_images_of_one_patient_are_one_proof():
    right = [(label, [label]) for label in (0, 1) for _ in range(30)]
    predictions, clusters = of_patients((0, [1] * 40), *right)
    alone, counted_once = (
        pair_evidence(predictions, "cat", "dog", clusters=each) for each in (None, clusters)
    )
    assert alone.facts.direction is Direction.ONE_WAY
    assert alone.facts.p_value < 1e-6
    assert counted_once.facts.direction is Direction.UNCLEAR
    assert counted_once.facts.p_value == 1.0
    assert "40 and 0 images, 1 and 0 groups of images; sign test by group" in counted_once.reasons[0]
    assert counted_once.reasons[-1] == COUNTED_ONCE
    assert COUNTED_ONCE not in alone.reasons


def test_many_patients_that_are_taken_for_the_other_class_tell_the_direction():
    mistaken = [(0, [1, 1, 0])] * 14 + [(1, [0, 1])]
    predictions, clusters = of_patients(*mistaken, *[(0, [0, 0, 0])] * 30, *[(1, [1, 1, 1])] * 43)
    evidence = pair_evidence(predictions, "cat", "dog", clusters=clusters)
    assert evidence.facts.voices.mistaken == (14, 1)
    assert evidence.facts.direction is Direction.ONE_WAY
    assert "cat is taken for dog (14 of 44 groups of images, the other way 1 of 44" in evidence.reasons[0]


def test_two_patients_are_no_twins_however_many_their_images():
    right = [(label, [label]) for label in (0, 1) for _ in range(20)]
    predictions, clusters = of_patients((0, [1] * 30), (1, [0] * 30), *right)
    alone, counted_once = (
        pair_evidence(predictions, "cat", "dog", train_counts=EVEN, clusters=each)
        for each in (None, clusters)
    )
    assert alone.verdict is Verdict.MERGE
    assert counted_once.verdict is not Verdict.MERGE
    assert Look.TWINS not in {cause.look for cause in counted_once.causes}


def test_twins_among_patients_are_found():
    twins = [(label, [1 - label, label]) for label in (0, 1) for _ in range(9)]
    right = [(label, [label] * 2) for label in range(5) for _ in range(11)]
    predictions, clusters = of_patients(*twins, *right)
    evidence = pair_evidence(predictions, "cat", "dog", train_counts=EVEN, clusters=clusters)
    assert [cause.look for cause in evidence.causes] == [Look.TWINS]
    assert "22% and 22%, each group of images counted once" in evidence.causes[0].reason


def test_one_patient_with_confident_mistakes_is_no_label_noise():
    predictions = planted({(0, 1): 8, (1, 0): 6}, sure=0.995, shared=0.01)
    wrong = predictions.y_true != predictions.y_pred
    clusters = np.where(wrong, 0, np.arange(predictions.num_samples) + 1)
    alone, counted_once = (
        pair_evidence(predictions, "cat", "dog", clusters=each) for each in (None, clusters)
    )
    assert [cause.look for cause in alone.causes] == [Look.LABEL_NOISE]
    assert not counted_once.causes


def test_patients_mistaken_both_ways_alike_speak_for_no_direction():
    said = {0: [1, 0], 1: [0, 1]}
    predictions, _ = of_patients(*((label, said[label]) for _ in range(9) for label in (0, 1)))
    facts = count_pair(predictions, "cat", "dog", clusters=np.repeat(np.arange(9), 4))
    assert (facts.voices.mistaken, facts.voices.num_mistaken) == ((0, 0), 9)
    assert (facts.direction, facts.p_value) == (Direction.BOTH, 1.0)


def test_voices_and_shares_that_contradict_each_other_tell_nothing():
    few_but_whole = [(0, [1] * 4)] * 4 + [(0, [0] * 4)] * 36
    many_in_part = [(1, [0] + [1] * 39)] * 20 + [(1, [1] * 40)] * 20
    predictions, clusters = of_patients(*few_but_whole, *many_in_part)
    facts = count_pair(predictions, "cat", "dog", clusters=clusters)
    assert facts.voices.mistaken == (4, 20)
    assert facts.voices.rates[0] > facts.voices.rates[1]
    assert facts.p_value == 1.0


def test_a_block_counts_its_pairs_by_patient():
    predictions, clusters = of_patients((0, [1] * 40), (1, [0]), (2, [3]), *[(k, [k]) for k in range(5)])
    block = block_evidence(predictions, ["cat", "dog", "car", "bus"], clusters=clusters)
    assert block.by_group
    assert block.judged[0].facts.voices.mistaken == (1, 1)
    assert not block_evidence(predictions, ["cat", "dog", "car"]).by_group


def test_the_mean_counts_each_group_once():
    values = np.array([0.2, 0.4, 0.9])
    assert mean_of_voices(values, np.array([5, 5, 8])) == pytest.approx(0.6)
    assert mean_of_voices(values, None) == pytest.approx(0.5)
    assert mean_of_voices(values[:0], values[:0].astype(int)) == 1.0


@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("sizes", [(1, 1), (12, 12), (12, 2)])
def test_without_a_direction_none_is_told_more_often_than_chance_allows(sizes, alike):
    """Patients whose images share their fate more or less, both classes mistaken at one rate."""
    random = np.random.default_rng(7)
    told = sum(null_p_value(random, sizes, alike) < 0.05 for _ in range(NUM_NULLS))
    assert told <= binom.ppf(0.999, NUM_NULLS, 0.05)


def null_p_value(random: np.random.Generator, sizes: tuple[int, int], alike: float) -> float:
    """The p-value of 60 patients of each class, a share ``alike`` of them mistaken wholly or not at all."""
    patients = []
    for label, size in enumerate(sizes):
        for _ in range(60):
            is_mistaken = random.random(size) < 0.15
            if random.random() < alike:
                is_mistaken[:] = is_mistaken[0]
            patients.append((label, np.where(is_mistaken, 1 - label, label).tolist()))
    predictions, clusters = of_patients(*patients, num_classes=2)
    return count_pair(predictions, "cat", "dog", clusters=clusters).p_value


def test_by_images_alone_a_direction_would_be_told_far_too_often():
    random = np.random.default_rng(7)
    told = 0
    for _ in range(60):
        mistaken = random.binomial(30, 0.15, 2) * 12
        told += direction_p_value((int(mistaken[0]), int(mistaken[1])), (360, 360)) < 0.05
    assert told > binom.ppf(0.999, 60, 0.05)
