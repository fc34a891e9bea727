"""Add a dataset by its name: ``keras:cifar100`` of Keras, or ``hf:owner/name`` of the Hugging Face hub."""

import shutil
from dataclasses import dataclass, field

from core.datasets.adding.add import add_listing
from core.datasets.dataset import Dataset
from core.datasets.parallel import Progress
from core.datasets.sources import hub, keras_sets
from core.datasets.sources.hub import HubColumns
from core.datasets.sources.listing import Listing
from core.datasets.sources.options import SourceOptions
from core.datasets.store import check_new_name, new_scratch
from core.errors import DatasetError
from core.workspace import Workspace


@dataclass(frozen=True)
class NamedOptions:
    """What of a dataset with a name to take.

    Attributes:
        coarse: For CIFAR-100: the 20 coarse labels are the classes.
        hub: For the hub: which configuration and which columns.
    """

    coarse: bool = False
    hub: HubColumns = field(default_factory=HubColumns)


def is_by_name(source: str) -> bool:
    """Whether a source is a name rather than a path.

    >>> [is_by_name(source) for source in ("keras:mnist", "hf:owner/name", "/data/keras:mnist")]
    [True, True, False]
    """
    return source.startswith((keras_sets.PREFIX, hub.PREFIX))


def suggest_name_of(source: str, named: NamedOptions | None = None) -> str:
    """Return a name for the dataset.

    >>> suggest_name_of("keras:cifar100", NamedOptions(coarse=True))
    'cifar100 coarse'
    """
    if source.startswith(hub.PREFIX):
        return hub.suggest_hub_name(source.removeprefix(hub.PREFIX)) or "dataset"
    return source.removeprefix(keras_sets.PREFIX) + (" coarse" if named is not None and named.coarse else "")


def add_by_name(
    workspace: Workspace,
    source: str,
    *,
    name: str | None = None,
    named: NamedOptions | None = None,
    options: SourceOptions | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Make a dataset of one that has a name; nothing is kept when this is stopped or refused.

    What was downloaded for one of Keras' sets stays in Keras' own folder, so that it is not downloaded again.

    Args:
        workspace: Where to write it down.
        source: ``keras:`` or ``hf:`` and the name.
        name: Unique in the workspace; None: as ``suggest_name_of`` says.
        named: What of it to take.
        options: Only ``class_name_rule`` of it means anything here.
        seed: Start of the random numbers that divide the images.
        progress: Called with (done, total); what it raises stops the work.

    Raises:
        DatasetError: There is no such set, it cannot be reached or read, or the name cannot be used.
        WorkspaceError: The disk is full.
    """
    named, options = named or NamedOptions(), options or SourceOptions()
    name = check_new_name(workspace, suggest_name_of(source, named) if name is None else name)
    if seed < 0:
        raise DatasetError(f"The seed {seed} is negative; choose 0 or more.")
    listing = _list(workspace, source, named, progress)
    return add_listing(workspace, listing, name=name, options=options, seed=seed, progress=progress)


def _list(workspace: Workspace, source: str, named: NamedOptions, progress: Progress | None) -> Listing:
    if source.startswith(keras_sets.PREFIX):
        wanted = source.removeprefix(keras_sets.PREFIX)
        return keras_sets.list_keras_set(wanted, coarse=named.coarse, progress=progress)
    if not source.startswith(hub.PREFIX):
        raise DatasetError(f"{source!r} is no name of a dataset; write keras: or hf: before it.")
    folder = new_scratch(workspace)
    try:
        return hub.list_hub(source.removeprefix(hub.PREFIX), folder, named.hub, progress=progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
