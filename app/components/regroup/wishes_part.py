"""What a person demands of suggested groups: pairs together or apart, the largest group, a hierarchy."""

from itertools import combinations, pairwise

import streamlit as st

from app import cache
from app.components.command import command_popover
from app.components.plain_text import plain
from app.components.regroup.draft import Draft, kept_for_later
from app.failures import shown_as_text
from core.errors import GroupingError
from core.regrouping.keeping.hierarchies import keep_hierarchy
from core.regrouping.suggesting.hierarchy import Hierarchy, read_hierarchy
from core.regrouping.suggesting.wishes import Pair, Wishes
from core.words import counted, some

CLASSES, MAX_SIZE, FILE = "regroup_wish_classes", "regroup_wish_size", "regroup_wish_file"
FILE_HELP = (
    "A CSV file with a line 'class,parent' for each class: only classes of one parent are put together. A "
    "parent may have a line with a parent of its own; each step up is a level."
)


def wishes_part(draft: Draft) -> None:
    """Draw the demands that there are and the fields for further ones."""
    wishes = draft.wishes
    title = "Demands" if wishes.is_empty else f"Demands ({_number(wishes)})"
    with st.expander(title, icon=":material/rule:", key="regroup_demands"):  # open whatever its title says
        _pair_fields(draft)
        _pair_list(draft, wishes)
        st.number_input(
            "Classes in the largest group",
            min_value=1,
            max_value=len(draft.class_names),
            value=wishes.max_size,
            placeholder="No limit of your own",
            key=f"{MAX_SIZE}_{draft.run_id}",
            on_change=_set_size,
            args=(draft,),
            help="No suggested group holds more classes than this.",
        )
        _hierarchy_fields(draft, wishes)
        st.caption("Locked groups always stay as they are.")


def _pair_fields(draft: Draft) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    chosen = row.multiselect(
        "Classes",
        draft.class_names,
        key=CLASSES,
        placeholder="Choose two or more",
        help="Choose classes, then say whether they have to be in one group or must never be.",
    )
    for label, title in (("Always together", "must_link"), ("Never together", "never_link")):
        row.button(
            label,
            key=f"regroup_{title}",
            disabled=len(chosen) < 2,
            on_click=_add_pairs,
            args=(draft, title, tuple(chosen)),
        )


def _pair_list(draft: Draft, wishes: Wishes) -> None:
    """The pairs that there are; taking one out of the field takes the wish away."""
    for title, label, pairs in (
        ("must_link", "Always together", wishes.must_link),
        ("never_link", "Never together", wishes.never_link),
    ):
        if pairs:
            key = f"regroup_{title}_{hash(pairs)}"
            st.multiselect(
                label,
                pairs,
                default=pairs,
                format_func=" | ".join,
                key=key,
                on_change=lambda title=title, key=key: _change(draft, **{title: st.session_state[key]}),
            )


def _hierarchy_fields(draft: Draft, wishes: Wishes) -> None:
    if wishes.parents is not None:
        num_parents = len(set(wishes.parents.values()))
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.markdown(f"Hierarchy: {counted(num_parents, 'parent')}", help=FILE_HELP)
        row.button(
            "Take away",
            key="regroup_no_hierarchy",
            on_click=lambda: _change(draft, parents=None),
            type="tertiary",
        )
    file = st.file_uploader(
        "Hierarchy (CSV)", type="csv", max_upload_size=5, key=f"{FILE}_{draft.run_id}", help=FILE_HELP
    )
    if file is None:
        return
    try:
        hierarchy = read_hierarchy(file.getvalue(), draft.class_names, source=file.name)
    except GroupingError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    level = row.number_input(
        "Level", min_value=1, max_value=hierarchy.num_levels, help="Steps up from a class."
    )
    row.button(
        "Only within parents",
        key="regroup_use_hierarchy",
        on_click=lambda: _change(draft, parents=hierarchy.parents(int(level))),
        help="Suggestions put only classes of one parent together.",
    )
    row.button(
        "Use as groups",
        key="regroup_level_groups",
        on_click=_take_level,
        args=(draft, hierarchy, int(level)),
        help="Takes the parents of this level as the groups, without a search; can be undone.",
    )
    with row, shown_as_text():
        path = keep_hierarchy(cache.workspace(), draft.dataset, hierarchy.above)
        command_popover(
            ["suggest", draft.run_id, "--level", str(level), "--parents", str(path)], label="Command: level"
        )


def _add_pairs(draft: Draft, title: str, chosen: tuple[str, ...]) -> None:
    """Together goes on from pair to pair; apart has to be said of each pair."""
    pairs: tuple[Pair, ...] = tuple(pairwise(chosen) if title == "must_link" else combinations(chosen, 2))
    before = getattr(draft.wishes, title)
    _change(draft, **{title: tuple(dict.fromkeys((*before, *pairs)))})
    st.session_state[CLASSES] = []


def _set_size(draft: Draft) -> None:
    _change(draft, max_size=st.session_state[f"{MAX_SIZE}_{draft.run_id}"])


def _change(draft: Draft, **changed: object) -> None:
    draft.set_wishes(Wishes.model_validate({**draft.wishes.model_dump(), **changed}))


def _take_level(draft: Draft, hierarchy: Hierarchy, level: int) -> None:
    with kept_for_later():
        grouping = hierarchy.grouping(level)
        locked = [group for group in draft.grouping.group_names if group in draft.grouping.locked]
        if locked:
            raise GroupingError(
                f"The groups of a level take the place of all others, but {some(locked)} must stay as they "
                f"are; unlock them first."
            )
        draft.take(lambda _: grouping, f"Took level {level} of the hierarchy")


def _number(wishes: Wishes) -> int:
    """How many demands there are."""
    others = (wishes.max_size, wishes.parents)
    return len(wishes.must_link) + len(wishes.never_link) + sum(other is not None for other in others)
