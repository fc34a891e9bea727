"""The part "Find trouble" of the Datasets page: findings, pictures, cures, labels and the history."""

import cv2
import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.editing.edits import exclude, load_edits, record, relabel
from core.datasets.scanning.scan import scan_dataset
from core.datasets.store import delete_dataset, load_dataset

PAGE = "views/datasets.py"
NAME = "*pets* [1]"


def texts_of(app):
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)


def button(app, label):
    return next(found for found in app.button if found.label == label)


def keys(app):
    return {found.key for found in app.button}


@pytest.fixture
def pets(workspace, tmp_path):
    """25 cats and 15 dogs: a copy within train, one in two classes, a small one, one that cannot be read."""
    random = np.random.default_rng(0)
    for name, count in (("*cat*", 25), ("dog", 15)):
        folder = tmp_path / "pets" / name
        folder.mkdir(parents=True)
        for number in range(count):
            pixels = random.integers(0, 256, (40, 40, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f"{name[:3]}{number}.png"), pixels)
    first = (tmp_path / "pets" / "dog" / "dog1.png").read_bytes()
    (tmp_path / "pets" / "dog" / "copy.png").write_bytes(first)
    (tmp_path / "pets" / "*cat*" / "other.png").write_bytes(
        (tmp_path / "pets" / "dog" / "dog2.png").read_bytes()
    )
    cv2.imwrite(str(tmp_path / "pets" / "dog" / "small.png"), np.eye(9, dtype=np.uint8) * 255)
    (tmp_path / "pets" / "dog" / "bad.jpg").write_text("no image")
    return add_dataset(workspace, tmp_path / "pets", name="pets")


@pytest.fixture
def open_trouble(open_page, monkeypatch):
    monkeypatch.setattr("app.components.datasets.scanning.SCAN_UNASKED", 0)  # no scan by itself

    def open_it(name="pets", **query):
        return open_page(PAGE, dataset=name, part="Find trouble", **query)

    return open_it


@pytest.fixture
def choose(monkeypatch):
    """Choose images as a click on their pictures does; AppTest draws no components."""
    chosen = set()

    def picker(dataset, sample_ids, **_):
        return [int(one) for one in sample_ids if int(one) in chosen]

    monkeypatch.setattr("app.components.datasets.trouble_pictures.picture_picker", picker)
    return chosen.update


def test_findings_are_told_with_counts_and_what_was_not_found(open_trouble, pets):
    said = texts_of(open_trouble())
    assert "**The same image in two classes**: 1 pair, 2 images" in said
    assert "**The same image more than once**: 2 pairs, 4 images" in said
    assert "**Very small images**: 1 image" in said
    assert "**Images that cannot be used**: 1 image" in said
    assert "Looked for and not found: the same image in two splits" in said
    assert "Not known: whether one patient, object or photo stands in two splits" in said
    assert "Known after the pixels were looked at: nearly the same image in two splits" in said


def test_after_a_scan_near_duplicates_are_shown_up_to_the_distance_that_is_set(
    open_trouble, workspace, pets, tmp_path
):
    source = cv2.imread(str(tmp_path / "pets" / "dog" / "dog3.png"))
    source[:20, :20] //= 2
    cv2.imwrite(str(tmp_path / "pets" / "dog" / "near.png"), source)
    scanned = add_dataset(workspace, tmp_path / "pets", name="scanned")
    scan = scan_dataset(workspace, scanned)
    rows = [
        int(scanned.table.index[scanned.table["path"] == f"dog/{name}.png"][0]) for name in ("dog3", "near")
    ]
    first, second = (int(scan["phash"].iat[row]) for row in rows)
    distance = (first ^ second).bit_count()
    assert 0 < distance <= 12
    app = open_trouble("scanned")
    app.slider(key="trouble_near_scanned").set_value(distance).run()
    assert "**Nearly the same image more than once**" in texts_of(app)
    app.slider(key="trouble_near_scanned").set_value(distance - 1).run()
    assert "**Nearly the same image more than once**" not in texts_of(app)
    assert "nearly blank images" in texts_of(app).split("Looked for and not found")[1]


def test_a_dataset_without_trouble_is_praised_once_its_pixels_were_looked_at(
    open_trouble, workspace, tmp_path
):
    app = open_trouble("digits")
    assert "No trouble was found so far in 1,797 images of digits" in texts_of(app)
    assert not app.success
    random = np.random.default_rng(3)
    for number, name in enumerate(["cat", "dog"] * 12):
        (tmp_path / "clean" / name).mkdir(parents=True, exist_ok=True)
        pixels = cv2.resize(random.integers(0, 256, (8, 8, 3), np.uint8), (40, 40))
        cv2.imwrite(str(tmp_path / "clean" / name / f"{name}{number}.png"), pixels)
    scan_dataset(workspace, add_dataset(workspace, tmp_path / "clean"))
    app = open_trouble("clean")
    assert [told.value for told in app.success] == ["No trouble was found in 24 images of clean."]


def test_a_card_opens_and_closes_and_shows_why_files_cannot_be_used(open_trouble, pets):
    app = open_trouble()
    app.button(key="trouble_open_pets_unreadable_button").click().run()
    table = app.dataframe[0].value
    assert table["File"].tolist() == ["dog/bad.jpg"]
    assert "not an image" in table["Reason"].iat[0]
    app.button(key="trouble_open_pets_unreadable_button").click().run()
    assert not app.dataframe
    assert not app.exception


def test_one_button_leaves_out_the_second_copies_and_undo_brings_them_back(open_trouble, workspace, pets):
    app = open_trouble()
    app.button(key="trouble_open_pets_duplicates_button").click().run()
    assert "Left alone, since their labels differ: 2" in texts_of(app)
    app.button(key="cure_duplicates").click().run()
    assert not app.exception
    assert "Excluded 1 image" in app.toast[0].value
    edited = load_dataset(workspace, "pets")
    assert edited.num_images == pets.num_images - 1
    assert "**The same image more than once**: 1 pair, 2 images" in texts_of(app)
    app.button(key="edit_duplicates_undo").click().run()
    assert load_dataset(workspace, "pets").version == pets.version


def test_chosen_pictures_of_pairs_are_excluded_relabeled_and_moved(open_trouble, workspace, pets, choose):
    app = open_trouble()
    app.button(key="trouble_open_pets_conflict_button").click().run()
    assert app.button(key="edit_conflict_exclude").disabled is False or "No image chosen" in texts_of(app)
    wrong = int(pets.table.index[pets.table["path"] == "*cat*/other.png"][0])
    choose([wrong])
    app.run()
    assert "**1 image chosen**" in texts_of(app)
    app.selectbox(key="edit_conflict_class").set_value("dog").run()
    app.button(key="edit_conflict_relabel").click().run()
    assert not app.exception
    dataset = load_dataset(workspace, "pets")
    assert dataset.class_names[dataset.labels(np.array([wrong]))[0]] == "dog"
    assert "The same image in two classes" not in texts_of(app).split("Looked for")[0]
    app.button(key="trouble_open_pets_duplicates_button").click().run()
    app.button_group(key="edit_duplicates_split").set_value("test").run()
    app.button(key="edit_duplicates_move").click().run()
    assert load_dataset(workspace, "pets").table["split"].iat[wrong] == "test"
    assert load_dataset(workspace, "pets").num_edits == 2


def test_a_leak_is_cured_in_the_way_that_was_chosen(open_trouble, workspace, pets):
    splits = pets.table["split"].to_numpy(object)
    twins = pets.table.index[pets.table["path"].isin(["dog/dog1.png", "dog/copy.png"])]
    other = "val" if splits[twins[0]] != "val" else "train"
    from core.datasets.editing.edits import move_to_split

    record(workspace, pets, move_to_split(pets, [int(twins[1])], other))
    app = open_trouble()
    assert "**The same image in two splits**: 1 pair, 2 images" in texts_of(app)
    app.button(key="trouble_open_pets_leak_exact_button").click().run()
    app.button_group(key="cure_way_leak_exact").set_value("move").run()
    assert "each set goes where most of it is" in texts_of(app)
    app.button(key="cure_leak_exact").click().run()
    assert not app.exception
    after = load_dataset(workspace, "pets").table["split"]
    assert after.iat[twins[0]] == after.iat[twins[1]]


def test_a_column_or_pattern_that_is_not_there_is_told_in_a_sentence(open_trouble, pets, monkeypatch):
    monkeypatch.setattr("app.cache.datasets.group_columns", lambda _: ["patient"])
    app = open_trouble()
    app.selectbox(key="trouble_group_pets").set_value("patient").run()
    assert "no column 'patient' to group by" in app.error[0].value
    assert not app.exception


def test_the_history_lists_every_edit_and_goes_to_any_state(open_trouble, workspace, pets):
    assert not [key for key in keys(open_trouble()) if key and key.startswith("trouble_history")]
    first = record(workspace, pets, exclude(pets, [0], reason="*odd*."))
    second = record(workspace, first, relabel(first, {1: "dog"}))
    app = open_trouble()
    said = texts_of(app)
    assert "**2.** Relabeled 1 image as dog" in said
    assert "**1.** Excluded 1 image\\: \\*odd\\*" in said
    assert f"Now version {second.version}, 2 edits" in said
    app.button(key="trouble_history_list_to_0").click().run()
    assert load_dataset(workspace, "pets").version == pets.version
    app.button(key="trouble_history_list_redo").click().run()
    assert load_dataset(workspace, "pets").version == first.version
    app.button(key="trouble_history_list_to_2").click().run()
    assert load_dataset(workspace, "pets").version == second.version
    app.button(key="trouble_history_list_undo").click().run()
    assert load_dataset(workspace, "pets").version == first.version
    assert not app.exception


def test_a_long_history_has_pages(open_trouble, workspace, pets):
    dataset = pets
    for sample in range(12):
        dataset = record(workspace, dataset, exclude(dataset, [sample]))
    app = open_trouble()
    assert "trouble_history_list_to_0" not in keys(app)
    app.pagination(key="trouble_history_list_page").set_value(2).run()
    app.button(key="trouble_history_list_to_0").click().run()
    assert load_dataset(workspace, "pets").version == pets.version


def test_without_a_run_the_labels_lead_to_training(open_trouble, pets, monkeypatch):
    gone = []
    monkeypatch.setattr("app.navigation.st.switch_page", lambda page, **_: gone.append(page))
    app = open_trouble()
    app.button(key="trouble_open_pets_labels_button").click().run()
    assert "No finished run on all classes of this dataset yet" in texts_of(app)
    app.button(key="labels_train").click().run()
    assert gone == ["views/train.py"]


def test_a_suspicious_label_is_accepted_by_one_click_and_several_at_once(open_trouble, workspace, finish_run):
    run = finish_run(workspace)
    app = open_trouble("digits", run=run.id)
    app.button(key="trouble_open_digits_labels_button").click().run()
    assert "labels** look suspicious; 1 to 12" in texts_of(app)
    assert "Training images are left out" in texts_of(app)
    assert "Relabeling test images changes what the test measures" in texts_of(app)
    first = next(key for key in (found.key for found in app.button) if key and key.startswith("accept_"))
    sample = int(first.removeprefix("accept_"))
    suggested = button(app, next(b.label for b in app.button if b.key == first)).label.removeprefix("It is ")
    app.button(key=first).click().run()
    assert not app.exception
    dataset = load_dataset(workspace, "digits")
    assert dataset.class_names[dataset.labels(np.array([sample]))[0]] == suggested
    app.checkbox(key=f"labels_all_0_{dataset.version}").check().run()
    app.button(key="labels_accept").click().run()
    assert not app.exception
    assert load_edits(dataset.folder).steps[-1].num_images == 12


def test_a_damaged_edit_is_told_with_the_command_that_helps(open_page, workspace, pets):
    record(workspace, pets, exclude(pets, [0]))
    (pets.folder / "edits" / "000001.json").write_text("{")
    app = open_page(PAGE, dataset="pets")
    assert "regroup datasets history pets --to 0" in app.error[0].value
    assert not app.exception


def test_an_edit_of_a_dataset_deleted_in_another_window_is_told(open_trouble, workspace, pets, choose):
    app = open_trouble()
    app.button(key="trouble_open_pets_duplicates_button").click().run()
    delete_dataset(workspace, "pets")
    app.button(key="cure_duplicates").click().run()
    assert not app.exception
    assert not pets.folder.exists()
