"""The dashboard's entry script: pages, sidebar, and errors as text. Start it with ``regroup``."""

from pathlib import Path

import streamlit as st

from app import cache, state
from app.components.background_line import background_line
from app.failures import shown_as_text
from app.navigation import all_pages
from core.jobs.supervisor import serve

ICON = Path(__file__).with_name("icon.png")  # files of our own: a named icon is fetched from the network
LOGO = Path(__file__).with_name("logo.svg")
# Streamlit leaves a third of a page of 1280 pixels empty.
ROOMY = ".stMainBlockContainer { padding: 3.5rem 2.5rem 4rem; }"

st.set_page_config(page_title="Regroup", page_icon=str(ICON), layout="wide")
st.logo(str(LOGO), size="large", icon_image=str(ICON))
st.html(f"<style>{ROOMY}</style>")
page = st.navigation(all_pages(), expanded=True)
with shown_as_text():
    serve(cache.workspace())
    with st.sidebar:
        state.draw_choices()
        background_line()
    page.run()
cache.freeze_modules()
