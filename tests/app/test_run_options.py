"""The settings of a run as options: files, single settings, their order of precedence, and refusals."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.commands.run_options import arguments_of_config, make_config
from core.jobs.queue import queued_runs
from core.models.catalog import check_network
from core.runs.augmentation import PRESETS
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize
from core.runs.run import Run
from core.runs.stack import StackLayer
from core.workspace import Workspace

LAYERS = (StackLayer(kind="conv", units=8, activation="relu"), StackLayer(kind="dense", units=4))


@pytest.fixture
def queue_by_command(
    regroup: Callable, home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """Queue a run by ``train`` without training it; returns it."""
    monkeypatch.setattr("core.jobs.supervisor.ensure_supervised", lambda workspace: None)

    def queue(*arguments: object) -> Run:
        status, _, err = regroup("train", *arguments, "--no-wait")
        assert status == 0, err
        return queued_runs(home)[-1]

    return queue


@pytest.mark.parametrize(("model", "alpha"), [("mobilenet", 0.25), ("mobilenetv2", 0.5)])
def test_a_width_that_is_not_given_is_one_that_the_network_has(model: str, alpha: float) -> None:
    config = make_config({"dataset": "d", "model": model})
    assert config.alpha == alpha
    check_network(config)


@pytest.mark.parametrize(
    ("pair", "name", "value"),
    [
        ("augmentation=s3", "augmentation", PRESETS["products"].augmentation),
        ('augmentation={"rotation": 20}', "augmentation", {"rotation": 20.0}),
        ("augmentation=", "augmentation", None),
        ("head_units=512,128", "head_units", (512, 128)),
        ("head-units=", "head_units", ()),
        ("cut=3", "cut", 3),
        ("cut=", "cut", None),
        ("class_weights=balanced", "class_weights", "balanced"),
        ("weight_decay=", "weight_decay", None),
        ("weight_decay=1e-4", "weight_decay", 1e-4),
        ("deterministic=true", "deterministic", True),
        ("head_batch_norm=false", "head_batch_norm", False),
        ("image_size=150x120", "image_size", ImageSize(150, 120)),
        ("epochs=7", "epochs", 7),
        ('layers=[{"kind": "dense", "units": 4}]', "layers", (LAYERS[1],)),
        ('groups={"0": "even", "1": "odd"}', "groups", {"0": "even", "1": "odd"}),
        ("occluded_with=", "occluded_with", None),
    ],
)
def test_every_kind_of_setting_can_be_given_as_text(pair: str, name: str, value: Any) -> None:
    found = getattr(make_config({"dataset": "d"}, pairs=[pair]), name)
    if isinstance(value, dict) and name == "augmentation":
        found = found.model_dump(exclude_defaults=True)
    assert found == value


def test_a_file_is_overridden_by_options_and_these_by_set(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"dataset": "d", "epochs": 3, "batch_size": 8, "learning_rate": 0.1}))
    config = make_config({"epochs": 4, "batch_size": 16}, config_file=str(path), pairs=["batch_size=64"])
    assert (config.dataset, config.learning_rate, config.epochs, config.batch_size) == ("d", 0.1, 4, 64)


def test_a_value_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "layers.json"
    path.write_text(json.dumps([layer.model_dump() for layer in LAYERS]))
    assert make_config({"dataset": "d"}, pairs=[f"layers=@{path}"]).layers == LAYERS


def test_the_image_size_is_that_of_the_network_unless_one_is_given(tmp_path: Path) -> None:
    assert make_config({"dataset": "d", "model": "lenet"}).image_size == (32, 32)
    assert make_config({"dataset": "d", "model": "lenet"}, pairs=["image_size=40"]).image_size == (40, 40)


def test_a_stored_run_is_repeated_by_its_settings(
    queue_by_command: Callable[..., Run], home: Workspace, tmp_path: Path
) -> None:
    groups = {str(digit): "odd" if digit % 2 else "even" for digit in range(10)}
    settings = {"dataset": "digits", "model": "lenet", "image_size": 16, "epochs": 2, "optimizer": "sgd"}
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({**settings, "grouping": "deleted since", "groups": groups}))
    first = queue_by_command("--config", path)
    assert (first.config.groups, first.config.optimizer) == (groups, "sgd")
    again = queue_by_command("--config", first.directory / "config.json", "--seed", 5)
    assert again.config == first.config.model_copy(update={"seed": 5})


def test_another_grouping_replaces_the_groups_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"dataset": "d", "grouping": "a", "groups": {"0": "x"}, "stack": "s"}))
    config = make_config({"grouping": "b"}, config_file=str(path))
    assert (config.grouping, config.groups, config.stack) == ("b", None, "s")
    config = make_config({}, config_file=str(path), pairs=["layers=[]"])
    assert (config.grouping, config.groups, config.stack, config.layers) == ("a", {"0": "x"}, None, ())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": "lenet", "image_size": "150x120", "epochs": 3, "seed": 7, "learning_rate": 1e-5},
        {
            "head_units": (512, 128),
            "weight_decay": 0.0,
            "deterministic": True,
            "cut": 2,
            "weights": "run:a-1",
        },
        {"augmentation": "s2", "augmentation_views": 3, "class_weights": "effective"},
        {"augmentation": {"rotation": 20, "horizontal_flip": True}},
        {"model": "stack", "layers": LAYERS},
        {"groups": {"0": "even", "1": "odd"}},
    ],
)
def test_a_config_and_its_arguments_say_the_same(
    regroup: Callable, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = RunConfig.make(dataset="d", **changes)
    seen: list[RunConfig] = []

    def note(workspace: Workspace, config: RunConfig, **options: Any) -> None:
        seen.append(config)
        raise SystemExit(0)

    monkeypatch.setattr("core.jobs.trials.dry_run", note)
    regroup("dry-run", *arguments_of_config(config))
    assert seen == [config]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read (No such file"),
        ("{", "is not JSON"),
        ("\udcff", "is not JSON"),
        ("[1, 2]", "holds no settings of a run"),
        ('{"dataset": "digits", "colour": "red"}', "no setting 'colour'; settings are"),
        ('{"dataset": "digits", "self": 1, "cls": 2}', "no setting 'self'"),
        ('{"dataset": "digits", "epochs": -1}', "epochs cannot be -1"),
        ('{"dataset": "digits", "model": "lenet", "image_size": 8}', "too small for lenet"),
        ('{"dataset": "digits", "model": 3}', "no model '3'"),
    ],
)
def test_a_broken_file_is_one_sentence(
    regroup: Callable, tmp_path: Path, content: str | None, words: str
) -> None:
    path = tmp_path / "settings.json"
    if content is not None:
        path.write_bytes(content.encode(errors="surrogateescape"))
    for command in (["train", "--no-wait"], ["dry-run"], ["find-rate"]):
        status, out, err = regroup(*command, "--config", path)
        assert (status, out, err.count("\n")) == (1, "", 1), err
        assert words in err


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("colour=red", "no setting 'colour'; settings are dataset, image_size"),
        ("augmentation={", "augmentation cannot be '{': it is not JSON"),
        ("augmentation=strong", "should be one of none, light"),
        ('augmentation={"rotate": 3}', "no setting 'augmentation.rotate'; settings are rotation"),
        ("layers=@/no/such.json", "/no/such.json cannot be read"),
        ("epochs=", "epochs cannot be ''"),
        ("cut=many", "cut cannot be 'many'"),
    ],
)
def test_a_wrong_setting_is_one_sentence_in_every_command(regroup: Callable, pair: str, words: str) -> None:
    for command in (["train", "--no-wait"], ["dry-run"]):
        status, out, err = regroup(*command, "--dataset", "digits", "--set", pair)
        assert (status, out, err.count("\n")) == (1, "", 1), err
        assert words in err


def test_without_a_dataset_it_is_wrong_usage(regroup: Callable) -> None:
    for command in ("train", "dry-run", "find-rate"):
        status, out, err = regroup(command, "--epochs", "3")
        assert (status, out) == (2, "")
        assert "name a dataset" in err
