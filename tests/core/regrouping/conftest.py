import pytest

from core.regrouping.steps.history import GroupingHistory


@pytest.fixture
def history() -> GroupingHistory:
    """Two merges, the second one undone."""
    start = GroupingHistory.identity(["cat", "dog", "car"])
    first = start.apply(start.current.merge(["cat", "dog"], "pet"), "Merged cat and dog")
    return first.apply(first.current.merge(["cat", "car"], "all"), "Merged pet and car").undo()
