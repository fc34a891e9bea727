"""Trials on the Train page: the dry run, the learning-rate finder, and tables that Keras is asked for."""

import threading
import time
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import ExplainError, RunError
from core.jobs.trials import DryRun, RateCurve
from core.models.stack.shapes import stack_table
from core.plots.schedule import plot_schedule
from core.runs.config import RunConfig
from core.runs.schedules import learning_rates

OpenPage = Callable[..., AppTest]
FOUND = DryRun(
    num_steps=45, num_batches=3, first_step_seconds=2.0, step_seconds=0.1, val_seconds=1.0, test_seconds=1.0,
    decode_seconds=0.0, feature_seconds=0.0, seconds_per_epoch=5.5, first_epoch_seconds=8.0, run_seconds=60.0,
    peak_memory=900_000_000, gpu_memory=None, first_loss=2.31, expected_loss=2.303, num_classes=10,
    device="CPU",
    remarks=("The loss before the first step is 2.31, near what guessing costs.",),
)  # fmt: skip
CURVE = RateCurve(
    rates=np.array([1e-4, 1e-3, 1e-2]),
    losses=np.array([2.3, 2.0, 1.0]),
    raw_losses=np.array([2.3, 2.1, 0.9]),
    suggestion=0.00213,
    reason="The loss falls most steeply near 0.0021.",
)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.error])


def press(app: AppTest, label: str) -> None:
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, app.exception


def wait_for(app: AppTest, text: str) -> None:
    deadline = time.monotonic() + 60
    while text not in texts(app):
        assert time.monotonic() < deadline, texts(app)
        time.sleep(0.05)
        app.run()


@pytest.fixture
def train_page(open_page: OpenPage) -> AppTest:
    return open_page("views/train.py", dataset="digits")


def test_a_dry_run_tells_time_memory_and_the_first_loss_for_these_settings_only_or_why_not(
    train_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.components.train.dry_run_view.dry_run", lambda *args, progress: FOUND)
    app = train_page
    press(app, "Try three batches")
    wait_for(app, "About 60 s for 10 epochs")  # 8 s, nine times 5.5 s, and 2 s at the end
    assert "900.0 MB of memory" in texts(app)
    assert "near what guessing costs" in texts(app)
    app.number_input(key="train_epochs").set_value(1).run()
    assert "About 10 s for 1 epoch" in texts(app)
    app.number_input(key="train_batch_size").set_value(64).run()
    assert "near what guessing costs" not in texts(app)

    def refuse(*args: object, progress: object) -> DryRun:
        raise RunError("All GPUs are busy; wait until one is free.")

    monkeypatch.setattr("app.components.train.dry_run_view.dry_run", refuse)
    press(app, "Try three batches")
    wait_for(app, "All GPUs are busy")


def test_a_found_learning_rate_is_drawn_and_taken(
    train_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.components.train.rate_view.find_learning_rate", lambda *args, progress: CURVE)
    app = train_page
    press(app, "Find a learning rate")
    wait_for(app, "falls most steeply")
    assert len(app.get("plotly_chart")) == 1
    press(app, "Take 0.0021")
    assert app.number_input(key="train_learning_rate").value == 0.0021
    assert len(app.get("plotly_chart")) == 1


def test_a_schedule_is_drawn_as_it_will_be_trained(
    train_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[np.ndarray] = []

    def remember(rates: np.ndarray, steps_per_epoch: int) -> go.Figure:
        drawn.append(rates)
        return plot_schedule(rates, steps_per_epoch)

    monkeypatch.setattr("app.components.train.rate_view.plot_schedule", remember)
    train_page.run()
    assert not drawn
    train_page.selectbox(key="train_schedule").set_value("cosine").run()
    config = RunConfig(dataset="digits", schedule="cosine")
    assert np.array_equal(drawn[-1], learning_rates(config, 45))


def test_the_form_does_not_wait_for_the_layers_of_a_pretrained_network(
    train_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers = threading.Event(), iter([ExplainError("The helper has died; ask again."), None])

    def ask(workspace: object, config: RunConfig, num_classes: int) -> object:
        asked.wait(60)
        error = next(answers)
        if error is not None:
            raise error
        return stack_table(RunConfig(dataset="digits", model="lenet"), num_classes)

    monkeypatch.setattr("app.cache.models.compute_table", ask)
    app = train_page
    app.selectbox(key="train_model").set_value("mobilenet").run()
    assert "Asking Keras for the layers of MobileNet" in texts(app)
    assert any(button.label == "Train" and not button.disabled for button in app.button)
    asked.set()
    wait_for(app, "The helper has died")
    app.run()
    wait_for(app, "layers in")
