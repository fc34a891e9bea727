"""The Train page: form, plan, start."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.datasets.editing.edits import exclude, record
from core.datasets.store import load_dataset
from core.jobs.queue import queued_runs
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import save_grouping
from core.runs.run import Run, list_runs
from core.workspace import Workspace

OpenPage = Callable[..., AppTest]
DIGITS = tuple("0123456789")


@pytest.fixture
def train_page(open_page: OpenPage) -> AppTest:
    return open_page("views/train.py", dataset="digits")


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.error, *app.code]
    return "\n".join(element.value for element in elements)


def press(app: AppTest, label: str) -> AppTest:
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, app.exception
    return app


def test_the_plan_tells_images_steps_and_classes(train_page: AppTest) -> None:
    app = train_page
    app.number_input(key="train_batch_size").set_value(100).run()
    app.number_input(key="train_epochs").set_value(3).run()
    text = texts(app)
    assert "training images" in text
    assert "15 steps an epoch" in text  # 1,437 images by 100
    assert "45 in all" in text
    assert "10 classes" in text
    assert "--epochs 3 --batch-size 100" in text


def test_another_model_begins_with_its_own_image_size(train_page: AppTest) -> None:
    app = train_page
    assert app.text_input(key="train_image_size").value == "64"
    app.selectbox(key="train_model").set_value("lenet").run()
    assert app.text_input(key="train_image_size").value == "32"
    assert "LeNet" in texts(app)
    assert "--image-size 32 --model lenet" in texts(app)
    app.text_input(key="train_image_size").set_value("48").run()
    assert app.text_input(key="train_image_size").value == "48"


def test_only_a_pretrained_network_asks_for_weights(train_page: AppTest) -> None:
    app = train_page
    assert not any(box.key == "train_alpha" for box in app.selectbox)
    app.selectbox(key="train_model").set_value("mobilenet").run()
    app.selectbox(key="train_alpha").set_value(0.5).run()
    app.button_group(key="train_weights").set_value("none").run()
    assert "--set alpha=0.5" in texts(app)
    assert "--weights none" in texts(app)
    app.button_group(key="train_weights").set_value("file").run()
    app.text_input(key="train_weights_file").set_value("/nowhere/w.h5").run()
    press(app, "Train")
    assert "/nowhere/w.h5" in app.error[0].value


def test_train_queues_the_run_and_opens_it(train_page: AppTest, workspace: Workspace) -> None:
    app = train_page
    app.selectbox(key="train_model").set_value("lenet").run()
    press(app, "Train")
    [run] = queued_runs(workspace)
    assert (run.id, run.config.dataset, run.config.image_size) == ("lenet-1", "digits", (32, 32))
    assert [title.value for title in app.title] == ["Runs"]
    assert app.session_state["run"] == "lenet-1"


def test_a_double_click_queues_one_run(train_page: AppTest, workspace: Workspace) -> None:
    press(train_page, "Train")
    train_page.switch_page("views/train.py").run()
    press(train_page, "Train")
    assert len(list_runs(workspace)) == 1


def test_what_is_before_it_is_told(
    open_page: OpenPage, workspace: Workspace, train_page: AppTest, finish_run: Callable[..., Run]
) -> None:
    assert "it starts at once" in texts(train_page)
    finish_run(workspace)
    press(train_page, "Train")
    train_page.switch_page("views/train.py").run()
    assert "Starts after small\\_cnn\\-1 (1 before it)." in texts(train_page)


def test_a_grouping_of_the_dataset_can_be_learned(open_page: OpenPage, workspace: Workspace) -> None:
    grouping = Grouping.identity(DIGITS).merge(["1", "7"], "straight").merge(["3", "8", "9"])
    save_grouping(workspace, "digits", "strokes", grouping, run_id="")
    app = open_page("views/train.py", dataset="digits")
    app.selectbox(key="train_grouping_digits").set_value("strokes").run()
    assert "7 groups" in texts(app)
    assert "straight" in texts(app)
    press(app, "Train")
    [run] = queued_runs(workspace)
    assert run.config.groups == grouping.to_mapping()


def test_settings_that_do_not_fit_are_told_in_a_sentence(train_page: AppTest, workspace: Workspace) -> None:
    app = train_page
    app.selectbox(key="train_model").set_value("mobilenet").run()
    app.button_group(key="train_weights").set_value("none").run()
    app.text_input(key="train_image_size").set_value("16").run()
    press(app, "Train")
    assert "choose a larger image size" in app.error[0].value
    assert list_runs(workspace) == []


def test_the_form_is_kept_when_the_person_comes_back(train_page: AppTest) -> None:
    app = train_page
    app.number_input(key="train_epochs").set_value(7).run()
    app.switch_page("views/runs.py").run()
    app.switch_page("views/train.py").run()
    assert app.number_input(key="train_epochs").value == 7


def test_the_plan_says_what_edits_have_left_without_training_images(
    open_page: OpenPage, workspace: Workspace
) -> None:
    digits = load_dataset(workspace, "digits")
    train = digits.sample_ids("train")
    record(workspace, digits, exclude(digits, train[digits.labels(train) == 3]))
    app = open_page("views/train.py", dataset="digits")
    assert "Without training images" in app.warning[0].value
    assert "undo edits, on the Datasets page" in app.warning[0].value
