"""Labels that a run finds unlikely, against cleanlab itself and by planted mistakes."""

import numpy as np
import pandas as pd
import pytest
from cleanlab.filter import find_label_issues as reference

from core.datasets.dataset import TABLE_COLUMNS, Dataset
from core.datasets.editing.edits import exclude, record, relabel
from core.datasets.store import load_dataset
from core.errors import PredictionsError
from core.evaluation.label_issues import find_label_issues
from core.evaluation.mistakes import check_images
from core.predictions import Predictions, load_predictions

NAMES = ("cat", "dog", "cow")
NUM = 120


def make_dataset(labels, excluded=()) -> Dataset:
    table = pd.DataFrame(
        {
            "path": [f"{n}.jpg" for n in range(len(labels))], "position": -1, "label": labels,
            "split": "test", "group": None, "width": 8, "height": 8, "mode": "L", "sha1": "x",
            "excluded": np.isin(np.arange(len(labels)), excluded), "reason": None,
        }
    ).astype(TABLE_COLUMNS)  # fmt: skip
    return Dataset("zoo", "", NAMES, table)


def sure_of(truth, share=0.9):
    probs = np.full((len(truth), len(NAMES)), (1 - share) / (len(NAMES) - 1), np.float32)
    probs[np.arange(len(truth)), truth] = share
    return probs


def predictions_of(labels, truth, split="test", first=0):
    ids = np.arange(first, first + len(labels))
    return Predictions(split, NAMES, np.asarray(labels), sure_of(truth), ids)


@pytest.fixture
def planted():
    """A dataset with three wrong labels among 120, and a run that knows the truth; first half val."""
    truth = np.arange(NUM) % 3
    labels = truth.copy()
    labels[[7, 50, 100]] = (truth[[7, 50, 100]] + 1) % 3
    both = [
        predictions_of(labels[:60], truth[:60], "val"),
        predictions_of(labels[60:], truth[60:], "test", first=60),
    ]
    return make_dataset(labels), both, truth


def test_planted_mistakes_are_found_with_the_right_suggestion(planted):
    dataset, predictions, truth = planted
    issues = find_label_issues(dataset, predictions)
    assert sorted(issues.sample_ids.tolist()) == [7, 50, 100]
    assert issues.given.tolist() == dataset.labels(issues.sample_ids).tolist()
    assert issues.suggested.tolist() == truth[issues.sample_ids].tolist()
    assert np.allclose(issues.scores, 0.05)
    assert (issues.num_images, issues.num_issues) == (NUM, 3)
    assert issues.accuracy == pytest.approx(117 / 120)


def test_the_list_is_cleanlab_s_and_the_least_likely_label_comes_first():
    random = np.random.default_rng(3)
    labels = random.integers(0, 3, 300)
    probs = random.dirichlet(np.ones(3) * 0.6, 300)
    noisy = np.where(random.random(300) < 0.15, random.integers(0, 3, 300), labels)
    probs[np.arange(300), noisy] += 1.5
    probs = (probs / probs.sum(axis=1, keepdims=True)).astype(np.float32)
    issues = find_label_issues(
        make_dataset(labels), [Predictions("val", NAMES, labels, probs, np.arange(300))]
    )
    exact = probs.astype(float) / probs.astype(float).sum(axis=1, keepdims=True)
    expected = np.flatnonzero(reference(labels, exact, n_jobs=1))
    expected = expected[probs[expected].argmax(axis=1) != labels[expected]]
    assert sorted(issues.sample_ids.tolist()) == expected.tolist()
    assert issues.num_issues > 3
    assert issues.scores.tolist() == sorted(issues.scores.tolist())
    assert np.allclose(issues.scores, probs[issues.sample_ids, labels[issues.sample_ids]])


def test_relabeled_images_are_judged_by_their_new_label_and_excluded_ones_not_at_all(home, finish_run):
    run = finish_run(home)
    dataset = load_dataset(home, "digits")
    predictions = [load_predictions(run.predictions_path(split)) for split in ("val", "test")]
    before = find_label_issues(dataset, predictions)
    first, second = (int(one) for one in before.sample_ids[:2])
    edited = record(home, dataset, relabel(dataset, {first: dataset.class_names[before.suggested[0]]}))
    edited = record(home, edited, exclude(edited, [second]))
    after = find_label_issues(edited, predictions)
    assert not {first, second} & set(after.sample_ids.tolist())
    assert after.num_images == before.num_images - 1
    check_images(predictions[0], edited)


def test_a_run_on_groups_or_other_classes_is_refused(planted):
    dataset, (val, _), _ = planted
    grouped = Predictions("val", ("pet", "cow", "x"), val.y_true, val.probs, val.sample_ids)
    with pytest.raises(PredictionsError, match=r"other classes apart than 'zoo' has.*trained on all classes"):
        find_label_issues(dataset, [grouped])


def test_other_images_than_those_of_the_run_are_refused(planted):
    dataset, (val, test), _ = planted
    other = make_dataset((dataset.labels(np.arange(NUM)) + 1) % 3)
    with pytest.raises(PredictionsError, match="was changed after these predictions were made"):
        find_label_issues(other, [val])
    with pytest.raises(PredictionsError, match="was changed"):
        find_label_issues(make_dataset(np.zeros(5, int)), [test])


def test_training_predictions_are_not_out_of_sample(planted):
    dataset, (val, _), _ = planted
    with pytest.raises(ValueError, match="not out of sample"):
        find_label_issues(dataset, [predictions_of(val.y_true, val.y_true, "train")])


def test_when_nothing_is_left_to_judge_it_is_said(planted):
    dataset, predictions, _ = planted
    labels = dataset.labels(np.arange(NUM))
    with pytest.raises(PredictionsError, match="none is left in 'zoo'; train a run"):
        find_label_issues(make_dataset(labels, excluded=range(NUM)), predictions)
    with pytest.raises(PredictionsError, match="none is left"):
        find_label_issues(dataset, [])


def test_probabilities_that_are_no_numbers_are_refused(planted):
    dataset, (val, _), _ = planted
    for wrong in (np.nan, 0.0):
        probs = val.probs.copy()
        probs[3] = wrong
        broken = Predictions("val", NAMES, val.y_true, probs, val.sample_ids)
        with pytest.raises(PredictionsError, match="training has failed; choose another run"):
            find_label_issues(dataset, [broken])


def test_a_single_class_has_no_wrong_labels():
    labels = np.zeros(20, int)
    issues = find_label_issues(make_dataset(labels), [predictions_of(labels, labels)])
    assert issues.num_issues == 0


def test_a_class_that_does_not_occur_disturbs_nothing():
    labels = np.array([0, 1] * 20)
    truth = labels.copy()
    truth[5] = 2
    issues = find_label_issues(make_dataset(labels), [predictions_of(labels, truth)])
    assert issues.num_images == 40
    assert set(issues.sample_ids.tolist()) <= {5}


def test_the_notes_say_which_splits_and_what_relabeling_changes(planted):
    dataset, (val, test), truth = planted
    both = " ".join(find_label_issues(dataset, [val, test]).notes)
    assert "Looked at 120 validation and test images. Training images are left out" in both
    assert "Relabeling test images changes what the test measures" in both
    assert "weak" not in both
    assert "Relabeling" not in " ".join(find_label_issues(dataset, [val]).notes)
    wrong = Predictions("val", NAMES, val.y_true, sure_of((truth[:60] + 1) % 3), val.sample_ids)
    notes = " ".join(find_label_issues(dataset, [wrong]).notes)
    assert "agrees with 3% of these labels. So weak a network suspects many labels that are right" in notes


def test_rare_classes_are_mentioned():
    labels = np.array([0, 1] * 20 + [2] * 4)
    issues = find_label_issues(make_dataset(labels), [predictions_of(labels, labels)])
    assert "fewer than 5 of these images: 1" in issues.notes[-1]
