"""A search for groups as the command line and Python take it: the same method, demands and locked groups."""

from pathlib import Path

from app import cache
from app.components.regroup.draft import Draft
from core.regrouping.grouping import Grouping
from core.regrouping.keeping.hierarchies import keep_hierarchy
from core.regrouping.suggesting.settings import SearchSettings
from core.regrouping.suggesting.wishes import write_group

IMPORT = "from core.regrouping.suggesting.settings import SearchSettings"
IMPORT_HIERARCHY = "from core.regrouping.suggesting.hierarchy import load_hierarchy"


def locked_groups(grouping: Grouping) -> tuple[tuple[str, ...], ...]:
    """Return the classes of each locked group, as a search takes them."""
    return tuple(grouping.members[group] for group in grouping.group_names if group in grouping.locked)


def hierarchy_file(draft: Draft) -> Path | None:
    """Return the file of the hierarchy that is demanded, kept in the workspace; None where there is none."""
    parents = draft.wishes.parents
    return None if parents is None else keep_hierarchy(cache.workspace(), draft.dataset, parents)


def search_arguments(settings: SearchSettings, parents: Path | None = None) -> list[str]:
    """Return the options of ``suggest`` and ``frontier`` but for the number of groups.

    Args:
        settings: The search.
        parents: File with the hierarchy of its wishes, where there is one.
    """
    wishes = settings.wishes
    options = [] if settings.method == "average" else ["--method", settings.method]
    if settings.method == "greedy":
        options += ["--goal", settings.goal]
    demanded = {"--must-link": wishes.must_link, "--never-link": wishes.never_link, "--lock": settings.locked}
    for option, groups in demanded.items():
        for group in groups:
            options += [option, write_group(group)]
    if wishes.max_size is not None:
        options += ["--max-size", str(wishes.max_size)]
    if parents is not None:
        options += ["--parents", str(parents)]
    return options + (["--allow-blob"] if settings.allow_blob else [])


def python_settings(settings: SearchSettings, parents: Path | None = None) -> tuple[list[str], str]:
    """Return the imports and the expression that make the same settings in Python.

    Args:
        settings: The search.
        parents: File with the hierarchy of its wishes, where there is one.

    >>> python_settings(SearchSettings(num_groups=3, locked=(("a", "b"),)))[1]
    "SearchSettings(num_groups=3, locked=(('a', 'b'),))"
    """
    told = settings.model_dump(exclude_defaults=True, exclude={"wishes"})
    wishes = settings.wishes.model_dump(exclude_defaults=True, exclude={"parents"})
    demanded = [f"{name!r}: {value!r}" for name, value in wishes.items()]
    imports = [IMPORT]
    if parents is not None:
        imports = ["from pathlib import Path", "", IMPORT_HIERARCHY, IMPORT]
        hierarchy = f"load_hierarchy(Path({str(parents)!r}), predictions.class_names)"
        demanded.append(f"'parents': {hierarchy}.parents()")
    fields = [f"{name}={value!r}" for name, value in told.items()]
    if demanded:
        fields.append(f"wishes={{{', '.join(demanded)}}}")
    return imports, f"SearchSettings({', '.join(fields)})"
