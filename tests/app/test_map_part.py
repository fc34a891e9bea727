"""The part "Map" of the Datasets page, run as a script on a fresh workspace."""

import json
import time

import numpy as np
import pytest

from app.components import background_jobs
from app.components.datasets import map as map_module
from app.components.datasets import map_figure
from core.datasets.editing.edits import exclude, record, undo
from core.datasets.mapping import embedding
from core.datasets.mapping.embedding import ImageMap, MapSettings, compute_map, load_map
from core.datasets.scanning.scan import scan_dataset
from core.datasets.store import load_dataset
from core.explain.features import features_name
from core.plots.theme import class_color

PAGE = "views/datasets.py"


def texts_of(app):
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(element.value) for element in elements)


def html_of(app):
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def figure_of(app):
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def names_of(figure):
    return [trace.get("name") for trace in figure["data"]]


def settle(app):
    """Let the page look again once its background work has ended; it may have seen the end already."""
    deadline = time.monotonic() + 60
    while any(job.is_running for job in background_jobs.jobs().values()) and time.monotonic() < deadline:
        time.sleep(0.02)
    app.run()
    assert not app.exception


def select(app, sample_ids, name="digits"):
    app.session_state[f"map_selected_{name}"] = np.array(sample_ids, np.int64)
    app.run()
    assert not app.exception


@pytest.fixture
def open_map(open_page, workspace):
    """Open the part on digits, whose map of pixels has been made."""

    def open_it(**query):
        dataset = load_dataset(workspace, "digits")
        if load_map(dataset, MapSettings()) is None:
            compute_map(dataset, MapSettings())
        return open_page(PAGE, dataset="digits", part="Map", **query)

    return open_it


def test_pixels_are_mapped_at_once_in_the_colors_of_their_classes(open_page, workspace):
    app = open_page(PAGE, dataset="digits", part="Map")
    settle(app)
    figure = figure_of(app)
    assert sorted(names_of(figure)) == [str(digit) for digit in range(10)]
    for trace in figure["data"]:
        assert trace["marker"]["color"] == class_color(int(trace["name"]))
        assert trace["marker"]["symbol"] == "circle"
    assert "1,797 images of all splits" in texts_of(app)
    assert "The two directions show" in texts_of(app)
    assert "Nothing is selected" in texts_of(app)
    kept = load_map(load_dataset(workspace, "digits"), MapSettings())
    assert f"({kept.explained[0]:.0%} of all differences)" in figure["layout"]["xaxis"]["title"]["text"]


def test_t_sne_is_offered_with_its_time_and_shown_when_it_was_made(open_map, workspace):
    app = open_map(map_by="t-SNE")
    assert "There is no t-SNE map of pixels yet. It takes about 11 s" in texts_of(app)
    assert not app.get("plotly_chart")
    dataset = load_dataset(workspace, "digits")
    places = np.random.default_rng(0).normal(size=(1797, 2)).astype(np.float32)
    made = ImageMap(np.arange(1797), places, None, 1797)
    embedding._save(embedding.map_path(dataset, MapSettings("tsne")), made)
    app.run()
    assert "t-SNE map of pixels, 1,797 images" in texts_of(app)
    assert "differences" not in texts_of(app)


def test_a_map_is_made_in_the_background_when_asked(open_map, monkeypatch, workspace):
    made = []

    def make(dataset, settings, **options):
        made.append(settings)
        return compute_map(dataset, MapSettings(), **options)

    monkeypatch.setattr(map_module, "compute_map", make)
    app = open_map(map_by="t-SNE")
    app.button(key="map_make").click().run()
    settle(app)
    assert made == [MapSettings("tsne")]


def test_a_map_that_fails_says_why_and_is_not_begun_again_by_itself(open_page, monkeypatch):
    begun = []

    def fail(dataset, settings, **options):
        begun.append(settings)
        raise embedding.DatasetError("No image can be read; look at its folder.")

    monkeypatch.setattr(map_module, "compute_map", fail)
    app = open_page(PAGE, dataset="digits", part="Map")
    assert "look at its folder" in app.error[0].value
    assert app.button(key="map_make").label == "Make the map"
    app.run()
    assert len(begun) == 1


def test_a_selection_opens_its_pictures_with_their_classes_and_the_edit_buttons(open_map, workspace):
    app = open_map()
    digits = load_dataset(workspace, "digits")
    ids = np.flatnonzero(digits.table["label"].isin([3, 8]).to_numpy())[:60]
    select(app, ids)
    assert "**60 images selected**" in texts_of(app)
    assert class_color(3) in html_of(app)
    assert "60 images chosen" in texts_of(app)
    assert app.button(key="map_edit_exclude").label == "Exclude 60 images"
    app.button(key="map_clear").click().run()
    assert "Nothing is selected" in texts_of(app)


def test_what_is_left_out_leaves_map_and_selection(open_map, workspace):
    app = open_map()
    select(app, [5, 6, 7])
    app.button(key="map_edit_exclude").click().run()
    assert not app.exception
    digits = load_dataset(workspace, "digits")
    assert digits.table["excluded"].to_numpy()[[5, 6, 7]].all()
    assert "Nothing is selected" in texts_of(app)
    assert "1,794 images of all splits" in texts_of(app)


def test_images_that_came_back_are_told_and_the_map_can_be_made_anew(open_page, workspace):
    digits = load_dataset(workspace, "digits")
    record(workspace, digits, exclude(digits, [5, 6]))
    compute_map(load_dataset(workspace, "digits"), MapSettings())
    undo(workspace, "digits")
    app = open_page(PAGE, dataset="digits", part="Map")
    assert "2 images came back after the map was made" in texts_of(app)
    app.button(key="map_again").click().run()
    settle(app)
    assert "came back" not in texts_of(app)
    assert "1,797 images of all splits" in texts_of(app)


def test_a_figure_drawn_anew_begins_with_the_selection(open_map):
    app = open_map()
    assert "selectedpoints" not in figure_of(app)["data"][0]
    select(app, [5, 6, 7])
    assert (
        "selectedpoints" not in figure_of(app)["data"][0]
    )  # the browser shows it; another figure would flash
    app.selectbox(key="map_color").set_value("split").run()
    figure = figure_of(app)
    assert set(names_of(figure)) == {
        "training", "validation", "test"
    }  # fmt: skip
    assert all("selectedpoints" in trace for trace in figure["data"])
    assert "**3 images selected**" in texts_of(app)


def test_the_browser_reports_sample_ids(open_map, monkeypatch):
    state = {}
    monkeypatch.setattr(map_figure.st, "session_state", state)

    class Named:
        name = "digits"

    map_figure._keep(
        Named, {"selection": {"points": [{"customdata": 9}, {"customdata": 4}, {"customdata": 9}]}}
    )
    assert state["map_selected_digits"].tolist() == [4, 9]


def test_answers_of_a_run_color_the_points(open_map, workspace, finish_run):
    load_dataset(workspace, "digits")
    run = finish_run(workspace)
    app = open_map(run=run.id)
    app.selectbox(key="map_color").set_value("answer").run()
    assert set(names_of(figure_of(app))) == {"not asked (training)", "right", "wrong"}
    app.selectbox(key="map_color").set_value("predicted").run()
    assert "other classes" in names_of(figure_of(app))
    assert not app.exception


def test_the_scan_colors_the_points_by_numbers(open_map, workspace):
    scan_dataset(workspace, load_dataset(workspace, "digits"))
    app = open_map(map_color="Outlier score")
    assert figure_of(app)["data"][0]["marker"]["colorbar"]["title"]["text"] == "Outlier score"


def test_chosen_classes_are_in_color_and_all_others_grey(open_map):
    app = open_map()
    app.multiselect(key="map_classes").set_value(["7", "1"]).run()
    assert names_of(figure_of(app))[0] == "other classes"
    assert set(names_of(figure_of(app))) == {"other classes", "1", "7"}


def test_features_of_a_run_are_offered_when_it_has_a_network(open_map, workspace, finish_run):
    load_dataset(workspace, "digits")
    run = finish_run(workspace)
    assert open_map().selectbox(key="map_of").options == ["Pixels"]
    run.model_path.write_bytes(b"network")
    app = open_map(map_of=f"Features of {run.id}")
    assert f"no PCA map of what {run.id.replace('-', chr(92) + '-')} has learned yet" in texts_of(app)
    compute_map(
        load_dataset(workspace, "digits"),
        MapSettings(features=features_name(run)),
        read_features=lambda ids, tell: np.random.default_rng(0).normal(size=(len(ids), 4)),
    )
    app.run()
    assert "has learned, 1,797 images" in texts_of(app)


def test_umap_is_hidden_where_it_is_not_installed(open_map, monkeypatch):
    monkeypatch.setattr(embedding.importlib.util, "find_spec", lambda name: None)
    app = open_map()
    arrange = next(each for each in app.get("button_group") if each.label == "Arrange by")
    assert [option.content for option in arrange.proto.options] == ["PCA", "t-SNE"]
    assert 'pip install -e ".[umap]"' in arrange.proto.help


def test_without_images_the_part_says_so(open_page, workspace):
    digits = load_dataset(workspace, "digits")
    record(workspace, digits, exclude(digits, np.arange(1797)))
    app = open_page(PAGE, dataset="digits", part="Map")
    assert "Every image is left out" in texts_of(app)
