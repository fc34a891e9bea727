"""The Regroup page, without a browser: what it shows and what its buttons do."""

from collections.abc import Callable

import pytest
from popovers import open_popovers
from streamlit.testing.v1 import AppTest

from core.predictions import load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft
from core.regrouping.keeping.looks import count_looks
from core.regrouping.keeping.store import list_groupings, save_grouping
from core.regrouping.scoring.score import GroupingScore, score_grouping
from core.runs.config import RunConfig
from core.runs.run import Run, State, create_run
from core.workspace import Workspace

PAGE = "views/regroup.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


def suggest(app: AppTest) -> AppTest:
    app.session_state["regroup_panel"] = "suggest"
    app.run()
    return press(app, "Apply")


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [one for one in app.button if one.label == label]
    button.click()
    app.run()
    assert not app.exception, app.exception
    return app


def open_with_pair(open_page: OpenPage, run: Run, pair: tuple[str, str] = ("0", "1")) -> AppTest:
    app = open_page(PAGE, dataset="digits", run=run.id)
    app.session_state["pair"] = pair
    app.session_state["regroup_panel"] = "groups"
    app.run()
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    return "\n".join(str(element.value) for kind in ("markdown", "caption") for element in app.get(kind))


def table_of(app: AppTest) -> str:
    return next(element.proto.body for element in app.get("html") if "regroup-scores" in element.proto.body)


def score(run: Run, groups: list[list[str]], split: str = "val") -> GroupingScore:
    predictions = load_predictions(run.predictions_path(split))
    grouping = Grouping.identity(predictions.class_names)
    for classes in groups:
        grouping = grouping.merge(classes)
    return score_grouping(predictions, grouping)


def test_without_a_run_the_page_says_what_to_do(open_page: OpenPage) -> None:
    app = open_page(PAGE, dataset="digits")
    assert "There is no run on digits yet" in app.info[0].value
    assert [button.label for button in app.button] == ["Train on this dataset"]


def test_a_run_on_groups_is_sent_to_compare(
    open_page: OpenPage, workspace: Workspace, finish_run: Callable[..., Run]
) -> None:
    grouped = finish_run(workspace, groups={str(n): "low" if n < 5 else "high" for n in range(10)})
    app = open_page(PAGE, dataset="digits", run=grouped.id)
    assert "was trained on groups" in app.info[0].value


def test_a_run_that_waits_has_nothing_to_group_yet(open_page: OpenPage, workspace: Workspace) -> None:
    run = create_run(workspace, RunConfig.make(dataset="digits", model="lenet"))
    run.update_status(state=State.CANCELLED)
    app = open_page(PAGE, dataset="digits", run=run.id)
    assert "has no predictions" in app.warning[0].value


def test_it_opens_with_every_class_alone_and_offers_the_worst_pair(open_page: OpenPage, run: Run) -> None:
    app = open_page(PAGE, dataset="digits", run=run.id)
    assert "10 classes → 10 groups" in text_of(app)
    assert "Test: covered until you save" in text_of(app)
    assert len(app.get("bidi_component")) >= 1
    (offer,) = [button for button in app.button if button.label.startswith("Most confused:")]
    press(app, offer.label)
    assert "taken for" in text_of(app)


def test_the_card_names_the_last_step_which_undo_takes_back(open_page: OpenPage, run: Run) -> None:
    app = open_with_pair(open_page, run)
    assert "No step yet." in table_of(app)
    assert "Last step: Merged 0 and 1<" in table_of(press(app, "Merge"))
    assert "No step yet." in table_of(press(app, "Undo"))


def test_a_pair_in_one_group_is_not_offered_again(open_page: OpenPage, run: Run) -> None:
    app = open_page(PAGE, dataset="digits", run=run.id)
    (first,) = [button.label for button in app.button if button.label.startswith("Most confused:")]
    app = open_popovers(press(press(app, first), "Merge"), "regroup_more")
    press(app, "Clear the choice")
    assert first not in [button.label for button in app.button]


def test_once_a_pair_is_merged_the_next_one_is_a_click_away(open_page: OpenPage, run: Run) -> None:
    app = press(open_with_pair(open_page, run), "Merge")
    (offer,) = [button.label for button in app.button if button.label.startswith("Next most confused:")]
    press(app, offer)
    first, second = offer.removeprefix("Next most confused: ").split(" and ")
    assert f"**{first}** taken for **{second}**" in text_of(app)


def test_the_command_is_that_of_the_groups_now(open_page: OpenPage, run: Run) -> None:
    app = open_popovers(press(open_with_pair(open_page, run), "Merge"), "regroup_command")
    assert any(f"suggest {run.id} --groups 9" in code.value for code in app.code)


def test_a_pair_from_evaluate_is_shown_and_merged_and_undone(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    app = open_with_pair(open_page, run)
    assert "**0** taken for **1**" in text_of(app)
    assert "Both ways" in text_of(app)
    assert "Visual twins" in text_of(app)
    press(app, "Merge")
    assert "10 classes → 9 groups" in text_of(app)
    expected = score(run, [["0", "1"]])
    for number in (expected.accuracy_before, expected.accuracy_merged, expected.accuracy_summed):
        assert f">{number:.3f} <small>" in table_of(app)
    assert f"{expected.accuracy_merged - expected.random_mean:+.3f} is real" in text_of(app)
    press(app, "Undo")
    assert "10 classes → 10 groups" in text_of(app)
    press(app, "Redo")
    assert "10 classes → 9 groups" in text_of(app)
    draft = load_draft(workspace, "digits", run.id, [str(n) for n in range(10)]).history
    assert draft.current.members["0 + 1"] == ("0", "1")


def test_the_draft_survives_a_reload(open_page: OpenPage, run: Run) -> None:
    press(open_with_pair(open_page, run), "Merge")
    app = open_page(PAGE, dataset="digits", run=run.id)
    assert "10 classes → 9 groups" in text_of(app)


def test_test_scores_stay_covered_until_the_grouping_is_saved(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    app = press(open_with_pair(open_page, run), "Merge")
    on_test = f">{score(run, [['0', '1']], 'test').accuracy_merged:.3f} <small>"
    assert "covered" in table_of(app)
    assert on_test not in table_of(app)
    open_popovers(app, "regroup_save_form")
    app.text_input(key="regroup_save_name").set_value("round ones")
    press(app, "Save grouping")
    assert "covered</span>" not in table_of(app)
    assert on_test in table_of(app)
    assert [saved.name for saved in list_groupings(workspace, "digits")] == ["round ones"]
    press(app, "Undo")
    assert "covered</span>" in table_of(app)


def test_a_group_is_renamed_and_split_again(open_page: OpenPage, run: Run) -> None:
    app = press(open_with_pair(open_page, run), "Merge")
    app.text_input(key="regroup_name_0 + 1").set_value("round").run()
    assert app.text_input(key="regroup_name_round").value == "round"
    press(app, "Dissolve")
    assert "10 classes → 10 groups" in text_of(app)
    assert "No groups yet" in text_of(app)


def test_a_name_that_is_taken_is_refused_with_the_remedy(open_page: OpenPage, run: Run) -> None:
    app = press(open_with_pair(open_page, run), "Merge")
    app.text_input(key="regroup_name_0 + 1").set_value("7").run()
    assert "choose another name" in app.error[0].value
    app.run()
    assert not app.error
    assert app.text_input(key="regroup_name_0 + 1").value == "0 + 1"


def test_suggest_finds_the_planted_pairs(open_page: OpenPage, run: Run, workspace: Workspace) -> None:
    app = open_page(PAGE, dataset="digits", run=run.id)
    suggest(app)
    assert "10 classes → 5 groups" in text_of(app)
    draft = load_draft(workspace, "digits", run.id, [str(n) for n in range(10)]).history
    assert set(draft.current.group_names) == {"0 + 1", "2 + 3", "4 + 5", "6 + 7", "8 + 9"}


def test_a_block_of_classes_shows_its_mistakes_and_merges(open_page: OpenPage, run: Run) -> None:
    app = open_page(PAGE, dataset="digits", run=run.id)
    app.session_state["chosen"] = (run.id, ("0", "1", "2"))
    app.run()
    predictions = load_predictions(run.predictions_path("val"))
    among = (predictions.y_true < 3) & (predictions.y_pred < 3) & (predictions.y_true != predictions.y_pred)
    assert f"{among.sum()} images taken for one another" in text_of(app)
    press(app, "Merge these 3 classes")
    assert "10 classes → 8 groups" in text_of(app)


def test_what_was_chosen_on_another_run_is_forgotten(open_page: OpenPage, run: Run) -> None:
    app = open_page(PAGE, dataset="digits", run=run.id)
    app.session_state["chosen"] = ("other-1", ("a", "b"))
    app.run()
    assert not app.exception
    assert "taken for" not in text_of(app)


def test_a_saved_name_is_replaced_only_when_asked(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    names = [str(n) for n in range(10)]
    save_grouping(workspace, "digits", "mine", Grouping.identity(names).merge(["0", "9"]), run_id="")
    app = open_page(PAGE, dataset="digits", run=run.id)
    open_popovers(suggest(app), "regroup_save_form")
    app.text_input(key="regroup_save_name").set_value("mine")
    press(app, "Save grouping")
    assert "There is already a grouping 'mine'" in app.error[0].value
    app.run()
    app.checkbox(key="regroup_replace").check()
    press(app, "Save grouping")
    (saved,) = list_groupings(workspace, "digits")
    assert saved.grouping.num_groups == 5


def test_saving_says_which_look_at_test_it_is_and_what_was_judged_stays(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    app = open_popovers(press(open_with_pair(open_page, run), "Merge"), "regroup_save_form")
    assert "Saving uncovers test: look 1 at the test images" in text_of(app)
    assert count_looks(workspace, "digits", run.id) == 0
    app.text_input(key="regroup_save_name").set_value("mine")
    press(app, "Save grouping")
    assert "Saved as mine: frozen" in text_of(app)
    assert count_looks(workspace, "digits", run.id) == 1
    suggest(app)
    assert "Saving uncovers test: look 2" in text_of(app)
    app.text_input(key="regroup_save_name").set_value("mine").run()
    assert "mine was judged on test images and stays as it is" in text_of(app)
    assert app.button(key="regroup_save").disabled
    press(app, "Undo")
    assert count_looks(workspace, "digits", run.id) == 1


def test_train_queues_a_run_with_the_same_settings_on_the_groups(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    app = open_popovers(press(open_with_pair(open_page, run), "Merge"), "regroup_train_form")
    app.number_input(key="regroup_seeds").set_value(1)
    press(app, "Train on these groups")
    (queued,) = [path for path in workspace.runs_dir.glob("*") if path.name != run.id]
    config = Run(queued).config
    assert config.groups is not None
    assert config.groups["0"] == config.groups["1"] == "0 + 1"
    assert config.grouping == "9 groups"
    assert config.model_copy(update={"grouping": None, "groups": None}) == run.config
