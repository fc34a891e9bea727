"""Augmentation on the pages Datasets, Train and Runs: one state, shown as training does it."""

import base64
import re
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.store import load_dataset
from core.jobs.queue import queued_runs
from core.runs.augmentation import PRESETS, Augmentation
from core.runs.config import RunConfig
from core.runs.run import Run
from core.workspace import Workspace

OpenPage = Callable[..., AppTest]
DATASETS, TRAIN = "views/datasets.py", "views/train.py"
SIZE = 32


@pytest.fixture
def _no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the helper process computes is computed in this one."""
    from core.explain.augmented import compute_augmented

    monkeypatch.setattr("core.explain.service.warm_up", lambda: None)
    monkeypatch.setattr("core.explain.service.show_augmented", compute_augmented)


@pytest.fixture
def part(open_page: OpenPage, _no_helper: None) -> AppTest:
    app = open_page(DATASETS, dataset="digits", part="Augment")
    app.text_input(key="train_image_size").set_value(f"{SIZE}").run()
    return app


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.code]
    return "\n".join(element.value for element in elements)


def pictures(app: AppTest) -> list[np.ndarray]:
    body = "\n".join(str(element.proto.body) for element in app.get("html"))
    found = [base64.b64decode(text) for text in re.findall(r"data:image/png;base64,([^\"]+)", body)]
    return [cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB) for png in found]


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception, app.exception


def choose(app: AppTest, preset: str) -> None:
    app.button_group(key="train_augmentation").set_value(preset).run()


def test_nothing_is_changed_at_first(part: AppTest) -> None:
    shown = pictures(part)
    assert len(shown) == 10
    assert all(np.array_equal(picture, shown[0]) for picture in shown)
    assert "left as it is" in texts(part)


def test_the_variants_are_what_nine_epochs_of_training_see(part: AppTest, workspace: Workspace) -> None:
    from core.training.pipeline import Samples, TrainingBatches

    part.number_input(key="augment_image_digits").set_value(11).run()
    part.number_input(key="train_seed").set_value(5).run()
    choose(part, "skin")
    original, *variants = pictures(part)
    dataset = load_dataset(workspace, "digits")
    pixels = np.stack([resize_image(read_image(dataset, sample_id), square(SIZE)) for sample_id in range(20)])
    assert np.array_equal(original, pixels[11])
    ids = np.arange(20)
    config = RunConfig(dataset="digits", batch_size=7, seed=5, augmentation="skin")
    batches = TrainingBatches(Samples("train", tuple(map(str, ids)), ids, ids, pixels), config)
    for epoch, variant in enumerate(variants, start=1):
        batches.start_epoch(epoch)
        [seen] = [
            image
            for images, labels in batches.dataset
            for image, i in zip(images, labels, strict=True)
            if i == 11
        ]
        assert np.array_equal(variant, seen.numpy())


def test_a_preset_moves_the_sliders_and_a_slider_leaves_the_preset(part: AppTest) -> None:
    choose(part, "products")
    assert part.slider(key="train_augment_rotation").value == 40
    assert part.toggle(key="train_augment_horizontal_flip").value is True
    assert "--augment products" in texts(part)
    part.slider(key="train_augment_rotation").set_value(41.0).run()
    assert part.button_group(key="train_augmentation").value == "own"
    assert "--augment-rotation 41" in texts(part)
    part.slider(key="train_augment_rotation").set_value(40.0).run()
    assert part.button_group(key="train_augmentation").value == "products"
    choose(part, "none")
    assert part.slider(key="train_augment_rotation").value == 0


def test_a_turned_six_is_warned_of(part: AppTest) -> None:
    part.slider(key="train_augment_rotation").set_value(180.0).run()
    assert "6 looks like 9" in part.warning[0].value


def test_images_are_chosen_at_random_by_class_or_by_number(part: AppTest, workspace: Workspace) -> None:
    dataset = load_dataset(workspace, "digits")
    train_ids = dataset.sample_ids("train")

    def shown() -> int:
        return int(part.number_input(key="augment_image_digits").value)

    assert shown() == train_ids[0]
    labels = [dataset.labels(np.array([shown()]))[0]]
    for _ in range(10):
        press(part, "Next class")
        assert shown() in train_ids
        labels.append(dataset.labels(np.array([shown()]))[0])
    assert labels == [(labels[0] + i) % 10 for i in range(11)]
    press(part, "Random image")
    assert shown() in train_ids
    part.number_input(key="augment_image_digits").set_value(int(dataset.sample_ids("test")[0])).run()
    assert "This is a test image: no run changes it" in texts(part)


@pytest.mark.usefixtures("_no_helper")
def test_a_number_from_a_larger_dataset_of_that_name_is_forgotten(
    open_page: OpenPage,
) -> None:
    app = open_page(DATASETS, dataset="digits")
    app.session_state["augment_image_digits"] = 5000
    app.button_group(key="part").set_value("Augment").run()
    assert not app.exception
    assert app.number_input(key="augment_image_digits").value < 1797


def test_the_train_page_trains_with_what_is_set(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(TRAIN, dataset="digits")
    choose(app, "skin")
    app.slider(key="train_augment_zoom").set_value(0.5).run()
    assert "training image is **changed anew at random**: turned by up to 75°" in texts(app)
    assert "zoomed by up to 50 %" in texts(app)
    assert "--augment-zoom 0.5" in texts(app)
    press(app, "Train")
    [run] = queued_runs(workspace)
    skin = PRESETS["skin"].augmentation
    assert skin is not None
    assert run.config.augmentation == skin.model_copy(update={"zoom": 0.5})


def test_the_train_page_leads_to_the_pictures(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    app = open_page(TRAIN, dataset="digits")
    monkeypatch.setattr("app.navigation.st.switch_page", lambda page, **_: gone.append(page))
    press(app, "See it on pictures")
    assert gone == [DATASETS]
    assert app.session_state["part"] == "Augment"


def test_a_run_tells_how_its_images_were_changed(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    finish_run(workspace, augmentation=Augmentation(vertical_flip=True))
    app = open_page("views/runs.py", run="lenet-1")
    assert "training image is mirrored top to bottom in half of the cases" in texts(app)
