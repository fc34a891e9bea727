"""The options of augmentation, made from its settings, for every command that takes them."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from core.runs.augmentation import PRESETS, Augmentation, preset_of

PREFIX = "augment_"


def with_augmentation(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--augment PRESET`` and an option for each setting.

    The command has a parameter ``augmentation``, which stands for all of them: None when none is given, else
    what ``RunConfig.make`` takes.
    """

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        preset = given.pop("augment")
        settings = {name: given.pop(f"{PREFIX}{name}") for name in Augmentation.model_fields}
        command(**given, augmentation=_merge(preset, settings))

    signature = inspect.signature(command)
    parameters = [
        option
        for parameter in signature.parameters.values()
        for option in (_options() if parameter.name == "augmentation" else [parameter])
    ]
    vars(with_options)["__signature__"] = signature.replace(parameters=parameters)
    return with_options


def arguments_of(augmentation: Augmentation | None) -> list[str]:
    """Return the arguments of a command that stand for these settings.

    >>> arguments_of(Augmentation(rotation=20, vertical_flip=True))
    ['--augment-rotation', '20', '--augment-vertical-flip']
    >>> arguments_of(PRESETS["skin"].augmentation)
    ['--augment', 'skin']
    """
    if augmentation is None:
        return []
    preset = preset_of(augmentation)
    if preset is not None:
        return ["--augment", preset]
    arguments: list[str] = []
    for name, value in augmentation.model_dump(exclude_defaults=True).items():
        option = f"--{PREFIX}{name}".replace("_", "-")
        arguments += (
            [option] if value is True else [option, f"{value:g}" if isinstance(value, float) else value]
        )
    return arguments


def _options() -> list[inspect.Parameter]:
    presets = "|".join(PRESETS)
    explanation = "Change training images at random in each epoch: settings to start from."
    options = [_option("augment", str, metavar=presets, help=explanation)]
    for name, field in Augmentation.model_fields.items():
        kind = field.annotation if field.annotation in {bool, float} else str
        options.append(_option(f"{PREFIX}{name}", kind, help=field.description))
    return options


def _option(name: str, kind: Any, **explained: Any) -> inspect.Parameter:
    annotation = Annotated[kind | None, typer.Option(**explained)]
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation
    )


def _merge(preset: str | None, settings: dict[str, Any]) -> Any:
    """A preset with single settings changed; an unknown preset is refused when the run's config is made."""
    given = {name: value for name, value in settings.items() if value is not None}
    if not given or (preset is not None and preset not in PRESETS):
        return preset
    start = None if preset is None else PRESETS[preset].augmentation
    return {**(start.model_dump() if start else {}), **given}
