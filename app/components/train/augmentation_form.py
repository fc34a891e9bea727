"""The settings of augmentation, the same on the Train page and on the part "Augment" of the Datasets page."""

import streamlit as st

from app import state
from core.runs.augmentation import FILLS, PRESETS, Augmentation, preset_of

FIELDS = Augmentation.model_fields
OWN = "own"  # a choice beside the presets
KEY_PRESET = "train_augmentation"
ADVICE = {  # when it helps, and when it harms
    "rotation": "Helps when pictures are taken from any side, as of skin or from above; harms when up means "
    "something, as for digits.",
    "width_shift": "Helps when things stand anywhere in the picture; harms when they are moved out of it.",
    "height_shift": "Helps when things stand anywhere in the picture; harms when they are moved out of it.",
    "shear": "Helps for handwriting and for things seen at a slant.",
    "zoom": "Helps when things are near or far; harms when their size tells the class.",
    "horizontal_flip": "Helps for most photos; harms letters, digits, and left and right hands.",
    "vertical_flip": "Helps for pictures from above or through a microscope; harms where up means something.",
    "brightness": "Helps when the light differs; harms when lightness tells the class.",
    "contrast": "Helps when cameras differ; harms when faint differences tell the class.",
    "fill": "Nearest suits plain backgrounds, reflect suits textures.",
}
SLIDERS = {  # label, step, how the number is written
    "rotation": ("Rotation", 1.0, "%d°"),
    "width_shift": ("Shift sideways", 0.05, "percent"),
    "height_shift": ("Shift up or down", 0.05, "percent"),
    "shear": ("Shear", 0.2, "%.1f°"),
    "zoom": ("Zoom", 0.05, "percent"),
    "brightness": ("Brightness", 0.05, "percent"),
    "contrast": ("Contrast", 0.05, "percent"),
}
FLIPS = {"horizontal_flip": "Mirror left to right", "vertical_flip": "Mirror top to bottom"}


def choose_preset() -> None:
    """Draw the choice of a preset, which sets all that ``augmentation_form`` draws."""
    st.session_state.setdefault(KEY_PRESET, "none")
    preset = st.pills(
        "Preset",
        [*PRESETS, OWN],
        format_func=lambda name: "Own settings" if name == OWN else PRESETS[name].title,
        required=True,
        help="Settings to start from; each can be changed below.",
        on_change=_take_preset,
        **state.bind(KEY_PRESET),
    )
    if preset in PRESETS:
        st.caption(PRESETS[preset].description)


def augmentation_form() -> Augmentation | None:
    """Draw the settings; return what is set, None when nothing is changed."""
    for name, field in FIELDS.items():
        st.session_state.setdefault(_key(name), field.default)
    left, right = st.columns(2)
    with left:
        for name in ("rotation", "zoom", "brightness", "shear"):
            _slider(name)
    with right:
        for name in ("width_shift", "height_shift", "contrast"):
            _slider(name)
        _fill_choice()
    with st.container(horizontal=True):
        for name in FLIPS:
            _toggle(name)
    augmentation = _chosen()
    return None if augmentation.is_idle else augmentation


def fill_augmentation(augmentation: Augmentation | None) -> None:
    """Give the settings and the choice of a preset their values; before their widgets are drawn."""
    for field, value in (augmentation or Augmentation()).model_dump().items():
        st.session_state[_key(field)] = value
    st.session_state[KEY_PRESET] = preset_of(augmentation) or OWN


def _slider(name: str) -> None:
    label, step, form = SLIDERS[name]
    limits = FIELDS[name].metadata
    st.slider(
        label,
        min_value=float(next(limit.ge for limit in limits if hasattr(limit, "ge"))),
        max_value=float(next(limit.le for limit in limits if hasattr(limit, "le"))),
        step=step,
        format=form,
        help=_help(name),
        on_change=_name_preset,
        **state.bind(_key(name)),
    )


def _toggle(name: str) -> None:
    st.toggle(FLIPS[name], help=_help(name), on_change=_name_preset, **state.bind(_key(name)))


def _fill_choice() -> None:
    st.selectbox(
        "Gaps show",
        list(FILLS),
        format_func=lambda fill: FILLS[fill].capitalize(),
        help=_help("fill"),
        on_change=_name_preset,
        **state.bind(_key("fill")),
    )


def _help(name: str) -> str:
    return f"{FIELDS[name].description} {ADVICE[name]}"


def _key(name: str) -> str:
    return f"train_augment_{name}"


def _chosen() -> Augmentation:
    """What the widgets say; a slider's number is freed of the rounding errors of its steps."""
    values = {name: st.session_state[_key(name)] for name in FIELDS}
    rounded = {name: round(value, 4) for name, value in values.items() if isinstance(value, float)}
    return Augmentation.model_validate(values | rounded)


def _take_preset() -> None:
    """A preset was chosen: every setting takes its value; "own settings" begin with what is set."""
    name = st.session_state[KEY_PRESET]
    if name in PRESETS:
        fill_augmentation(PRESETS[name].augmentation)


def _name_preset() -> None:
    """A setting was changed: it may be a preset's no more, or again."""
    st.session_state[KEY_PRESET] = preset_of(_chosen()) or OWN
