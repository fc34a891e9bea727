"""What the points of a map are colored by: class, split, a run's answers, what scan or source know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from streamlit.delta_generator import DeltaGenerator

from app import cache, state
from app.components.datasets.map_choices import WIDTH
from app.components.datasets.picture_dialog import SCAN_TITLES
from core.datasets.dataset import SPLITS, Dataset
from core.evaluation.answers import answers_by_image, predicted_by_image
from core.plots.embedding import Category, MapPoints, class_category, plot_embedding, plot_embedding_values
from core.plots.theme import CLASS_COLORS, SPLIT_COLORS, class_color
from core.predictions import Predictions
from core.words import SPLIT_NAMES

MAX_HIGHLIGHTED = 12  # classes that a person can tell apart at once
COLOR_HELP = (
    "What decides the color of a point. Right or wrong and predicted class are those of a run's best epoch "
    "on validation and test images; it was not asked about training images."
)
HIGHLIGHT_HELP = (
    f"Up to {MAX_HIGHLIGHTED} classes in color, all others grey. Each keeps its color on every page."
)
ANSWERS = (Category("right", "#56B4E9"), Category("wrong", "#D55E00", "diamond"))


@dataclass(frozen=True)
class Coloring:
    """How to color points.

    Attributes:
        key: Tells it from others, for what is kept between clicks.
        draw: Returns the figure of points; their ``sample_ids`` say which images they are.
    """

    key: str
    draw: Callable[[MapPoints], go.Figure]


def choose_coloring(dataset: Dataset, run_id: str | None, row: DeltaGenerator) -> Coloring:
    """Draw the choice of the color, and of classes where there are many.

    Args:
        dataset: Whose images.
        run_id: Whose answers to offer; None for those of the run in the sidebar.
        row: Where the choices are drawn.
    """
    run_id = run_id or state.current_run()
    told = [] if run_id is None else _predictions(run_id)
    options = {"class": "Class", "split": "Split"}
    if told:
        options |= {"answer": f"Right or wrong ({run_id})", "predicted": f"Predicted class ({run_id})"}
    scan = cache.scan(dataset.name)
    if scan is not None:
        options |= {f"scan {column}": title for column, (title, _) in SCAN_TITLES.items()}
    options |= {f"column {name}": f"Column {name}" for name in dataset.metadata.columns}
    color = row.selectbox(
        "Color",
        list(options),
        format_func=options.__getitem__,
        help=COLOR_HELP,
        width=WIDTH,
        key="map_color",
        bind="query-params",
    )
    if color == "predicted":
        predicted = predicted_by_image(told, len(dataset.table))
        return _classes(row, told[0].class_names, predicted, f"{color} {run_id}")
    if color == "answer":
        answers = answers_by_image(told, len(dataset.table))
        return _categories(f"{color} {run_id}", answers, ANSWERS, rest="not asked (training)")
    if color == "split":
        codes = pd.Categorical(dataset.table["split"], categories=SPLITS).codes.astype(np.int64)
        splits = [Category(SPLIT_NAMES[split], SPLIT_COLORS[split]) for split in SPLITS]
        return _categories(color, codes, splits)
    kind, _, column = color.partition(" ")
    if kind == "scan" and scan is not None:
        return _values(color, scan[column].to_numpy(np.float64), options[color])
    if kind == "column":
        return _column(color, dataset.metadata[column], column)
    return _classes(row, dataset.class_names, dataset.table["label"].to_numpy(np.int64), color)


def _predictions(run_id: str) -> list[Predictions]:
    run = cache.run(run_id)
    return [
        cache.predictions(run_id, split) for split in ("val", "test") if run.predictions_path(split).exists()
    ]


def _classes(row: DeltaGenerator, names: Sequence[str], labels: np.ndarray, key: str) -> Coloring:
    """Color by class; of more than can be told apart, those that are chosen, else the largest."""
    many = len(names) > len(CLASS_COLORS)
    chosen = row.multiselect(
        "Classes to highlight",
        names,
        max_selections=MAX_HIGHLIGHTED,
        placeholder=f"The {MAX_HIGHLIGHTED} with the most images" if many else "All classes",
        help=HIGHLIGHT_HELP,
        width=280,
        key="map_classes",
        bind="query-params",
    )
    shown = [index for index, name in enumerate(names) if name in set(chosen)]
    if not shown and many:
        sizes = np.bincount(labels[labels >= 0], minlength=len(names))
        shown = sorted(np.argsort(-sizes, kind="stable")[:MAX_HIGHLIGHTED].tolist())
    shown = shown or list(range(len(names)))
    place_of = np.full(len(names) + 1, -1)
    place_of[shown] = np.arange(len(shown))
    categories = [class_category(index, names[index]) for index in shown]
    return _categories(f"{key} {shown}", place_of[labels], categories, rest="other classes")


def _categories(
    key: str, codes: np.ndarray, categories: Sequence[Category], *, rest: str = "unknown"
) -> Coloring:
    """Color by kind.

    Args:
        key: Of the coloring.
        codes: Index of the kind of each image, shape ``(num_table_rows,)``; -1 for none.
        categories: The kinds.
        rest: Name of those of no kind.
    """
    return Coloring(
        key, lambda points: plot_embedding(points, codes[points.sample_ids], categories, rest=rest)
    )


def _values(key: str, values: np.ndarray, title: str) -> Coloring:
    return Coloring(key, lambda points: plot_embedding_values(points, values[points.sample_ids], title))


def _column(key: str, column: pd.Series, title: str) -> Coloring:
    """Color by a column of the source: numbers by a scale, texts by the most frequent ones."""
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > MAX_HIGHLIGHTED:
        return _values(key, column.to_numpy(np.float64, na_value=np.nan), title)
    names = column.value_counts().index[:MAX_HIGHLIGHTED]
    kinds = [Category(str(name), class_color(place)) for place, name in enumerate(names)]
    codes = pd.Categorical(column, categories=names).codes.astype(np.int64)
    return _categories(key, codes, kinds, rest="other or missing")
