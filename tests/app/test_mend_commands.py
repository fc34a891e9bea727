"""``regroup datasets check``, ``cure``, ``exclude`` ... ``history``: trouble found and mended by command."""

import json

import cv2
import numpy as np
import pytest

from core.datasets.adding.add import add_dataset
from core.datasets.editing.edits import divide, load_edits, move_to_split, record
from core.datasets.store import load_dataset


@pytest.fixture
def ask(regroup):
    """Run ``regroup datasets ... --json`` and return what it prints."""

    def run(*arguments):
        status, out, err = regroup("datasets", *arguments, "--json")
        assert status == 0, err
        return json.loads(out)

    return run


@pytest.fixture
def pets(home, tmp_path):
    """Crops of photos; one image is in both classes, one twice among the cats, one nearly twice."""
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        folder = tmp_path / "pets" / name
        folder.mkdir(parents=True)
        for photo in range(8):
            for crop in range(2):
                pixels = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
                pixels = cv2.resize(pixels, (48, 48), interpolation=cv2.INTER_CUBIC)
                cv2.imwrite(str(folder / f"{name}{photo}_{crop}.png"), pixels)
    cat = tmp_path / "pets" / "cat"
    (cat / "cat8_0.png").write_bytes((cat / "cat0_0.png").read_bytes())
    (tmp_path / "pets" / "dog" / "dog8_0.png").write_bytes((cat / "cat1_0.png").read_bytes())
    near = cv2.imread(str(cat / "cat2_0.png"))
    near[20:22, 20:22] ^= 3
    cv2.imwrite(str(cat / "cat9_0.png"), near)
    return add_dataset(home, tmp_path / "pets", name="pets")


def kinds(told):
    return {finding["kind"]: finding for finding in told["findings"]}


def row_of(dataset, path):
    return int(dataset.table.index[dataset.table["path"] == path][0])


def test_check_lists_findings_with_images_paths_and_pairs(ask, regroup, home, pets):
    told = ask("check", "pets")
    found = kinds(told)
    first, copy = row_of(pets, "cat/cat0_0.png"), row_of(pets, "cat/cat8_0.png")
    assert sorted([first, copy]) in found["duplicates"]["pairs"]
    assert found["conflict"]["num_pairs"] == 1
    assert sorted(found["conflict"]["paths"]) == ["cat/cat1_0.png", "dog/dog8_0.png"]
    assert "cat/cat9_0.png" in found["near_duplicates"]["paths"]
    assert found["leak_group"]["groups_by"] == "{group+}_{rest}"
    assert (told["version"], told["label_issues"]) == (pets.version, None)
    status, out, _ = regroup("datasets", "check", "pets")
    assert status == 0
    assert "[high] The same image in two classes: 1 pair, 2 images" in out
    assert f"{row_of(pets, 'cat/cat1_0.png')} cat/cat1_0.png (cat, " in out


def test_check_looks_at_the_pixels_once_and_not_at_all_when_quick(ask, regroup, pets):
    assert "near_duplicates" not in kinds(ask("check", "pets", "--quick"))
    assert "Looking at the pixels of 35 images" in regroup("datasets", "check", "pets")[2]
    status, _, err = regroup("datasets", "check", "pets", "--near", "0")
    assert (status, "Looking" in err) == (0, False)
    assert "near_duplicates" in kinds(ask("check", "pets", "--quick", "--near", "8"))


def test_check_refuses_what_cannot_be_looked_for(regroup, pets):
    status, _, err = regroup("datasets", "check", "pets", "--quick", "--near", "99")
    assert (status, err) == (1, "regroup: The distance of near duplicates cannot be 99; choose 0 to 12.\n")
    status, _, err = regroup("datasets", "check", "pets", "--quick", "--group-by", "patient")
    assert status == 1
    assert "no column 'patient' to group by" in err


def test_a_dataset_without_trouble_is_said_to_have_none(regroup):
    out = regroup("datasets", "check", "digits", "--quick")[1]
    assert out == "No trouble was found in 1797 images of digits.\n"


def test_check_with_a_run_lists_the_labels_that_it_finds_unlikely(ask, regroup, home, finish_run, pets):
    run = finish_run(home)
    issues = ask("check", "digits", "--quick", "--run", run.id)["label_issues"]
    num_images = sum(len(load_dataset(home, "digits").sample_ids(split)) for split in ("val", "test"))
    assert issues["num_images"] == num_images
    first = issues["issues"][0]
    digits = load_dataset(home, "digits")
    given = digits.class_names[digits.labels(np.array([first["image"]]))[0]]
    assert given == first["given"] != first["suggested"]
    assert any("Training images are left out" in note for note in issues["notes"])
    out = regroup("datasets", "check", "digits", "--quick", "--run", run.id)[1]
    assert f"Labels that may be wrong: {len(issues['issues'])} of {num_images}" in out
    status, _, err = regroup("datasets", "check", "pets", "--quick", "--run", run.id)
    assert status == 1
    assert "was trained on 'digits', not on 'pets'; choose a run of it" in err
    grouped = finish_run(home, groups={str(digit): "odd" if digit % 2 else "even" for digit in range(10)})
    status, _, err = regroup("datasets", "check", "digits", "--quick", "--run", grouped.id)
    assert status == 1
    assert "choose a run that was trained on all classes" in err


def test_images_are_edited_by_number_or_path_and_edits_are_undone(ask, home, pets):
    told = ask("exclude", "pets", "0", "dog/dog1_0.png", "--reason", "Blurred.")
    assert (told["title"], told["num_images"]) == ("Excluded 2 images: blurred.", pets.num_images - 2)
    assert ask("relabel", "pets", "dog", "1", "2")["title"] == "Relabeled 2 images as dog."
    assert ask("move", "pets", "test", *range(3, 12))["num_edits"] == 3
    assert ask("restore", "pets", "0")["num_images"] == pets.num_images - 1
    history = ask("history", "pets")
    assert [edit["holds"] for edit in history["edits"]] == [True] * 4
    assert history["version"] == history["edits"][-1]["version"] == load_dataset(home, "pets").version
    assert ask("undo", "pets")["version"] == history["edits"][2]["version"]
    assert ask("redo", "pets")["version"] == history["version"]
    assert ask("history", "pets", "--to", "0")["version"] == pets.version
    assert ask("history", "pets")["position"] == 0


def test_the_history_is_a_table_in_the_terminal(regroup, pets):
    assert regroup("datasets", "history", "pets")[1] == f"pets: version {pets.version}, 0 of 0 edits hold\n"
    out = regroup("datasets", "exclude", "pets", "3")[1]
    assert "Excluded 1 image: excluded by hand." in out
    assert "`regroup datasets undo` takes an edit back" in out
    regroup("datasets", "undo", "pets")
    out = regroup("datasets", "history", "pets")[1]
    assert "0 of 1 edits hold" in out
    assert out.splitlines()[-1].endswith("undone")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("exclude", "pets", "cat/nothing.png"), "no image 'cat/nothing.png'; give its number, or its path"),
        (("exclude", "pets", "9" * 30), f"no image '{'9' * 30}'; give its number"),
        (("exclude", "pets", "999"), "has no image 999; its images are numbered 0 to 34"),
        (("relabel", "pets", "cow", "1"), "no class 'cow'"),
        (("move", "pets", "training", "1"), "no split 'training'; choose one of train, val, test"),
        (("restore", "pets", "1"), "changes no image"),
        (("undo", "pets"), "no edit to undo"),
        (("redo", "pets"), "no edit to redo"),
        (("history", "pets", "--to", "3"), "has 0 edits; choose 0 to 0"),
        (("undo", "nothing"), "no dataset 'nothing'"),
        (("cure", "pets", "duplicates", "--near", "-1"), "choose 0 to 12"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(regroup, pets, command, message):
    status, out, err = regroup("datasets", *command)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert message in err


def test_copies_are_cured_after_a_look_at_what_would_be_done(ask, regroup, home, pets):
    planned = ask("cure", "pets", "duplicates", "--dry-run")
    assert (planned["done"], planned["num_changed"], planned["version"]) == (False, 1, pets.version)
    assert "Left alone, since their labels differ: 2" in planned["preview"]
    out = regroup("datasets", "cure", "pets", "duplicates", "--dry-run")[1]
    assert out == f"Would do: {planned['preview']}\n"
    done = ask("cure", "pets", "duplicates")
    assert (done["done"], done["num_images"]) == (True, pets.num_images - 1)
    assert kinds(ask("check", "pets", "--quick"))["duplicates"]["num_pairs"] == 1
    assert "different labels; decide for each" in regroup("datasets", "cure", "pets", "duplicates")[2]
    near = ask("cure", "pets", "near-duplicates")
    assert near["num_changed"] >= 1
    assert "cat/cat9_0.png" not in str(kinds(ask("check", "pets")).get("near_duplicates", {}).get("paths"))


def test_leaks_are_cured_each_way(ask, regroup, home, pets):
    photos = pets.table["path"].str.extract(r"(\d)_")[0]
    splits = photos.map({"6": "val", "7": "test"}).fillna("train").to_numpy(object)
    splits[row_of(pets, "cat/cat5_1.png")] = "test"
    torn = record(home, pets, divide(pets, splits, title="One photo torn"))
    assert kinds(ask("check", "pets", "--quick"))["leak_group"]["num_pairs"] == 1
    for way in ("move", "divide"):
        done = ask("cure", "pets", "leaks", "--way", way)
        assert done["done"], way
        assert not [kind for kind in kinds(ask("check", "pets", "--quick")) if kind.startswith("leak")]
        assert load_edits(pets.folder).steps[-1].version == done["version"]
        assert ask("undo", "pets")["version"] == torn.version
    status, _, err = regroup("datasets", "cure", "pets", "leaks", "--way", "exclude")
    assert (status, "move them or divide anew" in err) == (1, True)


def test_near_duplicates_count_as_leaks_when_a_distance_is_given(ask, home, pets):
    dataset = record(home, pets, move_to_split(pets, range(len(pets.table)), "train"))
    near = [row_of(pets, "cat/cat9_0.png")]
    dataset = record(home, dataset, move_to_split(dataset, [*near, row_of(pets, "dog/dog7_0.png")], "test"))
    columns = ("cure", "pets", "leaks", "--group-by", "{group+}_{rest}", "--way", "divide")
    assert "near" not in ask(*columns, "--dry-run")["preview"]
    found = kinds(ask("check", "pets", "--near", "4"))
    assert found["leak_near"]["num_pairs"] == 1
    ask("cure", "pets", "leaks", "--near", "4", "--way", "exclude", "--group-by", "{group}.{rest}")
    assert "leak_near" not in kinds(ask("check", "pets", "--near", "4"))


def test_wrong_usage_is_told_as_such(regroup, pets):
    for command in (("cure", "pets", "everything"), ("cure", "pets", "leaks", "--way", "pray")):
        status, _, err = regroup("datasets", *command)
        assert status == 2
        assert "give" in err


def test_nothing_to_cure_is_told(regroup):
    for what in ("leaks", "duplicates"):
        status, _, err = regroup("datasets", "cure", "digits", what, "--quick")
        assert (status, "nothing to cure" in err) == (1, True)
