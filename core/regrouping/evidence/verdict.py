"""Merge, or mend? The verdict on a pair or a block of classes, with its reasons; on validation only."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.evaluation.confusion import check_finite
from core.predictions import Predictions
from core.regrouping.evidence.causes import (
    TWIN_SHARE,
    Cause,
    Look,
    find_few_images,
    find_imbalance,
    find_label_noise,
    find_twins,
)
from core.regrouping.evidence.facts import (
    Direction,
    PairFacts,
    check_split,
    count_pair,
    indices_of,
    sure_mistakes,
)
from core.words import counted

ENOUGH_MISTAKES = 10  # images, or groups of them, from which one way can be told from both ways
NUM_JUDGED = 3  # pairs of a block that get a verdict of their own
NUM_PAIRS = 12  # pairs of a block that are listed
COUNTED_ONCE = (
    "Counted by patient, lesion or photo, whatever this dataset groups its images by: each group counts "
    "once, however many images it has."
)


class Verdict(StrEnum):
    """What to do about a pair."""

    MERGE = "Merge"
    MEND = "Mend first"
    APART = "Leave apart"
    UNCLEAR = "Look closer"


@dataclass(frozen=True)
class PairEvidence:
    """What speaks for and against merging two classes.

    Attributes:
        facts: The counts behind it.
        causes: What it looks like, none to several.
        verdict: Merge or mend.
        reasons: Why, in whole sentences, the most important first.
        suspects: Sample ids of mistakes that may be wrong labels, the surest first; empty without
            suspicion.
    """

    facts: PairFacts
    causes: tuple[Cause, ...]
    verdict: Verdict
    reasons: tuple[str, ...]
    suspects: tuple[int, ...]


@dataclass(frozen=True)
class BlockEvidence:
    """Several classes at once.

    Attributes:
        names: The classes.
        num_mistakes: Images of one of them that were taken for another of them.
        num_wrong: Images of one of them that were taken for any other class.
        num_images: Images of these classes.
        pairs: The pairs that are confused, the costliest first: two names, images in both directions.
        judged: Evidence of the costliest of them.
        by_group: Whether images that belong together counted once in it.
    """

    names: tuple[str, ...]
    num_mistakes: int
    num_wrong: int
    num_images: int
    pairs: tuple[tuple[str, str, int, int], ...]
    judged: tuple[PairEvidence, ...]
    by_group: bool


def pair_evidence(
    predictions: Predictions,
    first: str,
    second: str,
    *,
    train_counts: Sequence[int] | None = None,
    balanced: bool = False,
    clusters: np.ndarray | None = None,
) -> PairEvidence:
    """Return what speaks for merging two classes, and what could be mended instead.

    Args:
        predictions: Of one run on validation.
        first: Name of a class.
        second: Name of another.
        train_counts: Training images of each class of the run; None when nobody knows.
        balanced: Whether the run made up for small classes already, by weights or sampling.
        clusters: Which images belong together (one patient, one photo), as of ``clusters_of``, int64, shape
            ``(num_samples,)``: they count once; None where each image stands for itself.

    Raises:
        GroupingError: A class is unknown, or both are the same.
        PredictionsError: A probability is not a number.
        ValueError: The predictions are not those on validation.
    """
    facts = count_pair(predictions, first, second, clusters=clusters)
    sure = sure_mistakes(predictions, facts, clusters=clusters)
    noise = find_label_noise(facts, sure)
    found = [noise, find_imbalance(facts, train_counts, balanced), find_few_images(facts, train_counts)]
    causes = [cause for cause in found if cause is not None]
    if noise is None and (twins := find_twins(facts)):
        causes.insert(0, twins)
    verdict = _judge(facts, {cause.look for cause in causes})
    reasons = (_direction_in_words(facts), *(cause.reason for cause in causes), *_conclude(facts, verdict))
    if facts.voices.by_group and facts.num_mistakes:
        reasons = (*reasons, COUNTED_ONCE)
    ids = tuple(sure.ids.tolist()) if noise else ()
    return PairEvidence(facts, tuple(causes), verdict, reasons, ids)


def block_evidence(
    predictions: Predictions,
    classes: Sequence[str],
    *,
    train_counts: Sequence[int] | None = None,
    balanced: bool = False,
    clusters: np.ndarray | None = None,
) -> BlockEvidence:
    """Return the mistakes among several classes by pair, with the evidence of the costliest pairs.

    Args: as for ``pair_evidence``; ``classes`` are at least two names.

    Raises: as ``pair_evidence``.
    """
    check_split(predictions)
    check_finite(predictions)
    names = tuple(classes)
    indices = np.array(indices_of(predictions, names))
    number = np.full(predictions.num_classes, -1)
    number[indices] = np.arange(len(indices))
    true, said = number[predictions.y_true], number[predictions.y_pred]
    wrong = predictions.y_true != predictions.y_pred
    inside = wrong & (true >= 0) & (said >= 0)
    pairs = _costliest(true[inside], said[inside])
    return BlockEvidence(
        names=names,
        num_mistakes=int(inside.sum()),
        num_wrong=int((wrong & (true >= 0)).sum()),
        num_images=int((true >= 0).sum()),
        pairs=tuple((names[a], names[b], there, back) for a, b, there, back in pairs),
        judged=tuple(
            pair_evidence(
                predictions,
                names[a],
                names[b],
                train_counts=train_counts,
                balanced=balanced,
                clusters=clusters,
            )
            for a, b, _, _ in pairs[:NUM_JUDGED]
        ),
        by_group=clusters is not None,
    )


def _costliest(true: np.ndarray, said: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return the pairs with the most mistakes: two classes, the lower first, and both counts."""
    low, high = np.minimum(true, said), np.maximum(true, said)
    pairs, number = np.unique(np.stack([low, high], axis=1), axis=0, return_inverse=True)
    total = np.bincount(number.ravel(), minlength=len(pairs))
    there = np.bincount(number.ravel(), true < said, len(pairs)).astype(np.int64)
    ranking = np.argsort(-total, kind="stable")[:NUM_PAIRS]
    return [(int(pairs[k, 0]), int(pairs[k, 1]), int(there[k]), int(total[k] - there[k])) for k in ranking]


def _judge(facts: PairFacts, looks: set[Look]) -> Verdict:
    if facts.direction is Direction.NONE:
        return Verdict.APART
    if looks - {Look.TWINS}:
        return Verdict.MEND
    if looks:
        return Verdict.MERGE
    is_rare = max(facts.voices.rates) < TWIN_SHARE and facts.direction is not Direction.UNCLEAR
    return Verdict.APART if is_rare else Verdict.UNCLEAR


def _direction_in_words(facts: PairFacts) -> str:
    there, back = facts.mistaken
    if facts.direction is Direction.NONE:
        return "Never confused on these images."
    p_value = "< 0.001" if facts.p_value < 0.001 else f"= {facts.p_value:.3f}"
    counts = f"{there:,} and {back:,}"
    if facts.voices.by_group:
        there, back = facts.voices.mistaken
        counts += f" images, {there:,} and {back:,} groups of images"
    test = f"{'sign test by group' if facts.voices.by_group else 'exact binomial test'}, p {p_value}"
    if facts.direction is Direction.BOTH:
        return f"Both ways ({counts}; {test})."
    if facts.direction is Direction.ONE_WAY:
        return _one_way_in_words(facts, test)
    return f"One way or both ways cannot be told ({counts}; {test}).{_enough_in_words(facts)}"


def _one_way_in_words(facts: PairFacts, test: str) -> str:
    source, target = facts.source, 1 - facts.source
    voices = facts.voices
    there, back = (f"{voices.mistaken[k]:,} of {voices.support[k]:,}" for k in (source, target))
    unit = " groups of images" if voices.by_group else ""
    return (
        f"Mostly one way: {facts.names[source]} is taken for {facts.names[target]} ({there}{unit}, the other "
        f"way {back}; {test})."
    )


def _enough_in_words(facts: PairFacts) -> str:
    """How much more would tell the direction; nothing where there is as much already."""
    support = sum(facts.voices.support)
    needed = int(np.ceil(ENOUGH_MISTAKES * max(1, support) / facts.voices.num_mistaken))
    unit = "groups of validation images" if facts.voices.by_group else "validation images"
    return "" if needed <= support else f" About {needed:,} {unit} of both would tell."


def _conclude(facts: PairFacts, verdict: Verdict) -> tuple[str, ...]:
    """What the verdict adds to the causes."""
    gain = (
        f"Merging them turns {counted(facts.num_mistakes, 'mistake')} into hits: "
        f"{100 * facts.num_mistakes / max(1, facts.num_samples):+.3g} points of accuracy on "
        f"{counted(facts.num_samples)}, a part of which any merging gives."
    )
    match verdict:
        case Verdict.MERGE:
            return (gain,)
        case Verdict.MEND:
            return ("This can be mended; merge only if mending does not help.",)
        case Verdict.APART:
            return ("Merging them would buy little.",)
    return ("No reason was found in the numbers: look at the pictures.", gain)
