"""Page "Datasets": which pictures shall be told apart, and how good are they?"""

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.datasets.add_dataset import add_dataset_panel
from app.components.datasets.delete_dataset import delete_dataset_button
from app.components.datasets.first_minute import first_minute_card
from app.components.datasets.overview import overview_part
from app.components.datasets.parts import Part, choose_part
from app.components.no_pictures import tell_no_pictures
from app.components.plain_text import plain
from app.navigation import Page, go_to

st.title("Datasets", anchor=False)
st.markdown("Which pictures shall a network tell apart, how many of each are there, and are they sound?")
dataset = cache.dataset(state.current_dataset() or state.DEFAULT_DATASET)
above = st.container()
st.header(plain(dataset.name), anchor=False)
part = choose_part()
with above:
    if part is Part.OVERVIEW:
        first_minute_card(dataset)
    add_dataset_panel()
if part is Part.OVERVIEW:
    overview_part(dataset)
elif not tell_no_pictures(dataset, otherwise="Its classes are counted in the overview."):
    from app.components.datasets.later_parts import DRAW  # the first page does without what they import

    DRAW[part](dataset)
with st.container(horizontal=True):
    if not dataset.has_pictures:
        if st.button("See what is confused", type="primary", icon=":material/fact_check:"):
            go_to(Page.EVALUATE)
    elif st.button("Train on this dataset", type="primary", icon=":material/model_training:"):
        go_to(Page.TRAIN)
    if part is Part.OVERVIEW:
        command_popover(["datasets", "show", dataset.name])
        delete_dataset_button(dataset)
