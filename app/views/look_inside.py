"""Page "Look inside": where a network looks in an image, what its layers answer, what its filters are."""

from collections.abc import Sequence

import streamlit as st

from app import cache, state
from app.components.explanations import draw_cam, draw_feature_maps, draw_filters
from app.components.finished_run import explain_missing_network
from app.components.image_choice import ChosenImage, choose_image
from app.components.plain_text import plain
from app.navigation import Page, go_to
from core.datasets.dataset import Dataset
from core.datasets.images.resizing import resize_image
from core.explain import service
from core.explain.samples import check_classes, learned_grouping
from core.plots.answer import plot_answer
from core.plots.overlay import fit
from core.runs.run import Run

PICTURE_SIDE = 300  # pixels


def look(run: Run, dataset: Dataset, image: ChosenImage) -> None:
    """Draw what the network says of an image, and how it came to it."""
    grouping = learned_grouping(run.config, dataset)
    class_names = grouping.group_names
    pixels = resize_image(image.pixels, run.config.resizing)
    probs = cache.explained(service.predict, run.id, pixels)
    check_classes(probs, dataset, grouping)
    picture, answer = st.columns([1, 2], gap="large", vertical_alignment="center")
    with picture:
        st.image(fit(image.pixels, PICTURE_SIDE), alt=image.title)
        st.caption(plain(image.title))
    with answer:
        st.markdown(describe_answer(class_names, int(probs.argmax()), image.true_class))
        st.caption(f"Probabilities by the network of {plain(run.id)}'s best epoch")
        figure = plot_answer(probs, class_names, true_class=image.true_class)
        st.plotly_chart(figure, key="look_answer", config={"displayModeBar": False})
    layers = cache.explained(service.list_layers, run.id)
    tabs = st.tabs(["Where it looks", "Feature maps", "Filters"], key="look_tab", on_change="rerun")
    for tab, draw in zip(
        tabs,
        (
            lambda: draw_cam(run, image, pixels, probs, class_names=class_names, layers=layers),
            lambda: draw_feature_maps(run, pixels, layers),
            lambda: draw_filters(run, layers),
        ),
        strict=True,
    ):
        if tab.open:
            with tab:
                draw()


def describe_answer(class_names: Sequence[str], predicted: int, true_class: int | None) -> str:
    """Return the network's answer in a sentence of Markdown."""
    said = f"It says **{plain(class_names[predicted])}**"
    if true_class is None:
        return f"{said}."
    if true_class == predicted:
        return f"{said}, which is right."
    return f"{said}, which is wrong: it is **{plain(class_names[true_class])}**."


st.title("Look inside")
st.markdown("Where does the network look in an image, and what has it learned to see?")

run_id = state.current_run()
run = cache.run(run_id) if run_id else None
if run is None:
    dataset_name = plain(str(state.current_dataset()))
    st.info(f"No network has been trained on {dataset_name} yet. Train one, then look inside it here.")
    if st.button("Train a network", type="primary"):
        go_to(Page.TRAIN)
elif not run.model_path.exists():
    explain_missing_network(run)
else:
    service.warm_up()
    dataset = cache.dataset(run.config.dataset)
    image = choose_image(run, dataset)
    if image is not None:
        look(run, dataset, image)
    st.divider()
    with st.container(horizontal=True):
        if st.button("Merge what it confuses", type="primary", icon=":material/join:"):
            go_to(Page.REGROUP)
        if st.button("Train again with other settings", icon=":material/model_training:"):
            go_to(Page.TRAIN)
