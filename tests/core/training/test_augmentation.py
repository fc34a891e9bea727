"""Augmentation: the geometry against SciPy, Keras and NumPy, the draws against their distributions."""

import numpy as np
import pytest
from scipy import ndimage, stats

from core.runs.augmentation import PRESETS, Augmentation
from core.runs.config import RunConfig
from core.training.augmentation import DRAWS, augment, draw, to_changes
from core.training.pipeline import Samples, TrainingBatches

EVERYTHING = Augmentation(
    rotation=75,
    width_shift=0.3,
    height_shift=0.2,
    shear=20,
    zoom=0.3,
    horizontal_flip=True,
    vertical_flip=True,
    brightness=0.3,
    contrast=0.5,
)
MOVES = EVERYTHING.model_copy(update={"brightness": 0.0, "contrast": 0.0})
SCIPY_MODES = {"nearest": "nearest", "reflect": "reflect", "constant": "constant"}


def _noise(num_images: int = 6, height: int = 11, width: int = 14) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.integers(0, 256, (num_images, height, width, 3)).astype(np.uint8)


def _fixed(**values: float) -> dict[str, np.ndarray]:
    """Draws of one image: those named, and the rest such that nothing changes."""
    still = dict.fromkeys(DRAWS, 0.0) | dict.fromkeys(
        ("zoom_x", "zoom_y", "flip_x", "flip_y", "contrast"), 1.0
    )
    return {name: np.array([value]) for name, value in {**still, **values}.items()}


def _as_scipy(draws: dict[str, np.ndarray], index: int, *, height: int, width: int) -> tuple:
    """The matrix of an image composed from single moves, for ``ndimage``, whose first axis is the row."""
    d = {name: values[index] for name, values in draws.items()}
    turn, slant = np.deg2rad(d["rotation"]), np.deg2rad(d["shear"])
    center = np.array([[1, 0, (width - 1) / 2], [0, 1, (height - 1) / 2], [0, 0, 1]])
    rotation = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    shift = np.array([[1, 0, d["shift_x"] * width], [0, 1, d["shift_y"] * height], [0, 0, 1]])
    shear = np.array([[1, -np.sin(slant), 0], [0, np.cos(slant), 0], [0, 0, 1]])
    zoom, flip = np.diag([d["zoom_x"], d["zoom_y"], 1]), np.diag([d["flip_x"], d["flip_y"], 1])
    matrix = center @ rotation @ shift @ shear @ zoom @ flip @ np.linalg.inv(center)
    swap = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    matrix = swap @ matrix @ swap
    return matrix[:2, :2], matrix[:2, 2]


@pytest.mark.parametrize("fill", list(SCIPY_MODES))
def test_one_matrix_does_what_the_single_moves_do_one_after_another(fill: str) -> None:
    images, ids = _noise(), np.arange(6)
    settings = MOVES.model_copy(update={"fill": fill})
    shown = augment(images, settings, ids, seed=1, epoch=2)
    draws = draw(settings, ids, seed=1, epoch=2)
    for index, image in enumerate(images):
        matrix, offset = _as_scipy(draws, index, height=11, width=14)

        def warp(plane, matrix=matrix, offset=offset, fill=fill):
            return ndimage.affine_transform(plane, matrix, offset, order=1, mode=SCIPY_MODES[fill])

        expected = np.stack([warp(image[..., c].astype(float)) for c in range(3)], axis=-1)
        inside = np.ones((11, 14), bool)
        if fill != "nearest":  # SciPy and TensorFlow round differently just outside the edge
            inside = ndimage.affine_transform(np.ones((11, 14)), matrix, offset, order=1, cval=0) > 0.999
        assert inside.sum() > 20
        assert np.abs(shown[index] - expected)[inside].max() <= 0.51  # rounded once


@pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning")
def test_the_moves_are_those_of_keras_image_data_generator() -> None:
    keras_image = pytest.importorskip("keras.src.legacy.preprocessing.image")
    skin = PRESETS["skin"].augmentation
    assert skin is not None
    settings = skin.model_copy(update={"horizontal_flip": False, "shear": 15.0})
    images, ids = _noise(6, 12, 12), np.arange(6)  # its center is right for squares alone
    draws = draw(settings, ids, seed=4, epoch=1)
    shown = augment(images, settings, ids, seed=4, epoch=1)
    for index, image in enumerate(images):
        d = {name: float(values[index]) for name, values in draws.items()}
        expected = keras_image.apply_affine_transform(
            image.astype(float),
            theta=d["rotation"],
            tx=d["shift_x"] * 12,
            ty=d["shift_y"] * 12,
            shear=d["shear"],
            zx=d["zoom_x"],
            zy=d["zoom_y"],
            row_axis=0,
            col_axis=1,
            channel_axis=2,
        )
        assert np.abs(shown[index] - expected).max() <= 0.51


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("size", [8, 9])
def test_a_quarter_turn_is_exact(turns: int, size: int) -> None:
    image = _noise(1, size, size)
    assert np.array_equal(_changed(image, rotation=90.0 * turns)[0], np.rot90(image[0], turns))


@pytest.mark.parametrize("shape", [(8, 8), (9, 12)])
def test_a_whole_turn_and_no_zoom_leave_every_pixel(shape: tuple[int, int]) -> None:
    images = _noise(1, *shape)
    for turn in (0.0, 360.0, -360.0):
        assert np.array_equal(_changed(images, rotation=turn), images)


def test_flips_are_exact() -> None:
    image = _noise(1)
    assert np.array_equal(_changed(image, flip_x=-1.0)[0], image[0, :, ::-1])
    assert np.array_equal(_changed(image, flip_y=-1.0)[0], image[0, ::-1])
    assert np.array_equal(_changed(image, flip_x=-1.0, flip_y=-1.0)[0], image[0, ::-1, ::-1])


def test_a_shift_is_a_share_of_width_and_height() -> None:
    image = _noise(1, 10, 20)
    shifted = _changed(image, shift_x=0.1, shift_y=-0.2)[0]  # 2 columns to the left, 2 rows down
    assert np.array_equal(shifted[2:, :-2], image[0, :-2, 2:])
    assert np.array_equal(shifted[:2, :-2], np.repeat(image[0, :1, 2:], 2, axis=0))  # the nearest edge


def test_a_zoom_shows_its_share_about_the_center() -> None:
    image = _noise(1, 9, 9)
    assert np.array_equal(_changed(image, zoom_x=0.5, zoom_y=0.5)[0, ::2, ::2], image[0, 2:7, 2:7])


@pytest.mark.parametrize(
    ("fill", "expected"), [("nearest", [1, 1, 1]), ("reflect", [3, 2, 1]), ("constant", [0, 0, 0])]
)
def test_gaps_are_filled_as_asked(fill: str, expected: list[int]) -> None:
    row = np.arange(1, 10, dtype=np.uint8)
    image = np.broadcast_to(row[None, None, :, None], (1, 4, 9, 3))
    shown = _changed(image, fill=fill, shift_x=-3 / 9)[0, 0, :, 0]
    assert shown.tolist() == [*expected, 1, 2, 3, 4, 5, 6]


def test_what_leaves_on_one_side_comes_in_on_the_other_when_wrapped() -> None:
    image = np.broadcast_to(np.arange(1, 10, dtype=np.uint8)[None, None, :, None], (1, 4, 9, 3))
    shown = _changed(image, fill="wrap", shift_x=-3 / 9)[0, 0, :, 0].tolist()
    assert shown[3:] == [1, 2, 3, 4, 5, 6]
    assert min(shown[:3]) >= 6  # at the seam TensorFlow may show a column twice


def test_brightness_is_added_and_contrast_is_about_the_mean_color() -> None:
    image = _noise(1)
    color = {"brightness": 0.1, "contrast": 1.5}
    mean = image.mean(axis=(1, 2), keepdims=True)
    expected = np.clip((image - mean) * 1.5 + mean + 25.5, 0, 255)
    assert np.abs(_changed(image, **color) - expected).max() <= 0.501
    flat = np.full((1, 5, 5, 3), 100, np.uint8)
    assert (_changed(flat, contrast=0.2) == 100).all()
    assert (_changed(flat, brightness=-0.5) == 0).all()


def test_draws_are_uniform_within_their_range_and_independent() -> None:
    ids = np.arange(4000)
    draws = draw(EVERYTHING, ids, seed=0, epoch=1)
    ranges = {
        "rotation": (-75, 75),
        "shift_x": (-0.3, 0.3),
        "shift_y": (-0.2, 0.2),
        "shear": (-20, 20),
        "zoom_x": (0.7, 1.3),
        "zoom_y": (0.7, 1.3),
        "brightness": (-0.3, 0.3),
        "contrast": (0.5, 1.5),
    }
    for name, (low, high) in ranges.items():
        assert low <= draws[name].min() < draws[name].max() <= high
        assert stats.kstest(draws[name], "uniform", (low, high - low)).pvalue > 1e-3, name
    for name in ("flip_x", "flip_y"):
        assert set(draws[name]) == {-1, 1}
        assert stats.binomtest(int((draws[name] > 0).sum()), len(ids)).pvalue > 1e-3
    correlation = np.corrcoef(list(draws.values())) - np.eye(len(DRAWS))
    assert np.abs(correlation).max() < 0.07  # four standard deviations
    again = draw(EVERYTHING, ids, seed=0, epoch=2)
    assert all(abs(np.corrcoef(draws[name], again[name])[0, 1]) < 0.07 for name in DRAWS)


def test_what_happens_to_an_image_depends_on_seed_epoch_and_sample_alone() -> None:
    images, ids = _noise(6), np.array([3, 40, 7, 100, 0, 12])
    together = augment(images, EVERYTHING, ids, seed=5, epoch=3)
    for index in range(6):
        alone = augment(images[[index]], EVERYTHING, ids[[index]], seed=5, epoch=3)
        assert np.array_equal(alone[0], together[index])
    for other in ({"seed": 6, "epoch": 3}, {"seed": 5, "epoch": 4}):
        assert not np.array_equal(augment(images, EVERYTHING, ids, **other), together)


def test_another_setting_leaves_the_draws_of_the_rest() -> None:
    ids = np.arange(9)
    few, many = draw(Augmentation(rotation=75), ids, seed=1, epoch=1), draw(EVERYTHING, ids, seed=1, epoch=1)
    assert np.array_equal(few["rotation"], many["rotation"])


def _samples(num_samples: int = 17) -> Samples:
    ids = np.arange(1, 2 * num_samples, 2)
    return Samples("train", tuple(map(str, range(2 * num_samples))), ids, ids, _noise(2 * num_samples, 8, 8))


@pytest.mark.parametrize("memory", [0, 1 << 30])
@pytest.mark.parametrize("batch_size", [4, 17])
def test_training_sees_just_what_a_preview_shows(
    monkeypatch: pytest.MonkeyPatch, memory: int, batch_size: int
) -> None:
    monkeypatch.setattr("core.training.pipeline.MEMORY_LIMIT", memory)
    samples = _samples()
    config = RunConfig(dataset="d", batch_size=batch_size, seed=9, augmentation=EVERYTHING)
    batches = TrainingBatches(samples, config)
    for epoch in (1, 2):
        batches.start_epoch(epoch)
        preview = augment(
            samples.pixels[samples.sample_ids], EVERYTHING, samples.sample_ids, seed=9, epoch=epoch
        )
        seen = [(images.numpy(), labels.numpy()) for images, labels in batches.dataset]
        images = np.concatenate([images for images, _ in seen])
        ids = np.concatenate([labels for _, labels in seen])
        assert images.dtype == np.uint8
        assert sorted(ids) == samples.sample_ids.tolist()
        assert np.array_equal(images, preview[(ids - 1) // 2])


def _changed(images: np.ndarray, *, fill: str = "nearest", **draws: float) -> np.ndarray:
    from core.training import augmentation

    height, width = images.shape[1:3]
    changes = to_changes(_fixed(**draws), height=height, width=width)
    moves, recolors = True, "contrast" in draws or "brightness" in draws
    return np.asarray(
        augmentation._change(images, changes, moves=moves, recolors=recolors, fill=fill.upper())
    )
