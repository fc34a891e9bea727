"""Whether a grouping and predictions belong together."""

from core.errors import GroupingError, PredictionsError
from core.predictions import Predictions
from core.regrouping.grouping import Grouping


def check_fits(predictions: Predictions, grouping: Grouping) -> None:
    """Refuse a grouping for other classes, and predictions without images.

    Raises:
        GroupingError: The grouping is for other classes.
        PredictionsError: There are no images.
    """
    if grouping.class_names != predictions.class_names:
        raise GroupingError(
            f"The grouping is for {_listed(grouping.class_names)}, the run knows "
            f"{_listed(predictions.class_names)}; "
            f"choose a run that was trained on the ungrouped classes of the same dataset."
        )
    if not predictions.num_samples:
        raise PredictionsError(
            f"The {predictions.split} split has no images, so a grouping cannot be measured on it; "
            f"choose another split or add images to the dataset."
        )


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"the classes {', '.join(names[:3])}{more}"
