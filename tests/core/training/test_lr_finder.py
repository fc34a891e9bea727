"""The learning-rate range test: its rates, its end, and what it suggests."""

import numpy as np
import pytest

from core.training.lr_finder import LossOfSteps, rate_range, smooth_losses, suggest_rate


class FakeModel:
    stop_training = False

    def reset_metrics(self) -> None:
        return


def feed(losses: list[float]) -> LossOfSteps:
    callback = LossOfSteps(lambda done: None)
    callback.set_model(FakeModel())
    for step, loss in enumerate(losses):
        callback.on_train_batch_begin(step)
        callback.on_train_batch_end(step, {"loss": loss})
        if callback.model.stop_training:
            break
    return callback


def test_the_rates_grow_by_the_same_factor_over_eight_decades() -> None:
    rates = rate_range()
    assert (len(rates), rates[0], rates[-1]) == (100, pytest.approx(1e-7), pytest.approx(10))
    np.testing.assert_allclose(rates[1:] / rates[:-1], 10 ** (8 / 99))


def test_it_stops_when_the_smoothed_loss_is_four_times_its_least() -> None:
    assert len(feed([2.0] * 20).losses) == 20
    assert len(feed([2.0] * 10 + [7.9] * 100).losses) == 110
    diverging = feed([2.0] * 10 + [9.0] * 100)
    # By hand: 2 * 0.8**k + 9 * (1 - 0.8**k) > 8 first holds for k = 9.
    assert 18 <= len(diverging.losses) <= 20


def test_a_loss_that_is_no_number_ends_it_and_is_left_out() -> None:
    assert feed([2.0, 1.0, float("nan"), 1.0]).losses == [2.0, 1.0]


def test_smoothing_shifts_nothing() -> None:
    steps = np.arange(41.0)
    bump = np.exp(-(((steps - 20) / 5) ** 2))
    assert smooth_losses(bump).argmax() == 20
    np.testing.assert_allclose(smooth_losses(steps)[15:26], steps[15:26], rtol=1e-4)


def test_the_suggestion_is_where_the_loss_falls_fastest() -> None:
    rates = rate_range()
    losses = 2 / (1 + np.exp(3 * (np.log10(rates) + 3))) + np.where(rates > 1, rates, 0)  # steepest at 1e-3
    found = suggest_rate(rates, losses)
    assert found.rate == pytest.approx(1e-3, rel=0.2)
    assert "falls fastest" in found.reason


def test_a_loss_that_never_falls_gives_no_suggestion() -> None:
    found = suggest_rate(rate_range(), np.full(100, 2.3))
    assert found.rate is None
    assert "did not fall at any rate" in found.reason
    assert suggest_rate(rate_range()[:2], np.array([2.0, 1.0])).rate is None
