"""Read a table of labels: CSV, TSV, Parquet or JSON-lines, whatever its encoding and its delimiter."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import DatasetError
from core.workspace import full_path

DELIMITERS = ",;\t|"
MAX_TABLE_BYTES = 500_000_000
MAX_ROWS = 5_000_000
NAMED_COLUMNS = 30  # in a message
SAMPLE_LINES = 50  # looked at to find the delimiter
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "<na>", "?"})  # in a column of numbers
NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]{0,17})(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
WHOLE = re.compile(r"-?[0-9]+\.0*")
MARKS = (  # what a file may begin with, and the encoding it tells
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip


@dataclass(frozen=True)
class TableFile:
    """The rows of a table that are not empty.

    Attributes:
        path: The file.
        cells: One row each; texts as they stand for CSV, else numbers and texts.
        numbers: Number of each row in the file, counted from 1 with the line of column names.
        notes: Sentences a person should read.
    """

    path: Path
    cells: pd.DataFrame = field(repr=False)
    numbers: list[int] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [str(name) for name in self.cells.columns]

    @property
    def columns_in_words(self) -> str:
        """Names of the columns for a message, the first few when there are many."""
        more = len(self.columns) - NAMED_COLUMNS
        return ", ".join(self.columns[:NAMED_COLUMNS]) + (f" and {more:,} more" if more > 0 else "")

    def texts(self, column: str) -> list[str]:
        """Return a column as texts without space around them, empty where nothing stands.

        Numbers come out without a needless fraction, since a missing value turns all of a column into
        fractions: ``3.0`` is ``3``.
        """
        texts = ["" if _is_missing(value) else str(value).strip() for value in self.cells[column].tolist()]
        filled = [text for text in texts if text]
        if filled and all(WHOLE.fullmatch(text) for text in filled):
            return [text.partition(".")[0] for text in texts]
        return texts

    def extras(self, taken: set[str | None]) -> pd.DataFrame:
        """Return the columns that are not taken: float64, int64 or string."""
        rest = [name for name in self.columns if name not in taken]
        return pd.DataFrame({name: _typed(self.cells[name]) for name in rest}, index=self.cells.index)


def read_table(path: Path) -> TableFile:
    """Return the table in a file.

    Raises:
        DatasetError: The file is missing, too large, empty, or not of the kind that its name says.
    """
    path = full_path(path)
    try:
        size = path.stat().st_size
        if size > MAX_TABLE_BYTES:
            raise DatasetError(
                f"{path} has {size / 1e9:.1f} GB, more than {MAX_TABLE_BYTES / 1e9:.1f}; "
                f"keep only the columns and rows that are needed."
            )
        if path.suffix.lower() == ".parquet":
            return _read_parquet(path)
        text, notes = _decode(path.read_bytes(), path)
    except OSError as error:
        raise DatasetError(f"{path} cannot be opened ({error.strerror or error}); check the path.") from error
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return _read_json_lines(text, path, notes)
    return _read_csv(text, path, notes)


def _decode(content: bytes, path: Path) -> tuple[str, list[str]]:
    """Return the text of a file; UTF-8 without a mark is tried first, Western European last."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), None)
    if (
        encoding is None and content[:200].count(0) > len(content[:200]) // 4
    ):  # every other byte of UTF-16 is 0
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    try:
        text, notes = content.decode(encoding or "utf-8"), []
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise DatasetError(f"{path} is not readable as {encoding} text; save it as UTF-8.") from error
        notes = [f"{path.name} is not UTF-8 and was read as Western European text; check names with accents."]
        text = content.decode("cp1252", "replace")
    if "\0" in text:
        raise DatasetError(f"{path} is not a table of text; give a CSV, TSV, JSON-lines or Parquet file.")
    return text, notes


def _read_csv(text: str, path: Path, notes: list[str]) -> TableFile:
    delimiter = _find_delimiter(text, tab=path.suffix.lower() == ".tsv")
    numbers: list[int] = []
    try:
        reader = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)
        rows = ((number, cells) for number, cells in reader if any(map(str.strip, cells)))
        header = _name_columns(next(rows, (0, []))[1], path)
        known: dict[str, str] = {}  # each distinct text is kept once
        columns: list[list[str]] = [[] for _ in header]
        for number, cells in rows:
            numbers.append(number)
            for position, column in enumerate(columns):
                cell = cells[position] if position < len(cells) else ""
                column.append(known.setdefault(cell, cell))
    except csv.Error as error:
        raise DatasetError(f"{path} is not readable as CSV ({error}); save it as 'CSV UTF-8'.") from error
    cells_by_name = {
        name: pd.Series(column, dtype=object) for name, column in zip(header, columns, strict=True)
    }
    return TableFile(path, pd.DataFrame(cells_by_name), numbers, tuple(notes))


def _find_delimiter(text: str, *, tab: bool) -> str:
    """Return the delimiter that divides most lines into as many cells as the first."""
    sample = text[:100_000].splitlines()[:SAMPLE_LINES]

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells]
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    return max("\t,;|" if tab else DELIMITERS, key=fit)


def _name_columns(header: list[str], path: Path) -> list[str]:
    """Return a name of its own for each column."""
    if not any(name.strip() for name in header):
        raise DatasetError(f"{path} is empty; its first line must name the columns.")
    return _make_unique(header)


def _make_unique(header: list[str]) -> list[str]:
    """Return names without control characters, numbered where one comes again.

    >>> _make_unique(["age", "", "age"])
    ['age', 'column 2', 'age (2)']
    """
    names: dict[str, None] = {}
    repeats: dict[str, int] = {}
    for number, cell in enumerate(header, start=1):
        name = wanted = " ".join(cell.split()) or f"column {number}"
        while name in names:
            repeats[wanted] = repeats.get(wanted, 1) + 1
            name = f"{wanted} ({repeats[wanted]})"
        names[name] = None
    return list(names)


def _read_json_lines(text: str, path: Path, notes: list[str]) -> TableFile:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DatasetError(
                f"Line {number} of {path} is not JSON ({error}); correct or remove it."
            ) from error
        if not isinstance(row, dict):
            raise DatasetError(f'Line {number} of {path} is no record; write one {{"name": value}} a line.')
        rows.append(_without_half_characters(row) if "\\u" in line else row)
        numbers.append(number)
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise DatasetError(f"{path} is empty; write one record a line.")
    flat = [name for name in names if not any(isinstance(row.get(name), list | dict) for row in rows)]
    notes += _note_nested(path, [name for name in names if name not in flat])
    columns = {
        unique: pd.Series([row.get(name) for row in rows], dtype=object)
        for name, unique in zip(flat, _make_unique(flat), strict=True)
    }
    return TableFile(path, pd.DataFrame(columns), numbers, tuple(notes))


def _without_half_characters(row: dict[str, Any]) -> dict[str, Any]:
    r"""Return a record whose texts can be written: half of a pair such as ``\ud800`` becomes ``?``."""

    def whole(value: Any) -> Any:
        return value.encode(errors="replace").decode() if isinstance(value, str) else value

    return {whole(name): whole(value) for name, value in row.items()}


def _read_parquet(path: Path) -> TableFile:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > MAX_ROWS:
                raise DatasetError(f"{path} has {file.metadata.num_rows:,} rows, more than {MAX_ROWS:,}.")
            schema = file.schema_arrow
            flat = [
                name
                for name, kind in zip(schema.names, schema.types, strict=True)
                if not _is_nested(pa, kind)
            ]
            if not flat:
                raise DatasetError(f"{path} has no columns of numbers or texts; give another table.")
            table = file.read(columns=list(dict.fromkeys(flat)))
            table = table.rename_columns(_make_unique(table.column_names))
            cells = table.to_pandas(ignore_metadata=True)  # else some columns would become row names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DatasetError(f"{path} is not readable as Parquet ({error}); write it again.") from error
    notes = _note_nested(path, [name for name in schema.names if name not in flat])
    return TableFile(path, cells, list(range(1, len(cells) + 1)), tuple(notes))


def _is_nested(pa: Any, kind: Any) -> bool:
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _note_nested(path: Path, names: list[str]) -> list[str]:
    listed = ", ".join(repr(name) for name in names)
    return [f"Columns of {path.name} that are no numbers or texts were not read: {listed}."] if names else []


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value  # noqa: PLR0124 - not-a-number


def _typed(column: pd.Series) -> pd.Series:
    """Return a column as int64, as float64 with missing values, or as texts."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        whole = pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans
        return column.astype("int64" if whole and column.dtype != "uint64" else "float64")
    values = ["" if _is_missing(value) else str(value).strip() for value in column.tolist()]
    distinct = set(values)
    filled = {text for text in distinct if text.casefold() not in MISSING}
    if not filled or not all(NUMBER.fullmatch(text) for text in filled):
        return pd.Series([text or pd.NA for text in values], dtype="string")
    if filled == distinct and all(text.lstrip("+-").isdecimal() for text in filled):
        return pd.Series([int(text) for text in values], dtype="int64")
    return pd.Series([float(text) if text in filled else float("nan") for text in values], dtype="float64")
