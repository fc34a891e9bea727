"""Saved stacks: kept whole under any name, listed, refused when damaged or unknown."""

import pytest

from core.errors import ModelError, WorkspaceError
from core.models.architectures import CATALOG
from core.models.blocks import layers_of
from core.models.stack.store import delete_stack, list_stacks, load_stack, save_stack
from core.runs.stack import MAX_LAYERS, StackLayer

ROWS = (StackLayer(kind="conv", units=4, activation="relu"), StackLayer(kind="flatten"))


@pytest.mark.parametrize("name", [name for name, spec in CATALOG.items() if spec.layers])
def test_every_simple_network_can_be_opened_as_a_stack_and_kept(home, name):
    layers = layers_of(name, CATALOG[name].default_image_size)
    save_stack(home, name, layers)
    assert load_stack(home, name).layers == layers


def test_a_name_may_be_of_any_script(home):
    saved = save_stack(home, " Größe 小 ", ROWS)
    assert saved.name == "Größe 小"
    assert load_stack(home, "Größe 小") == saved
    assert (home.root / "stacks" / "Größe 小.json").is_file()


def test_stacks_are_listed_newest_first_and_deleted_by_name(home, monkeypatch):
    for moment, name in enumerate("abc"):
        monkeypatch.setattr("time.time", lambda moment=moment: float(moment))
        save_stack(home, name, ROWS)
    assert [saved.name for saved in list_stacks(home)] == ["c", "b", "a"]
    delete_stack(home, "b")
    assert [saved.name for saved in list_stacks(home)] == ["c", "a"]
    with pytest.raises(ModelError, match="no saved stack 'b' to delete; it may be gone already"):
        delete_stack(home, "b")


def test_a_taken_name_is_refused_unless_it_is_replaced_deliberately(home):
    save_stack(home, "mine", ROWS)
    with pytest.raises(ModelError, match="already a stack 'mine'; choose another name, or replace it"):
        save_stack(home, "mine", ROWS[:1])
    save_stack(home, "mine", ROWS[:1], overwrite=True)
    assert load_stack(home, "mine").layers == ROWS[:1]


@pytest.mark.parametrize("rows", [(), ROWS[:1] * (MAX_LAYERS + 1)])
def test_no_rows_and_too_many_are_not_saved(home, rows):
    with pytest.raises(ModelError, match=f"has 1 to 200 rows, not {len(rows)}; change"):
        save_stack(home, "mine", rows)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden"])
def test_a_name_that_is_no_file_name_is_refused(home, name):
    with pytest.raises(WorkspaceError, match="cannot be the name of a stack; use 1 to 80 letters"):
        save_stack(home, name, ROWS)


def test_an_unknown_stack_is_refused_with_the_saved_ones(home):
    with pytest.raises(ModelError, match=r"saved ones are: none yet\. Save one on the Train page"):
        load_stack(home, "mine")
    save_stack(home, "other", ROWS)
    with pytest.raises(ModelError, match="no saved stack 'mine'; saved ones are: 'other'"):
        load_stack(home, "mine")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"layers": []}', '{"layers": [{"kind": "cnv"}]}', '{"layers": 3}', "null", "\xff"],
)
def test_a_damaged_file_is_named_and_passed_over_in_the_list(home, content):
    path = home.root / "stacks" / "broken.json"
    path.parent.mkdir()
    path.write_text(content, encoding="latin-1")
    with pytest.raises(ModelError, match=r"broken\.json is damaged .*delete it, or save it again"):
        load_stack(home, "broken")
    assert list_stacks(home) == []
    delete_stack(home, "broken")
