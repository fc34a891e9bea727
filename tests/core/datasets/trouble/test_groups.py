"""What belongs together where nobody wrote it down."""

import pytest

from core.datasets.trouble.groups import group_columns, guess_grouping, read_groups
from core.errors import DatasetError


def test_the_dataset_s_own_groups_come_first(make_dataset):
    dataset = make_dataset(3, group=["a", None, "a"])
    assert read_groups(dataset).tolist() == ["a", None, "a"]
    assert guess_grouping(dataset) is None


def test_groups_are_read_from_names_and_from_columns(make_dataset):
    paths = ["x/p1_1.jpg", "y/p1_2.jpg", "y/q.jpg"]
    dataset = make_dataset(3, path=paths, metadata={"age": [3, 3, None], "site": ["arm", None, "leg"]})
    assert read_groups(dataset, "{group+}_{rest}").tolist() == ["p1", "p1", None]
    assert read_groups(dataset, "site").tolist() == ["arm", None, "leg"]
    assert read_groups(dataset, "age").tolist() == ["3.0", "3.0", None]


def test_what_cannot_be_grouped_by_is_told(make_dataset):
    dataset = make_dataset(3, metadata={"age": [1, 2, 3]})
    with pytest.raises(
        DatasetError, match=r"no column 'patient' to group by; its columns are: 'age'.*pattern"
    ):
        read_groups(dataset, "patient")
    with pytest.raises(DatasetError, match=r"write \{group\} there"):
        read_groups(dataset, "{label}_{rest}")
    with pytest.raises(DatasetError, match="no file names to group by; choose a column"):
        read_groups(make_dataset(3, in_files=False), "{group}_{rest}")
    with pytest.raises(DatasetError, match="its columns are: none"):
        read_groups(make_dataset(3), "patient")


def test_names_of_cut_photos_are_recognized(make_dataset):
    for separator in "_-":
        paths = [f"cat/photo_{n // 2:03}{separator}{n % 2}.jpg" for n in range(60)]
        assert guess_grouping(make_dataset(60, path=paths)) == f"{{group+}}{separator}{{rest}}"


@pytest.mark.parametrize(
    "names",
    [
        [f"IMG_{n}.jpg" for n in range(60)],
        [f"{n}.jpg" for n in range(60)],
        [f"{n}_x.jpg" for n in range(60)],
        [f"{'cat' if n < 30 else 'dog'}_{n}.jpg" for n in range(60)],
        ["_1.jpg"] * 60,
        [],
    ],
    ids=["one beginning", "numbers", "nothing repeated", "the class", "no beginning", "no images"],
)
def test_other_names_are_not_taken_for_groups(make_dataset, names):
    assert guess_grouping(make_dataset(len(names), path=[f"x/{name}" for name in names])) is None


def test_columns_that_could_be_groups_repeat_some_of_many_values(make_dataset):
    columns = {
        "lesion": [f"l{n // 2}" for n in range(40)],
        "image": [f"i{n}" for n in range(40)],
        "sex": ["f", "m"] * 20,
    }
    assert group_columns(make_dataset(40, metadata=columns)) == ["lesion"]
    assert group_columns(make_dataset(40)) == []
