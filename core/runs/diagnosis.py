"""What a history says in plain words: what went wrong, by which numbers, and what to do.

A student believes what a page says, so a finding is told only where it is clear: a rise or fall has to be
larger than the noise of its curve, which is measured from the curve itself (the median absolute second
difference; a straight trend adds nothing to it). Everything else stays unsaid.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.runs.config import RunConfig

if TYPE_CHECKING:
    import pandas as pd

OVERFIT_EPOCHS = 5  # epochs after the best one from which on a trend is told
MIN_CHANGE = 0.15  # of a loss: smaller changes are not worth a word
NOISE_FACTOR = 3.0  # times the noise of a curve that a change must exceed
RISING_SHARE = 0.8  # of all pairs of epochs, the later of which must be higher in a rising curve
NOT_LEARNING_EPOCHS = 3
KNOWS_NOTHING = 0.97  # share of the loss of always saying the class shares, above which nothing is learned
IMPROVING_EPOCHS = 3
IMPROVING_CHANGE = 0.03
NEARLY_PERFECT = 0.99  # accuracy from which on longer training gains nothing to speak of
JUMP_FACTOR = 1.5  # one epoch's training loss over the one before it
JUMP_NATS = 0.2
NOISE_OF_SECOND_DIFFERENCE = 1.4826 / 6**0.5  # median absolute value -> standard deviation of one value


class Kind(StrEnum):
    """What is found."""

    NOT_A_NUMBER = "not a number"
    RATE_TOO_HIGH = "learning rate too high"
    NOT_LEARNING = "not learning"
    OVERFITTING = "overfitting"
    STILL_IMPROVING = "still improving"


class Finding(NamedTuple):
    """One thing to tell.

    Attributes:
        kind: What is found.
        title: The same in a few words for a person.
        numbers: One or two sentences: the numbers it rests on.
        remedy: What to do, in one sentence.
    """

    kind: Kind
    title: str
    numbers: str
    remedy: str


def diagnose(
    history: "pd.DataFrame",
    config: RunConfig,
    *,
    val_counts: Sequence[int] | None = None,
    class_names: Sequence[str] | None = None,
    is_done: bool = False,
) -> list[Finding]:
    """Return what is clear from a run's history, the worst first; often nothing.

    Args:
        history: One row an epoch with ``epoch loss accuracy val_loss val_accuracy`` and perhaps
            ``val_macro_f1``.
        config: The run's settings, for remedies that it does not use already.
        val_counts: Validation images of each class, shape ``(num_classes,)``; None where unknown.
        class_names: Names of these classes.
        is_done: Whether the training has ended by itself.
    """
    needed = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")
    if not len(history) or any(column not in history for column in needed):
        return []
    found = find_not_a_number(history, config)
    if found is not None:
        return [found]
    unsteady = find_rate_too_high(history, config)
    checks = [
        unsteady,
        find_not_learning(history, config, val_counts, class_names) if unsteady is None else None,
        find_overfitting(history, config) if unsteady is None else None,
        find_still_improving(history, config) if is_done else None,
    ]
    return [finding for finding in checks if finding is not None]


def find_not_a_number(history: "pd.DataFrame", config: RunConfig) -> Finding | None:
    """Return a finding when a loss is not a finite number."""
    for name, title in (("loss", "training"), ("val_loss", "validation")):
        bad = ~np.isfinite(history[name].to_numpy(float))
        if bad.any():
            epoch = int(history["epoch"].to_numpy()[bad][0])
            return Finding(
                Kind.NOT_A_NUMBER,
                "The loss is not a number",
                f"Since epoch {epoch} the {title} loss is not a number any more: the weights have grown "
                f"beyond what a computer can hold.",
                f"Lower the learning rate (now {config.learning_rate:g}) by a factor of 10 and train again.",
            )
    return None


def find_rate_too_high(history: "pd.DataFrame", config: RunConfig) -> Finding | None:
    """Return a finding when the training loss grows, or jumps up again and again."""
    loss = history["loss"].to_numpy(float)
    if len(loss) < 3:
        return None
    remedy = f"Lower the learning rate (now {config.learning_rate:g}) by a factor of 3 to 10."
    jumps = (loss[1:] > JUMP_FACTOR * loss[:-1]) & (loss[1:] - loss[:-1] > JUMP_NATS)
    if jumps.sum() >= 2:
        index = int(np.argmax(np.where(jumps, loss[1:] - loss[:-1], -np.inf)))
        epochs = history["epoch"].to_numpy(int)
        numbers = (
            f"The training loss jumped up {jumps.sum()} times, most from {loss[index]:.3g} in epoch "
            f"{epochs[index]} to {loss[index + 1]:.3g} in epoch {epochs[index + 1]}."
        )
    elif loss[-2:].min() > JUMP_FACTOR * loss[0] and loss[-1] - loss[0] > JUMP_NATS:
        numbers = (
            f"The training loss grew from {loss[0]:.3g} in the first epoch to {loss[-1]:.3g}; it should fall."
        )
    else:
        return None
    return Finding(Kind.RATE_TOO_HIGH, "The learning rate is too high", numbers, remedy)


def find_not_learning(
    history: "pd.DataFrame",
    config: RunConfig,
    val_counts: Sequence[int] | None,
    class_names: Sequence[str] | None = None,
) -> Finding | None:
    """Return a finding when no epoch is better than always saying the largest class.

    Accuracy alone would accuse a run that learned small classes at the cost of the largest, so the validation
    loss must also be no better than that of always answering with the share of each class, and macro F1,
    where it was measured, no better than that of the largest class alone.
    """
    counts = np.asarray([] if val_counts is None else val_counts, dtype=float)
    if len(history) < NOT_LEARNING_EPOCHS or not counts.sum():
        return None
    shares = counts / counts.sum()
    largest = float(shares.max())
    best = float(np.nanmax(history["val_accuracy"].to_numpy(float)))
    error = float(np.sqrt(largest * (1 - largest) / counts.sum()))  # standard error of that share
    entropy = -float(np.sum(shares[shares > 0] * np.log(shares[shares > 0])))
    if best > largest + error or history["val_loss"].min() < KNOWS_NOTHING * entropy:
        return None
    if "val_macro_f1" in history:
        majority_f1 = 2 * largest / (1 + largest) / np.count_nonzero(shares)
        if history["val_macro_f1"].max() > 1.5 * majority_f1:
            return None
    name = f" {class_names[int(shares.argmax())]!r}" if class_names else ""
    return Finding(
        Kind.NOT_LEARNING,
        "It is not learning",
        f"After {len(history)} epochs the best validation accuracy is {best:.1%}; always saying the largest "
        f"class{name} would reach {largest:.1%}.",
        f"Try a learning rate ten times lower or higher (now {config.learning_rate:g}), and look at some "
        f"training images and their labels on Datasets.",
    )


def find_overfitting(history: "pd.DataFrame", config: RunConfig) -> Finding | None:
    """Return a finding when validation loss has clearly risen since its best epoch while training loss fell.

    The rise is counted from the median of the best epoch and its neighbors, to the lowest of the last three.
    """
    loss, val_loss = (history[name].to_numpy(float) for name in ("loss", "val_loss"))
    best = int(val_loss.argmin())
    after = val_loss[best + 1 :]
    if len(after) < OVERFIT_EPOCHS or _share_rising(after) < RISING_SHARE:
        return None
    lowest = float(np.median(val_loss[max(best - 1, 0) : best + 2]))
    last_loss = float(loss[-3:].mean())
    noise = max(_noise(val_loss), _noise_around_line(after))
    rises = _is_clear(after[-3:].min() - lowest, of=lowest, noise=noise)
    falls = _is_clear(loss[best] - last_loss, of=loss[best], noise=_noise(loss))
    if not rises or not falls:
        return None
    epochs = history["epoch"].to_numpy(int)
    return Finding(
        Kind.OVERFITTING,
        f"It learns by heart since epoch {epochs[best + 1]} (overfitting)",
        f"Validation loss rose from {val_loss[best]:.3g} in epoch {epochs[best]} to {after[-1]:.3g}, while "
        f"training loss fell from {loss[best]:.3g} to {loss[-1]:.3g}.",
        _against_overfitting(config),
    )


def find_still_improving(history: "pd.DataFrame", config: RunConfig) -> Finding | None:
    """Return a finding when a run has ended while its validation loss still fell clearly."""
    val_loss = history["val_loss"].to_numpy(float)
    ended_early = len(history) < config.epochs
    if len(val_loss) <= IMPROVING_EPOCHS + 1 or ended_early or val_loss.argmin() != len(val_loss) - 1:
        return None
    last = val_loss[-IMPROVING_EPOCHS - 1 :]
    falls = _is_clear(last[0] - last[-1], of=last[0], noise=_noise(val_loss), change=IMPROVING_CHANGE)
    if not (np.diff(last) < 0).all() or not falls or history["val_accuracy"].iloc[-1] >= NEARLY_PERFECT:
        return None
    return Finding(
        Kind.STILL_IMPROVING,
        "It was still getting better when it ended",
        f"In its last {IMPROVING_EPOCHS} epochs validation loss fell from {last[0]:.3g} to {last[-1]:.3g}, "
        f"its lowest.",
        f"Train for more epochs (now {config.epochs}).",
    )


def less_memory(config: RunConfig) -> str:
    """Return settings that take less memory, in words that follow "train again with".

    >>> less_memory(RunConfig(dataset="digits", batch_size=32))
    'batch size 16 (now 32), or a smaller image size (now 64 x 64 pixels)'
    """
    smaller = f"a smaller image size (now {config.image_size.words} pixels)"
    if config.batch_size == 1:
        return smaller
    return f"batch size {config.batch_size // 2} (now {config.batch_size}), or {smaller}"


def _against_overfitting(config: RunConfig) -> str:
    remedies = []
    if not config.patience:
        remedies.append("early stopping (patience) spares the epochs after the best one")
    if config.augmentation is None:
        remedies.append("augmentation shows it more different images")
    remedies.append("more dropout or weight decay holds it back")
    return f"{'; '.join(remedies).capitalize()}."


def _is_clear(difference: float, *, of: float, noise: float, change: float = MIN_CHANGE) -> bool:
    return bool(difference > change * of and difference > NOISE_FACTOR * noise)


def _noise(values: np.ndarray) -> float:
    """Standard deviation of a curve's values around its trend, nats; 0 where it is too short to tell."""
    if len(values) < 3:
        return 0.0
    return float(np.median(np.abs(np.diff(values, 2)))) * NOISE_OF_SECOND_DIFFERENCE


def _noise_around_line(values: np.ndarray) -> float:
    """Standard deviation of a curve's values around the straight line that fits them best, nats."""
    at = np.arange(len(values))
    residuals = values - np.polyval(np.polyfit(at, values, 1), at)
    return float(np.sqrt(np.sum(residuals**2) / (len(values) - 2)))


def _share_rising(values: np.ndarray) -> float:
    """Share of all pairs in which the later value is the higher one (Kendall's tau is twice that less 1)."""
    earlier, later = np.triu_indices(len(values), 1)
    return float(np.mean(values[later] > values[earlier]))
