"""Hide a part of each picture: choose how, see nine pictures clean and occluded, make the dataset."""

import base64
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from app import state
from app.components.command import command_popover
from app.components.datasets.derive_job import choose_name, follow_deriving, make_button
from app.components.datasets.previews import mask_pictures, occluded_pairs
from app.components.plain_text import plain
from app.components.thumbnail_grid import name_of
from core.datasets.dataset import SPLITS, Dataset
from core.datasets.preparing.deriving import Derivation
from core.datasets.preparing.occlusion import Occlusion
from core.words import SPLIT_NAMES

JOB = "occluding"
KINDS = {
    "rectangle": "Rectangle",
    "polygon": "Polygon",
    "person": "Person in front",
    "pictures": "My mask pictures",
}
FILLS = {"black": "Black", "grey": "Grey", "white": "White", "noise": "Noise", "mean": "Mean color"}
MAX_NAMED = 5  # mask pictures that cannot be used
SIZE = 128  # of a picture on screen, CSS pixels
STYLE = """<style>
.occluded-pairs { display: flex; flex-wrap: wrap; gap: 14px; }
.occluded-pairs figure { margin: 0; display: flex; gap: 2px; }
.occluded-pairs img { display: block; width: 128px; height: 128px; object-fit: contain; border-radius: 3px;
  background: rgba(128, 128, 128, .12); }
</style>"""


def occlude_fold(dataset: Dataset) -> None:
    """Draw settings, preview and button, or the progress."""
    st.markdown(
        "Does a network still know the class when a part is hidden? The occluded dataset is trained beside "
        "the clean one and takes no space."
    )
    if follow_deriving(JOB):
        return
    if dataset.occlusion is not None:
        st.info(f"These pictures are occluded already: {plain(dataset.occlusion.words)}.")
        return
    settings, folder, invert = _choose()
    if settings is None:
        return
    _preview(dataset, settings, folder, invert)
    derivation = Derivation.make(occlusion=settings, masks_dir=folder, invert_masks=invert)
    name = choose_name(dataset, "occluded")
    _comparable(dataset, settings)
    with st.container(horizontal=True):
        make_button(JOB, dataset, derivation, name)
        command_popover(_command(dataset, derivation, name))


def _choose() -> tuple[Occlusion | None, Path | None, bool]:
    left, middle, right = st.columns([2, 2, 1])
    kind = left.selectbox(
        "Mask",
        list(KINDS),
        format_func=KINDS.__getitem__,
        help=Occlusion.help_of("kind"),
        **state.bind("mask_kind"),
    )
    fill = middle.selectbox(
        "Painted",
        list(FILLS),
        format_func=FILLS.__getitem__,
        help=Occlusion.help_of("fill"),
        **state.bind("mask_fill"),
    )
    seed = right.number_input("Seed", 0, None, 0, help=Occlusion.help_of("seed"), **state.bind("mask_seed"))
    values: dict[str, Any] = {"kind": kind, "fill": fill, "seed": seed}
    folder, invert = None, False
    if kind == "pictures":
        folder, invert = _choose_pictures()
    else:
        values["share"] = _choose_share()
    values["splits"] = st.multiselect(
        "In",
        list(SPLITS),
        list(SPLITS),
        format_func=lambda split: SPLIT_NAMES[split].capitalize(),
        help=Occlusion.help_of("splits"),
        **state.bind("mask_splits"),
    )
    if not values["splits"]:
        st.warning("Choose at least one of training, validation and test.")
        return None, None, False
    if kind == "pictures" and folder is None:
        return None, None, False
    return Occlusion.make(**values), folder, invert


def _choose_pictures() -> tuple[Path | None, bool]:
    text = st.text_input(
        "Folder of mask pictures",
        help="A path on the computer that runs Regroup. A picture with transparency hides where it is "
        "opaque, any other where it is white. They are read once and kept; the folder may go afterward.",
        **state.bind("mask_folder"),
    ).strip()
    invert = st.toggle(
        "Turn the masks around", help=Derivation.help_of("invert_masks"), **state.bind("mask_invert")
    )
    return Path(text).expanduser() if text else None, invert


def _choose_share() -> float:
    percent = st.slider(
        "Hidden, % of the picture", 1, 90, 20, help=Occlusion.help_of("share"), **state.bind("mask_share")
    )
    return percent / 100


def _preview(dataset: Dataset, settings: Occlusion, folder: Path | None, invert: bool) -> None:
    if folder is not None:
        found = mask_pictures(folder, invert=invert)
        st.caption(
            f"{len(found.bits):,} mask pictures read for this preview; they hide {found.shares.min():.0%} to "
            f"{found.shares.max():.0%} of a picture."
        )
        left_out = [
            f"- {plain(name)} is left out. {plain(reason)}" for name, reason in found.left_out.items()
        ]
        if left_out:
            more = f"\n- and {len(left_out) - MAX_NAMED:,} more" if len(left_out) > MAX_NAMED else ""
            st.warning("\n".join(left_out[:MAX_NAMED]) + more)
    pairs = occluded_pairs(dataset, settings, folder, invert=invert, size=SIZE)
    figures = []
    for sample_id, clean, hidden in pairs:
        name = name_of(dataset, sample_id)
        figures.append(f"<figure>{_image(clean, name)}{_image(hidden, f'occluded: {name}')}</figure>")
    with st.container(key="occluded_pairs"):
        st.html(f'{STYLE}<div class="occluded-pairs">{"".join(figures)}</div>')
    st.caption("Pictures as they are and as they would be. The same picture always gets the same mask.")


def _image(picture: bytes, title: str) -> str:
    source, title = base64.b64encode(picture).decode(), escape(title)
    return f'<img src="data:image/jpeg;base64,{source}" alt="{title}" title="{title}">'


def _comparable(dataset: Dataset, settings: Occlusion) -> None:
    """Say which scores of a run on the clean and one on the occluded dataset can stand side by side."""
    clean = [SPLIT_NAMES[split] for split in SPLITS if split not in settings.splits]
    same = f"the {' and '.join(clean)} pictures stay clean" if clean else "all pictures are occluded"
    answer = (
        "so two test scores tell what training on occluded pictures changes"
        if "test" not in settings.splits
        else "so two test scores differ by what the hidden part is worth, in training and test together"
    )
    st.caption(
        f"The new dataset has the same pictures under the same numbers as {plain(dataset.name)}, in the same "
        f"splits; {same}, {answer}."
    )


def _command(dataset: Dataset, derivation: Derivation, name: str) -> list[str]:
    settings = derivation.occlusion or Occlusion()
    arguments = ["datasets", "occlude", dataset.name, "--as", name]
    if derivation.masks_dir is not None:
        arguments += [
            "--masks",
            str(derivation.masks_dir),
            *(["--invert"] if derivation.invert_masks else []),
        ]
    else:
        arguments += ["--kind", settings.kind, "--share", f"{settings.share:g}"]
    arguments += ["--fill", settings.fill]
    if len(settings.splits) < len(SPLITS):
        arguments += [word for split in settings.splits for word in ("--split", split)]
    return arguments + (["--seed", str(settings.seed)] if settings.seed else [])
