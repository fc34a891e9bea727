"""The own stack on the Train page: its table, what is said in it, and stacks that are kept."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from app.components.train import stack_rows
from core.jobs.queue import queued_runs
from core.models.blocks import layers_of
from core.models.stack.store import list_stacks, load_stack, save_stack
from core.runs.image_size import ImageSize
from core.runs.stack import StackLayer
from core.workspace import Workspace

OpenPage = Callable[..., AppTest]
LENET = layers_of("lenet", ImageSize(32, 32))


def press(app: AppTest, label: str) -> None:
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, app.exception


def change(app: AppTest, changes: dict[int, dict[str, object]]) -> None:
    """Change cells of the table."""
    base = app.session_state[stack_rows.KEY_BASE]
    app.session_state[stack_rows.KEY_BASE] = stack_rows.change_rows(base, changes)
    app.run()
    assert not app.exception, app.exception


def layers(app: AppTest) -> tuple[StackLayer, ...]:
    return tuple(stack_rows.layers_of(app.session_state[stack_rows.KEY_ROWS]))


@pytest.fixture
def stack_page(open_page: OpenPage) -> AppTest:
    """The page with LeNet opened as a stack."""
    app = open_page("views/train.py", dataset="digits")
    app.selectbox(key="train_model").set_value("lenet").run()
    press(app, "Open as stack")
    return app


def test_a_simple_network_opened_as_a_stack_is_trained_as_it_stands(
    stack_page: AppTest, workspace: Workspace
) -> None:
    assert stack_page.selectbox(key="train_model").value == "stack"
    assert layers(stack_page) == LENET
    press(stack_page, "Train")
    [run] = queued_runs(workspace)
    assert (run.config.model, run.config.layers, run.config.image_size) == ("stack", LENET, (32, 32))


def test_chosen_rows_move_are_copied_and_taken_out(stack_page: AppTest) -> None:
    app = stack_page
    change(app, {1: {stack_rows.PICK: True}})
    press(app, "Up")
    assert layers(app) == (LENET[1], LENET[0], *LENET[2:])
    press(app, "Down")
    assert layers(app) == LENET
    press(app, "Add")
    assert layers(app) == (*LENET[:2], LENET[1], *LENET[2:])
    press(app, "Remove")
    assert layers(app) == LENET
    press(app, "Add")
    assert layers(app) == (*LENET, stack_rows.NEW_ROW_AFTER_LIST)
    assert stack_rows.copy_rows([{stack_rows.PICK: False, "kind": "max_pool"}])[-1]["kind"] == "conv"


def test_a_row_that_cannot_be_says_so_and_the_start_is_refused_with_it(
    stack_page: AppTest, workspace: Workspace
) -> None:
    app = stack_page
    change(app, {0: {"padding": "valid", "kernel": 60}})
    assert any("Row 1: The map would vanish" in warning.value for warning in app.warning)
    press(app, "Train")
    assert "would vanish" in app.error[0].value
    assert "Try three batches" in {button.label for button in app.button}  # the rest of the page stays
    assert queued_runs(workspace) == []
    change(app, {0: {"padding": "same"}})
    assert not app.warning


def test_a_stack_is_saved_named_in_the_command_replaced_loaded_and_deleted(
    stack_page: AppTest, workspace: Workspace
) -> None:
    app = stack_page
    app.text_input(key="train_stack_name").set_value("mine").run()
    press(app, "Save the stack")
    assert load_stack(workspace, "mine").layers == LENET
    [command] = [code.value for code in app.code if code.value.startswith("regroup")]
    assert "stack=mine" in command
    assert "layers" not in command

    change(app, {0: {"units": 3}})
    [command] = [code.value for code in app.code if code.value.startswith("regroup")]
    assert "stack=mine" not in command
    press(app, "Replace the stack")
    assert load_stack(workspace, "mine").layers[0].units == 3

    save_stack(workspace, "other", LENET[-1:])
    app.run()
    app.selectbox(key="train_stack_saved").set_value("other").run()
    assert layers(app) == LENET[-1:]
    press(app, "Delete the stack")
    assert [stack.name for stack in list_stacks(workspace)] == ["mine"]
    assert layers(app) == LENET[-1:]


def test_what_was_changed_stays_when_the_person_comes_back(stack_page: AppTest) -> None:
    app = stack_page
    rows = [dict(row) for row in app.session_state[stack_rows.KEY_ROWS]]
    rows[0]["units"] = 5  # changed in the table, which forgets it when the page is left
    app.session_state[stack_rows.KEY_ROWS] = rows
    app.switch_page("views/runs.py").run()
    app.switch_page("views/train.py").run()
    assert layers(app)[0].units == 5


def test_emptied_cells_are_as_usual_and_units_belong_to_some_layers_only() -> None:
    [layer] = stack_rows.layers_of([{"pick": False, "kind": "flatten", "units": 7, "activation": None}])
    assert layer == StackLayer(kind="flatten")


def test_the_last_row_is_never_taken_out() -> None:
    assert stack_rows.drop_rows([{"pick": True, "kind": "flatten"}]) == [{"pick": False, "kind": "flatten"}]
