"""Orders and class weights, against scikit-learn and the papers' formulas."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from core.runs.config import RunConfig
from core.training.sampling import compute_class_weights, count_steps, epoch_order

LABELS = np.array([0] * 12 + [1] * 5 + [3] * 2)  # class 2 has no image


def config_of(**settings):
    return RunConfig.make(**{"dataset": "d", "batch_size": 4, **settings})


def test_a_natural_epoch_shows_each_image_once_in_an_order_of_its_own():
    orders = [epoch_order(config_of(seed=seed), LABELS, epoch) for seed, epoch in ((0, 1), (0, 2), (1, 1))]
    assert all(sorted(order) == list(range(len(LABELS))) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    assert np.array_equal(orders[1], epoch_order(config_of(), LABELS, 2))


@pytest.mark.parametrize("sampling", ["natural", "balanced"])
@pytest.mark.parametrize("steps", [1, 3, 7, 20])
def test_with_steps_an_epoch_goes_on_where_the_last_one_ended(sampling, steps):
    config = config_of(steps_per_epoch=steps, sampling=sampling)
    assert count_steps(config, len(LABELS)) == steps
    epochs = [epoch_order(config, LABELS, epoch) for epoch in range(1, 12)]
    assert {len(order) for order in epochs} == {4 * steps}
    stream = np.concatenate(epochs)
    whole = config_of(sampling=sampling)
    passes = [epoch_order(whole, LABELS, number) for number in range(1, len(stream) // len(LABELS) + 2)]
    assert np.array_equal(stream, np.concatenate(passes)[: len(stream)])


def test_an_epoch_without_steps_has_as_many_as_it_takes():
    assert [count_steps(config_of(), num_samples) for num_samples in (1, 4, 5, 19)] == [1, 1, 2, 5]


def test_a_balanced_epoch_shows_as_many_images_of_each_class():
    counts = [np.bincount(LABELS[epoch_order(config_of(sampling="balanced"), LABELS, e)]) for e in (1, 2, 3)]
    assert all(count.sum() == 19 and count[2] == 0 and set(count[[0, 1, 3]]) == {6, 7} for count in counts)
    order = epoch_order(config_of(sampling="balanced"), LABELS, 1)
    shown = np.bincount(order, minlength=19)
    assert shown[:12].max() == 1  # of a large class none twice
    assert set(shown[17:]) <= {3, 4}  # of a small class all in turn
    assert set(shown[12:17]) <= {1, 2}


def test_a_balanced_epoch_mixes_the_classes():
    labels = np.repeat([0, 1], 500)
    order = epoch_order(config_of(sampling="balanced"), labels, 1)
    assert 200 < labels[order[:500]].sum() < 300


def test_a_class_larger_than_its_share_is_shown_in_parts_that_change():
    labels = np.array([0] * 98 + [1] * 2)
    shown = [set(epoch_order(config_of(sampling="balanced"), labels, epoch)) for epoch in (1, 2)]
    assert shown[0] != shown[1]


def test_balanced_weights_are_those_of_scikit_learn():
    weights = compute_class_weights(config_of(class_weights="balanced"), LABELS, 4)
    expected = compute_class_weight("balanced", classes=np.array([0, 1, 3]), y=LABELS)
    assert weights[[0, 1, 3]] == pytest.approx(expected)
    assert weights[2] == 0
    assert weights.dtype == np.float32


def test_effective_weights_are_those_of_the_paper():
    beta = 0.9
    weights = compute_class_weights(config_of(class_weights="effective", effective_beta=beta), LABELS, 4)
    raw = np.array([(1 - beta) / (1 - beta**n) for n in (12, 5, 2)])
    assert weights[[0, 1, 3]] == pytest.approx(raw / raw.sum() * 3)
    assert weights[2] == 0


def test_effective_weights_lie_between_equal_and_inverse_to_the_number():
    equal = compute_class_weights(config_of(class_weights="effective", effective_beta=0), LABELS, 4)
    assert equal[[0, 1, 3]] == pytest.approx(1)
    inverse = compute_class_weights(config_of(class_weights="effective", effective_beta=1 - 1e-9), LABELS, 4)
    assert inverse[3] / inverse[0] == pytest.approx(6, rel=1e-4)


def test_thousands_of_images_a_class_give_no_infinite_weight():
    labels = np.repeat([0, 1], [50_000, 1])
    weights = compute_class_weights(config_of(class_weights="effective"), labels, 3)
    assert np.isfinite(weights).all()
    assert weights[1] == pytest.approx(2, rel=0.01)


def test_without_the_setting_there_are_no_weights():
    assert compute_class_weights(config_of(), LABELS, 4) is None
