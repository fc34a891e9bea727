"""The evidence under the matrix, and the same by command."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from planted_predictions import planted
from streamlit.testing.v1 import AppTest

from core.errors import ExplainError
from core.explain.results import CamResult
from core.predictions import Predictions, load_predictions, save_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.keeping.store import save_grouping
from core.runs.run import Run
from core.workspace import Workspace

NAMES = tuple(str(n) for n in range(10))
OpenPage = Callable[..., AppTest]
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


def open_with(open_page: OpenPage, run: Run, chosen: tuple[str, ...]) -> AppTest:
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["chosen"] = (run.id, chosen)
    app.run()
    assert not app.exception, app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    app.run()
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    return "\n".join(str(element.value) for kind in ("markdown", "caption") for element in app.get(kind))


def html_of(app: AppTest, word: str) -> str:
    return next(element.proto.body for element in app.get("html") if word in element.proto.body)


def replace_val(run: Run, predictions: Predictions) -> None:
    """Give a run of digits other answers on the validation images, classes 0 to 4 as planted."""
    before = load_predictions(run.predictions_path("val"))
    probs = np.eye(10, dtype=np.float32)[before.y_true]
    for label in range(5):
        rows = np.flatnonzero(before.y_true == label)
        planned = np.flatnonzero(predictions.y_true == label)
        assert len(rows) >= len(planned)
        probs[rows[: len(planned)]] = np.pad(predictions.probs[planned], ((0, 0), (0, 5)))
    save_predictions(
        run.predictions_path("val"),
        Predictions("val", before.class_names, before.y_true, probs, before.sample_ids),
    )


def test_a_pair_has_its_verdict_reasons_and_pictures(open_page: OpenPage, run: Run) -> None:
    app = open_with(open_page, run, ("0", "1"))
    assert ":green-badge[Merge]" in text_of(app)
    assert "**Visual twins**" in text_of(app)
    predictions = load_predictions(run.predictions_path("val"))
    number = int(((predictions.y_true == 0) & (predictions.y_pred == 1)).sum())
    pictures = html_of(app, 'class="evidence"')
    assert f"<b>0</b> seen as <b>1</b>: {min(6, number)} of {number}" in pictures
    assert "% sure" in pictures


def test_a_pair_that_shall_never_merge_is_kept_with_the_draft(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    app = press(open_with(open_page, run, ("0", "1")), "regroup_never")
    assert load_draft(workspace, "digits", run.id, NAMES).wishes.never_link == (("0", "1"),)
    assert app.button(key="regroup_never").label == "Allow merging"
    press(app, "regroup_never")
    assert load_draft(workspace, "digits", run.id, NAMES).wishes.never_link == ()


def test_a_block_lists_its_pairs_and_judges_the_costliest(open_page: OpenPage, run: Run) -> None:
    app = open_with(open_page, run, ("0", "1", "2", "3"))
    table = html_of(app, "pair-table")
    assert "0 and 1" in table
    assert "2 and 3" in table
    assert text_of(app).count("-badge[") == 2
    assert "<b>Examples</b>" in html_of(app, 'class="evidence"')


def test_label_noise_leads_to_the_labels_on_datasets(open_page: OpenPage, run: Run) -> None:
    replace_val(run, planted({(0, 1): 2, (1, 0): 2}, support=(16,) * 5, sure=0.995, shared=0.01))
    app = open_with(open_page, run, ("0", "1"))
    assert ":orange-badge[Mend first]" in text_of(app)
    app.button(key="regroup_labels").click().run()
    assert app.session_state["part"] == "Find trouble"
    assert app.session_state["labels_run_digits"] == run.id
    assert app.session_state["trouble_open_digits_labels"]


def test_imbalance_leads_to_train_with_class_weights(
    open_page: OpenPage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_val(run, planted({(0, 1): 9}, support=(16,) * 5))
    counts = (100, 900, *(200,) * 8)
    monkeypatch.setattr("app.cache.evidence.train_counts", lambda run: counts)
    app = open_with(open_page, run, ("0", "1"))
    assert "**Imbalance**" in text_of(app)
    app.button(key="regroup_weights").click().run()
    assert not app.exception, app.exception
    assert app.session_state["train_class_weights"] == "balanced"
    assert app.session_state["train_model"] == "lenet"


def test_without_a_network_the_heat_maps_cannot_be_asked_for(open_page: OpenPage, run: Run) -> None:
    button = open_with(open_page, run, ("0", "1")).button(key="regroup_look")
    assert button.disabled
    assert "no network to ask" in button.help


def test_heat_maps_are_drawn_for_some_mistakes_of_each_direction(
    open_page: OpenPage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def show_cam(_run, image, index):
        asked.append((image.shape, index))
        return CamResult(np.ones((2, 2), np.float32), np.full(10, 0.1, np.float32), index, "last")

    monkeypatch.setattr("core.explain.service.show_cam", show_cam)
    monkeypatch.setattr("core.explain.service.warm_up", lambda: None)
    run.model_path.parent.mkdir(exist_ok=True)
    run.model_path.write_bytes(b"network")
    app = press(open_with(open_page, run, ("0", "1")), "regroup_look")
    assert len(asked) == 12  # three images of each direction, two classes each
    assert {shape for shape, _ in asked} == {(32, 32, 3)}
    assert "said 1 (" in html_of(app, 'class="pictures"')
    press(app, "regroup_look")
    assert not any('class="pictures"' in element.proto.body for element in app.get("html"))


def test_a_helper_that_fails_leaves_the_numbers(
    open_page: OpenPage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_):
        raise ExplainError("The helper process ended; try again.")

    monkeypatch.setattr("core.explain.service.show_cam", fail)
    monkeypatch.setattr("core.explain.service.warm_up", lambda: None)
    run.model_path.parent.mkdir(exist_ok=True)
    run.model_path.write_bytes(b"network")
    app = press(open_with(open_page, run, ("0", "1")), "regroup_look")
    assert "try again" in app.error[0].value
    assert "**Visual twins**" in text_of(app)


def test_markup_in_class_names_is_shown_letter_for_letter(open_page: OpenPage, run: Run) -> None:
    app = open_with(open_page, run, ("0", "1"))
    assert "**0** taken for **1**" in text_of(app)


def test_the_command_says_the_same(home: Workspace, finish_run: Callable[..., Run], regroup: Command) -> None:
    run = finish_run(home)
    status, printed, _ = regroup("evidence", run.id, "0", "1", "--json")
    assert status == 0
    content = json.loads(printed)
    assert (content["verdict"], content["direction"]) == ("Merge", "both ways")
    assert [cause["look"] for cause in content["causes"]] == ["visual twins"]
    status, printed, _ = regroup("evidence", run.id, "0", "1", "2")
    assert status == 0
    assert "0 and 1: Merge." in printed


def test_the_command_refuses_a_class_that_is_not_there(
    home: Workspace, finish_run: Callable[..., Run], regroup: Command
) -> None:
    status, _, error = regroup("evidence", finish_run(home).id, "0", "ten")
    assert status == 1
    assert "There is no class 'ten'" in error


def test_the_orders_are_scored_by_command(
    home: Workspace, finish_run: Callable[..., Run], regroup: Command
) -> None:
    run = finish_run(home)
    status, printed, _ = regroup("orders", run.id, "--json")
    assert status == 0
    content = json.loads(printed)
    near = {row["order"]: row["near_diagonal"] for row in content["rows"]}
    assert near[content["best"]] == max(near.values())
    assert sorted(content["rows"][0]["classes"]) == sorted(NAMES)
    assert "Best: " in regroup("orders", run.id)[1]
    save_grouping(home, "digits", "pair", Grouping.identity(NAMES).merge(["0", "1"]), run_id=run.id)
    grouped = json.loads(regroup("orders", run.id, "--grouping", "pair", "--json")[1])["rows"][-1]
    assert grouped["order"] == "blocks"
    assert grouped["in_blocks"] == grouped["within_groups"] > 0
