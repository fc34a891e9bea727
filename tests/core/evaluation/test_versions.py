"""Whether a run saw the dataset as it is now."""

from core.datasets.editing.edits import exclude, record, undo
from core.datasets.store import load_dataset
from core.evaluation.versions import edited_since
from core.workspace import write_json


def test_a_run_is_out_of_date_after_an_edit_and_up_to_date_again_after_undo(home, finish_run):
    run, dataset = finish_run(home), load_dataset(home, "digits")
    assert edited_since(run, dataset) is None
    write_json(run.directory / "environment.json", {"dataset_version": dataset.version})
    assert edited_since(run, dataset) is None
    edited = record(home, dataset, exclude(dataset, [0]))
    told = edited_since(run, edited)
    assert f"it saw version {dataset.version[:7]}, now there is {edited.version[:7]}" in told
    assert edited_since(run, undo(home, "digits")) is None
