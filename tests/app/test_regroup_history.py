"""The history, the groups and the files of the Regroup page, and two windows that build for one run."""

import json
from collections.abc import Callable

import pytest
from popovers import open_popovers
from streamlit.testing.v1 import AppTest

from app.components.history_tree import list_lines, read_event
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.keeping.files import write_grouping
from core.regrouping.keeping.store import list_groupings, load_grouping, save_grouping
from core.regrouping.steps.history import GroupingHistory
from core.regrouping.steps.tree_rows import list_rows
from core.runs.run import Run
from core.workspace import Workspace

PAGE = "views/regroup.py"
NAMES = tuple(str(n) for n in range(10))
OpenPage = Callable[..., AppTest]


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


def open_it(open_page: OpenPage, run: Run, panel: str = "groups") -> AppTest:
    return act(open_page(PAGE, dataset="digits", run=run.id), regroup_panel=panel)


def act(app: AppTest, **state: object) -> AppTest:
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return act(app)


def merge(app: AppTest, *classes: str) -> AppTest:
    return press(act(app, chosen=(app.session_state["run"], classes)), "regroup_merge")


def text_of(app: AppTest) -> str:
    return "\n".join(
        str(element.value) for kind in ("markdown", "caption", "info") for element in app.get(kind)
    )


def history_of(workspace: Workspace, run: Run) -> GroupingHistory:
    return load_draft(workspace, "digits", run.id, NAMES).history


def test_the_second_of_two_windows_is_told_and_nothing_is_lost(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    first, second = open_it(open_page, run), open_it(open_page, run)
    merge(first, "0", "1")
    second.session_state["chosen"] = (run.id, ("2", "3", "4"))
    second.run()
    assert "Another window took 1 step meanwhile (Merged 0 and 1)" in text_of(second)
    assert "10 classes → 10 groups" in text_of(second)
    press(second, "regroup_merge")
    assert "10 classes → 8 groups" in text_of(second)
    history = history_of(workspace, run)
    assert history.children == {0: [1, 2]}
    assert [node.grouping.num_groups for node in history.nodes] == [10, 9, 8]
    act(first)
    assert "10 classes → 9 groups" in text_of(first)
    assert "Another window took 1 step meanwhile (Merged 2, 3 and 4)" in text_of(first)
    act(first)
    assert "Another window" not in text_of(first)


def test_a_step_from_a_state_that_is_not_the_newest_any_more_becomes_a_branch_and_says_so(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    first = open_it(open_page, run)
    second = act(open_it(open_page, run), chosen=(run.id, ("2", "3")))
    merge(first, "0", "1")
    press(second, "regroup_merge")
    assert "Another window took 1 step meanwhile" in text_of(second)
    history = history_of(workspace, run)
    assert history.steps == ("Merged 2 and 3",)
    assert history.children == {0: [1, 2]}


def test_the_history_shows_a_state_names_it_and_compares_it(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    app = merge(merge(open_it(open_page, run, "history"), "0", "1"), "2", "3")
    assert "3 states" in text_of(app)
    assert "**Merged 2 and 3**: 8 groups" in text_of(app)
    act(app, regroup_state=(run.id, 1))
    assert "**Merged 0 and 1**: 9 groups" in text_of(app)
    assert "1 class has moved, from 8 to 9 groups" in text_of(app)
    assert app.dataframe[0].value.iloc[0].tolist() in (["3", "2 + 3", "3"], ["2", "2 + 3", "2"])
    app.text_input(key=f"regroup_state_name_{run.id}_1_None").set_value("first try")
    act(app)
    assert history_of(workspace, run).nodes[1].name == "first try"
    press(app, "regroup_go_to")
    assert "10 classes → 9 groups" in text_of(app)
    assert app.button(key="regroup_go_to").disabled


def test_a_suggested_state_says_its_number_of_groups_once(open_page: OpenPage, run: Run) -> None:
    app = press(open_it(open_page, run, "suggest"), "regroup_suggest")
    act(app, regroup_panel="history")
    assert "**Suggested 5 groups**" in text_of(app)
    assert "5 groups: 5 groups" not in text_of(app).replace("*", "")
    assert any(block.value == f"regroup group history {run.id}" for block in app.code)
    history = GroupingHistory.identity(NAMES)
    history = history.apply(history.current.merge(["0", "1"]), "Suggested 9 groups")
    assert [line["groups"] for line in list_lines(list_rows(history))] == ["10 groups", ""]


def test_a_state_of_another_run_is_not_looked_at(open_page: OpenPage, run: Run) -> None:
    app = act(open_it(open_page, run, "history"), regroup_state=("other-1", 7))
    assert "**Start**: 10 groups" in text_of(app)
    assert app.selectbox(key="regroup_compare_with_0_0").disabled


def test_classes_are_taken_out_of_a_group_and_a_locked_group_is_kept(open_page: OpenPage, run: Run) -> None:
    app = merge(open_it(open_page, run), "0", "1", "2")
    app.multiselect(key="regroup_leaving_0 + 1 + 2").set_value(["2"])
    press(act(app), "regroup_take_out")
    assert app.selectbox(key="regroup_group").options == ["0 + 1 (2 classes)"]
    press(app, "regroup_lock")
    press(app, "regroup_dissolve")
    assert "is locked and stays as it is; unlock it" in app.error[0].value
    press(app, "regroup_lock")
    press(app, "regroup_dissolve")
    assert "No groups yet" in text_of(app)


def test_the_field_of_groups_follows_the_matrix(open_page: OpenPage, run: Run) -> None:
    app = merge(merge(open_it(open_page, run), "0", "1", "2"), "3", "4")
    assert app.selectbox(key="regroup_group").value == "3 + 4"
    assert act(app, chosen=(run.id, ("1", "5"))).selectbox(key="regroup_group").value == "0 + 1 + 2"
    app.selectbox(key="regroup_group").set_value("3 + 4")
    assert act(app).selectbox(key="regroup_group").value == "3 + 4"


def test_a_saved_grouping_is_opened_as_a_step_and_deleted(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    pairs = Grouping.identity(NAMES).merge(["8", "9"], "late")
    save_grouping(workspace, "digits", "late ones", pairs, run_id=run.id)
    app = press(open_it(open_page, run, "saved"), "regroup_open")
    assert "10 classes → 9 groups" in text_of(app)
    assert "9 groups, chosen on validation with lenet" in text_of(app)
    assert history_of(workspace, run).steps == ("Opened late ones",)
    press(app, "regroup_delete")
    assert list_groupings(workspace, "digits") == []
    assert "10 classes → 9 groups" in text_of(app)


def test_a_file_is_read_as_a_step(open_page: OpenPage, run: Run, workspace: Workspace) -> None:
    app = open_it(open_page, run, "saved")
    rows = "\n".join(f"{name},{'even' if int(name) % 2 == 0 else 'odd'}" for name in NAMES)
    app.file_uploader(key="regroup_upload").set_value(
        ("parity.csv", f"class,group\n{rows}".encode(), "text/csv")
    )
    press(act(app), "regroup_read")
    assert "10 classes → 2 groups" in text_of(app)
    assert history_of(workspace, run).current.group_names == ("even", "odd")


def test_a_file_of_another_dataset_is_refused_with_the_remedy(open_page: OpenPage, run: Run) -> None:
    app = open_it(open_page, run, "saved")
    app.file_uploader(key="regroup_upload").set_value(("zoo.csv", b"class,group\ncat,pet\n", "text/csv"))
    press(act(app), "regroup_read")
    assert "'cat' (line 2)" in app.error[0].value
    assert "Choose the dataset it is for" in app.error[0].value
    assert "10 classes → 10 groups" in text_of(app)


def test_groups_from_a_file_that_were_chosen_on_test_stay_marked_so(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    saved = save_grouping(
        workspace, "digits", "peeked", Grouping.identity(NAMES).merge(["0", "1"]), run_id="x", split="test"
    )
    app = open_it(open_page, run, "saved")
    app.file_uploader(key="regroup_upload").set_value(
        ("peeked.json", write_grouping(saved), "application/json")
    )
    press(act(app), "regroup_read")
    merge(app, "2", "3")
    open_popovers(app, "regroup_save_form")
    app.text_input(key="regroup_save_name").set_value("more")
    press(app, "regroup_save")
    assert load_grouping(workspace, "digits", "more").split == "test"


def test_the_tree_is_told_what_to_draw_and_its_events_are_checked() -> None:
    history = GroupingHistory.identity(["<b>", "x"])
    history = history.apply(history.current.merge(["<b>", "x"]), "Merged <b> and x").name_node(1, "all")
    lines = list_lines(list_rows(history))
    assert [(line["id"], line["label"], line["name"], line["groups"]) for line in lines] == [
        (0, "Start", "", "2 groups"),
        (1, "Merged <b> and x", "all", "1 group"),
    ]
    assert json.loads(json.dumps(lines)) == lines
    for damaged in (
        None,
        3,
        {},
        {"id": 1},
        {"id": True, "go": True},
        {"id": 1, "go": 1},
        {"id": 9, "go": True},
    ):
        assert read_event(damaged, {0, 1}) is None


def test_everything_in_one_group_is_shown_and_not_trained_on(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    every = Grouping.identity(NAMES).merge(NAMES, "<b>every</b> *one*")
    save_grouping(workspace, "digits", "every one", every, run_id=run.id)
    app = open_popovers(press(open_it(open_page, run, "saved"), "regroup_open"), "regroup_train_form")
    for panel in ("groups", "history", "price"):
        act(app, regroup_panel=panel)
        assert "10 classes → 1 group" in text_of(app)
        assert app.button(key="regroup_train").disabled
        assert not app.error
