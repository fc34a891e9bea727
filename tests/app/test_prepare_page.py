"""The part "Prepare" of the Datasets page: divide, occlude, derive, export."""

import time

import cv2
import numpy as np
import pandas as pd
import pytest

from app.components import background_jobs
from core.datasets.adding.add import add_dataset
from core.datasets.balance import count_images
from core.datasets.dataset import METADATA_FILE
from core.datasets.store import list_datasets, load_dataset
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.store import save_grouping

PAGE = "views/datasets.py"


@pytest.fixture
def pets(workspace, tmp_path):
    """Twenty cats and thirty dogs with metadata, added as ``pets``."""
    random = np.random.default_rng(0)
    for name, count in (("cat", 20), ("dog", 30)):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(count):
            pixels = random.integers(0, 256, (12, 16, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f"shot{number // 2}_{number}.png"), pixels)
    dataset = add_dataset(workspace, tmp_path / "photos", name="pets")
    metadata = pd.DataFrame({"owner": [f"o{n // 5}" for n in range(50)], "age": np.arange(50.0)})
    metadata.to_parquet(dataset.folder / METADATA_FILE)
    return load_dataset(workspace, "pets")


@pytest.fixture
def open_fold(open_page):
    def open_it(fold, dataset="pets"):
        app = open_page(PAGE, dataset=dataset)
        app.session_state["part"] = "Prepare"
        app.session_state[fold] = True
        return checked(app.run())

    return open_it


def checked(app):
    assert not app.exception, app.exception
    return app


def button(app, label):
    return next(found for found in app.button if found.label == label)


def texts_of(app):
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)


def html_of(app):
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def commands_of(app):
    return [code.value for code in app.code]


def wait_for(app, job):
    deadline = time.monotonic() + 60
    while background_jobs.is_running(job):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return checked(app.run())


def test_closed_folds_do_no_work(open_page, pets, monkeypatch):
    monkeypatch.setattr("app.components.datasets.divide_fold.split_preview", None)
    app = open_page(PAGE, dataset="pets")
    app.session_state["part"] = "Prepare"
    checked(app.run())
    assert [fold.label.partition(":")[0] for fold in app.expander[-4:]] == [
        "Divide",
        "Occlude",
        "Derive",
        "Export",
    ]


def test_a_new_division_is_previewed_applied_and_undone(open_fold, workspace, pets):
    app = open_fold("divide")
    assert "That is the present division" in texts_of(app)
    assert button(app, "Divide like this").disabled
    app.number_input(key="divide_val").set_value(20)
    app.number_input(key="divide_test").set_value(20)
    checked(app.run())
    assert "training 30 (60.0%), validation 10 (20.0%), test 10 (20.0%)" in texts_of(app)
    table = app.dataframe[0].value
    assert table.loc["dog"].tolist() == [24, 18, 3, 6, 3, 6, 30]
    assert load_dataset(workspace, "pets").version == pets.version
    command = next(line for line in commands_of(app) if "datasets split" in line)
    assert command == "regroup datasets split pets --train 0.6 --val 0.2 --test 0.2"

    button(app, "Divide like this").click()
    checked(app.run())
    divided = load_dataset(workspace, "pets")
    assert count_images(divided)[["train", "val", "test"]].sum().tolist() == [30, 10, 10]
    assert "That is the present division" in texts_of(app)
    app.button(key="divide_history_list_undo").click()
    checked(app.run())
    assert load_dataset(workspace, "pets").version == pets.version


def test_a_metadata_column_keeps_images_together_and_the_first_division_comes_back(
    open_fold, workspace, pets
):
    app = open_fold("divide")
    app.selectbox(key="divide_by_pets").set_value("column:owner")
    checked(app.run())
    assert "--by owner" in next(line for line in commands_of(app) if "datasets split" in line)
    button(app, "Divide like this").click()
    checked(app.run())
    divided = load_dataset(workspace, "pets")
    assert divided.table.groupby("group")["split"].nunique().max() == 1
    assert divided.table["group"].nunique() == 10
    button(app, "Restore the first division").click()
    checked(app.run())
    restored = load_dataset(workspace, "pets")
    assert restored.version == pets.version
    assert restored.table["group"].isna().all()


def test_what_a_division_cannot_honor_is_said(open_fold, pets):
    app = open_fold("divide")
    app.number_input(key="divide_minimum").set_value(15)
    checked(app.run())
    assert "Fewer than 15 validation images" in texts_of(app)
    app.number_input(key="divide_val").set_value(60)
    app.number_input(key="divide_test").set_value(40)
    checked(app.run())
    assert "Nothing is left for training" in texts_of(app)


def test_nine_pictures_are_shown_clean_and_occluded_and_the_dataset_made_of_it(open_fold, workspace, pets):
    app = open_fold("occlude")
    body = html_of(app)
    assert body.count("<figure>") == 9
    assert body.count("occluded: ") == 18  # title and alternative text
    app.selectbox(key="mask_kind").set_value("person")
    app.multiselect(key="mask_splits").set_value(["train"])
    app.slider(key="mask_share").set_value(30)
    checked(app.run())
    assert html_of(app) != body
    assert "the validation and test pictures stay clean" in texts_of(app)
    command = next(line for line in commands_of(app) if "datasets occlude" in line)
    assert command.endswith("pets --as 'pets occluded' --kind person --share 0.3 --fill black --split train")
    app.button(key="occluding_make").click()
    app = wait_for(checked(app.run()), "occluding")
    assert app.session_state["dataset"] == "pets occluded"
    made = load_dataset(workspace, "pets occluded")
    assert (made.occlusion.kind, made.occlusion.share, made.occlusion.splits) == ("person", 0.3, ("train",))
    assert "occluded already" in texts_of(app)
    assert "Made of pets" in texts_of(app)


def test_mask_pictures_that_cannot_be_used_are_named(open_fold, pets, tmp_path):
    folder = tmp_path / "masks"
    folder.mkdir()
    cv2.imwrite(str(folder / "good.png"), np.eye(30, dtype=np.uint8) * 255)
    (folder / "<b>.png").write_text("no picture")
    app = open_fold("occlude")
    app.selectbox(key="mask_kind").set_value("pictures")
    checked(app.run())
    assert "occluding_make" not in [found.key for found in app.button]
    app.text_input(key="mask_folder").set_value(str(folder))
    checked(app.run())
    assert "1 mask pictures read" in texts_of(app)
    assert "\\<b\\>\\.png is left out" in texts_of(app)
    app.text_input(key="mask_folder").set_value(str(tmp_path / "gone"))
    checked(app.run())
    assert "gone" in app.error[0].value
    assert "occluding_make" not in [found.key for found in app.button]


def test_a_part_with_joined_classes_is_derived(open_fold, workspace, tmp_path):
    digits = load_dataset(workspace, "digits")
    mapping = {name: ("round" if name in "0689" else name) for name in digits.class_names}
    save_grouping(workspace, "digits", "holes", Grouping.from_mapping(digits.class_names, mapping), run_id="")
    app = open_fold("derive", dataset="digits")
    assert "1,797 images of 10 classes" in texts_of(app)
    app.selectbox(key="derive_grouping_digits").set_value("holes")
    app.number_input(key="derive_limit").set_value(20)
    checked(app.run())
    assert "140 images of 7 classes" in texts_of(app)
    command = next(line for line in commands_of(app) if "datasets derive" in line)
    assert command.endswith("--at-most 20 --seed 0 --grouping holes")
    app.text_input(key="part_name_digits").set_value("few")
    checked(app.run())
    app.button(key="deriving_make").click()
    app = wait_for(checked(app.run()), "deriving")
    assert count_images(load_dataset(workspace, "few"))["total"].tolist() == [20] * 7
    assert app.session_state["dataset"] == "few"


def test_images_are_chosen_by_metadata(open_fold, pets):
    app = open_fold("derive")
    app.selectbox(key="derive_column_pets").set_value("age")
    checked(app.run())
    app.slider(key="derive_values_pets_age").set_value((10.0, 29.0))
    checked(app.run())
    assert "20 images of 2 classes" in texts_of(app)
    app.selectbox(key="derive_column_pets").set_value("owner")
    checked(app.run())
    app.multiselect(key="derive_values_pets_owner").set_value(["o0"])
    checked(app.run())
    assert "only the class 'cat' would be left" in app.error[0].value


def test_an_export_says_where_it_is_and_refuses_a_full_folder(open_fold, pets, tmp_path):
    app = open_fold("export")
    assert button(app, "Export").disabled
    app.text_input(key="export_target").set_value(str(tmp_path / "out"))
    checked(app.run())
    command = next(line for line in commands_of(app) if "datasets export" in line)
    assert command.endswith("out --layout folders --copies copy")
    button(app, "Export").click()
    app = wait_for(checked(app.run()), "exporting")
    assert "Wrote 50 images into" in texts_of(app)
    assert len(list((tmp_path / "out").rglob("*.png"))) == 50
    button(app, "Export").click()
    checked(app.run())
    assert "is there and not empty" in app.error[0].value


def test_the_names_that_are_suggested_are_free(open_fold, workspace, pets):
    app = open_fold("derive")
    app.multiselect(key="derive_classes_pets").set_value(["cat", "dog"])
    app.button(key="deriving_make").click()
    wait_for(checked(app.run()), "deriving")
    assert "pets part" in list_datasets(workspace)
    app = open_fold("derive")
    assert app.text_input(key="part_name_pets").placeholder == "pets part 2"
