"""One sentence on a gain: it never claims p = 0 and tells no gain where nothing is merged."""

import pytest

from core.regrouping.truth.gain import Gain
from core.regrouping.truth.words import LUCK_OF_CHOICE, LUCK_OF_SEARCH, gain_in_words, p_in_words


def gain_of(real: float, half: float, p_value: float, num_draws: int = 1000, before: float = 0.5) -> Gain:
    mean = 0.6
    return Gain("groupings", num_draws, 100, before, mean + real, mean, mean - half, mean + half, p_value)


def test_what_is_free_and_what_is_real_stand_in_one_sentence() -> None:
    assert gain_in_words(gain_of(0.2, 0.05, 0.004), num_groups=4) == (
        "Merging gives +0.100 for free; +0.200 is real (95\N{NO-BREAK SPACE}%: +0.150 to +0.250; p 0.004)."
    )


@pytest.mark.parametrize("luck", [LUCK_OF_SEARCH, LUCK_OF_CHOICE])
def test_groups_that_were_chosen_on_these_images_may_be_luck(luck: str) -> None:
    words = gain_in_words(gain_of(0.2, 0.05, 0.004), num_groups=4, luck=luck)
    assert f"+0.200 is real, or {luck} (95\N{NO-BREAK SPACE}%" in words


def test_groups_that_gain_less_than_chance_are_told_apart_from_it() -> None:
    words = gain_in_words(gain_of(-0.08, 0.05, 1.0), num_groups=4)
    assert words == (
        "Merging so gives less than what is for free, by -0.080 "
        "(95\N{NO-BREAK SPACE}%: -0.130 to -0.030; p 1.000)."
    )


def test_what_is_within_chance_is_not_called_real() -> None:
    words = gain_in_words(gain_of(0.02, 0.05, 0.3), num_groups=4)
    assert words == (
        "Merging gives +0.100 for free; the other +0.020 cannot be told from chance "
        "(95\N{NO-BREAK SPACE}%: -0.030 to +0.070; p 0.300)."
    )


def test_the_smallest_p_value_is_given_as_a_bound_and_never_as_zero() -> None:
    assert p_in_words(gain_of(0.2, 0.05, 1 / 1001)) == "p at most 0.001"
    assert p_in_words(gain_of(0.2, 0.05, 1 / 200, num_draws=199)) == "p at most 0.005"
    assert p_in_words(gain_of(0.2, 0.05, 1 / 100_001, num_draws=100_000)) == "p at most 0.001"


def test_where_there_is_nothing_to_gain_that_is_said() -> None:
    assert "no gain to tell" in gain_in_words(None, num_groups=5)
    assert "says nothing" in gain_in_words(gain_of(0.0, 0.0, 1.0), num_groups=1)
    assert "no mistakes" in gain_in_words(gain_of(0.0, 0.0, 1.0, before=1.0), num_groups=3)
