import io
import re

import numpy as np
import pytest
from PIL import Image

from app.navigation import Page
from core.explain import service
from core.runs.run import State


@pytest.fixture(scope="module", autouse=True)
def _ended_helper():
    yield
    service.stop()


@pytest.fixture(scope="module")
def model_bytes(tmp_path_factory) -> bytes:
    """A network of the project's shape for ten classes of 32 x 32 pixels; it has learned nothing."""
    import keras

    keras.utils.set_random_seed(1)
    image = keras.Input((32, 32, 3), name="image")
    x = keras.layers.Rescaling(1 / 255, name="scale")(image)
    x = keras.layers.Conv2D(6, 5, strides=2, activation="relu", name="conv_1")(x)
    x = keras.layers.Conv2D(4, 1, activation="relu", name="conv_2")(x)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    x = keras.layers.Dense(10, name="logits")(x)
    model = keras.Model(image, keras.layers.Activation("softmax", name="probs")(x))
    path = tmp_path_factory.mktemp("model") / "best.keras"
    model.save(path)
    return path.read_bytes()


@pytest.fixture
def finished(workspace, finish_run, model_bytes):
    run = finish_run(workspace)
    run.model_path.write_bytes(model_bytes)
    return run


def texts(app) -> str:
    kinds = ("markdown", "caption", "info", "error", "warning", "title")
    values = [element.value for kind in kinds for element in app.get(kind)]
    values += [image.caption for element in app.get("image") for image in element.proto.imgs]
    return "\n".join(values).replace("\\", "")


def pictures(app) -> int:
    return sum(len(re.findall("<img ", element.proto.body)) for element in app.get("html"))


def test_without_a_run_the_page_says_what_to_do(open_page):
    app = open_page(Page.LOOK_INSIDE, dataset="digits")
    assert "No network has been trained on digits yet" in texts(app)
    assert "Train a network" in [button.label for button in app.button]


def test_a_run_without_a_network_yet_leads_to_its_progress(open_page, workspace, finish_run):
    run = finish_run(workspace)
    app = open_page(Page.LOOK_INSIDE, run=run.id)
    assert f"Run {run.id} is done and has no trained network" in texts(app)
    assert "See how the run is doing" in [button.label for button in app.button]


def test_a_run_that_failed_before_its_first_epoch_is_told_so(open_page, workspace, finish_run):
    run = finish_run(workspace)
    run.update_status(state=State.FAILED)
    app = open_page(Page.LOOK_INSIDE, run=run.id)
    assert f"Run {run.id} has failed and has no trained network to look into. Resume it" in texts(app)


def test_the_first_image_is_looked_at_with_the_networks_answer(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    assert not app.error
    assert "of digits (validation split)" in texts(app)
    assert f"Probabilities by the network of {finished.id}'s best epoch" in texts(app)
    assert re.search(r"It says \*\*\d\*\*, which is (right|wrong: it is \*\*\d\*\*)\.", texts(app))
    assert len(app.get("plotly_chart")) == 1
    assert "seen at layer conv_2 in 14 x 14 places" in texts(app)
    assert "The predicted class: " in texts(app)
    assert "Merge what it confuses" in [button.label for button in app.button]


def test_a_sample_chosen_elsewhere_is_the_image(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.session_state["sample"] = 1000
    app.run()
    assert "image 1000 of digits" in texts(app)


def test_a_sample_that_this_dataset_does_not_have_is_passed_over(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.session_state["sample"] = 10**6
    app.run()
    assert not app.exception
    assert "of digits (validation split)" in texts(app)


def test_only_mistakes_are_offered_when_asked(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    (every,) = re.findall(r"([\d,]+) images", texts(app))
    app.toggle(key="look_mistakes").set_value(True).run()
    (wrong,) = re.findall(r"([\d,]+) images", texts(app))
    assert 0 < int(wrong) < int(every)


def test_classes_without_an_image_are_said_to_have_none(open_page, finished):
    from core.predictions import load_predictions, save_predictions

    path = finished.predictions_path("val")
    predictions = load_predictions(path)
    right = np.eye(10, dtype=np.float32)[predictions.y_true]
    save_predictions(path, type(predictions)("val", predictions.class_names, predictions.y_true, right,
                                             predictions.sample_ids))  # fmt: skip
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.toggle(key="look_mistakes").set_value(True).run()
    assert "No image fits" in texts(app)


def test_the_true_class_can_be_asked_about(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.session_state["look_cam_class"] = "True"
    app.run()
    assert not app.exception
    assert "The true class: " in texts(app)


def test_another_class_can_be_asked_about(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.session_state["look_cam_class"] = "Another"
    app.run()
    app.selectbox(key="look_cam_other_0|1|2|3").set_value(7).run()
    assert "speaks for 7" in texts(app)


def test_feature_maps_are_one_element_with_a_picture_a_map(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.session_state["look_tab"] = "Feature maps"
    app.run()
    assert "6 of 6 maps, 14 x 14 values each" in texts(app)
    assert pictures(app) == 6


def test_filters_are_shown_one_picture_a_channel(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.session_state["look_tab"] = "Filters"
    app.run()
    assert "6 of 6 filters, 3 of 3 input channels, 5 x 5 weights" in texts(app)
    assert pictures(app) == 6 * 3


def test_a_pointwise_convolution_is_one_picture(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.session_state["look_tab"] = "Filters"
    app.run()
    app.selectbox(key=f"look_filter_layer_{finished.id}").set_value("conv_2").run()
    assert "4 of 4 filters, 6 of 6 input channels, 1 x 1 weights" in texts(app)
    assert pictures(app) == 1


def test_a_damaged_network_is_a_sentence(open_page, finished):
    finished.model_path.write_bytes(b"not a network")
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    assert "train the run again" in texts(app)


def uploaded(app, name: str, content: bytes):
    app.session_state["look_source"] = "Upload one"
    app.run()
    app.get("file_uploader")[0].upload(name, content)
    return app.run()


def test_an_uploaded_picture_is_looked_at(open_page, finished):
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(buffer, "PNG")
    app = uploaded(open_page(Page.LOOK_INSIDE, run=finished.id), "mine.png", buffer.getvalue())
    assert not app.error
    assert "uploaded file mine.png" in texts(app)
    assert "which is" not in texts(app)
    assert "True" not in app.get("button_group")[1].options


def test_a_layer_can_be_chosen_for_the_heat_map(open_page, finished):
    app = open_page(Page.LOOK_INSIDE, run=finished.id)
    app.selectbox(key=f"look_cam_layer_{finished.id}").set_value("conv_1").run()
    assert "seen at layer conv_1 in 14 x 14 places" in texts(app) or "At layer conv_1 no place" in texts(app)


def test_a_grouped_run_speaks_of_its_groups(open_page, workspace, finish_run, model_bytes):
    names = [str(digit) for digit in range(10)]
    run = finish_run(workspace, groups={name: f"group {name}" for name in names})
    run.model_path.write_bytes(model_bytes)
    app = open_page(Page.LOOK_INSIDE, run=run.id)
    assert re.search(r"It says \*\*group \d\*\*", texts(app))


def test_a_network_of_other_classes_is_a_sentence(open_page, workspace, finish_run, model_bytes):
    names = [str(digit) for digit in range(10)]
    run = finish_run(workspace, groups={name: "even" if int(name) % 2 == 0 else "odd" for name in names})
    run.model_path.write_bytes(model_bytes)
    app = open_page(Page.LOOK_INSIDE, run=run.id)
    assert "The network has learned 10 classes, dataset 'digits' now gives it 2" in texts(app)


def test_an_upload_that_is_no_picture_is_a_sentence(open_page, finished):
    app = uploaded(open_page(Page.LOOK_INSIDE, run=finished.id), "notes.png", b"hello")
    assert "notes.png cannot be used as an image" in texts(app)
