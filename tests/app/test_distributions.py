"""Sizes, light and color of a dataset on its first page: only when asked for, and plotly only then."""

from core.datasets.scanning.scan import scan_dataset
from core.datasets.scanning.statistics import channel_statistics
from core.datasets.store import load_dataset

PAGE = "views/datasets.py"


def test_figures_are_drawn_only_after_the_switch(open_page, workspace):
    dataset = load_dataset(workspace, "digits")
    scan = scan_dataset(workspace, dataset)
    app = open_page(PAGE, dataset="digits")
    assert not app.get("plotly_chart")
    assert not app.dataframe
    app.toggle(key="distributions_digits").set_value(True).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1  # brightness; sides and bytes are the same for all
    assert {metric.label: metric.value for metric in app.metric}["Width"] == "8 pixels"
    table = app.dataframe[0].value
    expected = channel_statistics(dataset, scan).round(2)
    assert table["Mean"].tolist() == expected["mean"].tolist()
    assert table.index.tolist() == ["Red", "Green", "Blue"]


def test_the_size_in_bytes_is_a_card_once_scanned(open_page, workspace):
    dataset = load_dataset(workspace, "digits")
    assert "Size" not in [metric.label for metric in open_page(PAGE, dataset="digits").metric]
    scan = scan_dataset(workspace, dataset)
    sizes = {metric.label: metric.value for metric in open_page(PAGE, dataset="digits").metric}
    assert sizes["Size"] == f"{scan['bytes'].sum() / 1000:.3g} kB"
