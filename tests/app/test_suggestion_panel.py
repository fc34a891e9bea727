"""The panel "Find groups", without a browser: fields, wishes, what it would give, stability."""

import json
import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.cli import main
from app.components.background_jobs import jobs
from app.components.regroup.draft import Draft
from app.components.regroup.stability import stability_of_groups
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft, save_draft
from core.regrouping.suggesting.hierarchy import load_hierarchy
from core.runs.run import Run
from core.workspace import Workspace

NAMES = [str(n) for n in range(10)]


@pytest.fixture
def panel(workspace: Workspace, finish_run: Callable[..., Run], open_page: Callable[..., AppTest]) -> AppTest:
    run = finish_run(workspace)
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["regroup_panel"] = "suggest"
    app.run()
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    kinds = ("markdown", "caption", "warning")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def draft_of(workspace: Workspace, run_id: str = "lenet-1"):
    return load_draft(workspace, "digits", run_id, NAMES)


def test_it_says_what_the_groups_would_give_before_they_are_taken(panel: AppTest, workspace: Workspace):
    assert "It would give **5 groups**, the largest of 2 classes" in text_of(panel)
    assert "Validation" in text_of(panel)
    assert draft_of(workspace).history.current.num_groups == 10
    panel.button(key="regroup_suggest").click().run()
    node = draft_of(workspace).history.current_node
    assert (node.grouping.num_groups, node.label) == (5, "Suggested 5 groups")
    assert (node.origin["method"], node.origin["num_groups"]) == ("average", 5)
    panel.button(key="regroup_undo").click().run()
    assert draft_of(workspace).history.current.num_groups == 10


def test_wishes_are_kept_and_honored_and_can_be_taken_away(panel: AppTest, workspace: Workspace):
    panel.multiselect(key="regroup_wish_classes").set_value(["0", "1"]).run()
    panel.button(key="regroup_never_link").click().run()
    assert draft_of(workspace).wishes.never_link == (("0", "1"),)
    panel.multiselect(key="regroup_wish_classes").set_value(["2", "4", "6"]).run()
    panel.button(key="regroup_must_link").click().run()
    assert draft_of(workspace).wishes.must_link == (("2", "4"), ("4", "6"))
    panel.button(key="regroup_suggest").click().run()
    found = draft_of(workspace).history.current.to_mapping()
    assert found["0"] != found["1"]
    assert found["2"] == found["4"] == found["6"]
    (kept,) = [each for each in panel.multiselect if each.label == "Never together"]
    kept.set_value([]).run()
    assert draft_of(workspace).wishes.never_link == ()
    assert not panel.exception


def test_a_contradiction_is_told_in_place_of_the_outcome(panel: AppTest, workspace: Workspace):
    panel.number_input(key="regroup_wish_size_lenet-1").set_value(1).run()
    assert "ask for at least 10 groups" in text_of(panel)
    panel.button(key="regroup_suggest").click().run()
    assert "ask for at least 10 groups" in panel.error[0].value
    assert draft_of(workspace).history.current.num_groups == 10


@pytest.mark.parametrize("method", ["spectral", "louvain", "greedy"])
def test_any_method_and_a_wished_accuracy_can_be_chosen(panel: AppTest, method: str):
    panel.selectbox(key="regroup_method").set_value(method).run()
    panel.session_state["regroup_end"] = "accuracy"
    panel.run()
    panel.number_input(key="regroup_wished_accuracy").set_value(0.95).run()
    assert "It would give **" in text_of(panel)
    assert not panel.exception


def measure(app: AppTest) -> None:
    app.button(key="regroup_stability").click().run()
    deadline = time.monotonic() + 30
    while any(job.is_running for job in jobs().values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    app.run()
    app.run()
    assert not app.exception, app.exception


def test_stability_is_measured_in_the_background_and_shown(panel: AppTest):
    measure(panel)
    assert "Stability: 50 draws of images, validation" in text_of(panel)
    assert "Together" in panel.dataframe[0].value.columns
    panel.selectbox(key="regroup_method").set_value("complete").run()
    assert "measured with other settings" in text_of(panel)
    assert "Together" not in panel.dataframe[0].value.columns


def solid() -> dict[str, bool] | None:
    """Which groups of more than one class are drawn solid after a restart of the server."""
    st.cache_resource.clear()
    st.session_state.clear()
    draft = Draft("lenet-1", "digits", tuple(NAMES))
    found = stability_of_groups(draft)
    return found and {
        group: is_solid
        for (group, members), is_solid in zip(draft.grouping.members.items(), found, strict=True)
        if len(members) > 1
    }


def test_lines_are_those_of_the_search_behind_the_groups_shown_and_outlive_a_restart(
    panel: AppTest, workspace: Workspace
):
    measure(panel)
    assert solid() is None  # every class stands alone: no search is behind that
    panel.button(key="regroup_suggest").click().run()
    assert solid() == dict.fromkeys(("0 + 1", "2 + 3", "4 + 5", "6 + 7", "8 + 9"), True)
    panel.number_input(key="regroup_wanted_lenet-1").set_value(4).run()
    panel.button(key="regroup_suggest").click().run()
    assert solid() is None  # of this search nothing was measured
    panel.button(key="regroup_undo").click().run()
    assert all(solid().values())
    kept = draft_of(workspace)
    grouping = kept.history.current.merge(["0", "2"], "by hand")
    by_hand = replace(kept, history=kept.history.apply(grouping, "Merged 0 and 2"))
    save_draft(workspace, "digits", "lenet-1", by_hand, seen=kept)
    assert solid() == {"by hand": False, "4 + 5": True, "6 + 7": True, "8 + 9": True}
    other = Grouping.identity(NAMES).merge(["0", "9"]).merge(["1", "8"])
    kept = draft_of(workspace)
    replaced = replace(kept, history=kept.history.apply(other, "Took level 1 of the hierarchy"))
    save_draft(workspace, "digits", "lenet-1", replaced, seen=kept)
    assert solid() is None  # nothing is left of what was searched


def test_a_damaged_file_of_stability_is_passed_over(panel: AppTest, workspace: Workspace):
    measure(panel)
    panel.button(key="regroup_suggest").click().run()
    (path,) = (workspace.groupings_dir / "digits" / "stability" / "lenet-1").glob("*.json")
    path.write_text("{")
    assert solid() is None
    panel.run()
    assert "Together" not in panel.dataframe[0].value.columns
    assert not panel.exception


def test_the_shown_command_finds_just_the_groups_that_apply_takes(
    panel: AppTest,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    kept = draft_of(workspace)
    grouping = kept.history.current.merge(["0", "9"], "kept").lock("kept").merge(["1", "8", "5"]).lock("2")
    changed = replace(kept, history=kept.history.apply(grouping, "Locked kept"))
    save_draft(workspace, "digits", "lenet-1", changed, seen=kept)
    del panel.session_state["regroup_draft"]  # as after a reload
    panel.run()
    lines = "".join(f"{n},{'low' if n < 5 else 'high'}\n" for n in range(10))
    panel.file_uploader[0].set_value(("parents.csv", lines.encode(), "text/csv")).run()
    panel.button(key="regroup_use_hierarchy").click().run()
    for pair, button in ((["3", "4"], "must_link"), (["6", "7"], "never_link")):
        panel.multiselect(key="regroup_wish_classes").set_value(pair).run()
        panel.button(key=f"regroup_{button}").click().run()
    panel.number_input(key="regroup_wish_size_lenet-1").set_value(4).run()
    panel.selectbox(key="regroup_method").set_value("greedy").run()
    panel.selectbox(key="regroup_goal").set_value("bits").run()
    panel.checkbox(key="regroup_allow_blob").check().run()
    panel.number_input(key="regroup_wanted_lenet-1").set_value(6).run()
    (shown,) = [
        block.value for block in panel.code if block.value.startswith("regroup suggest lenet-1 --groups 6 -")
    ]
    monkeypatch.setattr("sys.argv", [*shlex.split(shown), "--json"])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main()
    found = json.loads(capsys.readouterr().out)
    panel.button(key="regroup_suggest").click().run()
    node = draft_of(workspace).history.current_node
    assert found["settings"] == node.origin
    assert set(map(tuple, found["groups"].values())) == set(node.grouping.members.values())
    assert ("0", "9") in node.grouping.members.values()
    assert ("2",) in node.grouping.members.values()


def test_locked_groups_stay(panel: AppTest, workspace: Workspace):
    panel.button(key="regroup_suggest").click().run()
    panel.session_state["regroup_panel"] = "groups"
    panel.run()
    group = panel.selectbox(key="regroup_group").value
    panel.button(key="regroup_lock").click().run()
    panel.session_state["regroup_panel"] = "suggest"
    panel.run()
    panel.number_input(key="regroup_wanted_lenet-1").set_value(3).run()
    panel.button(key="regroup_suggest").click().run()
    found = draft_of(workspace).history.current
    assert found.num_groups == 3
    assert len(found.members[group]) == 2


def test_with_many_classes_the_outcome_is_shown_on_request(
    panel: AppTest, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
):
    monkeypatch.setattr("app.components.regroup.suggestion_panel.INSTANT_CLASSES", 5)
    panel.run()
    assert "It would give" not in text_of(panel)
    panel.button(key="regroup_preview").click().run()
    assert "It would give **5 groups**" in text_of(panel)
    panel.number_input(key="regroup_wanted_lenet-1").set_value(4).run()
    assert "It would give" not in text_of(panel)
    panel.button(key="regroup_suggest").click().run()
    assert draft_of(workspace).history.current.num_groups == 4


def test_a_level_of_a_hierarchy_does_not_take_the_place_of_locked_groups(
    panel: AppTest, workspace: Workspace
):
    kept = draft_of(workspace)
    grouping = kept.history.current.merge(["0", "9"], "kept").lock("kept")
    changed = replace(kept, history=kept.history.apply(grouping, "Locked kept"))
    save_draft(workspace, "digits", "lenet-1", changed, seen=kept)
    del panel.session_state["regroup_draft"]  # as after a reload
    panel.run()
    lines = "".join(f"{n},{'low' if n < 5 else 'high'}\n" for n in range(10))
    panel.file_uploader[0].set_value(("parents.csv", lines.encode(), "text/csv")).run()
    panel.button(key="regroup_level_groups").click().run()
    assert "'kept' must stay" in panel.error[0].value
    assert "kept" in draft_of(workspace).history.current.group_names


def test_a_hierarchy_is_read_kept_and_taken_away(panel: AppTest, workspace: Workspace):
    lines = "".join(f"{n},{'low' if n < 5 else 'high'}\n" for n in range(10))
    panel.file_uploader[0].set_value(("parents.csv", lines.encode(), "text/csv")).run()
    panel.button(key="regroup_use_hierarchy").click().run()
    assert draft_of(workspace).wishes.parents["4"] == "low"
    panel.button(key="regroup_suggest").click().run()
    found = draft_of(workspace).history.current.to_mapping()
    assert found["4"] != found["5"]
    (shown,) = [block.value for block in panel.code if "--level" in block.value]
    assert load_hierarchy(Path(shlex.split(shown)[-1]), NAMES).grouping(1).group_names == ("low", "high")
    assert shown.startswith("regroup suggest lenet-1 --level 1 --parents ")
    panel.button(key="regroup_level_groups").click().run()
    assert draft_of(workspace).history.current.group_names == ("low", "high")
    panel.button(key="regroup_no_hierarchy").click().run()
    assert draft_of(workspace).wishes.parents is None
    panel.file_uploader[0].set_value(("bad.csv", b"0,low\n1", "text/csv")).run()
    assert "bad.csv, line 2" in panel.error[0].value.replace("\\", "")
    assert "It would give" in text_of(panel)
