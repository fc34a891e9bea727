"""Page "Train": which network shall learn this dataset, and with which settings?"""

import streamlit as st

from app import cache, state
from app.components.no_pictures import tell_no_pictures
from app.components.train.dry_run_view import dry_run_view
from app.components.train.form import train_form
from app.components.train.network_view import layers_fold, network_view
from app.components.train.plan import train_plan
from app.components.train.start import start_bar
from app.state import DEFAULT_DATASET

# What it will do stays in sight while the form is scrolled.
STICKY = """<style>[data-testid=stLayoutWrapper]:has(> .st-key-train_plan) { position: sticky; top: 3.75rem; }
.st-key-train_plan { max-height: calc(100vh - 5rem); overflow-y: auto; }</style>"""

st.title("Train")
st.markdown("Which network shall learn this dataset, and with which settings?")
dataset = cache.dataset(state.current_dataset() or DEFAULT_DATASET)
if tell_no_pictures(dataset, otherwise="Choose a dataset with pictures in the sidebar to train on."):
    st.stop()
left, right = st.columns([3, 2], gap="large")
with left:
    form = train_form(dataset)
with right, st.container(key="train_plan"):
    st.html(STICKY)
    st.subheader("What it will do", anchor=False)
    start_bar(form.config, form.problems)
    table = network_view(dataset, form.config)
    train_plan(dataset, form.config)
    dry_run_view(form.config, disabled=bool(form.problems))
    if table is not None:
        layers_fold(table, form.config)
