"""The form that adds a dataset, run as a script on a fresh workspace."""

import threading
import time
import zipfile

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import source_cache
from app.components import background_jobs
from core.datasets.adding.add import add_dataset as add
from core.datasets.background import BackgroundJob
from core.datasets.sources.folder import scan_folder
from core.datasets.store import list_datasets, load_dataset
from core.errors import DatasetError

PAGE = "views/datasets.py"
ZIP = "application/zip"


def button(app, label):
    return next(found for found in app.button if found.label.startswith(label))


def choose(app, key, value):
    """Press a segment of a row of choices."""
    next(row for row in app.button_group if row.key == key).set_value(value).run()


def type_in(app, key, text):
    app.text_input(key=key).set_value(text).run()


def messages_of(app):
    return [element.value for element in (*app.success, *app.warning, *app.error)]


def table_of(app, position=0):
    return app.dataframe[position].value


def wait_for(app, key="adding"):
    """Let the page look again once the work has ended; it may have seen the end already."""
    job = background_jobs.jobs().get(key)
    if job is not None:
        deadline = time.monotonic() + 30
        while job.is_running and time.monotonic() < deadline:
            time.sleep(0.02)
        app.run()


def commands_of(app):
    return [code.value for code in app.code if code.value.startswith("regroup datasets add")]


@pytest.fixture
def write(tmp_path):
    """Write noise as an image; every call another picture."""
    random = np.random.default_rng(0)

    def write_image(path):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        target.write_bytes(cv2.imencode(target.suffix, pixels)[1].tobytes())
        return target

    return write_image


@pytest.fixture
def pets(tmp_path, write):
    for name, count in (("cat", 14), ("dog", 6)):
        for number in range(count):
            write(f"pets/{name}/{number}.png")
    return tmp_path / "pets"


@pytest.fixture
def boxes(tmp_path, write):
    for name in ("boxes_Apple_0042", "boxes_Pear_0007", "boxes_Plum_0113"):
        for number in range(3):
            write(f"boxes/{name}/{number}.png")
    return tmp_path / "boxes"


@pytest.fixture
def hotels(tmp_path, write):
    for hotel in ("ritz", "plaza"):
        for number in range(6):
            write(f"hotels/{hotel}_{number}.png")
    return tmp_path / "hotels"


@pytest.fixture
def page(open_page):
    """The page on ``digits``, whose form is still empty."""
    return open_page(PAGE, dataset="digits")


def _only_the_form():
    from app.components.datasets.add_dataset import add_dataset_panel

    add_dataset_panel()


@pytest.fixture
def form(workspace):
    """The form without the page around it, which needs no dataset."""
    return AppTest.from_function(_only_the_form, default_timeout=60).run()


def test_what_a_folder_is_stands_there_before_it_is_added(form, pets):
    type_in(form, "add_source", str(pets))
    assert messages_of(form) == ["2 class folders, 20 images"]
    assert table_of(form).values.tolist() == [["cat", 14], ["dog", 6]]
    assert not button(form, "Add").disabled
    assert not form.exception


def test_a_folder_is_added_and_chosen_and_the_form_is_empty_again(page, workspace, pets):
    type_in(page, "add_source", str(pets))
    type_in(page, "add_name", "my pets")
    button(page, "Add").click().run()
    wait_for(page)
    assert not page.exception
    assert not page.error
    assert list_datasets(workspace) == ["digits", "shapes", "my pets"]
    assert page.session_state["dataset"] == "my pets"
    assert page.text_input(key="add_source").value == ""


def test_typing_a_rule_does_not_look_through_the_folder_again(form, boxes, monkeypatch):
    seen = []
    monkeypatch.setattr(
        source_cache, "scan_folder", lambda root, limit: seen.append(root) or scan_folder(root)
    )
    type_in(form, "add_source", str(boxes))
    for prefix in ("b", "bo", "boxes_"):
        type_in(form, "add_prefix", prefix)
    choose(form, "add_groups_from", "separator")
    assert table_of(form)["New name"].tolist()[0] == "Apple_0042"
    assert seen == [boxes]


def test_a_rule_for_class_names_is_offered_and_its_result_is_shown_and_added(form, workspace, boxes):
    type_in(form, "add_source", str(boxes))
    button(form, "Remove from all class names: boxes").click().run()
    assert table_of(form)["New name"].tolist() == ["Apple", "Pear", "Plum"]
    assert "--strip-prefix boxes_ --strip-digits" in commands_of(form)[0]
    button(form, "Add").click().run()
    wait_for(form)
    assert load_dataset(workspace, "boxes").class_names == ("Apple", "Pear", "Plum")


def test_names_that_become_the_same_are_marked_and_must_be_merged_on_purpose(form, workspace, boxes, write):
    write("boxes/boxes_Apple_0099/1.png")
    type_in(form, "add_source", str(boxes))
    type_in(form, "add_prefix", "boxes_")
    form.checkbox(key="add_digits").check().run()
    assert "one name, 'Apple'" in form.warning[0].value.replace("\\", "")
    table = table_of(form)
    assert table["Same name"].tolist() == ["as 1 other", "as 1 other", "", ""]
    assert table["Class"].tolist()[:2] == ["boxes_Apple_0042", "boxes_Apple_0099"]
    assert button(form, "Add").disabled
    form.checkbox(key="add_merge").check().run()
    assert not button(form, "Add").disabled
    button(form, "Add").click().run()
    wait_for(form)
    assert load_dataset(workspace, "boxes").num_classes == 3


def test_labels_are_read_from_file_names_by_a_pattern_with_its_matches_shown(form, workspace, hotels):
    type_in(form, "add_source", str(hotels))
    assert button(form, "Add").disabled
    choose(form, f"add_labels_from_{hotels}", "names")
    type_in(form, "add_label_pattern", "{label}_{digits}")
    assert messages_of(form) == ["2 classes by file names, 12 images"]
    examples = table_of(form, 1)
    assert (examples["File"].iat[0], examples["Label"].iat[0]) == ("plaza_0.png", "plaza")
    button(form, "Add").click().run()
    wait_for(form)
    assert load_dataset(workspace, "hotels").class_names == ("plaza", "ritz")


@pytest.mark.parametrize(
    ("text", "is_expression", "words"),
    [("{rest}", False, "has no {label} or {group}"), ("(((", True, "is no regular expression")],
)
def test_a_pattern_that_is_not_understood_is_told(form, hotels, text, is_expression, words):
    type_in(form, "add_source", str(hotels))
    choose(form, f"add_labels_from_{hotels}", "names")
    if is_expression:
        form.checkbox(key="add_label_is_expression").check().run()
    type_in(form, "add_label_pattern", text)
    assert words in form.error[0].value
    assert button(form, "Add").disabled


def test_groups_by_a_pattern_are_shown_and_kept_together(form, workspace, tmp_path, write):
    for track in range(8):
        for frame in range(3):
            write(f"film/{'ab'[track % 2]}/t{track}_{frame}.png")
    type_in(form, "add_source", str(tmp_path / "film"))
    choose(form, "add_groups_from", "pattern")
    type_in(form, "add_group_pattern", "{group}_{digits}")
    assert table_of(form, 1)["Group"].tolist()[:4] == ["t0", "t0", "t0", "t2"]
    assert "--group-pattern '{group}_{digits}'" in commands_of(form)[0]
    button(form, "Add").click().run()
    wait_for(form)
    dataset = load_dataset(workspace, "film")
    assert dataset.table.groupby("group")["split"].nunique().max() == 1
    assert dataset.table["group"].nunique() == 8


def test_a_table_in_the_folder_is_found_and_its_columns_are_guessed(form, workspace, pets, tmp_path):
    lines = [f"p{n // 2},{n}.png,{'ill' if n % 2 else 'well'},{n}" for n in range(14)]
    (pets / "labels.csv").write_text("\n".join(["patient,file,diagnosis,age", *lines]))
    for path in (pets / "dog").iterdir():
        path.unlink()
    type_in(form, "add_source", str(pets))
    chosen = {box.label: box.value for box in form.selectbox if box.label.startswith("Column")}
    assert chosen == {
        "Column of the image": "file",
        "Column of the label": "diagnosis",
        "Column of the group": "patient",
        "Column of the split": None,
    }
    assert messages_of(form) == ["2 classes by a table, 14 images"]
    button(form, "Add").click().run()
    wait_for(form)
    dataset = load_dataset(workspace, "pets")
    assert dataset.class_names == ("ill", "well")
    assert dataset.metadata["age"].tolist() == list(range(14))


def test_a_table_elsewhere_offers_its_own_columns(form, workspace, pets, tmp_path):
    lines = [f"p{n},cat/{n},{'ill' if n % 2 else 'well'}" for n in range(14)]
    (tmp_path / "labels.csv").write_text("\n".join(["patient,file,diagnosis", *lines]))
    type_in(form, "add_source", str(pets))
    choose(form, f"add_labels_from_{pets}", "table")
    type_in(form, "add_labels", str(tmp_path / "labels.csv"))
    assert {box.value for box in form.selectbox if box.label.startswith("Column")} == {
        "file", "diagnosis", "patient", None,
    }  # fmt: skip
    button(form, "Add").click().run()
    wait_for(form)
    assert load_dataset(workspace, "pets").num_images == 14


def test_a_table_that_is_not_there_is_told(form, pets, tmp_path):
    type_in(form, "add_source", str(pets))
    choose(form, f"add_labels_from_{pets}", "table")
    type_in(form, "add_labels", str(tmp_path / "gone.csv"))
    assert "gone.csv" in form.error[0].value
    assert button(form, "Add").disabled


def test_what_cannot_be_added_is_told_at_once(form, tmp_path):
    type_in(form, "add_source", str(tmp_path / "gone"))
    assert "does not exist; give the path of a folder" in form.error[0].value
    assert not form.button
    assert not form.exception


def test_what_only_adding_finds_out_is_told_too(form, pets):
    type_in(form, "add_source", str(pets))
    type_in(form, "add_name", "shapes")
    button(form, "Add").click().run()
    wait_for(form)
    assert "already a dataset named 'shapes'" in form.error[0].value
    assert form.text_input(key="add_source").value == str(pets)


def test_a_name_that_is_taken_is_not_suggested_again(form, workspace, pets):
    add(workspace, pets)
    type_in(form, "add_source", str(pets))
    assert form.text_input(key="add_name").placeholder == "pets 2"
    button(form, "Add").click().run()
    wait_for(form)
    assert list_datasets(workspace)[2:] == ["pets", "pets 2"]


def test_arrays_with_names_of_their_own_are_asked_for(form, workspace, tmp_path):
    images, labels = np.zeros((6, 4, 4), np.uint8), [0, 1] * 3
    images[:, 0, 0] = range(6)
    np.savez(tmp_path / "a.npz", pics=images, kinds=labels)
    type_in(form, "add_source", str(tmp_path / "a.npz"))
    assert "pics" in form.error[0].value
    type_in(form, "add_image_array", "pics")
    type_in(form, "add_label_array", "kinds")
    assert messages_of(form) == ["2 classes in arrays, 6 images"]
    button(form, "Add").click().run()
    wait_for(form)
    assert load_dataset(workspace, "a").num_images == 6


def test_an_uploaded_archive_becomes_a_dataset_of_its_own_files(form, workspace, pets, tmp_path):
    with zipfile.ZipFile(tmp_path / "birds.zip", "w") as archive:
        for path in sorted(pets.rglob("*.png")):
            archive.write(path, path.relative_to(pets.parent))
    choose(form, "add_way", "upload")
    form.file_uploader[0].set_value(("birds.zip", (tmp_path / "birds.zip").read_bytes(), ZIP)).run()
    assert messages_of(form) == ["2 class folders in an archive, 20 images"]
    button(form, "Add").click().run()
    wait_for(form)
    assert not form.exception
    dataset = load_dataset(workspace, "birds")
    assert dataset.num_images == 20
    assert dataset.root.is_relative_to(workspace.root)


def test_a_damaged_upload_is_told_by_the_name_that_it_came_with(form, workspace):
    choose(form, "add_way", "upload")
    form.file_uploader[0].set_value(("../x/birds.zip", b"no zip", ZIP)).run()
    assert "/x/birds.zip is no zip archive" in form.error[0].value.replace("\\", "")
    assert str(workspace.root) not in form.error[0].value.replace("\\", "")
    assert not form.button


def test_an_uploaded_folder_keeps_its_class_folders(form, workspace, pets):
    choose(form, "add_way", "upload")
    choose(form, "add_upload_kind", "folder")
    paths = sorted(pets.rglob("*.png"))
    files = [(f"pets/{path.relative_to(pets)}", path.read_bytes(), "image/png") for path in paths]
    form.file_uploader[0].set_value(files).run()
    assert messages_of(form)[0].startswith("2 class folders")
    button(form, "Add").click().run()
    wait_for(form)
    assert load_dataset(workspace, "pets").class_names == ("cat", "dog")


def test_a_set_of_keras_says_its_size_and_is_added_by_its_name(form, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    choose(form, "add_way", "name")
    form.selectbox(key="add_set").set_value("cifar100").run()
    assert "169 MB to download" in "".join(caption.value for caption in form.caption)
    form.toggle(key="add_coarse").set_value(True).run()
    assert commands_of(form) == ["regroup datasets add keras:cifar100 --name 'cifar100 coarse' --coarse"]
    assert not button(form, "Add").disabled


def test_a_download_that_fails_leaves_the_form_open_with_the_reason(form, monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise DatasetError("There is no network; give the path of the files.")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("app.components.datasets.add_dataset.add_by_name", refuse)
    choose(form, "add_way", "name")
    form.selectbox(key="add_set").set_value("mnist").run()
    button(form, "Add").click().run()
    wait_for(form)
    assert form.expander[0].proto.expanded
    assert messages_of(form) == ["There is no network; give the path of the files."]


def test_the_hub_asks_for_name_and_columns(form, monkeypatch):
    choose(form, "add_way", "name")
    form.selectbox(key="add_set").set_value("hub").run()
    type_in(form, "add_hub", "owner/birds")
    type_in(form, "add_hub_label", "species")
    assert commands_of(form) == ["regroup datasets add hf:owner/birds --name birds --label-column species"]


def test_without_the_extra_the_hub_says_how_to_install_it(form, monkeypatch):
    monkeypatch.setattr("core.datasets.sources.hub.is_installed", lambda: False)
    choose(form, "add_way", "name")
    form.selectbox(key="add_set").set_value("hub").run()
    assert 'pip install -e ".[hub]"' in form.info[0].value


def test_a_browser_that_only_looked_on_keeps_its_dataset_and_its_form(page, workspace, pets):
    job = BackgroundJob("Adding pets", lambda tell: add(workspace, pets, progress=tell))
    job.result(30)
    type_in(page, "add_source", "/photos")
    page.session_state["followed_job_adding"] = job
    page.run()
    assert not page.exception
    assert "Added pets" in page.toast[0].value
    assert page.session_state["dataset"] == "digits"
    assert page.text_input(key="add_source").value == "/photos"


def test_the_end_of_a_job_is_shown_though_another_browser_has_begun_the_next(page, workspace, pets):
    ended = BackgroundJob("Adding pets", lambda tell: add(workspace, pets, progress=tell))
    ended.result(30)
    page.session_state["followed_job_adding"] = page.session_state["own_job_adding"] = ended
    background_jobs.jobs()["adding"] = BackgroundJob(
        "Adding others", lambda tell: add(workspace, pets, name="others", progress=tell)
    )
    page.run()
    assert page.session_state["dataset"] == "pets"
    wait_for(page)


def test_how_far_a_download_is_stands_there_in_megabytes():
    seen = []

    def work(tell):
        tell.part("Downloading a.gz", "bytes")(1_500_000, 3_000_000)
        seen.append(background_jobs.how_far(job, "images"))
        tell(10, 2000)
        seen.append(background_jobs.how_far(job, "images"))

    begin = threading.Event()
    job = BackgroundJob("Adding", lambda tell: begin.wait(10) and work(tell))
    begin.set()
    job.result(10)
    assert seen == ["1.5 of 3.0 MB", "10 of 2,000 images"]
