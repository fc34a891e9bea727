"""Augmentation on the command line: presets, single settings, and a picture of what they do."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from app.cli import app
from app.commands.augment_options import arguments_of
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.store import load_dataset
from core.runs.augmentation import PRESETS, Augmentation
from core.runs.run import list_runs
from core.workspace import Workspace

Regroup = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _no_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.jobs.supervisor.ensure_supervised", lambda workspace: None)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", None),
        ("--augment none", None),
        ("--augment skin", PRESETS["skin"].augmentation),
        ("--set augmentation=products", PRESETS["products"].augmentation),
        ("--augment-rotation 20 --augment-fill wrap", Augmentation(rotation=20, fill="wrap")),
        ("--augment-vertical-flip", Augmentation(vertical_flip=True)),
        (
            "--augment light --no-augment-horizontal-flip --augment-zoom 0.5",
            Augmentation(rotation=10, width_shift=0.1, height_shift=0.1, zoom=0.5),
        ),
    ],
)
def test_train_takes_presets_and_single_settings(
    regroup: Regroup, home: Workspace, options: str, expected: Augmentation | None
) -> None:
    status, out, _ = regroup("train", "--dataset", "digits", "--no-wait", "--json", *shlex.split(options))
    assert status == 0
    [run] = list_runs(home)
    assert run.config.augmentation == expected
    assert json.loads(out)["config"]["augmentation"] == (expected and expected.model_dump())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--augment s9", "augmentation cannot be 's9': it should be one of none, light, skin, products"),
        ("--augment s9 --augment-zoom 0.5", "augmentation cannot be 's9'"),
        ("--augment-rotation 200", "augmentation.rotation cannot be 200.0: input should be less than"),
        ("--augment-fill blur", "augmentation.fill cannot be 'blur': input should be 'nearest', 'reflect'"),
    ],
)
def test_settings_that_do_not_fit_are_refused_in_a_sentence(
    regroup: Regroup, home: Workspace, options: str, message: str
) -> None:
    status, _, err = regroup("train", "--dataset", "digits", "--no-wait", *shlex.split(options))
    assert status == 1
    assert message in err
    assert list_runs(home) == []


@pytest.mark.parametrize(
    "augmentation",
    [
        None,
        *(preset.augmentation for preset in PRESETS.values()),
        Augmentation(rotation=12.5, shear=0.2, vertical_flip=True, brightness=0.35, fill="reflect"),
    ],
)
def test_the_shown_arguments_are_read_back(
    regroup: Regroup, home: Workspace, augmentation: Augmentation | None
) -> None:
    assert regroup("train", "--dataset", "digits", "--no-wait", *arguments_of(augmentation))[0] == 0
    assert list_runs(home)[0].config.augmentation == augmentation


def test_a_run_is_shown_with_its_augmentation(regroup: Regroup) -> None:
    regroup("train", "--dataset", "digits", "--no-wait", "--augment", "skin")
    assert "each training image is turned by up to 75°" in regroup("runs", "show", "small_cnn-1")[1]


def test_a_picture_shows_an_image_and_its_epochs(
    regroup: Regroup, home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.explain.augmented import compute_augmented
    from core.training.augmentation import augment

    monkeypatch.setattr("core.explain.service.show_augmented", compute_augmented)
    path = tmp_path / "seen.png"
    options = ["--image", "12", "--image-size", "16", "--seed", "3", "--augment", "skin", "--epochs", "6"]
    status, out, _ = regroup("datasets", "augment", "digits", *options, "--out", str(path), "--json")
    assert status == 0
    assert json.loads(out)["augmentation"]["rotation"] == 75
    sheet = np.asarray(Image.open(path))
    assert sheet.shape == (2 * 16 + 2, 5 * 16 + 4 * 2, 3)
    image = resize_image(read_image(load_dataset(home, "digits"), 12), square(16))
    assert np.array_equal(sheet[:16, :16], image)
    skin = PRESETS["skin"].augmentation
    assert skin is not None
    sixth = augment(image[None], skin, np.array([12]), seed=3, epoch=6)[0]
    assert np.array_equal(sheet[18:, 18:34], sixth)


def test_a_picture_of_no_image_or_nowhere_is_refused(regroup: Regroup, tmp_path: Path) -> None:
    out = str(tmp_path / "a.png")
    status, _, err = regroup("datasets", "augment", "digits", "--image", "9999", "--out", out)
    assert status == 1
    assert "its images are numbered 0 to 1796" in err
    gone = str(tmp_path / "gone" / "a.png")
    status, _, err = regroup("datasets", "augment", "digits", "--image", "0", "--out", gone)
    assert status == 1
    assert "choose another place for --out" in err


def test_every_option_has_the_words_of_its_setting() -> None:
    shown = " ".join(CliRunner().invoke(app, ["train", "--help"], env={"COLUMNS": "200"}).output.split())
    for name, field in Augmentation.model_fields.items():
        assert f"--augment-{name}".replace("_", "-") in shown
        assert " ".join(str(field.description).split())[:40] in shown
