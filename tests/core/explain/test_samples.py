import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.datasets.dataset import Dataset
from core.errors import DatasetFileError, GroupingError, PredictionsError, RunError
from core.explain.samples import check_classes, learned_grouping, pick_samples, read_upload
from core.predictions import Predictions
from core.runs.config import RunConfig

TABLE = pd.DataFrame(
    {
        "label": [0, 1, 2, 0, 1, 2],
        "split": ["val", "val", "val", "val", "train", "val"],
        "excluded": [False, False, False, False, False, True],
    }
)
DATASET = Dataset("pets", "Pets.", ("ant", "bee", "cat"), TABLE)
PREDICTIONS = Predictions(
    "val", DATASET.class_names, y_true=np.array([0, 1, 2, 0]), sample_ids=np.array([0, 1, 2, 3]),
    probs=np.array([[0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.1, 0.2, 0.7]], np.float32),
)  # fmt: skip


def test_all_images_of_a_split_are_offered_but_excluded_ones():
    assert pick_samples(DATASET, "val").tolist() == [0, 1, 2, 3]


def test_images_of_some_classes_only():
    assert pick_samples(DATASET, "val", classes=["ant", "cat"]).tolist() == [0, 2, 3]


def test_mistakes_come_the_surest_first():
    assert pick_samples(DATASET, "val", mistakes_of=PREDICTIONS).tolist() == [2, 3, 0]


def test_mistakes_of_one_class_keep_their_order():
    assert pick_samples(DATASET, "val", classes=["ant"], mistakes_of=PREDICTIONS).tolist() == [3, 0]


def test_a_run_without_groups_has_learned_the_classes():
    config = RunConfig.make(dataset="pets")
    assert learned_grouping(config, DATASET).group_names == ("ant", "bee", "cat")


def test_a_grouped_run_has_learned_its_groups():
    config = RunConfig.make(dataset="pets", groups={"ant": "insect", "bee": "insect", "cat": "cat"})
    grouping = learned_grouping(config, DATASET)
    assert grouping.group_names == ("insect", "cat")
    assert grouping.assignment == (0, 0, 1)


def test_groups_of_classes_that_the_dataset_no_longer_has_are_refused():
    config = RunConfig.make(dataset="pets", groups={"ant": "insect"})
    with pytest.raises(GroupingError, match="give each class of the dataset exactly one group"):
        learned_grouping(config, DATASET)


def test_mistakes_on_images_that_are_gone_are_refused():
    probs = np.array([[0.2, 0.8]], np.float32)
    gone = Predictions("val", ("ant", "bee"), y_true=np.array([0]), probs=probs, sample_ids=np.array([99]))
    with pytest.raises(PredictionsError, match="train a run on the dataset as it is now"):
        pick_samples(DATASET, "val", mistakes_of=gone)


def test_a_network_of_another_number_of_classes_is_refused():
    grouping = learned_grouping(RunConfig.make(dataset="pets"), DATASET)
    check_classes(np.full(3, 1 / 3), DATASET, grouping)
    with pytest.raises(RunError, match=r"learned 2 classes.* now gives it 3; choose another run"):
        check_classes(np.full(2, 1 / 2), DATASET, grouping)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_an_uploaded_picture_is_read_as_rgb(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (30, 20), (200, 30, 30)).save(buffer, kind)
    pixels = read_upload(buffer.getvalue(), "mine")
    assert pixels.shape == (20, 30, 3)
    assert np.abs(pixels.astype(int) - (200, 30, 30)).max() < 12


def test_an_upload_that_is_no_picture_is_refused_with_its_name():
    with pytest.raises(DatasetFileError, match=r"notes\.png cannot be used as an image\. .*replace it"):
        read_upload(b"hello", "notes.png")
