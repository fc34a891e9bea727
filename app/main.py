"""The dashboard's entry script: pages, sidebar, and errors as text. Start it with ``regroup``."""

from pathlib import Path

import streamlit as st

from app import cache, state
from app.components.background_line import background_line
from app.failures import shown_as_text
from app.navigation import all_pages

ICON = Path(__file__).with_name("icon.png")  # files of our own: a named icon is fetched from the network
LOGO = Path(__file__).with_name("logo.svg")

st.set_page_config(page_title="Regroup", page_icon=str(ICON), layout="wide")
st.logo(str(LOGO), size="large", icon_image=str(ICON))
page = st.navigation(all_pages(), expanded=True)
with shown_as_text():
    cache.supervisor()
    with st.sidebar:
        state.draw_choices()
        background_line()
    page.run()
cache.freeze_modules()
