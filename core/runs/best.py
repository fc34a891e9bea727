"""Which epoch of a run is the best, and whether further ones are worth while: both from its history alone.

Nothing else is kept, so a resumed run decides as if it had never stopped.
"""

from typing import TYPE_CHECKING

import numpy as np

from core.runs.config import RunConfig

if TYPE_CHECKING:
    import pandas as pd


def find_best_epoch(history: "pd.DataFrame", rule: str = "val_loss") -> int:
    """Return the best epoch, counted from 1, the first one where several are equal; 0 before the first.

    Args:
        history: One row an epoch, columns as ``Run.history``.
        rule: As ``RunConfig.best_epoch``: ``"val_loss"`` (the lowest), ``"val_accuracy"`` or
            ``"val_macro_f1"`` (the highest), or ``"last"``.

    >>> import pandas as pd
    >>> history = pd.DataFrame({"epoch": [1, 2, 3], "val_loss": [0.5, 0.25, 0.25]})
    >>> find_best_epoch(history), find_best_epoch(history, "last"), find_best_epoch(history[:0])
    (2, 3, 0)
    """
    if not len(history):
        return 0
    row = len(history) - 1 if rule == "last" else int(np.argmin(_losses(history, rule)))
    return int(history["epoch"].iloc[row])


def is_stuck(history: "pd.DataFrame", config: RunConfig) -> bool:
    """Whether the last ``patience`` epochs brought no better value of the stopping metric.

    >>> import pandas as pd
    >>> history = pd.DataFrame({"epoch": [1, 2, 3], "val_loss": [0.5, 0.6, 0.5]})
    >>> is_stuck(history, RunConfig(dataset="d", patience=2)), is_stuck(history, RunConfig(dataset="d"))
    (True, False)
    """
    waited = len(history) - find_best_epoch(history, config.stop_metric)
    return bool(config.patience) and waited >= config.patience


def _losses(history: "pd.DataFrame", metric: str) -> np.ndarray:
    """Values of a metric, float64, shape ``(num_epochs,)``, turned so that lower is better; none is worst."""
    values = history[metric].to_numpy(np.float64)
    return np.nan_to_num(values if metric == "val_loss" else -values, nan=np.inf)
