import pytest

from core.errors import WorkspaceError
from core.regrouping.keeping.hierarchies import keep_hierarchy
from core.regrouping.suggesting.hierarchy import load_hierarchy, read_hierarchy

PARENTS = {"name": "words", "cat, wild": "pets", "dog": "pets"}


def test_a_hierarchy_is_kept_whole_and_once_for_each_content(home):
    path = keep_hierarchy(home, "zoo", PARENTS)
    assert load_hierarchy(path, PARENTS).parents() == PARENTS
    assert keep_hierarchy(home, "zoo", PARENTS) == path
    assert keep_hierarchy(home, "zoo", {**PARENTS, "dog": "words"}) != path
    assert len(list(path.parent.iterdir())) == 2


def test_a_level_of_a_hierarchy_of_several_is_kept_as_one(home):
    deep = read_hierarchy("oak,trees\nelm,trees\ncod,fish\ntrees,life\nfish,life", ["oak", "elm", "cod"])
    for level in (1, 2):
        path = keep_hierarchy(home, "zoo", deep.parents(level))
        assert load_hierarchy(path, deep.class_names).parents() == deep.parents(level)


def test_a_file_that_was_changed_is_written_anew(home):
    path = keep_hierarchy(home, "zoo", PARENTS)
    path.write_text("class,parent\n")
    assert keep_hierarchy(home, "zoo", PARENTS) == path
    assert load_hierarchy(path, PARENTS).parents() == PARENTS


def test_a_disk_that_cannot_be_written_is_told(home):
    (home.groupings_dir / "zoo").write_text("in the way")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        keep_hierarchy(home, "zoo", PARENTS)
