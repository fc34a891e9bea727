"""The Datasets page, run as a script on a fresh workspace."""

import re
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest

from app.components.thumbnail_grid import name_of
from core.datasets.adding.add import add_dataset as add
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import exclude, record
from core.datasets.store import list_datasets, load_dataset, save_dataset
from core.runs.run import list_runs

PAGE = "views/datasets.py"
MARKUP = "<b>&\"'star"


def button(app, label):
    return next(found for found in app.button if found.label == label)


def texts_of(app):
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)


def html_of(app):
    return "\n".join(str(element.proto.body) for element in app.get("html"))


@pytest.fixture
def pets(tmp_path):
    random = np.random.default_rng(0)
    for name, count in (("cat", 70), (MARKUP, 10)):
        folder = tmp_path / "pets" / name
        folder.mkdir(parents=True)
        for number in range(count):
            cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    (tmp_path / "pets" / "cat" / "bad.jpg").write_text("hello")
    return tmp_path / "pets"


def test_a_new_workspace_shows_shapes_with_its_numbers(open_page, workspace):
    app = open_page(PAGE)
    assert {metric.label: metric.value for metric in app.metric} == {
        "Images": "2,987",
        "Classes": "12",
        "Training / validation / test": "2,389 / 299 / 299",
        "Left out": "0",
        "Pixels": "64 x 64",
        "Color modes": "RGB",
        "Version": load_dataset(workspace, "shapes").version[:7],
        "Imbalance ratio": "20 : 1",
        "Share of the largest class": "0.248",
        "Effective number of classes": "8.47 of 12",
        "Classes under 10 images": "0",
    }
    assert "circle has 20 times as many images as trapezoid" in texts_of(app)
    assert html_of(app).count("<img") == 12  # one of each class


def test_the_first_minute_queues_a_small_network_and_leads_to_runs(open_page, workspace, monkeypatch):
    gone = []
    monkeypatch.setattr("app.navigation.st.switch_page", lambda page, **_: gone.append(page))
    app = open_page(PAGE)
    button(app, "Try the loop").click().run()
    assert not app.exception
    assert [run.config.model for run in list_runs(workspace)] == ["small_cnn"]
    assert gone == ["views/runs.py"]
    assert "Try the loop" not in [found.label for found in open_page(PAGE).button]


def test_the_chart_is_sorted_searched_and_drawn_by_split_or_in_all(open_page):
    app = open_page(PAGE)
    assert html_of(app).index('class="name">circle<') < html_of(app).index('class="name">dagger<')
    app.selectbox(key="balance_order").set_value("name").run()
    chart = next(body for body in html_of(app).split("<style>") if 'class="class-bars"' in body)
    assert re.findall('class="name">([^<]+)<', chart)[:3] == ["circle", "dagger", "ellipse"]
    assert "validation" in chart
    app.toggle(key="balance_split").set_value(False).run()
    assert 'legend"></div>' in html_of(app)
    assert not app.exception


def test_a_thousand_classes_are_searched_by_name(open_page, workspace):
    count = 40
    table = pd.DataFrame(
        {
            "path": None, "position": range(count), "label": range(count), "split": "train", "group": None,
            "width": 8, "height": 8, "mode": "L", "sha1": [str(n) for n in range(count)],
            "excluded": False, "reason": None,
        }
    )  # fmt: skip
    names = tuple(f"class {number}" for number in range(count))
    save_dataset(workspace, Dataset("many", "One each.", names, table), np.zeros((count, 8, 8), np.uint8))
    app = open_page(PAGE, dataset="many")
    assert "All classes have the same number of images" in texts_of(app)
    assert "40 classes (class 0, class 1, class 2 ...) have fewer" not in texts_of(app)
    assert "The first 12 of 40 classes" in texts_of(app)
    app.text_input(key="balance_name").set_value("class 3").run()
    assert html_of(app).count('class="row"') == 11  # 3 and 30 to 39
    app.text_input(key="balance_name").set_value("zebra").run()
    assert "No class has such a name" in texts_of(app)


def test_an_edit_and_an_origin_are_told_on_the_first_page(open_page, workspace):
    dataset = load_dataset(workspace, "digits")
    edited = record(workspace, dataset, exclude(dataset, [0, 1]))
    values = {metric.label: metric.value for metric in open_page(PAGE, dataset="digits").metric}
    assert values["Version"] == f"{edited.version[:7]}, 1 edit"
    assert (values["Images"], values["Left out"]) == ("1,795", "2")
    images = np.zeros((len(dataset.table), 8, 8), np.uint8)
    derived = replace(dataset, name="half", origin="Made from *digits*.", array_path=None)
    save_dataset(workspace, derived, images)
    assert "Made from \\*digits\\*" in texts_of(open_page(PAGE, dataset="half"))


def test_a_remedy_leads_to_where_it_is(open_page):
    app = open_page(PAGE)
    button(app, "Keep at most n a class").click().run()
    assert app.session_state["part"] == "Prepare"
    assert not app.exception
    app = open_page(PAGE)
    button(app, "Look for trouble").click().run()
    assert app.session_state["part"] == "Find trouble"
    assert not app.exception


def test_names_with_markup_are_shown_letter_for_letter(open_page, workspace, pets):
    dataset = add(workspace, pets)
    body = html_of(open_page(PAGE, dataset="pets"))
    assert "&lt;b&gt;&amp;&quot;&#x27;star" in body
    assert "<b>" not in body
    assert MARKUP in name_of(dataset, 0)


def test_what_was_left_out_is_listed_with_its_reason(open_page, workspace, pets):
    add(workspace, pets)
    app = open_page(PAGE, dataset="pets")
    assert next(metric.value for metric in app.metric if metric.label == "Left out") == "1"
    table = app.dataframe[0].value
    assert table["File"].tolist() == ["cat/bad.jpg"]
    assert "not an image" in table["Reason"].iat[0]


def test_a_name_in_the_url_that_nothing_has_is_told(open_page):
    app = open_page(PAGE, dataset="<b>nope")
    assert "There is no dataset \\<b\\>nope here" in app.toast[0].value
    assert app.session_state["dataset"] == "shapes"


def test_a_dataset_is_deleted_after_a_second_question_and_a_built_in_one_never(open_page, workspace, pets):
    add(workspace, pets)
    app = open_page(PAGE, dataset="pets")
    assert "The images stay where they are" in texts_of(app)
    app.button(key="delete_dataset").click().run()
    assert not app.exception
    assert list_datasets(workspace) == ["digits", "shapes"]
    assert app.session_state["dataset"] in {"digits", "shapes"}
    assert "delete_dataset" not in [found.key for found in app.button]
