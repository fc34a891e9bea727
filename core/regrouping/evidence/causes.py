"""What a confusion looks like: visual twins, imbalance, label noise, too few images.

Rules of thumb, on validation only; each threshold is a constant with its reason. Mistakes count as voices, so
that images that belong together count once (see ``voices``); training images count one by one.

- visual twins: confused both ways, each way by ``TWIN_SHARE`` of the class or more and more often than if
  mistakes fell on all classes alike. Nothing to mend: merge;
- imbalance: one way, towards a class with ``IMBALANCE`` times the training images: class weights;
- label noise: at least half of the mistakes are confident, while the network keeps the two apart otherwise:
  look at the labels;
- too few images: a class that is often mistaken for the other has less than ``FEW_IMAGES`` training images,
  or less than a quarter of the usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.regrouping.evidence.facts import SIGNIFICANCE, Direction, PairFacts, SureMistakes
from core.words import counted

TWIN_SHARE = 0.05  # of a class's images taken for the other; less is not worth a merge
IMBALANCE = 2.0  # times as many training images; below, weights change little
NOISE_SHARE = 0.15  # of a class; where more is confused, it is not a few wrong labels
SHARED = 0.05  # mean probability of the other class on recognized images; above, the two are not kept apart
FEW_IMAGES = 50  # of a class in training
FEW_SHARE = 0.25  # of the images of the median class


class Look(StrEnum):
    """What a confusion looks like."""

    TWINS = "visual twins"
    IMBALANCE = "imbalance"
    LABEL_NOISE = "label noise"
    FEW_IMAGES = "too few images"


@dataclass(frozen=True)
class Cause:
    """One thing that a confusion looks like.

    Attributes:
        look: Which.
        reason: What was found, one sentence.
        remedy: What to do, one sentence.
    """

    look: Look
    reason: str
    remedy: str


def find_twins(facts: PairFacts) -> Cause | None:
    """Confused both ways, often, and each way more than mistakes that fall on all classes alike."""
    voices = facts.voices
    if facts.direction is not Direction.BOTH or min(voices.rates) < TWIN_SHARE:
        return None
    if facts.num_classes > 2:
        from scipy.stats import binomtest  # noqa: PLC0415

        even = 1 / (facts.num_classes - 1)
        pairs = zip(voices.towards, voices.wrong, strict=True)
        if max(binomtest(*pair, even, "greater").pvalue for pair in pairs) >= SIGNIFICANCE:
            return None
    there, back = voices.rates
    each = ", each group of images counted once" if voices.by_group else ""
    return Cause(
        Look.TWINS,
        f"They look alike to the network: it confuses them both ways ({there:.0%} and {back:.0%}{each}), "
        f"more often than if its mistakes fell on all classes alike.",
        "Merge them, unless the difference matters to you.",
    )


def find_imbalance(facts: PairFacts, train_counts: Sequence[int] | None, balanced: bool) -> Cause | None:
    """One way, towards the class with more training images."""
    if facts.direction is not Direction.ONE_WAY or train_counts is None:
        return None
    source, target = facts.source, 1 - facts.source
    have, other = train_counts[facts.indices[source]], train_counts[facts.indices[target]]
    if other < IMBALANCE * max(1, have):
        return None
    name, taken = facts.names[source], facts.names[target]
    remedy = (
        f"This run made up for small classes already, so weights will not help more; add images of {name}."
        if balanced
        else "Train again with class weights, so that an image of a small class counts more."
    )
    return Cause(
        Look.IMBALANCE,
        f"{name} has {counted(have, 'training image')}, {taken} has {other:,}: in doubt the network says the "
        f"larger class.",
        remedy,
    )


def find_label_noise(facts: PairFacts, sure: SureMistakes) -> Cause | None:
    """Mistakes that are confident and isolated: the network is sure, and keeps the two apart otherwise."""
    voices = facts.voices
    if sure.num_voices < 2 or 2 * sure.num_voices < voices.num_mistaken:
        return None
    if sure.shared > SHARED or max(voices.rates) > NOISE_SHARE:
        return None
    of_groups = f" (of {counted(sure.num_voices, 'group')} of images)" if voices.by_group else ""
    return Cause(
        Look.LABEL_NOISE,
        f"{len(sure.ids):,} of {counted(facts.num_mistakes, 'mistake')}{of_groups} are confident, while the "
        f"network keeps the two apart otherwise (on recognized images the other class gets "
        f"{sure.shared:.1%}): some labels may be wrong.",
        "Check the labels of these images before you merge.",
    )


def find_few_images(facts: PairFacts, train_counts: Sequence[int] | None) -> Cause | None:
    """A class that is often mistaken for the other has too few training images to be learned."""
    if train_counts is None:
        return None
    usual = int(np.median(train_counts))
    least = max(FEW_IMAGES, int(np.ceil(FEW_SHARE * usual)))
    lacking = [
        (name, train_counts[index])
        for name, index, share in zip(facts.names, facts.indices, facts.voices.rates, strict=True)
        if share >= TWIN_SHARE and train_counts[index] < least
    ]
    if not lacking:
        return None
    goal = max(FEW_IMAGES, usual)
    have = " and ".join(f"{name} has {counted(count, 'training image')}" for name, count in lacking)
    add = " and ".join(f"{goal - count:,} images of {name}" for name, count in lacking)
    return Cause(
        Look.FEW_IMAGES,
        f"{have}; the usual class here has {usual:,}, and below {FEW_IMAGES} little is learned.",
        f"Add about {add}.",
    )
