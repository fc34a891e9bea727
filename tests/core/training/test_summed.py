"""The summed network: one frozen layer of zeros and ones more, which says the sums."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.store import load_dataset
from core.errors import GroupingError
from core.models.registry import build_model
from core.models.run_loading import load_saved
from core.predictions import Predictions
from core.regrouping.duel.comparison import compare
from core.regrouping.duel.contenders import Contender
from core.regrouping.duel.results import SUMMED
from core.regrouping.grouping import Grouping
from core.regrouping.scoring.score import score_grouping
from core.regrouping.scoring.scorer import Scorer
from core.runs.config import RunConfig
from core.runs.run import Run, create_run
from core.training.export import _export
from core.training.summed import LAYER_NAME, add_groups, sum_of_groups
from core.workspace import Workspace

DIGITS = tuple("0123456789")
PAIRS = Grouping.from_assignment(DIGITS, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
THREE = Grouping.from_assignment("abcd", [0, 1, 0, 2])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 1000))
def test_sums_are_those_that_scores_are_computed_from(numbers: list[int], seed: int) -> None:
    grouping = Grouping.from_assignment("abcd", numbers)
    probs = np.random.default_rng(seed).dirichlet(np.ones(4), 5).astype(np.float32)
    known = Predictions("val", grouping.class_names, np.zeros(5, int), probs, np.arange(5))
    sums = sum_of_groups(probs, grouping)
    np.testing.assert_allclose(sums.max(axis=1), Scorer(known).summed_confidence(grouping), rtol=1e-6)
    assert sums.sum(axis=1) == pytest.approx(np.ones(5), rel=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.integers(0, 1000), st.booleans())
def test_of_equal_sums_the_layer_the_duel_and_the_score_take_the_same_group(
    numbers: list[int], seed: int, is_half: bool
) -> None:
    rng = np.random.default_rng(seed)
    grouping = Grouping.from_assignment("abcdef", numbers)
    probs = rng.multinomial(8, np.full(6, 1 / 6), 40) / 8  # sums are exact, and often equal
    kept = probs.astype(np.float16 if is_half else np.float32)
    known = Predictions("test", grouping.class_names, rng.integers(0, 6, 40), kept, np.arange(40))
    entry = keras.Input((6,))
    layer = add_groups(keras.Model(entry, keras.layers.Identity()(entry)), grouping)
    answers = np.asarray(layer(kept.astype(np.float32))).argmax(axis=1)
    assert answers.tolist() == Scorer(known).summed_answer(grouping).tolist()
    accuracy = np.mean(answers == grouping.group_of_class[known.y_true])
    row = compare([Contender("full", 0, 1.0, known)], grouping).row(SUMMED)
    assert row is not None
    assert row.accuracy == score_grouping(known, grouping, num_random=1).accuracy_summed == accuracy


def test_the_layer_is_frozen_and_holds_a_one_for_each_class() -> None:
    entry = keras.Input((4,))
    model = keras.Model(entry, keras.layers.Softmax()(entry))
    summed = add_groups(model, THREE)
    layer = summed.get_layer(LAYER_NAME)
    assert not layer.use_bias
    assert not summed.trainable_weights
    assert layer.get_weights()[0].tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    probs = np.asarray(model(np.eye(4, dtype=np.float32)))
    np.testing.assert_allclose(summed(np.eye(4, dtype=np.float32)), sum_of_groups(probs, THREE), rtol=1e-6)


@pytest.fixture
def run(home: Workspace) -> Run:
    made = create_run(home, RunConfig(dataset="digits", model="lenet", image_size=32))
    keras.utils.set_random_seed(0)
    model = build_model(made.config, 10)
    model.get_layer("logits").kernel.assign(keras.random.normal((84, 10), seed=1))
    model.save(made.model_path)
    return made


def exported(home: Workspace, run: Run, out: Path, groups: dict[str, str]) -> dict[str, Any]:
    request = {"workspace": str(home.root), "run_dir": str(run.directory), "format": "keras", "out": str(out)}
    return _export({**request, "groups": groups}, lambda *told, **more: None)


def test_the_keras_file_loads_in_safe_mode_and_answers_as_full_summed(
    home: Workspace, run: Run, tmp_path: Path, read_val: Callable[..., np.ndarray]
) -> None:
    out = tmp_path / "net.keras"
    result = exported(home, run, out, PAIRS.to_mapping())
    assert (result["class_names"], result["num_images"]) == (PAIRS.group_names, 32)
    assert result["max_difference"] < 1e-6
    images = read_val(home)
    full = Predictions(
        "val", DIGITS, np.zeros(len(images), int), np.asarray(load_saved(run.model_path)(images)),
        np.arange(len(images)),
    )  # fmt: skip
    probs = np.asarray(load_saved(out)(images))
    np.testing.assert_allclose(probs, sum_of_groups(full.probs, PAIRS), atol=1e-6)
    assert probs.argmax(axis=1).tolist() == Scorer(full).summed_answer(PAIRS).tolist()
    assert len(set(probs.argmax(axis=1).tolist())) > 1


@pytest.fixture
def read_val() -> Callable[[Workspace], np.ndarray]:
    """Read twenty validation images of digits as the network takes them."""
    from core.datasets.images.pixels import pixel_reader
    from core.datasets.images.resizing import square

    def read(home: Workspace) -> np.ndarray:
        dataset = load_dataset(home, "digits")
        reader = pixel_reader(dataset, square(32))
        return np.stack([reader(int(i)) for i in dataset.sample_ids("val")[:20]]).astype(np.float32)

    return read


def test_groups_of_other_classes_are_refused(home: Workspace, run: Run, tmp_path: Path) -> None:
    with pytest.raises(GroupingError, match="give each class of the dataset exactly one group"):
        exported(home, run, tmp_path / "net.keras", {"cat": "pet", "dog": "pet"})
