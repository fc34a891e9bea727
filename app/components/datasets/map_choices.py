"""What a map compares and how it arranges the images; both stand in the URL."""

from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from app import cache
from app.components.plain_text import plain
from app.components.run_words import duration
from core.datasets.dataset import Dataset
from core.datasets.mapping.embedding import INSTALL_UMAP, MAX_IMAGES, PIXELS, MapSettings, has_umap
from core.datasets.mapping.projection import TITLES
from core.explain.features import features_name

WHAT_HELP = (
    "Pixels: pictures of 32 x 32 points are compared, so that light, color and coarse shape decide. Features "
    "of a run: the numbers that its network makes of an image just before it chooses a class; images that it "
    "holds for alike lie together."
)
HOW_HELP = (
    "**PCA** shows the two directions in which the images differ the most; it is quick and true to scale, "
    "but hides all other directions.  \n"
    "**t-SNE** and **UMAP** keep neighbors together and so show groups that PCA hides. Who is near whom "
    "means a lot; how far apart two groups lie, and how large they are, means little."
)
WIDTH = 200  # CSS pixels of a choice
SECONDS = {"pca": (1.0, 0.0001), "tsne": (2.0, 0.005), "umap": (10.0, 0.005)}  # in all, and for each image
NETWORK_SECONDS = 0.003  # for each image


@dataclass(frozen=True)
class MapChoice:
    """What a person wants to see.

    Attributes:
        settings: Which map.
        run_id: Whose features; None for pixels.
        is_quick: Whether it can be made without asking.
        seconds: About how long making it takes.
    """

    settings: MapSettings
    run_id: str | None
    is_quick: bool
    seconds: float

    @property
    def title(self) -> str:
        """The map in words, as Markdown."""
        what = "pixels" if self.run_id is None else f"what {plain(self.run_id)} has learned"
        return f"{TITLES[self.settings.method]} map of {what}"

    @property
    def hint(self) -> str:
        """How long it takes, in words."""
        return f"It takes about {duration(self.seconds)}, goes on in the background and can be stopped."


def choose_map(dataset: Dataset, row: DeltaGenerator) -> MapChoice:
    """Draw the two choices, side by side where there is room."""
    runs = [run for run, of in cache.run_datasets().items() if of == dataset.name and _has_network(run)]
    compared = row.selectbox(
        "Compare",
        [PIXELS, *runs],
        format_func=lambda run: "Pixels" if run == PIXELS else f"Features of {run}",
        help=WHAT_HELP,
        width=WIDTH,
        key="map_of",
        bind="query-params",
    )
    methods = [method for method in TITLES if method != "umap" or has_umap()]
    method = row.segmented_control(
        "Arrange by",
        methods,
        default="pca",
        format_func=TITLES.__getitem__,
        required=True,
        help=HOW_HELP if has_umap() else f"{HOW_HELP}  \nUMAP is an extra: `{INSTALL_UMAP}` installs it.",
        key="map_by",
        bind="query-params",
    )
    method = method or "pca"
    run_id = None if compared == PIXELS else compared
    features = PIXELS if run_id is None else features_name(cache.run(run_id))
    fixed, each = SECONDS[method]
    num_images = min(dataset.num_images, MAX_IMAGES[method])
    asking = 0.0 if run_id is None else NETWORK_SECONDS
    return MapChoice(
        settings=MapSettings(method=method, features=features),
        run_id=run_id,
        is_quick=method == "pca" and run_id is None,
        seconds=fixed + (each + asking) * num_images,
    )


def _has_network(run_id: str) -> bool:
    return cache.run(run_id).model_path.exists()
