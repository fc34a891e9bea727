"""The Datasets page, run as a script on a fresh workspace."""

import time

import cv2
import numpy as np
import pytest

from app.components import background_jobs
from app.components.thumbnail_grid import name_of
from core.datasets.adding import add_dataset as add
from core.datasets.background import BackgroundJob
from core.datasets.store import list_datasets
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


def wait_for_adding(app):
    """Let the page look again once the work has ended; it may have seen the end already."""
    job = background_jobs._jobs().get("adding")
    if job is not None:
        deadline = time.monotonic() + 30
        while job.is_running and time.monotonic() < deadline:
            time.sleep(0.02)
        app.run()


def test_a_new_workspace_shows_shapes_with_its_numbers(open_page):
    app = open_page(PAGE)
    assert {metric.label: metric.value for metric in app.metric} == {
        "Images": "2,987",
        "Classes": "12",
        "Training / validation / test": "2,389 / 299 / 299",
        "Imbalance ratio": "20 : 1",
        "Left out": "0",
    }
    assert "has 20 times as many images as the smallest, trapezoid (37)" in texts_of(app)
    assert html_of(app).count("<img") == 60


def test_the_first_minute_queues_a_small_network_and_leads_to_runs(open_page, workspace, monkeypatch):
    gone = []
    monkeypatch.setattr("app.navigation.st.switch_page", gone.append)
    app = open_page(PAGE)
    button(app, "Try the loop").click().run()
    assert not app.exception
    assert [run.config.model for run in list_runs(workspace)] == ["small_cnn"]
    assert gone == ["views/runs.py"]
    assert "Try the loop" not in [found.label for found in open_page(PAGE).button]


def test_class_split_and_page_choose_the_pictures(open_page, workspace, pets):
    add(workspace, pets)
    app = open_page(PAGE, dataset="pets")
    assert "Pictures 1 to 60 of 80" in texts_of(app)
    app.pagination[0].set_value(2).run()
    assert "Pictures 61 to 80 of 80" in texts_of(app)
    app.selectbox(key="samples_class_pets").set_value(MARKUP).run()
    assert "Pictures 1 to 10 of 10" in texts_of(app)
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
    assert app.metric[-1].value == "1"
    table = app.dataframe[0].value
    assert table["File"].tolist() == ["cat/bad.jpg"]
    assert "not an image" in table["Reason"].iat[0]


def test_a_folder_is_added_and_chosen(open_page, workspace, pets):
    app = open_page(PAGE, dataset="digits")
    app.text_input(key="add_source").set_value(str(pets)).run()
    app.text_input(key="add_name").set_value("my pets").run()
    button(app, "Add").click().run()
    wait_for_adding(app)
    assert not app.exception
    assert not app.error
    assert list_datasets(workspace) == ["digits", "shapes", "my pets"]
    assert app.session_state["dataset"] == "my pets"
    assert app.text_input(key="add_source").value == ""


def test_a_csv_offers_its_own_columns(open_page, workspace, pets, tmp_path):
    lines = ["patient,file,diagnosis", *(f"p{n},cat/{n},{'ill' if n % 2 else 'well'}" for n in range(20))]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    app = open_page(PAGE, dataset="digits")
    app.text_input(key="add_source").set_value(str(pets)).run()
    app.text_input(key="add_labels").set_value(str(tmp_path / "labels.csv")).run()
    chosen = {box.label: box.value for box in app.selectbox if box.label.startswith("Column")}
    assert chosen == {
        "Column of the image": "file",
        "Column of the label": "diagnosis",
        "Column of the group": "patient",
    }
    button(app, "Add").click().run()
    wait_for_adding(app)
    assert app.session_state["dataset"] == "pets"
    assert next(metric.value for metric in app.metric if metric.label == "Images") == "20"


def test_what_cannot_be_added_is_told_in_a_sentence(open_page, tmp_path):
    app = open_page(PAGE, dataset="digits")
    app.text_input(key="add_source").set_value(str(tmp_path / "gone")).run()
    button(app, "Add").click().run()
    wait_for_adding(app)
    assert "does not exist; give the path of a folder" in app.error[0].value
    app.text_input(key="add_labels").set_value(str(tmp_path / "gone.csv")).run()
    assert "check the path" in app.error[0].value
    assert button(app, "Add").disabled


def test_the_form_stays_open_while_a_path_stands_in_it(open_page, tmp_path):
    app = open_page(PAGE, dataset="digits")
    assert not app.expander[0].proto.expanded
    app.text_input(key="add_source").set_value(str(tmp_path / "gone")).run()
    assert app.expander[0].proto.expanded


def test_a_browser_that_only_looked_on_keeps_its_dataset_and_its_form(open_page, workspace, pets):
    job = BackgroundJob("Adding pets", lambda tell: add(workspace, pets, progress=tell))
    job.result(30)
    app = open_page(PAGE, dataset="digits")
    app.text_input(key="add_source").set_value("/photos").run()
    app.session_state["followed_job_adding"] = job
    app.run()
    assert not app.exception
    assert "Added pets" in app.toast[0].value
    assert app.session_state["dataset"] == "digits"
    assert app.text_input(key="add_source").value == "/photos"


def test_the_end_of_a_job_is_shown_though_another_browser_has_begun_the_next(open_page, workspace, pets):
    ended = BackgroundJob("Adding pets", lambda tell: add(workspace, pets, progress=tell))
    ended.result(30)
    app = open_page(PAGE, dataset="digits")
    app.session_state["followed_job_adding"] = app.session_state["own_job_adding"] = ended
    background_jobs._jobs()["adding"] = BackgroundJob(
        "Adding others", lambda tell: add(workspace, pets, name="others", progress=tell)
    )
    app.run()
    assert app.session_state["dataset"] == "pets"
    wait_for_adding(app)


def test_a_folder_of_images_that_has_gone_is_told(open_page, workspace, pets):
    add(workspace, pets, name="pets")
    pets.rename(pets.with_name("elsewhere"))
    app = open_page(PAGE, dataset="pets")
    assert "is not there any more" in app.warning[0].value


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
