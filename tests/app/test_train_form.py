"""The form of the Train page: starting points, fields that come and go, wrong texts, and the command."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.cli import main
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.store import load_dataset
from core.jobs.queue import queued_runs
from core.models.table import BlockLine, LayerLine, ModelTable
from core.runs.config import RunConfig
from core.runs.presets import STUDIES
from core.runs.run import Run
from core.workspace import Workspace

OpenPage = Callable[..., AppTest]
TABLE = ModelTable(
    layers=(
        LayerLine("conv", "Conv2D", (8, 8, 4), 112, 112, 0, trained=False),
        LayerLine("probs", "Dense", (10,), 50, 50, 1, trained=True),
    ),
    blocks=(BlockLine("conv", 0, 1, 112, trained=False), BlockLine("head", 1, 1, 50, trained=True)),
    num_params=162,
    num_trainable=50,
    memory=2_000_000,
)


@pytest.fixture
def train_page(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """The page; Keras is not asked for layers, and no weights are at hand."""
    monkeypatch.setattr("app.cache.models.compute_table", lambda workspace, config, classes: TABLE)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return open_page("views/train.py", dataset="digits")


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.code]
    return "\n".join(element.value for element in elements)


def keys(app: AppTest) -> set[str]:
    kinds = (app.selectbox, app.number_input, app.text_input, app.toggle, app.button_group, app.slider)
    return {str(element.key) for kind in kinds for element in kind}


def choose(app: AppTest, **values: object) -> None:
    """Choose values of fields by the settings' names, all before one run of the page."""
    for kind in (app.selectbox, app.number_input, app.text_input, app.toggle, app.button_group):
        for element in kind:
            name = str(element.key).removeprefix("train_")
            if name in values:
                element.set_value(values.pop(name))
    assert not values, values
    app.run()
    assert not app.exception, app.exception


def press(app: AppTest, label: str) -> None:
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, app.exception


def shown_command(app: AppTest) -> list[str]:
    [command] = [code.value for code in app.code if code.value.startswith("regroup train")]
    return shlex.split(command)


def shown_config(app: AppTest) -> RunConfig:
    """The settings that the Python lines stand for."""
    [lines] = [code.value for code in app.code if "submit" in code.value]
    [line] = [line for line in lines.splitlines() if line.startswith("run = submit")]
    config: RunConfig = eval(line.removeprefix("run = submit(workspace, ")[:-1], {"RunConfig": RunConfig})
    return config


def test_a_study_fills_the_form_and_says_what_was_changed_since(train_page: AppTest) -> None:
    app = train_page
    choose(app, epochs=77)
    for name in ("hotels", "skin_augmented", "cifar_bn"):
        choose(app, start_from=name)
        config = RunConfig.make(dataset="digits", **STUDIES[name].settings)
        assert shown_config(app) == config
        assert "Changed since" not in texts(app)
    choose(app, epochs=config.epochs + 1)
    assert "Changed since: epochs." in texts(app)
    press(app, "Fill again")
    assert shown_config(app) == config
    choose(app, start_from="usual")
    assert shown_config(app) == RunConfig.make(dataset="digits")


def test_only_fields_that_mean_something_are_drawn_and_every_setting_has_one(train_page: AppTest) -> None:
    app = train_page
    seen = keys(app)
    conditional = {
        "momentum",
        "schedule_epochs",
        "schedule_factor",
        "least_rate",
        "stop_metric",
        "focal_gamma",
    }
    conditional |= {"effective_beta", "augmentation_views", "alpha", "weights", "cut", "head_pooling"}
    assert not {f"train_{name}" for name in conditional} & seen
    choose(
        app, model="mobilenet", optimizer="sgd", schedule="step", patience=3, class_weights="effective",
        loss="focal", augmentation="light",
    )  # fmt: skip
    seen |= keys(app)
    elsewhere = {"dataset", "grouping", "groups", "occluded_with", "occluded_splits", "stack", "layers"}
    fields = {f"train_{name}" for name in RunConfig.model_fields if name not in elsewhere}
    assert fields <= seen, fields - seen
    choose(app, momentum=0.5)
    assert "--set momentum=0.5" in texts(app)
    choose(app, optimizer="adam", model="vgg16")
    assert "momentum" not in texts(app)
    assert "train_alpha" not in keys(app)


def test_a_wrong_image_size_is_told_at_the_field_and_nothing_can_start(
    train_page: AppTest, workspace: Workspace
) -> None:
    app = train_page
    choose(app, image_size="12 by 30")
    assert "height x width such as 150x120" in app.error[0].value
    [start] = [button for button in app.button if button.label == "Train"]
    assert start.disabled
    assert "training images" in texts(app)
    choose(app, image_size="40x30")
    assert not app.error
    assert shown_config(app).image_size == (40, 30)


def test_weights_that_are_missing_or_frozen_at_random_are_told_before_the_start(train_page: AppTest) -> None:
    app = train_page
    choose(app, model="mobilenet")
    [warning] = [element.value for element in app.warning]
    assert "mobilenet\\_2\\_5\\_224\\_tf\\_no\\_top" in warning
    choose(app, weights="file")
    assert "Write where the weights file is" in app.warning[0].value
    assert next(button for button in app.button if button.label == "Train").disabled
    choose(app, weights="none")
    assert not app.warning
    app.session_state["train_cut"] = 1  # as a click on the row of blocks does
    app.run()
    assert shown_config(app).cut == 1
    assert "start at random and stay so" in texts(app)
    choose(app, model="lenet")
    assert shown_config(app).cut is None


def test_a_run_of_the_same_network_can_be_started_from(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    run = finish_run(workspace)
    app = open_page("views/train.py", dataset="digits")
    assert "train_weights_run" not in keys(app)
    choose(app, model="lenet")
    choose(app, weights_run=run.id)
    config = shown_config(app)
    assert (config.weights, config.cut) == (f"run:{run.id}", None)
    assert "train_cut" in keys(app)


def test_occluded_pictures_of_the_same_dataset_can_be_shown(
    open_page: OpenPage, workspace: Workspace
) -> None:
    digits = load_dataset(workspace, "digits")
    derivation = Derivation.make(occlusion=Occlusion(splits=("test",)))
    derive_dataset(workspace, digits, derivation, name="hidden")
    app = open_page("views/train.py", dataset="digits")
    choose(app, occluded_digits="hidden")
    config = shown_config(app)
    assert (config.occluded_with, config.occluded_splits) == ("hidden", "test")
    assert "the test pictures of 'hidden', which are occluded" in texts(app)
    app = open_page("views/train.py", dataset="hidden")
    assert "train_occluded_hidden" not in keys(app)


def test_command_python_lines_and_button_start_the_same_run(
    train_page: AppTest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = train_page
    choose(
        app, model="mobilenet", image_size="40x48", optimizer="sgd", schedule="cosine", patience=3,
        loss="focal", weight_decay=0.01, augmentation="skin", fit="pad", xla="off", deterministic=True,
    )  # fmt: skip
    choose(app, weights="none", head_units="64, 32", augmentation_views=4, stop_metric="val_accuracy")
    config = shown_config(app)
    assert (config.head_units, config.augmentation_views, config.fit) == ((64, 32), 4, "pad")
    monkeypatch.setattr("sys.argv", [*shown_command(app), "--no-wait"])
    with pytest.raises(SystemExit, match="0"):
        main()
    press(app, "Train")
    assert [run.config for run in queued_runs(workspace)] == [config, config]
