"""Merge, or mend: each cause is found where it was planted, and only there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_predictions import NAMES, planted

from core.evaluation.confusion import confusion_matrix
from core.predictions import Predictions
from core.regrouping.evidence.causes import Look
from core.regrouping.evidence.verdict import NUM_JUDGED, Verdict, block_evidence, pair_evidence

EVEN = (500,) * 5


def looks(evidence):
    return {cause.look for cause in evidence.causes}


def judge(predictions, **known):
    return pair_evidence(predictions, "cat", "dog", **{"train_counts": EVEN, **known})


def test_twins_are_found_and_merged():
    evidence = judge(planted({(0, 1): 20, (1, 0): 16}))
    assert looks(evidence) == {Look.TWINS}
    assert evidence.verdict is Verdict.MERGE
    assert "Both ways (20 and 16" in evidence.reasons[0]
    assert "36 mistakes into hits: +7.2 points of accuracy on 500 images" in evidence.reasons[-1]


def test_mistakes_that_fall_on_all_classes_alike_are_no_twins():
    everywhere = {(true, said): 10 for true in range(5) for said in range(5) if true != said}
    evidence = judge(planted(everywhere))
    assert looks(evidence) == set()
    assert evidence.verdict is Verdict.UNCLEAR


def test_two_classes_alone_can_be_twins():
    evidence = pair_evidence(planted({(0, 1): 9, (1, 0): 8}, support=(50, 50)), "cat", "dog")
    assert looks(evidence) == {Look.TWINS}


def test_imbalance_towards_the_larger_class_asks_for_class_weights():
    predictions = planted({(0, 1): 20, (1, 0): 2})
    evidence = judge(predictions, train_counts=(200, 900, 500, 500, 500))
    assert looks(evidence) == {Look.IMBALANCE}
    assert evidence.verdict is Verdict.MEND
    assert "cat has 200 training images, dog has 900" in evidence.causes[0].reason
    assert "class weights" in evidence.causes[0].remedy


def test_a_run_that_had_weights_already_asks_for_images():
    predictions = planted({(0, 1): 20, (1, 0): 2})
    evidence = judge(predictions, train_counts=(200, 900, 500, 500, 500), balanced=True)
    assert "add images of cat" in evidence.causes[0].remedy


@pytest.mark.parametrize("counts", [(900, 100, 500, 500, 500), (500, 900, 500, 500, 500), None])
def test_one_way_towards_a_class_that_is_not_larger_is_no_imbalance(counts):
    evidence = judge(planted({(0, 1): 20, (1, 0): 2}), train_counts=counts)
    assert Look.IMBALANCE not in looks(evidence)
    assert evidence.verdict is Verdict.UNCLEAR


def test_confident_mistakes_between_classes_that_are_kept_apart_are_label_noise():
    predictions = planted({(0, 1): 8, (1, 0): 6}, sure=0.995, shared=0.01)
    evidence = judge(predictions)
    assert looks(evidence) == {Look.LABEL_NOISE}
    assert evidence.verdict is Verdict.MEND
    wrong = (predictions.y_true < 2) & (predictions.y_true != predictions.y_pred)
    assert set(evidence.suspects) == set(predictions.sample_ids[wrong].tolist())


@pytest.mark.parametrize(("sure", "shared", "num"), [(0.6, 0.01, 8), (0.995, 0.2, 8), (0.995, 0.01, 30)])
def test_unsure_shared_or_frequent_mistakes_are_no_label_noise(sure, shared, num):
    evidence = judge(planted({(0, 1): num, (1, 0): num}, sure=sure, shared=shared))
    assert Look.LABEL_NOISE not in looks(evidence)
    assert evidence.suspects == ()


def test_answers_without_probabilities_are_never_called_confident():
    found = planted({(0, 1): 6, (1, 0): 6})
    evidence = judge(replace(found, probs=np.eye(5, dtype=np.float32)[found.y_pred]))
    assert looks(evidence) == {Look.TWINS}
    assert evidence.suspects == ()


def test_a_class_with_too_few_images_is_told_how_many():
    evidence = judge(planted({(0, 1): 20, (1, 0): 16}), train_counts=(20, 480, 500, 500, 500))
    assert Look.FEW_IMAGES in looks(evidence)
    assert evidence.verdict is Verdict.MEND
    (cause,) = [cause for cause in evidence.causes if cause.look is Look.FEW_IMAGES]
    assert "cat has 20 training images; the usual class here has 500" in cause.reason
    assert cause.remedy == "Add about 480 images of cat."


def test_a_class_far_below_the_usual_has_too_few_images_too():
    evidence = judge(planted({(0, 1): 20, (1, 0): 16}), train_counts=(120, 500, 500, 500, 500))
    assert Look.FEW_IMAGES in looks(evidence)
    evidence = judge(planted({(0, 1): 20, (1, 0): 16}), train_counts=(130, 500, 500, 500, 500))
    assert Look.FEW_IMAGES not in looks(evidence)


def test_a_pair_that_is_never_confused_is_left_apart():
    evidence = judge(planted({}))
    assert evidence.verdict is Verdict.APART
    assert evidence.reasons == ("Never confused on these images.", "Merging them would buy little.")


def test_a_pair_that_is_rarely_confused_is_left_apart():
    assert judge(planted({(0, 1): 3, (1, 0): 3})).verdict is Verdict.APART


def test_too_few_mistakes_to_tell_say_how_many_images_would():
    evidence = judge(planted({(0, 1): 2}))
    assert evidence.verdict is Verdict.UNCLEAR
    assert "About 1,000 validation images of both would tell" in evidence.reasons[0]


def test_a_split_without_images_of_the_pair_gives_no_evidence():
    evidence = judge(planted({}, support=(0, 0, 10, 10, 10)))
    assert evidence.verdict is Verdict.APART


@given(st.integers(0, 60))
def test_the_mistakes_of_a_block_are_those_of_its_part_of_the_matrix(seed):
    random = np.random.default_rng(seed)
    y_true = random.integers(0, 5, 40)
    probs = random.dirichlet(np.full(5, 0.5), 40).astype(np.float32)
    predictions = Predictions("val", NAMES, y_true, probs, np.arange(40))
    confusion = confusion_matrix(y_true, predictions.y_pred, 5)
    block = [3, 0, 4]
    within = confusion[np.ix_(block, block)]
    evidence = block_evidence(predictions, [NAMES[index] for index in block])
    assert evidence.num_mistakes == within.sum() - np.trace(within)
    assert evidence.num_wrong == (confusion.sum(axis=1) - np.diag(confusion))[block].sum()
    assert evidence.num_images == confusion[block].sum()
    totals = [there + back for _, _, there, back in evidence.pairs]
    assert totals == sorted(totals, reverse=True)
    for first, second, there, back in evidence.pairs:
        a, b = NAMES.index(first), NAMES.index(second)
        assert (there, back) == (confusion[a, b], confusion[b, a])


def test_the_costliest_pairs_of_a_block_get_a_verdict():
    predictions = planted({(0, 1): 20, (1, 0): 16, (2, 3): 9, (0, 2): 1, (3, 1): 2})
    evidence = block_evidence(predictions, ["bus", "car", "dog", "cat"], train_counts=EVEN)
    assert len(evidence.judged) == NUM_JUDGED
    assert set(evidence.judged[0].facts.names) == {"cat", "dog"}
    assert evidence.judged[0].verdict is Verdict.MERGE
    assert evidence.num_mistakes == 48
