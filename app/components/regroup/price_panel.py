"""The panel "Price": what merging costs, who wins and who loses, and groups that one class dominates."""

import pandas as pd
import streamlit as st

from app import cache, state
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, name_some
from app.components.regroup.saving import saved_as
from app.components.regroup.score_table import bits, figure, hint, scores_html
from app.components.regroup.search_test import found_gain
from core.plots.gain import plot_gain
from core.regrouping.grouping import Grouping
from core.regrouping.truth.gain import search_behind
from core.regrouping.truth.members import MEANINGS as MEMBERS
from core.regrouping.truth.price import MEANINGS, Price
from core.runs.run import Run

WAYS = {"merged": "Merged labels", "summed": "Summed probabilities"}
TABLE_HEIGHT = 320  # pixels
UNSAVED = "NAME"  # in a command, of groups that have none yet
FEW_ROWS = 8  # shown whole
SHARE = "%.3f"


def price_panel(run: Run, draft: Draft) -> None:
    """Draw the price, and winners and losers."""
    history = draft.history
    grouping = history.current
    if grouping.num_groups == grouping.num_classes:
        st.caption(
            "Every class stands alone: nothing is merged, so nothing is paid. Merge two classes first."
        )
        return
    saved = saved_as(run, history)
    numbers, chance = st.columns(2, gap="large")
    with numbers:
        st.markdown("**Before and after merging**")
        _prices(run, grouping, is_saved=saved is not None)
    with chance:
        settings = search_behind(history.origin)
        gain = found_gain(run, grouping, settings) if settings else None
        if gain is not None:
            st.markdown("**Beside searches where there is nothing to find**")
            chart = plot_gain(gain.draws, merged=gain.merged, before=gain.before)
            st.plotly_chart(chart, key="regroup_gain_chart", config={"displayModeBar": False})
            st.caption(f"Validation, {gain.num_samples:,} images, {gain.num_draws} searches")
            command_popover(["gain", run.id, "--grouping", saved or UNSAVED], label="Command: gain")
        else:
            _dominated(run, grouping)
    if gain is not None:
        _dominated(run, grouping)
    _members(run, grouping)
    command_popover(
        ["price", run.id, "--grouping", saved or UNSAVED],
        "from core.regrouping.truth.price import price\n\nprice(compute_confusion(predictions), grouping)",
        label="Command: price",
    )


def price_rows(paid: Price) -> list[tuple[str, str, str, str]]:
    """Return term, meaning, and the figures before and after of each measure."""
    return [
        ("Cohen's kappa", MEANINGS["kappa"], figure(paid.kappa_before), figure(paid.kappa)),
        (
            "balanced accuracy",
            MEANINGS["balanced_accuracy"],
            figure(paid.balanced_accuracy_before),
            figure(paid.balanced_accuracy),
        ),
        ("bits of information", MEANINGS["bits"], bits(paid.bits_of), bits(paid.bits_kept)),
        (
            "effective number of classes",
            MEANINGS["effective_classes"],
            figure(paid.effective_classes_before, 1),
            figure(paid.effective_classes, 1),
        ),
        (
            "imbalance (largest : smallest)",
            MEANINGS["imbalance"],
            figure(paid.imbalance_before, 1),
            figure(paid.imbalance, 1),
        ),
    ]


def _prices(run: Run, grouping: Grouping, *, is_saved: bool) -> None:
    splits = {"validation": cache.price(run.id, "val", grouping)}
    if is_saved and run.predictions_path("test").exists():
        splits["test"] = cache.price(run.id, "test", grouping)
    head = "".join(f"<th>{name}, before</th><th>after</th>" for name in splits)
    lines = zip(*(price_rows(paid) for paid in splits.values()), strict=True)
    body = "".join(
        f"<tr>{hint(line[0][0], line[0][1])}"
        + "".join(f"<td>{before}</td><td>{after}</td>" for _, _, before, after in line)
        + "</tr>"
        for line in lines
    )
    st.html(scores_html(f"<tr><th></th>{head}</tr>{body}"))
    images = " and ".join(f"{paid.num_samples:,} {name}" for name, paid in splits.items())
    covered = "" if is_saved else " Test: covered until you save."
    st.caption(f"By merged labels, on {images} images.{covered}")


def _dominated(run: Run, grouping: Grouping) -> None:
    """Warn of groups that are right only because one class dominates them."""
    rates = cache.group_rates(run.id, "val", grouping, summed=False)
    found = rates[rates["dominated_by"] != ""]
    if found.empty:
        st.caption("No group is right only because one class dominates it.", help=MEMBERS["dominated"])
        return
    pairs = zip(found["group"], found["dominated_by"], strict=True)
    named = name_some([f"{plain(group)} (by {plain(name)})" for group, name in pairs])
    st.warning(
        f"Right only because one class dominates: {named}. Other classes there are missed, or taken for the "
        f"dominating one; look at their sensitivity before merging, below, before you trust the accuracy.",
        icon=":material/warning:",
    )
    st.caption("When is a group dominated?", help=MEMBERS["dominated"])


def _members(run: Run, grouping: Grouping) -> None:
    way = st.segmented_control(
        "Answered by",
        list(WAYS),
        format_func=WAYS.__getitem__,
        default="merged",
        required=True,
        help="By merged labels no class loses sensitivity; by summed probabilities one can.",
        **state.bind("regroup_price_way"),
    )
    is_summed = way == "summed"
    classes = cache.class_changes(run.id, "val", grouping, summed=is_summed)
    st.markdown("**Winners and losers**, the greatest loss first", help=MEMBERS["change"])
    _table(_shown(classes, grouping), key="regroup_members")
    st.markdown("**Groups**")
    groups = cache.group_rates(run.id, "val", grouping, summed=is_summed)
    _table(groups[groups["num_classes"] > 1], key="regroup_rates")
    num_images = int(classes["support"].sum())
    st.caption(f"Validation, {num_images:,} images, {WAYS[way or 'merged'].lower()}. Shares are 0 to 1.")


def _shown(classes: pd.DataFrame, grouping: Grouping) -> pd.DataFrame:
    """Classes that were merged, and others for which something has changed."""
    sizes = {group: len(members) for group, members in grouping.members.items()}
    return classes[(classes["group"].map(sizes) > 1) | (classes["change"].abs() > 0)]


def _table(rows: pd.DataFrame, *, key: str) -> None:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        height="content" if len(rows) < FEW_ROWS else TABLE_HEIGHT,
        column_config={
            "class": text("Class"),
            "group": text("Group"),
            "num_classes": number("Classes"),
            "support": number("Images", help=MEMBERS["support"]),
            "sensitivity_before": number("Sensitivity before", format=SHARE),
            "sensitivity": number("Sensitivity", help=MEMBERS["sensitivity"], format=SHARE),
            "specificity_before": number("Specificity before", format=SHARE),
            "specificity": number("Specificity", help=MEMBERS["specificity"], format=SHARE),
            "change": number("Change", help=MEMBERS["change"], format="%+.3f"),
            "dominated_by": text("Dominated by", help=MEMBERS["dominated"]),
        },
    )
