"""The three tabs of Look inside: Grad-CAM, feature maps, filters."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app import cache, state
from app.components.image_choice import ChosenImage
from app.components.picture_grid import picture_grid
from app.components.plain_text import plain
from core.explain import service
from core.explain.results import CamResult, LayerRow
from core.plots import image_grid
from core.plots.overlay import fit, overlay_heatmap
from core.runs.run import Run

MAX_MAPS = 64
MAX_FILTERS = 32
MAX_CHANNELS = 8
MAX_POINTWISE = 128  # rows and columns of a 1 x 1 convolution's picture, in which a filter is a row of pixels
CAM_SIDE = 480  # pixels
LEGEND = """
<div style="display:flex;gap:8px;align-items:center;font-size:0.8rem">
<span>says nothing for the class</span>
<span style="flex:1;max-width:200px;height:10px;border-radius:5px;background:linear-gradient(90deg,
transparent,#781c6d55,#ed6925aa,#fcffa4)"></span><span>speaks most for it</span></div>
"""


def draw_cam(
    run: Run,
    image: ChosenImage,
    pixels: np.ndarray,
    probs: np.ndarray,
    *,
    class_names: Sequence[str],
    layers: Sequence[LayerRow],
) -> None:
    """Draw which places speak for a class.

    Args:
        run: The run.
        image: The image as it lies on disk; the heat map is drawn over it.
        pixels: The image as the network takes it, shape ``(height, width, 3)``, uint8.
        probs: The network's answer, shape ``(num_classes,)``.
        class_names: The classes that the run has learned.
        layers: The network's layers.
    """
    controls, picture = st.columns([1, 2], gap="large")
    with controls:
        class_index = _choose_class(int(probs.argmax()), image.true_class, class_names)
        layer = st.selectbox(
            "Layer", ["", *(row.name for row in layers if row.has_map)],
            format_func=lambda name: name or "last convolution",
            help="The last convolution knows the most about classes and the least about exact places.",
            **state.bind(f"look_cam_layer_{run.id}"),
        )  # fmt: skip
        strength = st.slider("Overlay", 0, 100, 70, step=5, format="%d %%", **state.bind("look_strength"))
    result = cache.explained(service.show_cam, run.id, pixels, class_index, layer or None)
    with picture:
        _draw_overlay(image, result, class_names[class_index], strength / 100)


def _choose_class(predicted: int, true_class: int | None, class_names: Sequence[str]) -> int:
    options = {"Predicted": predicted}
    if true_class is not None:
        options["True"] = true_class
    choice = st.segmented_control(
        "Which class?", [*options, "Another"], default="Predicted", required=True,
        **state.bind("look_cam_class"),
        help="**Grad-CAM** colors the places of the image that made the network give this class more points. "
        "It shows where the network looked, not why, and places that speak against the class stay dark.",
    )  # fmt: skip
    if choice in options:
        index = options[choice]
        st.caption(f"The {choice.lower()} class: {plain(class_names[index])}")
        return index
    return st.selectbox(
        "Class", range(len(class_names)), format_func=class_names.__getitem__, label_visibility="collapsed",
        **state.bind(f"look_cam_other_{'|'.join(class_names[:4])}"),
    )  # fmt: skip


def _draw_overlay(image: ChosenImage, result: CamResult, class_name: str, strength: float) -> None:
    if result.heatmap.max() == 0:
        st.info(f"At layer {plain(result.layer_name)} no place of this image speaks for {plain(class_name)}.")
        st.image(fit(image.pixels, CAM_SIDE), alt=image.title)
        return
    height, width = result.heatmap.shape
    caption = (
        f"What speaks for {class_name} ({result.probs[result.class_index]:.1%}), "
        f"seen at layer {result.layer_name} in {width} x {height} places"
    )
    picture = overlay_heatmap(image.pixels, result.heatmap, strength=strength, side=CAM_SIDE)
    st.image(picture, alt=caption)  # a caption of its own would stretch a thin picture to the caption's width
    st.caption(plain(caption))
    st.html(LEGEND)


def draw_feature_maps(run: Run, pixels: np.ndarray, layers: Sequence[LayerRow]) -> None:
    """Draw what one layer's filters answer to an image, shape ``(height, width, 3)``, uint8."""
    rows = {row.name: row for row in layers if row.has_map}
    if not rows:
        st.info("This network has no layer with maps; choose another run in the sidebar.")
        return
    first = next((place for place, row in enumerate(rows.values()) if row.is_conv), 0)
    name = st.selectbox(
        "Layer", list(rows), index=first, format_func=lambda name: _describe(rows[name]), width=400,
        help="A **feature map** is the picture that one filter makes of the image: bright where the filter "
        "found what it looks for. Near the input maps show edges and colors, later parts of objects.",
        **state.bind(f"look_map_layer_{run.id}"),
    )  # fmt: skip
    maps = cache.explained(service.show_feature_maps, run.id, pixels, name, max_maps=MAX_MAPS)
    num_maps, height, width = maps.shape
    st.caption(
        f"{num_maps} of {rows[name].output_shape[-1]} maps, {width} x {height} values each; "
        f"dark is a map's smallest value, bright its largest, one color all over a map that found nothing."
    )
    captions = [f"{number}" for number in range(1, num_maps + 1)]
    picture_grid([[png] for png in image_grid.draw_maps(maps)], captions, size=96)


def draw_filters(run: Run, layers: Sequence[LayerRow]) -> None:
    """Draw the filters of one convolution."""
    rows = {row.name: row for row in layers if row.is_conv}
    if not rows:
        st.info("This network has no convolution; choose another run in the sidebar.")
        return
    name = st.selectbox(
        "Convolution", list(rows), format_func=lambda name: _describe(rows[name]), width=400,
        help="A **filter** is a small pattern that the network slides over its input; it answers where the "
        "input looks like the pattern. Each input channel has its part of the pattern: for the first layer "
        "these are red, green and blue.",
        **state.bind(f"look_filter_layer_{run.id}"),
    )  # fmt: skip
    limits = {"max_filters": MAX_FILTERS, "max_channels": MAX_CHANNELS}
    bank = cache.explained(service.show_filters, run.id, name, **limits)
    if bank.is_pointwise:
        limits = {"max_filters": MAX_POINTWISE, "max_channels": MAX_POINTWISE}
        bank = cache.explained(service.show_filters, run.id, name, **limits)
    num_filters, num_channels, height, width = bank.weights.shape
    st.caption(
        f"{num_filters} of {bank.total_filters} filters, {num_channels} of {bank.total_channels} input "
        f"channels, {width} x {height} weights; black is a filter's smallest weight, white its largest."
    )
    if bank.is_pointwise:
        caption = "One row a filter, one column an input channel: a 1 x 1 filter only mixes channels."
        picture_grid([[image_grid.draw_matrix(bank.weights)]], [caption], size=min(6 * num_channels, 640))
    else:
        picture_grid(image_grid.draw_filters(bank.weights), bank.names, size=44)


def _describe(row: LayerRow) -> str:
    height, width, num_maps = row.output_shape
    return f"{row.name} ({row.kind}, {num_maps} maps of {width} x {height})"
