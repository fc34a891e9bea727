"""The evidence under the matrix, and the same by command."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from planted_predictions import planted
from popovers import open_popovers
from streamlit.testing.v1 import AppTest

from app.cache import looks
from app.components.plain_text import ISOLATE
from app.components.regroup.evidence_words import LEFT_TO_RIGHT, reasons_of
from core.errors import ExplainError
from core.explain.results import CamResult
from core.predictions import Predictions, load_predictions, save_predictions
from core.regrouping.evidence.verdict import pair_evidence
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft, save_draft
from core.regrouping.keeping.store import save_grouping
from core.regrouping.suggesting.search import search
from core.regrouping.suggesting.settings import METHODS, SearchSettings
from core.regrouping.suggesting.wishes import Wishes
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
    app = open_popovers(open_with(open_page, run, ("0", "1")), "regroup_more")
    press(app, "regroup_never")
    assert load_draft(workspace, "digits", run.id, NAMES).wishes.never_link == (("0", "1"),)
    assert app.button(key="regroup_never").label == "Allow merging"
    press(app, "regroup_never")
    assert load_draft(workspace, "digits", run.id, NAMES).wishes.never_link == ()


def test_a_block_is_kept_apart_by_all_its_pairs_and_allowed_again(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    def wishes() -> Wishes:
        return load_draft(workspace, "digits", run.id, NAMES).wishes

    draft = load_draft(workspace, "digits", run.id, NAMES)
    before = Wishes(must_link=(("2", "0"), ("0", "5")), never_link=(("3", "1"), ("8", "9")))
    save_draft(workspace, "digits", run.id, replace(draft, wishes=before), seen=draft)
    app = open_popovers(open_with(open_page, run, ("0", "1", "2", "3")), "regroup_more")
    assert app.button(key="regroup_never").label == "Never merge"
    press(app, "regroup_never")
    assert {frozenset(pair) for pair in wishes().never_link} == {
        *map(frozenset, combinations("0123", 2)),
        frozenset("89"),
    }
    assert len(wishes().never_link) == 7
    assert wishes().must_link == (("0", "5"),)
    assert app.button(key="regroup_never").label == "Allow merging"
    predictions = load_predictions(run.predictions_path("val"))
    for method in METHODS:
        settings = SearchSettings(method=method, num_groups=4, wishes=wishes())
        groups = search(predictions, settings).grouping.to_mapping()
        assert len({groups[name] for name in "0123"}) == 4
    press(app, "regroup_never")
    assert wishes() == Wishes(must_link=(("0", "5"),), never_link=(("8", "9"),))


def test_a_block_too_large_to_be_kept_apart_pair_by_pair_says_so(
    open_page: OpenPage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.components.regroup.evidence.MAX_APART", 3)
    app = open_popovers(open_with(open_page, run, ("0", "1", "2", "3")), "regroup_more")
    button = app.button(key="regroup_never")
    assert button.disabled
    assert "bring a hierarchy" in button.help


def test_images_of_one_patient_count_once_on_the_page_and_by_command(
    open_page: OpenPage, run: Run, workspace: Workspace, regroup: Command
) -> None:
    count_by_patient(workspace, run)
    app = open_with(open_page, run, ("0", "1"))
    assert "groups of images; sign test by group" in text_of(app)
    assert "Counted by patient" in text_of(app)
    status, printed, _ = regroup("evidence", run.id, "0", "1", "--json", "--home", str(workspace.root))
    assert status == 0
    content = json.loads(printed)
    assert content["counted_by"] == "groups of images"
    assert content["groups_mistaken"] == [1, 1]
    assert sum(content["mistaken"]) > 2
    assert "counted by patient" in regroup("evidence", run.id, "0", "1", "--home", str(workspace.root))[1]


def count_by_patient(workspace: Workspace, run: Run) -> None:
    """Let all mistakes of class 0 be of one patient, those of class 1 of another."""
    predictions = load_predictions(run.predictions_path("val"))
    wrong = predictions.y_pred != predictions.y_true
    path = workspace.datasets_dir / "digits" / "images.parquet"
    table = pd.read_parquet(path)
    groups = table["group"].astype(object)
    for label in (0, 1):
        groups.iloc[predictions.sample_ids[wrong & (predictions.y_true == label)]] = f"patient {label}"
    table.assign(group=groups).to_parquet(path)


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
    monkeypatch.setattr("app.cache.evidence.training_counts", lambda dataset, names: counts)
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


class Network:
    """Stands in for the network's helper process.

    Attributes:
        asked: Shape of the image and class of each question so far.
        let: Answers that it may still give; each question waits for one.
        failure: Raised in place of an answer.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[int, ...], int]] = []
        self.let = threading.Semaphore(0)
        self.failure: ExplainError | None = None

    def show_cam(self, _run: Run, image: np.ndarray, index: int) -> CamResult:
        assert self.let.acquire(timeout=20)
        if self.failure is not None:
            raise self.failure
        self.asked.append((image.shape, index))
        return CamResult(np.ones((2, 2), np.float32), np.full(10, 0.1, np.float32), index, "last")

    def answer(self, app: AppTest, num_questions: int, *, num_known: int | None = None) -> AppTest:
        """Let it answer, wait until so many images are known or the work has ended, and look again."""
        self.let.release(num_questions)
        job = app.session_state["regroup_look_job"]
        deadline = time.monotonic() + 20
        while job.is_running and time.monotonic() < deadline:
            if num_known is not None and len(looks()) >= num_known:
                break
            time.sleep(0.01)
        app.run()
        assert not app.exception, app.exception
        return app


@pytest.fixture
def network(run: Run, monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network that answers one question after the other as it is let."""
    run.model_path.parent.mkdir(exist_ok=True)
    run.model_path.write_bytes(b"network")
    network = Network()
    looks().clear()
    monkeypatch.setattr("core.explain.service.show_cam", network.show_cam)
    monkeypatch.setattr("core.explain.service.warm_up", lambda: None)
    return network


def num_pictures(app: AppTest) -> int:
    """Images with heat maps on the page."""
    pictures = [element.proto.body for element in app.get("html") if 'class="pictures"' in element.proto.body]
    return sum(body.count("<figure>") for body in pictures)


def keys_of(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_heat_maps_are_drawn_for_some_mistakes_of_each_direction(
    open_page: OpenPage, run: Run, network: Network
) -> None:
    app = press(open_with(open_page, run, ("0", "1")), "regroup_look")
    network.answer(app, 12)
    app.run()  # the timer's turn: the page is drawn without it
    assert num_pictures(app) == 6  # three images of each direction, two classes each
    assert len(network.asked) == 12
    assert {shape for shape, _ in network.asked} == {(32, 32, 3)}
    assert "said 1 (" in html_of(app, 'class="pictures"')
    assert not keys_of(app) & {"regroup_look_stop", "regroup_look_on"}
    press(app, "regroup_look")
    assert num_pictures(app) == 0
    press(app, "regroup_look")
    assert num_pictures(app) == 6
    assert len(network.asked) == 12


def test_heat_maps_come_one_by_one_and_hold_no_click_up(
    open_page: OpenPage, run: Run, network: Network
) -> None:
    app = press(open_with(open_page, run, ("0", "1")), "regroup_look")
    assert num_pictures(app) == 0
    network.answer(app, 4, num_known=2)
    assert num_pictures(app) == 2
    press(app, "regroup_merge")
    assert app.button(key="regroup_merge").disabled
    assert num_pictures(app) == 2
    network.answer(app, 8)


def test_stop_keeps_the_heat_maps_that_are_there(open_page: OpenPage, run: Run, network: Network) -> None:
    app = press(open_with(open_page, run, ("0", "1")), "regroup_look")
    network.answer(app, 2, num_known=1)
    press(app, "regroup_look_stop")
    assert "1 of 6 images" in text_of(app)
    assert num_pictures(app) == 1
    network.let.release(2)  # the image that the network was at
    press(app, "regroup_look_on")
    network.answer(app, 10)
    app.run()
    assert num_pictures(app) == 6


def test_a_helper_that_fails_leaves_the_numbers(open_page: OpenPage, run: Run, network: Network) -> None:
    network.failure = ExplainError("The helper process ended; try again.")
    app = press(open_with(open_page, run, ("0", "1")), "regroup_look")
    network.answer(app, 1)
    app.run()
    assert "try again" in app.error[0].value
    assert "**Visual twins**" in text_of(app)
    network.failure = None
    press(app, "regroup_look_on")
    network.answer(app, 12)
    app.run()
    assert not app.error
    assert num_pictures(app) == 6


def test_names_in_the_reasons_are_shown_letter_for_letter_and_turn_no_sentence_around() -> None:
    names = ("قطة", "*dog* <b>", "car", "bus", "hen")
    predictions = replace(planted({(0, 1): 20, (1, 0): 2}), class_names=names)
    counts = (100, 900, 500, 500, 500)
    text = reasons_of(pair_evidence(predictions, *names[:2], train_counts=counts))
    assert r"\*dog\* \<b\>" in text
    assert f"**Imbalance**: {ISOLATE}{LEFT_TO_RIGHT}قطة has 100 training images" in text


def test_a_long_class_name_is_cut_on_a_button(open_page: OpenPage, run: Run) -> None:
    names = (*(f"a class with a very long name, number {n}" for n in range(10)),)
    for split in ("val", "test"):
        path = run.predictions_path(split)
        save_predictions(path, replace(load_predictions(path), class_names=names))
    label = open_with(open_page, run, ()).button(key="regroup_worst").label
    assert label.count("a class with a very long name, numb") == 2
    assert len(label) < 110


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
