"""The truth about a gain in one sentence: what merging gives for free, and what is real."""

from core.regrouping.truth.gain import Gain
from core.words import PERCENT

NOTHING_MERGED = "Every class stands alone: there is no gain to tell yet."
ONE_GROUP = "Everything is in one group: every answer is right, and says nothing."


LUCK_OF_SEARCH = "luck of the search"
LUCK_OF_CHOICE = "luck of choosing on these images"


def gain_in_words(gain: Gain | None, *, num_groups: int, luck: str = "") -> str:
    """Say in one sentence what merging gives for free and what is real.

    Args:
        gain: The gain; None when nothing is merged.
        num_groups: Groups after merging.
        luck: What else could have made the gain, where the groups were chosen on these very images and chance
            did not choose; empty where they were not, or chance did.
    """
    if gain is None:
        return NOTHING_MERGED
    if num_groups == 1:
        return ONE_GROUP
    if gain.before == 1.0:
        return "There were no mistakes: merging cannot gain anything."
    free = f"Merging gives {signed(gain.free)} for free"
    interval = f"95{PERCENT}: {signed(gain.real_low)} to {signed(gain.real_high)}; {p_in_words(gain)}"
    if gain.is_shown:
        return f"{free}; {signed(gain.real)} is real{f', or {luck}' if luck else ''} ({interval})."
    if gain.real_high < 0:
        return f"Merging so gives less than what is for free, by {signed(gain.real)} ({interval})."
    return f"{free}; the other {signed(gain.real)} cannot be told from chance ({interval})."


def p_in_words(gain: Gain) -> str:
    """Write the p-value; where nothing drawn did as well, it is at most that.

    >>> p_in_words(Gain("searches", 199, 10, 0.5, 0.9, 0.6, 0.5, 0.7, 1 / 200))
    'p at most 0.005'
    """
    smallest = gain.p_value * (gain.num_draws + 1) < 1.5
    return f"p {'at most ' if smallest else ''}{max(gain.p_value, 0.001):.3f}"


def signed(difference: float) -> str:
    """Write a difference with its sign and three digits.

    >>> signed(0.0123), signed(-0.0001)
    ('+0.012', '+0.000')
    """
    return f"{round(difference, 3) + 0.0:+.3f}"  # adding 0.0 turns -0.0 into 0.0
