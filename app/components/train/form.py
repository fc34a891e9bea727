"""The form of the Train page: what a run can be told, in folds, each setting with its own words."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from app.components.train.balance_fold import balance_fold
from app.components.train.computing_fold import computing_fold
from app.components.train.data_fold import data_fold
from app.components.train.network_fold import network_fold
from app.components.train.rate_view import rate_view
from app.components.train.starting_point import changed_since, starting_point
from app.components.train.training_fold import training_fold
from core.datasets.dataset import Dataset
from core.runs.config import RunConfig


@dataclass
class Form:
    """What the form says.

    Attributes:
        config: The settings; where a field is wrong, its usual value stands in.
        problems: A sentence for each wrong field.
    """

    config: RunConfig
    problems: list[str] = field(default_factory=list)


def train_form(dataset: Dataset) -> Form:
    """Draw the form.

    Raises:
        RunError: Settings do not fit together.
    """
    problems: list[str] = []
    starting_point()
    told = st.container()
    with st.expander("Data", expanded=True, icon=":material/photo_library:"):
        settings: dict[str, Any] = data_fold(dataset, problems)
    with st.expander("Network", expanded=True, icon=":material/lan:"):
        settings |= network_fold(settings, problems)
    with st.expander("Training", expanded=True, icon=":material/tune:"):
        settings |= training_fold()
        below_training = st.container()
    with st.expander("Imbalance and augmentation", icon=":material/balance:"):
        settings |= balance_fold()
    with st.expander("Computing", icon=":material/memory:"):
        settings |= computing_fold()
    config = RunConfig.make(**settings)
    with told:
        changed_since(config)
    with below_training:
        rate_view(dataset, config)
    return Form(config, problems)
