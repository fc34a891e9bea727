"""Answers of a run, laid onto the images of its dataset."""

import numpy as np

from core.evaluation.answers import answers_by_image, predicted_by_image
from core.predictions import Predictions


def predictions(split, sample_ids, y_true, y_pred):
    return Predictions(split, ("a", "b"), np.array(y_true), np.eye(2)[y_pred], np.array(sample_ids))


VAL = predictions("val", [4, 1], [0, 1], [0, 0])
TEST = predictions("test", [2], [1], [1])


def test_each_image_is_right_wrong_or_not_asked():
    assert answers_by_image([VAL, TEST], 6).tolist() == [-1, 1, 0, -1, 0, -1]


def test_each_image_has_its_predicted_class():
    assert predicted_by_image([VAL, TEST], 6).tolist() == [-1, 0, 1, -1, 0, -1]


def test_images_that_the_dataset_no_longer_has_are_passed_over():
    assert answers_by_image([VAL], 3).tolist() == [-1, 1, -1]


def test_without_predictions_nothing_was_asked():
    assert answers_by_image([], 2).tolist() == [-1, -1]
