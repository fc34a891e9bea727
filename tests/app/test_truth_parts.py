"""What the Regroup page tells of the truth: the card, the panel of the price, the panel of back-off."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app.components import background_jobs
from app.components.regroup.backoff_panel import FINE, GROUP
from core.evaluation.confusion import compute_confusion
from core.predictions import load_predictions
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.drafts import load_draft, save_draft
from core.regrouping.keeping.looks import count_looks
from core.regrouping.keeping.store import save_grouping
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.truth.backoff import choose_thresholds, judge
from core.regrouping.truth.gain import search_gain
from core.regrouping.truth.price import price
from core.regrouping.truth.sureness import answerable
from core.runs.run import Run
from core.workspace import Workspace

PAIRS = ("01", "23", "45", "67", "89")
OpenPage = Callable[..., AppTest]


@pytest.fixture
def run(workspace: Workspace, finish_run: Callable[..., Run]) -> Run:
    return finish_run(workspace)


def pairs_of(run: Run) -> Grouping:
    grouping = Grouping.identity(load_predictions(run.predictions_path("val")).class_names)
    for pair in PAIRS:
        grouping = grouping.merge(pair)
    return grouping


def draft_groups(workspace: Workspace, run: Run, *, settings: SearchSettings | None = None) -> Grouping:
    """Leave the planted pairs in the draft, by hand or as what a search found."""
    grouping = pairs_of(run)
    kept = load_draft(workspace, "digits", run.id, grouping.class_names)
    origin = None if settings is None else settings.model_dump(mode="json")
    history = kept.history.apply(grouping, "Made pairs", origin=origin)
    save_draft(workspace, "digits", run.id, replace(kept, history=history), seen=kept)
    return grouping


def open_panel(open_page: OpenPage, run: Run, panel: str) -> AppTest:
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    app.session_state["regroup_panel"] = panel
    app.run()
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    return "\n".join(str(each.value) for kind in ("markdown", "caption") for each in app.get(kind))


def tables_of(app: AppTest) -> list[str]:
    return [each.proto.body for each in app.get("html") if "regroup-scores" in each.proto.body]


def settle(app: AppTest) -> None:
    deadline = time.monotonic() + 60
    while any(job.is_running for job in background_jobs.jobs().values()) and time.monotonic() < deadline:
        time.sleep(0.02)
    app.run()
    assert not app.exception, app.exception


def test_where_nothing_is_merged_there_is_no_gain_to_tell(open_page: OpenPage, run: Run) -> None:
    app = open_panel(open_page, run, "price")
    assert "there is no gain to tell yet" in text_of(app)
    assert "nothing is merged, so nothing is paid" in text_of(app)
    assert "+0.000" not in text_of(app)


def test_the_card_shows_kappa_and_the_bits_kept_and_tells_free_from_real(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    grouping = draft_groups(workspace, run)
    card = tables_of(open_page("views/regroup.py", dataset="digits", run=run.id))[0]
    paid = price(compute_confusion(load_predictions(run.predictions_path("val"))), grouping)
    assert f">{paid.kappa_before:.2f} → {paid.kappa:.2f}<" in card
    assert f">{paid.bits_kept:.2f} of {paid.bits_of:.2f}<" in card
    app = open_page("views/regroup.py", dataset="digits", run=run.id)
    assert "is real, or luck of choosing on these images (95\N{NO-BREAK SPACE}%" in text_of(app)
    assert "Compare with searches in chance" not in [button.label for button in app.button]


def test_suggested_groups_are_compared_with_the_same_search_in_chance(
    open_page: OpenPage, run: Run, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.components.regroup.search_test.num_searches", lambda _: 39)
    settings = SearchSettings(num_groups=5)
    grouping = draft_groups(workspace, run, settings=settings)
    app = open_panel(open_page, run, "price")
    assert "is real, or luck of the search (95\N{NO-BREAK SPACE}%" in text_of(app)
    (button,) = [each for each in app.button if each.label == "Compare with searches in chance"]
    button.click()
    app.run()
    settle(app)
    told = search_gain(load_predictions(run.predictions_path("val")), grouping, settings, num_draws=39)
    assert told is not None
    assert f"{told.free:+.3f} for free; {told.real:+.3f} is real (95\N{NO-BREAK SPACE}%" in text_of(app)
    assert "p at most 0.025" in text_of(app)
    assert "39 searches" in text_of(app)
    assert "Compare with searches in chance" not in [each.label for each in app.button]


def test_test_is_uncovered_by_saving_and_each_look_is_counted(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    grouping = draft_groups(workspace, run)
    app = open_panel(open_page, run, "price")
    assert "Test: covered until you save." in text_of(app)
    assert "test, before" not in tables_of(app)[1]
    save_grouping(workspace, "digits", "pairs", grouping, run_id=run.id)
    app = open_panel(open_page, run, "price")
    assert "Look 1 at the test images of this dataset." in text_of(app)
    assert "On test: merging gives" in text_of(app)
    assert "test, before" in tables_of(app)[1]


def test_a_run_without_test_predictions_says_so(open_page: OpenPage, run: Run, workspace: Workspace) -> None:
    grouping = draft_groups(workspace, run)
    save_grouping(workspace, "digits", "pairs", grouping, run_id=run.id)
    run.predictions_path("test").unlink()
    app = open_panel(open_page, run, "backoff")
    assert "Test: this run has no test predictions." in text_of(app)
    assert "This run has no test predictions." in text_of(app)


def test_everything_in_one_group_is_told_to_say_nothing(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    names = load_predictions(run.predictions_path("val")).class_names
    kept = load_draft(workspace, "digits", run.id, names)
    history = kept.history.apply(Grouping.from_assignment(names, [0] * 10), "Merged all")
    save_draft(workspace, "digits", run.id, replace(kept, history=history), seen=kept)
    app = open_panel(open_page, run, "price")
    assert "every answer is right, and says nothing" in text_of(app)
    assert "→ –<" in tables_of(app)[0]


def test_thresholds_are_judged_on_test_one_pair_at_a_time_and_each_counts_as_a_look(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    grouping = draft_groups(workspace, run)
    app = open_panel(open_page, run, "backoff")
    assert "Judge on test" not in [each.label for each in app.button]
    save_grouping(workspace, "digits", "pairs", grouping, run_id=run.id)
    app = open_panel(open_page, run, "backoff")
    assert "**On test** it answers" not in text_of(app)
    app.button(key="regroup_backoff_test").click()
    app.run()
    assert "**On test** it answers" in text_of(app)
    assert "Look 2 at the test images of this dataset." in text_of(app)
    app.slider(key=FINE).set_value(0.9)
    app.run()
    assert "**On test** it answers" not in text_of(app)
    assert count_looks(workspace, "digits", run.id) == 2


def test_winners_and_losers_are_listed_the_greatest_loss_first(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    draft_groups(workspace, run)
    app = open_panel(open_page, run, "price")
    classes, groups = (each.value for each in app.dataframe)
    assert len(classes) == 10
    assert classes["change"].tolist() == sorted(classes["change"])
    assert set(groups["num_classes"]) == {2}
    assert "No group is right only because one class dominates it." in text_of(app)


def test_thresholds_are_chosen_on_validation_and_told_in_words(
    open_page: OpenPage, run: Run, workspace: Workspace
) -> None:
    grouping = draft_groups(workspace, run)
    found = answerable(load_predictions(run.predictions_path("val")), grouping)
    app = open_panel(open_page, run, "backoff")
    chosen = choose_thresholds(found, 0.05).rounded_up()
    assert (app.slider(key=FINE).value, app.slider(key=GROUP).value) == pytest.approx(chosen)
    assert judge(found, chosen).in_words in text_of(app)
    app.slider(key=FINE).set_value(1.0)
    app.slider(key=GROUP).set_value(1.0)
    app.run()
    assert "abstains on 100\N{NO-BREAK SPACE}%" in text_of(app)
    assert any("--above 1 1" in block.value for block in app.code)
    app.number_input(key="regroup_backoff_risk").set_value(20.0)
    app.run()
    app.button(key="regroup_backoff_choose").click()
    app.run()
    assert not app.exception
    assert judge(found, choose_thresholds(found, 0.2).rounded_up()).in_words in text_of(app)
