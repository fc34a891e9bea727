"""The part "Classes": rows with their mean, the wall, and the way to all pictures of a class."""

import numpy as np
import pandas as pd
import pytest

from app.components.datasets import class_rows
from core.datasets.dataset import Dataset
from core.datasets.store import load_dataset, save_dataset

PAGE = "views/datasets.py"


def html_of(app):
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def texts_of(app):
    return "\n".join(str(element.value) for element in [*app.markdown, *app.caption, *app.info])


def button(app, label):
    return next(found for found in app.button if found.label == label)


@pytest.fixture
def open_classes(open_page):
    def open_it(name):
        return open_page(PAGE, dataset=name, part="Classes")

    return open_it


@pytest.fixture
def many(workspace):
    """45 classes of two pictures; the first name is markup, the last class has no picture for training."""
    count = 90
    splits = ["train", "val"] * 44 + ["val", "val"]
    table = pd.DataFrame(
        {
            "path": None, "position": range(count), "label": np.arange(count) // 2, "split": splits,
            "group": None, "width": 8, "height": 8, "mode": "L", "sha1": [str(n) for n in range(count)],
            "excluded": False, "reason": None,
        }
    )  # fmt: skip
    names = ("<script>", *(f"class {number}" for number in range(1, 45)))
    return save_dataset(workspace, Dataset("many", "Pairs.", names, table), np.zeros((count, 8, 8), np.uint8))


def test_each_class_has_a_row_with_its_mean_and_nine_pictures(open_classes, workspace):
    app = open_classes("digits")
    body = html_of(app)
    assert body.count("<tr>") == 10
    assert body.count('class="mean"') == 10
    assert body.count('<img class=""') == 90
    assert "Mean of 64 images of 3" in body
    total = (load_dataset(workspace, "digits").table["label"] == 3).sum()
    assert f"<span title='3'>3</span><small>{total} images</small>" in body


def test_shuffle_shows_other_pictures_and_the_choice_of_a_split_only_its_own(open_classes, workspace):
    app = open_classes("digits")
    before = html_of(app)
    button(app, "Shuffle").click().run()
    assert html_of(app) != before
    app.button_group(key="class_rows_split").set_value("test").run()
    app.selectbox(key="class_rows_count").set_value(3).run()
    assert html_of(app).count('<img class=""') == 30
    test = set(load_dataset(workspace, "digits").sample_ids("test").tolist())
    shown = {int(text.split(" ")[0]) for text in html_of(app).split('title="picture ')[1:]}
    assert shown <= test


def test_many_classes_are_paged_searched_and_escaped(open_classes, many):
    app = open_classes("many")
    assert html_of(app).count("<tr>") == 20
    assert "&lt;script&gt;" in html_of(app)
    assert "<script>" not in html_of(app)
    app.pagination[0].set_value(3).run()
    assert html_of(app).count("<tr>") == 5
    app.button_group(key="class_rows_split").set_value("train").run()
    assert "No picture in this split." in html_of(app)
    app.text_input(key="class_rows_name").set_value("class 44").run()
    assert html_of(app).count("<tr>") == 1
    app.text_input(key="class_rows_name").set_value("zebra").run()
    assert "No class has such a name" in texts_of(app)


def test_the_wall_shows_one_picture_of_every_class(open_classes, many, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        class_rows, "picture_picker",
        lambda dataset, ids, *, captions, key, size: seen.update(ids=list(ids), captions=captions),
    )  # fmt: skip
    app = open_classes("many")
    app.button_group(key="class_rows_view").set_value("wall").run()
    assert not app.exception
    assert many.labels(np.array(seen["ids"])).tolist() == list(range(45))
    assert seen["captions"][0] == "<script>"
    app.button_group(key="class_rows_split").set_value("train").run()
    assert len(seen["ids"]) == 44
    app.button_group(key="class_rows_split").set_value("test").run()
    assert "No class has a picture in this split" in texts_of(app)


def test_a_class_leads_to_all_of_its_pictures(open_classes, many):
    app = open_classes("many")
    app.selectbox(key="class_rows_open").set_value("class 7").run()
    button(app, "Show").click().run()
    assert not app.exception
    assert app.session_state["part"] == "Pictures"
    assert "**1-2** of 2" in texts_of(app)
