"""Part "Overview": description, numbers, counts per class, a look at the pictures, what was left out."""

import streamlit as st

from app import cache
from app.components.datasets.class_balance import class_balance
from app.components.datasets.distributions import distributions_section
from app.components.datasets.parts import Part, go_to_part_button
from app.components.datasets.relocation import relocation_notice
from app.components.plain_text import plain
from app.components.thumbnail_grid import thumbnail_grid
from core.datasets.balance import color_modes, count_images, size_range
from core.datasets.browsing.index import first_of_classes
from core.datasets.dataset import SPLITS, Dataset
from core.words import counted

LEFT_OUT_HELP = "Excluded by hand, or files that cannot be read as images. They are used nowhere."
SIZES_HELP = "Width x height in pixels of the smallest, the median and the largest image by area."
BYTES_HELP = "Of all files together, or of the pixels of an array."
MODES_HELP = "As found in the files: RGB is color, L is grey, P a palette, RGBA has transparency."
VERSION_HELP = (
    "Changes with every edit that matters for training: labels, splits, what is left out. Runs record the "
    "version that they saw."
)
SMALL_CARDS = """<style>:is(.st-key-dataset_cards, .st-key-balance_numbers) [data-testid=stMetricValue] {
font-size: 1.45rem; }</style>"""
NUM_PICTURES = 12  # classes that the row of pictures shows


def overview_part(dataset: Dataset) -> None:
    """Draw description, number cards, chart, notes and the list of what was left out."""
    st.markdown(plain(dataset.description))
    if dataset.origin:
        st.markdown(f":material/account_tree: {plain(dataset.origin)}")
    relocation_notice(dataset)
    _cards(dataset)
    if dataset.has_pictures:
        _pictures(dataset)
    class_balance(dataset)
    if dataset.has_pictures:
        go_to_part_button("Look for trouble", Part.TROUBLE, icon=":material/troubleshoot:", key="to_trouble")
        distributions_section(dataset)
    for note in dataset.notes:
        st.caption(f":material/info: {plain(note)}")
    if dataset.known_groups:
        _families(dataset.known_groups)
    if len(dataset.rejected):
        _left_out(dataset)


def _cards(dataset: Dataset) -> None:
    counts = count_images(dataset)
    made = "came with the dataset" if dataset.given_split else f"were drawn with seed {dataset.seed}"
    splits_help = (
        f"The splits {made}. The network learns from the first, choices are made on the second, the last is "
        "kept for the final number. Images of one group stay together in the splits drawn here."
    )
    scan = cache.scan(dataset.name)
    edits = f", {counted(dataset.num_edits, 'edit')}" if dataset.num_edits else ""
    st.html(SMALL_CARDS)
    with st.container(horizontal=True, key="dataset_cards"):
        _card("Images", f"{dataset.num_images:,}")
        _card("Classes", f"{dataset.num_classes:,}")
        splits = " / ".join(f"{counts[split].sum():,}" for split in SPLITS)
        _card("Training / validation / test", splits, splits_help)
        _card("Left out", f"{len(dataset.rejected):,}", LEFT_OUT_HELP)
        _card("Version", f"{dataset.version[:7]}{edits}", VERSION_HELP)
        if not dataset.has_pictures:
            return
        sizes = " - ".join(f"{width} x {height}" for width, height in size_range(dataset))
        _card("Pixels", sizes or "none", SIZES_HELP)
        _card("Color modes", _modes_in_words(color_modes(dataset)), MODES_HELP)
        if scan is not None:
            _card("Size", _bytes_in_words(float(scan["bytes"][~dataset.table["excluded"]].sum())), BYTES_HELP)


def _card(label: str, value: str, explanation: str | None = None) -> None:
    st.metric(label, value, border=True, help=explanation, width="content")


def _modes_in_words(modes: dict[str, int]) -> str:
    total = max(sum(modes.values()), 1)
    if len(modes) == 1:
        return next(iter(modes))
    return ", ".join(f"{mode} {count / total:.0%}" for mode, count in list(modes.items())[:3])


def _bytes_in_words(count: float) -> str:
    units = ("B", "kB", "MB", "GB", "TB")
    power = 0
    while count >= 1000 and power < len(units) - 1:
        count, power = count / 1000, power + 1
    return f"{count:.3g} {units[power]}"


def _pictures(dataset: Dataset) -> None:
    shown = first_of_classes(dataset, NUM_PICTURES)
    names = [dataset.class_names[label] for label in dataset.labels(shown)]
    thumbnail_grid(dataset, shown, captions=names, key="sample_grid", size=64)
    is_part = dataset.num_classes > len(shown)
    more = f"The first {len(shown)} of {dataset.num_classes:,} classes." if is_part else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"The first picture of each class. {more}", width="content")
        go_to_part_button("All pictures", Part.PICTURES, icon=":material/grid_view:", key="to_pictures")
        go_to_part_button("Row by row", Part.CLASSES, icon=":material/view_list:", key="to_classes")


def _families(known: dict[str, str]) -> None:
    members: dict[str, list[str]] = {}
    for name, family in known.items():
        members.setdefault(family, []).append(name)
    with st.expander(f"{len(members)} families of classes that belong together, as the source says"):
        lines = [f"- **{plain(family)}**: {plain(', '.join(names))}" for family, names in members.items()]
        st.markdown("\n".join(lines))


def _left_out(dataset: Dataset) -> None:
    rejected = dataset.rejected
    with st.expander(f"{len(rejected):,} left out, with the reason", icon=":material/block:"):
        table = rejected[["path", "reason"]].fillna("").rename(columns={"path": "File", "reason": "Reason"})
        st.dataframe(table, hide_index=True, width="stretch")
