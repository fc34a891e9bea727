"""The settings of a run as options, for every command that takes them, and back from settings to options."""

import functools
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import typer

from app.commands.augment_options import arguments_of, with_augmentation
from core.errors import RunError
from core.runs.config import RunConfig
from core.workspace import full_path

OPTIONS: dict[str, tuple[type, str | None]] = {  # settings with an option of their own, and what it takes
    "dataset": (str, None),
    "model": (str, None),
    "epochs": (int, None),
    "image_size": (str, "PIXELS|HxW"),
    "batch_size": (int, None),
    "learning_rate": (float, None),
    "weights": (str, "FILE|imagenet|none|run:ID"),
    "grouping": (str, None),
    "seed": (int, None),
}
WRITTEN_OUT = {"grouping": "groups", "stack": "layers"}  # a name, and what a stored run has beside it
ALWAYS = ("dataset", "model", "image_size")  # their defaults depend on each other
CONFIG_HELP = "Settings from a JSON file, such as a run's config.json; other options change single ones."
SET_HELP = (
    "Any other setting, such as alpha=0.25; can be repeated. Nothing after = means none; @FILE reads JSON."
)


def with_config(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of all settings of a run, in place of its parameter ``config``.

    The command gets a checked ``RunConfig``, in which nothing is looked up yet.
    """

    def with_settings(augmentation: Any = None, **given: Any) -> None:
        settings = {name: given.pop(name) for name in OPTIONS} | {"augmentation": augmentation}
        config_file, pairs = given.pop("config_file"), given.pop("setting") or []
        command(**given, config=make_config(settings, config_file=config_file, pairs=pairs))

    signature = inspect.signature(command)
    parameters = [
        option
        for parameter in signature.parameters.values()
        for option in (_options() if parameter.name == "config" else [parameter])
    ]
    functools.update_wrapper(with_settings, command)
    vars(with_settings)["__signature__"] = signature.replace(parameters=parameters)
    return with_augmentation(with_settings)


def make_config(
    given: dict[str, Any], *, config_file: str | None = None, pairs: list[str] | None = None
) -> RunConfig:
    """Return checked settings: those of the file, changed by the options, changed by ``KEY=VALUE`` pairs.

    Args:
        given: Value of each option, None where it was not given.
        config_file: A JSON file with settings.
        pairs: As after ``--set``.

    Raises:
        RunError: The file cannot be read, or a setting is unknown or out of range.
        ModelError: The network is unknown.
        BadParameter: A pair has no ``=``, or no dataset is named.
    """
    stored = {} if config_file is None else _read_settings(config_file)
    changes = {name: value for name, value in given.items() if value is not None} | parse_pairs(pairs or [])
    for name, written_out in WRITTEN_OUT.items():
        if name in changes:
            stored.pop(written_out, None)
        if written_out in changes:
            stored.pop(name, None)
    settings = stored | changes
    if not settings.get("dataset"):
        raise typer.BadParameter("name a dataset, by --dataset or in the file of --config.")
    return RunConfig.make(**_defaults_of_model(settings) | settings)


def parse_pairs(pairs: list[str]) -> dict[str, Any]:
    """Return the settings named by ``KEY=VALUE`` texts; nested values are read as JSON.

    >>> parse_pairs(["head-units=512,128", "weight_decay=", 'augmentation={"rotation": 20}'])
    {'head_units': '512,128', 'weight_decay': None, 'augmentation': {'rotation': 20}}
    """
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise typer.BadParameter(f"--set takes KEY=VALUE, not {pair!r}.")
        name = key.strip().replace("-", "_")
        settings[name] = _read_value(name, value.strip())
    return settings


def arguments_of_config(config: RunConfig) -> list[str]:
    """Return the arguments of ``train`` that stand for these settings, those with their default left out.

    >>> arguments_of_config(RunConfig.make(dataset="digits", model="lenet", head_units=(8,), weight_decay=0))
    ['--dataset', 'digits', '--image-size', '64', '--model', 'lenet', '--set', 'head_units=8', '--set',
     'weight_decay=0.0']
    """
    defaults = RunConfig(dataset=config.dataset)
    values = config.model_dump(mode="json", exclude={"augmentation"})
    hidden = {written_out for name, written_out in WRITTEN_OUT.items() if values[name] is not None}
    arguments: list[str] = []
    for name, value in values.items():
        is_default = getattr(config, name) == getattr(defaults, name) and name not in ALWAYS
        if is_default or name in hidden:
            continue
        text = _as_text(value)
        option = [f"--{name.replace('_', '-')}", text]
        arguments += option if name in OPTIONS else ["--set", f"{name}={text}"]
    return arguments + arguments_of(config.augmentation)


def _options() -> list[inspect.Parameter]:
    options = []
    for name, (kind, metavar) in OPTIONS.items():
        described = RunConfig.model_fields[name].description
        options.append(_option(name, kind, typer.Option(help=described, metavar=metavar)))
    explained = typer.Option("--config", metavar="FILE", help=CONFIG_HELP)
    pairs = typer.Option("--set", metavar="KEY=VALUE", help=SET_HELP)
    return [
        *options,
        inspect.Parameter("augmentation", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None),
        _option("config_file", str, explained),
        _option("setting", list[str], pairs),
    ]


def _option(name: str, kind: Any, option: Any) -> inspect.Parameter:
    annotation = Annotated[kind | None, option]
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation
    )


def _defaults_of_model(settings: dict[str, Any]) -> dict[str, Any]:
    """The image size that the network was made for, and the least of its widths, as on the Train page."""
    from core.models.catalog import find_model  # noqa: PLC0415

    spec = find_model(str(settings.get("model") or RunConfig.model_fields["model"].default))
    widths = spec.backbone.alphas if spec.backbone is not None else ()
    return {"image_size": spec.default_image_size, **({"alpha": widths[0]} if widths else {})}


def _read_settings(file: str) -> dict[str, Any]:
    path = full_path(file)
    settings = _read_json(path)
    if not isinstance(settings, dict):
        raise RunError(
            f"{path} holds no settings of a run, which is one JSON object such as "
            f'{{"dataset": "digits", "epochs": 5}}; give --config another file.'
        )
    return settings


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error}); give another file.") from error
    except ValueError as error:
        raise RunError(f"{path} is not JSON ({error}); repair it or give another file.") from error


def _read_value(name: str, text: str) -> Any:
    """What stands after ``=``: JSON from a file or in place, nothing at all, or a text for pydantic."""
    if text.startswith("@"):
        return _read_json(full_path(text[1:]))
    if not text:
        return None if _may_be_none(name) else text
    if text[0] in "{[":
        try:
            return json.loads(text)
        except ValueError as error:
            raise RunError(f"{name} cannot be {text!r}: it is not JSON ({error}).") from error
    return text


def _may_be_none(name: str) -> bool:
    field = RunConfig.model_fields.get(name)
    if field is None or get_origin(field.annotation) not in {Union, UnionType}:
        return False
    return type(None) in get_args(field.annotation)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value)):
        return json.dumps(value)
    return ",".join(str(item) for item in value) if isinstance(value, list) else str(value)
