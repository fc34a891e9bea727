"""The outcome of a duel in plain words, which claim no more than the tests allow."""

from core.regrouping.duel.results import FULL, MERGED, RETRAINED, SUMMED, Difference, Duel, DuelRow
from core.regrouping.duel.significance import EXACT_BELOW
from core.words import SPLIT_NAMES, counted

__all__ = ["conclude"]

OTHERS = {MERGED: "merging afterward", SUMMED: "summing the full model's probabilities"}


def conclude(duel: Duel) -> tuple[str, ...]:
    """Return the sentences of a duel, the most important first.

    A difference counts as proven on the images where its bootstrap interval leaves out 0 and, of a single
    pair of runs, McNemar's test agrees; of the way of training where Welch's test over the seeds does, too.
    """
    full, merged, retrained = duel.row(FULL), duel.row(MERGED), duel.row(RETRAINED)
    assert full is not None
    assert merged is not None
    images = counted(duel.num_samples, f"{SPLIT_NAMES[duel.split]} image")
    merging = (
        f"Merging alone takes the full model from {full.accuracy:.1%} ({full.num_classes} classes) to "
        f"{merged.accuracy:.1%} ({merged.num_classes} groups); random groups of the same sizes would give "
        f"{duel.random_mean:.1%} on average."
    )
    if retrained is None:
        first = f"On {images}, {merging[0].lower()}{merging[1:]}"
        return first, _summed(duel), "No run was trained on these groups yet."
    outcomes = [_outcome(duel, name) for name in (MERGED, SUMMED)]
    return (
        f"On the same {images}, {outcomes[0]}.",
        _of_seeds(full, retrained),
        f"Besides, {outcomes[1]}.",
        merging,
    )


def _summed(duel: Duel) -> str:
    """Summed probabilities against merging, both of the same networks."""
    summed, found = duel.row(SUMMED), duel.difference(SUMMED, MERGED)
    assert summed is not None
    assert found is not None
    points = 100 * found.mean
    if not round(points, 1):
        return f"Summing the probabilities within groups instead is equally good ({summed.accuracy:.1%})."
    word = "better" if points > 0 else "worse"
    return (
        f"Summing the probabilities within groups instead ({summed.accuracy:.1%}) is {abs(points):.1f} "
        f"points {word}, {_verdict(found)} ({_tests(found, 1)})."
    )


def _outcome(duel: Duel, name: str) -> str:
    """Training again against another way: which is better, by how much, and what chance explains."""
    retrained, other, found = duel.row(RETRAINED), duel.row(name), duel.difference(RETRAINED, name)
    assert retrained is not None
    assert other is not None
    assert found is not None
    ours = f"training again on the groups ({retrained.accuracy:.1%})"
    theirs = f"{OTHERS[name]} ({other.accuracy:.1%})"
    points = abs(100 * found.mean)
    if not round(points, 1):
        return f"{ours} and {theirs} are equally good"
    better, worse = (ours, theirs) if found.mean > 0 else (theirs, ours)
    tests = _tests(found, 1 if found.mean > 0 else -1)
    return f"{better} is {points:.1f} points better than {worse}, {_verdict(found)} ({tests})"


def _verdict(found: Difference) -> str:
    if not found.is_beyond_images:
        return "which the choice of images alone can explain"
    if found.is_beyond_seeds is None:
        return "more than the choice of images explains"
    if found.is_beyond_seeds:
        return "more than the choice of images and of training seeds explains"
    return "more than the choice of images explains, but not more than training seeds can"


def _tests(found: Difference, sign: int) -> str:
    """Interval and p-values; ``sign`` -1 where the sentence tells the difference the other way round."""
    ends = sorted((100 * sign * found.low, 100 * sign * found.high))
    said = [f"95 % interval {ends[0]:+.1f} to {ends[1]:+.1f}"]
    if found.is_of_one_pair:
        said.append(f"McNemar p {p_words(found.tests[0].p_value)}")
    if found.seeds_p is not None:
        said.append(f"over seeds p {p_words(found.seeds_p)}")
    return "; ".join(said)


def _of_seeds(full: DuelRow, retrained: DuelRow) -> str:
    """How far the result speaks of the way of training, and not of networks that just came out so."""
    if full.num_runs == retrained.num_runs == 1:
        return (
            "These are two single networks, and training again with another seed gives other figures; with "
            "several seeds of both, the ways of training themselves can be compared."
        )
    runs = f"{counted(full.num_runs, 'full network')} and {counted(retrained.num_runs, 'retrained one')}"
    if min(full.num_runs, retrained.num_runs) > 1:
        return f"The figures are means over {runs}, each trained with a seed of its own."
    return (
        f"The figures are means over {runs}; of the one trained once, nobody knows yet how much another seed "
        f"would change."
    )


def p_words(p_value: float) -> str:
    """Return a p-value as sentences say it.

    >>> p_words(0.00001), p_words(0.04321)
    ('< 0.001', '= 0.043')
    """
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def method_words() -> str:
    """Return which form of McNemar's test is taken when."""
    return (
        f"McNemar's test looks at the images where just one of two networks is right: exact (binomial) below "
        f"{EXACT_BELOW} such images, by chi-square with continuity correction from {EXACT_BELOW} on."
    )
