"""Tables of any encoding, delimiter and kind of file."""

import datetime
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as arrow
import pytest

from core.datasets.sources.table_files import read_table
from core.errors import DatasetError

TEXT = "image,größe\na,Käse\n\nb,日本\n"


def write(folder: Path, content: bytes | str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_are_told_by_their_mark_or_their_zeros(tmp_path, encoding):
    table = read_table(write(tmp_path, TEXT.encode(encoding)))
    assert table.columns == ["image", "größe"]
    assert table.texts("größe") == ["Käse", "日本"]
    assert (table.numbers, table.notes) == ([2, 4], ())


def test_western_european_text_is_read_and_said(tmp_path):
    table = read_table(write(tmp_path, TEXT.replace("日本", "€").encode("cp1252")))
    assert table.texts("größe") == ["Käse", "€"]
    assert table.notes == (
        "t.csv is not UTF-8 and was read as Western European text; check names with accents.",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'image;label\n"a,b";"x\ny"\n'),
        ("a.csv", '"image,\t;";label\n"a,b";"x\ny"\n'),
        ("a.csv", 'image|label\n"a,b"|"x\ny"\n'),
        ("a.tsv", 'image\tlabel\n"a,b"\t"x\ny"\n'),
        ("a.csv", 'image,label\r\n"a,b","x\ny"\r\n'),
    ],
)
def test_the_delimiter_that_fits_the_lines_is_found(tmp_path, name, text):
    table = read_table(write(tmp_path, text, name))
    assert len(table.columns) == 2
    assert [table.texts(column) for column in table.columns] == [["a,b"], ["x\ny"]]


def test_short_and_long_rows_and_columns_without_a_name_of_their_own_are_understood(tmp_path):
    table = read_table(write(tmp_path, ",image,image\n0,a\n1,b,x,too,many\n"))
    assert table.columns == ["column 1", "image", "image (2)"]
    assert table.texts("image (2)") == ["", "x"]


def test_columns_are_numbers_only_when_all_of_them_are(tmp_path):
    text = "a,b,c,d,e,f,g\n1,1.5,007,,x,-3,99999999999999999999\n2,NA,8,,1,+4,1\n"
    extras = read_table(write(tmp_path, text)).extras({"e"})
    assert {name: str(kind) for name, kind in extras.dtypes.items()} == {
        "a": "int64", "b": "float64", "c": "string", "d": "string", "f": "int64", "g": "string",
    }  # fmt: skip
    assert extras["b"].isna().tolist() == [False, True]
    assert extras["d"].isna().all()


def test_parquet_keeps_its_types_and_what_is_nested_is_not_read(tmp_path):
    frame = pd.DataFrame(
        {
            "image": ["a", "b", "c"],
            "label": [3.0, None, 1.0],
            "age": [1, 2, 3],
            "day": [datetime.date(2020, 1, number) for number in (1, 2, 3)],
            "well": [True, False, True],
            "boxes": [[1, 2], [], [3]],
            "pixels": [b"x", b"y", b"z"],
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    assert table.texts("label") == ["3", "", "1"]
    assert table.extras({"image", "label"}).to_dict("list") == {
        "age": [1, 2, 3],
        "day": ["2020-01-01", "2020-01-02", "2020-01-03"],
        "well": ["True", "False", "True"],
    }
    assert table.notes == (
        "Columns of t.parquet that are no numbers or texts were not read: 'boxes', 'pixels'.",
    )
    with pytest.raises(DatasetError, match=r"is not readable as Parquet .*; write it again"):
        read_table(write(tmp_path, b"PAR1 not really", "bad.parquet"))


def test_row_names_and_repeated_columns_of_parquet_are_columns_like_others(tmp_path):
    frame = pd.DataFrame({"label": ["x", "y"]}, index=pd.Index(["a", "b"], name="image"))
    frame.to_parquet(tmp_path / "named.parquet")
    named = read_table(tmp_path / "named.parquet")
    assert (named.columns, named.texts("image")) == (["label", "image"], ["a", "b"])
    arrow.write_table(
        pa.table([["a"], ["x"], ["y"]], names=["image", "label", "label"]), tmp_path / "t.parquet"
    )
    table = read_table(tmp_path / "t.parquet")
    assert table.columns == ["image", "label", "label (2)"]
    assert table.extras({"image"}).to_dict("list") == {"label": ["x"], "label (2)": ["y"]}


def test_texts_of_json_may_hold_line_separators_and_half_characters(tmp_path):
    text = '{"a": "x\u2028y\x85z"}\r\n{"a": "\\ud800", "b\\ud800": "\\ud83d\\ude00"}'
    table = read_table(write(tmp_path, text, "t.jsonl"))
    assert table.texts("a") == ["x\u2028y\x85z", "?"]
    assert table.extras({"a"})["b?"].tolist()[1] == "\N{GRINNING FACE}"
    table.extras(set()).to_parquet(tmp_path / "kept.parquet")


def test_thousands_of_columns_of_one_name_are_told_apart_and_named_in_short(tmp_path):
    table = read_table(write(tmp_path, ",".join(["a"] * 3000) + "\n1"))
    assert table.columns[-1] == "a (3000)"
    assert table.columns_in_words.endswith("a (30) and 2,970 more")


def test_json_lines_are_read_and_a_bad_line_is_named(tmp_path):
    rows = [
        {"file_name": "a", "label": "x", "age": 3, "boxes": [1]},
        {"file_name": "b", "label": None, "more": 1.5},
    ]
    table = read_table(write(tmp_path, "\n\n".join(map(json.dumps, rows)), "metadata.jsonl"))
    assert table.columns == ["file_name", "label", "age", "more"]
    assert (table.texts("label"), table.numbers) == (["x", ""], [1, 3])
    assert table.extras({"file_name", "label"})["age"].tolist()[0] == 3
    for text, words in (
        ('{"a": 1}\n{"a": ', "Line 2 of .* is not JSON .*; correct or remove it"),
        ("[1]", "Line 1 of .* is no record; write one"),
        ("[" * 100_000, "Line 1 of .* is not JSON"),
        ("", "is empty; write one record a line"),
        ("{}", "is empty; write one record a line"),
    ):
        with pytest.raises(DatasetError, match=words):
            read_table(write(tmp_path, text, "t.jsonl"))


def test_files_that_are_no_table_are_refused(tmp_path, monkeypatch):
    with pytest.raises(DatasetError, match=r"is not readable as CSV .*; save it as"):
        read_table(write(tmp_path, 'a,b\n"' + "x" * 200_000))
    with pytest.raises(DatasetError, match=r"not readable as utf-16 text; save it as UTF-8"):
        read_table(write(tmp_path, b"\xff\xfea"))
    with pytest.raises(DatasetError, match=r"cannot be opened \(Is a directory\); check the path"):
        read_table(tmp_path)
    monkeypatch.setattr("core.datasets.sources.table_files.MAX_TABLE_BYTES", 10)
    with pytest.raises(DatasetError, match=r"more than 0.0; keep only the columns and rows that are needed"):
        read_table(write(tmp_path, TEXT))
