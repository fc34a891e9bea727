"""A run that was shown occluded pictures: its galleries show them, and Compare names what each run saw."""

import base64
import json
import re
from pathlib import Path

import pytest

from app.components.pictures_shown import find_shown
from app.navigation import Page
from core.datasets.images.thumbnails import thumbnails
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.occlusion import Occlusion
from core.datasets.store import delete_dataset, load_dataset
from core.evaluation.mistakes import rows_of_pair
from core.predictions import load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import save_grouping

DIGITS = tuple("0123456789")
PAIRS = Grouping.from_assignment(DIGITS, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
GROUPS = {"grouping": "pairs", "groups": PAIRS.to_mapping()}
HIDDEN = {"occluded_with": "hidden", "occluded_splits": "test"}


def occlude(home):
    settings = Derivation(occlusion=Occlusion(share=0.5, fill="white"))
    return derive_dataset(home, load_dataset(home, "digits"), settings, name="hidden")


def texts(app) -> str:
    kinds = ("markdown", "caption", "info", "warning", "success")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind)).replace("\\", "")


def shown_pictures(app) -> list[bytes]:
    bodies = "".join(element.proto.body for element in app.get("html"))
    return [base64.b64decode(found) for found in re.findall(r"base64,([^\"]+)", bodies)]


@pytest.fixture
def runs(workspace, finish_run):
    """A full run on clean pictures, and one on groups that saw occluded test pictures."""
    full = finish_run(workspace)
    save_grouping(workspace, "digits", "pairs", PAIRS, run_id=full.id)
    return full, finish_run(workspace, **GROUPS, **HIDDEN)


def test_the_command_compares_them_and_says_what_each_saw(regroup, home, finish_run):
    full = finish_run(home)
    save_grouping(home, "digits", "pairs", PAIRS, run_id=full.id)
    grouped = finish_run(home, **GROUPS, **HIDDEN)
    command = ("compare", full.id, "--grouping", "pairs")
    assert json.loads(regroup(*command, "--json")[1])["retrained"] is None
    status, out, error = regroup(*command, "--retrained", grouped.id, "--json")
    assert status == 0
    seen = "the test pictures of 'hidden', which are occluded, and clean training and validation pictures"
    assert json.loads(out)["pictures"] == {full.id: "clean pictures", grouped.id: seen}
    assert f"{full.id} saw clean pictures; {grouped.id} saw {seen}." in error


def test_the_runs_page_says_what_it_saw(open_page, runs):
    _, grouped = runs
    assert "It sees the test pictures of 'hidden', which are occluded" in texts(
        open_page(Page.RUNS, run=grouped.id)
    )


def test_the_page_offers_it_and_says_what_each_saw(open_page, workspace, finish_run, runs):
    full, grouped = runs
    app = open_page(Page.COMPARE, dataset="digits", run=full.id)
    assert app.multiselect[0].options == [f"{grouped.id} (saw other pictures)"]
    assert "No network was trained on these groups with the same pictures yet" in texts(app)
    assert f"{full.id} saw clean pictures; {grouped.id} saw the test pictures of 'hidden'" in texts(app)
    same = finish_run(workspace, **GROUPS)
    app = open_page(Page.COMPARE, dataset="digits", run=full.id)
    choice = app.multiselect[0]
    assert choice.options == [f"{same.id} (seed 0)", f"{grouped.id} (saw other pictures)"]
    assert choice.value == [same.id]
    assert "saw clean pictures" not in texts(app)


def test_two_runs_on_the_same_occluded_pictures_say_so(open_page, workspace, finish_run, runs):
    full = finish_run(workspace, **HIDDEN)
    app = open_page(Page.COMPARE, dataset="digits", run=full.id)
    assert "Both runs saw the test pictures of 'hidden'" in texts(app)


def test_mistakes_are_shown_as_the_run_saw_them(open_page, workspace, finish_run):
    hidden = occlude(workspace)
    run = finish_run(workspace, occluded_with="hidden")
    predictions = load_predictions(run.predictions_path("val"))
    app = open_page(Page.EVALUATE, dataset="digits", run=run.id)
    assert "As the run saw them: validation pictures of hidden." in texts(app)
    assert "This run saw the training, validation and test pictures of 'hidden', which are" in texts(app)
    first, second = re.search(r"\*\*(\d)\*\* taken for \*\*(\d)\*\*", texts(app)).groups()
    ids = predictions.sample_ids[rows_of_pair(predictions, int(first), int(second))[:1]]
    assert shown_pictures(app)[0] == thumbnails(hidden, ids, size=96)[0]
    assert shown_pictures(app)[0] != thumbnails(load_dataset(workspace, "digits"), ids, size=96)[0]


def test_when_the_occluded_pictures_are_gone_the_clean_ones_are_shown(open_page, workspace, finish_run):
    occlude(workspace)
    run = finish_run(workspace, occluded_with="hidden")
    delete_dataset(workspace, "hidden")
    app = open_page(Page.EVALUATE, dataset="digits", run=run.id)
    assert "The run saw validation pictures of hidden. They are gone or have changed" in texts(app)
    assert find_shown(run, "val").name == "digits"


@pytest.mark.parametrize(("split", "name"), [("train", "digits"), ("val", "digits"), ("test", "hidden")])
def test_only_the_chosen_splits_are_shown_occluded(workspace, finish_run, split, name):
    occlude(workspace)
    assert find_shown(finish_run(workspace, **HIDDEN), split).name == name


def test_look_inside_looks_at_the_occluded_picture(open_page, workspace, finish_run, monkeypatch):
    occlude(workspace)
    run = finish_run(workspace, occluded_with="hidden")
    Path(run.model_path).write_bytes(b"no network")
    seen = []
    monkeypatch.setattr("app.components.image_choice.read_image", lambda *given: seen.append(given))
    monkeypatch.setattr("core.explain.service.warm_up", lambda: None)
    monkeypatch.setattr("core.explain.service.predict", lambda *_: None)
    app = open_page(Page.DATASETS, dataset="digits", run=run.id)
    app.switch_page(Page.LOOK_INSIDE).run()
    assert seen[0][0].name == "hidden"
    assert "As the run saw them: validation pictures of hidden." in texts(app)
