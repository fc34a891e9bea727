"""Page "Train": which network shall learn this dataset, and with which settings?"""

import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.train_form import train_form
from app.components.train_plan import command_of, start_button, train_plan
from app.state import DEFAULT_DATASET
from core.runs.config import RunConfig

st.title("Train")
st.markdown("Which network shall learn this dataset, and with which settings?")
dataset = cache.dataset(state.current_dataset() or DEFAULT_DATASET)
left, right = st.columns([3, 2], gap="large")
with left:
    config = RunConfig.make(**train_form(dataset.name))
with right:
    st.subheader("What it will do", anchor=False)
    train_plan(dataset, config)
    start_button(config)
    command_popover(*command_of(config))
