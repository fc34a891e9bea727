"""Errors that a user can repair: each message is one sentence with the file or value and the remedy.

``RegroupError`` and its subclasses are shown as they stand, by ``app/main.py`` on a page and by
``app/cli.py`` on standard error. A wrong argument inside the code is a plain ``ValueError``.
"""


class RegroupError(Exception):
    """Something the user can repair; the message says what happened and what to do."""


class WorkspaceError(RegroupError):
    """The workspace folder cannot be used, or a name in it is unknown or not allowed."""


class CacheFullError(WorkspaceError):
    """There is no room for a cache, under the limit of all caches or on the disk."""


class DownloadError(RegroupError):
    """A file cannot be fetched from the network.

    Attributes:
        reason: Why, in a few words, for a message that says more of the file.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url} cannot be downloaded ({reason}); check the network, then try again.")
        self.reason = reason


class DatasetError(RegroupError):
    """A dataset cannot be added, found or used as asked."""


class StoppedError(DatasetError):
    """Work on a dataset was stopped by the person who had asked for it."""


class DatasetFileError(DatasetError):
    """One file of a dataset cannot be read."""


class ModelError(RegroupError):
    """A model is unknown, or cannot be built with these settings."""


class WeightsError(ModelError):
    """Pretrained weights are not at hand or do not fit the model."""


class RunError(RegroupError):
    """A run is unknown, or is in a state in which it cannot do what was asked."""


class PredictionsError(RegroupError):
    """Stored predictions are missing or damaged."""


class GroupingError(RegroupError):
    """A grouping is unknown, or does not fit the classes it is used with."""


class ExplainError(RegroupError):
    """Looking inside a network did not work; it can be tried again."""
