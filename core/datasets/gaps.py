"""What a dataset lacks for a training, and what to do: often the trace of edits that went too far."""

from core.datasets.balance import count_images
from core.datasets.dataset import Dataset
from core.words import some


def find_gaps(dataset: Dataset) -> list[str]:
    """Return a sentence on each thing that is missing although a run is possible without it.

    A dataset without training or validation images is refused when a run is queued.
    """
    counts = count_images(dataset)
    remedy = remedy_of(dataset, "add the dataset again with more images")
    remedy = remedy[0].upper() + remedy[1:]
    sentences = []
    unlearned = counts.index[(counts["train"] == 0) & (counts["total"] > 0)].tolist()
    if unlearned:
        sentences.append(
            f"Without training images: {some(unlearned)}. No network can learn that; validation and test "
            f"images of it count as mistakes. {remedy}."
        )
    gone = counts.index[counts["total"] == 0].tolist()
    if gone:
        sentences.append(
            f"Without any image left: {some(gone)}. The network has an answer for it that is never right. "
            f"{remedy}."
        )
    if not counts["test"].sum():
        sentences.append(f"Without test images there is no final number. {remedy}, or divide it anew.")
    return sentences


def remedy_of(dataset: Dataset, otherwise: str) -> str:
    """Return how images come back: by undoing edits where there are any, else ``otherwise``."""
    return "take images back in, or undo edits, on the Datasets page" if dataset.num_edits else otherwise
