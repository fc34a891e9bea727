import pytest

from core.errors import GroupingError
from core.regrouping.suggesting.hierarchy import load_hierarchy, read_hierarchy

CLASSES = ("oak", "elm", "cod")
TABLE = "class,parent\noak,trees\nelm,trees\ncod,fish\ntrees,plants\n"


def test_levels_are_groupings():
    hierarchy = read_hierarchy(TABLE, CLASSES)
    assert hierarchy.num_levels == 2
    assert hierarchy.grouping(1).members == {"trees": ("oak", "elm"), "fish": ("cod",)}
    assert hierarchy.grouping(2).to_mapping() == {"oak": "plants", "elm": "plants", "cod": "fish"}


@pytest.mark.parametrize(
    "content",
    [
        "oak;trees\r\nelm;trees\r\ncod;fish",
        "oak\ttrees\n\nelm\ttrees\ncod\tfish\n",
        '"oak",trees\n elm , trees\ncod,fish',
        "\ufeffname,parent\noak,trees\nelm,trees\ncod,fish".encode(),
    ],
)
def test_tables_of_other_programs_are_read(content):
    assert read_hierarchy(content, CLASSES).parents() == {"oak": "trees", "elm": "trees", "cod": "fish"}


def test_names_with_commas_stand_in_quotation_marks():
    assert read_hierarchy('"owl, barn",birds', ["owl, barn"]).parents() == {"owl, barn": "birds"}


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        ("oak,trees\nelm", r"tree\.csv, line 2: 'elm' is no class and its parent; write two"),
        ("oak,trees\nelm,trees,big", "line 2: 'elm,trees,big' is no class .* in quotation marks"),
        ("oak,oak", "line 1: 'oak,oak' is no class and its parent; write two different names"),
        ("oak,trees\noak,fish", "line 2: 'oak' has the parent 'fish' here and 'trees' above; keep one"),
        ("oak,trees\nelm,trees", "no line for 'cod'; add a line"),
        (TABLE + "yew,trees", "names 'yew', neither a class .* correct the name or take the line out"),
        ("oak,a\nelm,a\ncod,a\na,b\nb,a", "'a' is its own ancestor; take out one"),
        (b"oak,\xff\xfe", "not UTF-8 text .* save it as CSV in UTF-8"),
        ("", "no line for 'oak', 'elm', 'cod'"),
    ],
)
def test_errors_name_the_file_the_line_and_the_remedy(tmp_path, content, remedy):
    path = tmp_path / "tree.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(GroupingError, match=remedy) as refused:
        load_hierarchy(path, CLASSES)
    assert str(path) in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(GroupingError, match=r"none\.csv cannot be read .* check its name"):
        load_hierarchy(tmp_path / "none.csv", CLASSES)
