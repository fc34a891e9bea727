"""Whether a dataset was edited since a run was trained on it."""

from core.datasets.dataset import Dataset
from core.runs.run import Run


def edited_since(run: Run, dataset: Dataset) -> str | None:
    """Return a sentence that says so, or None where the run saw the dataset as it is now.

    Args:
        run: The run; one that has not begun saw no version yet.
        dataset: The dataset as it is now.
    """
    seen = run.dataset_version
    if seen is None or seen == dataset.version:
        return None
    return (
        f"The dataset was changed after this run: it saw version {seen[:7]}, now there is "
        f"{dataset.version[:7]}. Its numbers are of the images, labels and splits of that time."
    )
