"""The part "Pictures": filters, orders and pages, the same on screen, in the URL and in the command."""

import cv2
import numpy as np
import pandas as pd
import pytest

from app.components.datasets import picture_dialog, pictures
from core.datasets.adding.add import add_dataset
from core.datasets.dataset import Dataset
from core.datasets.editing.edits import exclude, record
from core.datasets.scanning.scan import scan_dataset
from core.datasets.store import save_dataset

PAGE = "views/datasets.py"
CLASSES = ("cat", "<b>*dog*")


def texts_of(app):
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in elements)


def button(app, label):
    return next(found for found in app.button if found.label == label)


@pytest.fixture
def pets(workspace):
    """200 pictures of an array: 150 cats, 50 dogs, widths as in the table, with age and site."""
    count = 200
    table = pd.DataFrame(
        {
            "path": None, "position": range(count), "label": [0] * 150 + [1] * 50,
            "split": (["train"] * 8 + ["val", "test"]) * 20, "group": None,
            "width": np.arange(count) + 10, "height": 40, "mode": "L", "sha1": [str(n) for n in range(count)],
            "excluded": False, "reason": None,
        }
    )  # fmt: skip
    metadata = pd.DataFrame({"age": np.arange(count) % 50, "site": ["arm", "leg"] * 100})
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8), dtype=np.uint8)
    dataset = Dataset("pets", "Two hundred.", CLASSES, table)
    return save_dataset(workspace, dataset, images, metadata=metadata)


@pytest.fixture
def shown(monkeypatch):
    """What the grid was last asked to show; ``chosen`` is what it answers."""
    seen = {"chosen": []}

    def pick(dataset, sample_ids, *, captions=None, key, size=96):
        seen.update(ids=[int(one) for one in sample_ids], captions=captions)
        return seen["chosen"]

    monkeypatch.setattr(pictures, "picture_picker", pick)
    monkeypatch.setattr(pictures, "scan_of", lambda dataset: None)  # begins by itself otherwise
    return seen


@pytest.fixture
def open_pictures(open_page, shown):
    def open_it(name="pets", **query):
        return open_page(PAGE, dataset=name, part="Pictures", **query)

    return open_it


def url_of(app):
    found = {name: [value] if isinstance(value, str) else value for name, value in app.query_params.items()}
    return {name: values for name, values in found.items() if values and name not in ("dataset", "part")}


def test_classes_take_turns_and_the_count_is_told(open_pictures, pets, shown):
    app = open_pictures()
    assert "**1-120** of 200" in texts_of(app)
    assert shown["ids"][:4] == [0, 150, 1, 151]
    assert shown["captions"][:2] == ["cat", "<b>*dog*"]
    assert url_of(app) == {"page": ["1"]}


def test_each_filter_narrows_and_is_written_into_the_url(open_pictures, pets, shown):
    app = open_pictures()
    app.multiselect(key="pictures_classes_pets").set_value(["<b>*dog*"]).run()
    assert "**1-50** of 50" in texts_of(app)
    assert shown["captions"] is None  # all of one class
    app.button_group(key="pictures_splits_pets").set_value(["val", "test"]).run()
    assert len(shown["ids"]) == 10
    app.slider(key="pictures_width_pets").set_value((10, 169)).run()
    assert shown["ids"] == [158, 159]
    app.multiselect(key="pictures_where.site_pets").set_value(["leg"]).run()
    assert shown["ids"] == [159]
    assert url_of(app) == {
        "class": ["<b>*dog*"], "split": ["val", "test"], "width": ["..169"], "where.site": ["leg"],
        "page": ["1"],
    }  # fmt: skip
    assert not app.exception


def test_a_sent_link_shows_the_same(open_pictures, pets, shown):
    app = open_pictures(
        **{"class": "cat", "split": "train", "where.age": "10..12", "sort": "-size", "per": "60", "page": "1"}
    )
    expected = [n for n in range(150) if n % 10 < 8 and 10 <= n % 50 <= 12]
    assert shown["ids"] == expected[::-1]
    assert app.toggle(key="pictures_down_pets").value
    assert app.slider(key="pictures_where.age_pets").value == (10, 12)
    assert app.multiselect(key="pictures_classes_pets").value == ["cat"]
    assert not app.info


def test_a_bad_link_falls_back_with_a_note(open_pictures, pets, shown):
    app = open_pictures(**{"class": "<i>cow", "sort": "taste", "page": "99", "split": "val"})
    assert "'\\<i\\>cow' is no class here; images cannot be sorted by 'taste'" in app.info[0].value
    assert len(shown["ids"]) == 20
    assert url_of(app) == {"split": ["val"], "page": ["1"]}
    app.run()
    assert not app.info


def test_pages_follow_the_url_and_begin_anew_after_a_filter(open_pictures, pets, shown):
    app = open_pictures(page="3", per="60")
    assert "**121-180** of 200" in texts_of(app)
    app.pagination[1].set_value(4).run()
    assert "**181-200** of 200" in texts_of(app)
    assert url_of(app) == {"per": ["60"], "page": ["4"]}
    app.button_group(key="pictures_splits_pets").set_value(["train"]).run()
    assert "**1-60** of 160" in texts_of(app)
    app.button_group(key="pictures_per_pets").set_value(300).run()
    assert "**1-160** of 160" in texts_of(app)
    assert not app.pagination


def test_orders_and_shuffling(open_pictures, pets, shown):
    app = open_pictures()
    app.selectbox(key="pictures_sort_pets").set_value("random").run()
    first = shown["ids"]
    button(app, "Shuffle").click().run()
    assert shown["ids"] != first
    assert url_of(app)["sort"] == ["random~1"]
    app.selectbox(key="pictures_sort_pets").set_value("size").run()
    assert shown["ids"][:3] == [0, 1, 2]


def test_filters_are_cleared_by_one_click_and_nothing_found_is_said(open_pictures, pets, shown):
    app = open_pictures(split="val")
    app.multiselect(key="pictures_where.site_pets").set_value(["leg"]).run()
    assert "No picture passes these filters" in texts_of(app)
    button(app, "Clear filters").click().run()
    assert "**1-120** of 200" in texts_of(app)
    assert url_of(app) == {"page": ["1"]}


def test_left_out_pictures_are_shown_by_their_flag(open_pictures, workspace, pets, shown):
    record(workspace, pets, exclude(pets, [3, 4]))
    app = open_pictures()
    assert "of 198" in texts_of(app)
    app.button_group(key="pictures_flags_pets").set_value(["excluded"]).run()
    assert shown["ids"] == [3, 4]


def test_chosen_pictures_are_edited_and_the_page_shows_it(open_pictures, pets, shown):
    shown["chosen"] = [0, 150]
    app = open_pictures()
    assert "**2 images chosen**" in texts_of(app)
    app.button(key="pictures_edit_exclude").click().run()
    assert not app.exception
    assert "of 198" in texts_of(app)


def test_the_full_picture_is_opened_with_its_record_and_its_neighbors(open_pictures, pets, shown):
    shown["chosen"] = [150]
    app = open_pictures()
    button(app, "Open").click().run()
    assert app.session_state[picture_dialog.OPEN].place == 1
    record_of = picture_dialog.picture_record(pets, 150)
    assert {title: value for title, (value, _) in record_of.items()} == {
        "File": "picture 150 of an array", "Class": "<b>*dog*", "Split": "training",
        "Size": "160 x 40 pixels", "Color mode": "L", "age": "0", "site": "arm",
    }  # fmt: skip


def test_a_record_tells_files_groups_edits_and_why_a_picture_is_left_out(workspace, tmp_path):
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "farm" / name).mkdir(parents=True)
        for number in range(10):
            noise = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            cv2.imwrite(str(tmp_path / "farm" / name / f"{number}.png"), noise)
    dataset = add_dataset(workspace, tmp_path / "farm")
    dataset = record(workspace, dataset, exclude(dataset, [2], reason="Blurred."))
    told = {title: value for title, (value, _) in picture_dialog.picture_record(dataset, 2).items()}
    assert told["File"] == str(tmp_path / "farm" / dataset.table["path"].iat[2])
    assert told["Left out"] == "Blurred."
    assert told["Edits"] == "Excluded 1 image: blurred"


def test_markup_in_a_record_is_shown_letter_for_letter():
    rows = picture_dialog._rows({"<b>age": ("<script>", 'a "quoted" term')})
    head = '<th scope="row" title="a &quot;quoted&quot; term">&lt;b&gt;age</th>'
    assert rows == f"<tr>{head}<td>&lt;script&gt;</td></tr>"


def test_what_only_a_scan_knows_is_shown_when_there_is_one(open_pictures, workspace, pets, shown):
    app = open_pictures(sort="-brightness")
    assert "known once the pictures have been scanned" in app.info[0].value
    assert shown["ids"][:2] == [0, 150]
    assert url_of(app)["sort"] == ["-brightness"]
    scan = scan_dataset(workspace, pets)
    app.run()
    assert not app.info
    assert shown["ids"][0] == scan["brightness"].idxmax()
