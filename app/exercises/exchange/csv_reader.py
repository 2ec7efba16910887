"""Reading a CSV however a spreadsheet wrote it: its encoding, its delimiter, its headers in any order. Pure."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.exercises.exchange.columns import Column, fill_from_cells, find_column, one_line
from app.exercises.exchange.filling import Filled
from app.exercises.exchange.refusal import FileRefusedError
from app.exercises.own import OwnExercise
from app.spreadsheet import unguard

MOST_COLUMNS = 200
MOST_BLANK_ROWS = 10_000  # some spreadsheets write thousands of them below the last row
DELIMITERS = ",;\t"
_EXCEL_HINT = re.compile(r"\s*\"?sep=([,;\t])\"?\r?\n", re.IGNORECASE)
_SNIFFED_LETTERS = 20_000


@dataclass(frozen=True)
class CsvRow:
    """A row: its number as a spreadsheet counts (the headers are row 1), and the text of each known column."""

    number: int
    cells: Mapping[str, str]
    problem: str = ""
    photos: int = 0

    @property
    def name(self) -> str:
        """The exercise's name as the file writes it."""
        return one_line(self.cells.get("name", ""))

    def fill(self, base: OwnExercise) -> Filled:
        """Return ``base`` with what this row says."""
        return fill_from_cells(self.cells, base)

    def to_data(self) -> dict[str, Any]:
        """Return the row as JSON-able data; ``from_data`` reads it back."""
        return {"number": self.number, "cells": dict(self.cells), "problem": self.problem}

    @classmethod
    def from_data(cls, data: Mapping[str, Any], photos: int = 0) -> "CsvRow":
        """Build a row from its stored data."""
        return cls(data["number"], data["cells"], data["problem"], photos)


@dataclass(frozen=True)
class CsvFile:
    """The rows of a CSV, and the headers in it that mean nothing here."""

    rows: Sequence[CsvRow]
    unknown_headers: Sequence[str]


def read_csv(data: bytes, *, most_rows: int) -> CsvFile:
    """Return the rows of a CSV that are not blank; raises FileRefusedError with a sentence for the whole file."""
    text = decode(data)
    if hint := _EXCEL_HINT.match(text):
        text, delimiter, first = text[hint.end() :], hint[1], 2
    else:
        delimiter, first = _find_delimiter(text), 1
    # Strict, since a quote that is never closed would swallow the rows below it without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[CsvRow] = []
    columns: list[Column | None] = []
    headers: list[str] = []
    try:
        for number, cells in enumerate(reader, start=first):
            if number > most_rows + MOST_BLANK_ROWS:
                raise FileRefusedError(f"The file has too many rows. At most {most_rows:,} are imported at once.")
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                headers, columns = cells, _read_headers(cells)
            elif len(rows) == most_rows:
                raise FileRefusedError(
                    f"The file has more than {most_rows:,} exercises. Split it: "
                    f"at most {most_rows:,} are imported at once."
                )
            else:
                rows.append(_read_row(number, cells, columns))
    except csv.Error as error:
        raise FileRefusedError(
            f"The file cannot be read near line {reader.line_num}: a text in quotes is not closed or goes on after its "
            "closing quote, or a cell is longer than 100,000 characters."
        ) from error
    if not columns:
        raise FileRefusedError("The file is empty. Its first row must be the headers, with at least “Name”.")
    unknown = [one_line(header)[:40] for header, column in zip(headers, columns, strict=True) if column is None]
    return CsvFile(rows, [header for header in unknown if header])


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8 (with or without mark), UTF-16 or Windows-1252; raises FileRefusedError."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        elif b"\0" in data[1:100:2] and b"\0" not in data[0:100:2]:
            text = data.decode("utf-16-le")  # without a mark: every second byte of Latin letters is zero
        elif b"\0" in data[0:100:2] and b"\0" not in data[1:100:2]:
            text = data.decode("utf-16-be")
        else:
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise FileRefusedError("The file is not text that can be read. Save it as “CSV UTF-8”.") from error
    if "\0" in text:
        raise FileRefusedError("The file is not a CSV, a JSON or a zip.")
    return text


def _find_delimiter(text: str) -> str:
    """Return the delimiter by which the first row that is not blank has the most known headers."""
    start = text[:_SNIFFED_LETTERS].lstrip()

    def known(delimiter: str) -> int:
        try:
            cells = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(find_column(cell) is not None for cell in cells)

    return max(DELIMITERS, key=known)


def _read_headers(headers: Sequence[str]) -> list[Column | None]:
    """Return the column under each header, None for one that means nothing here; raises FileRefusedError."""
    if len(headers) > MOST_COLUMNS:
        raise FileRefusedError(f"The file has more than {MOST_COLUMNS} columns.")
    columns = [find_column(unguard(header)) for header in headers]
    known = [column for column in columns if column is not None]
    for column in known:
        if known.count(column) > 1:
            raise FileRefusedError(f"The column “{column.header}” stands in the file twice.")
    if not any(column.key == "name" for column in known):
        raise FileRefusedError(
            "The first row names no column “Name”. It must hold the headers, as in the empty file that you find below."
        )
    return columns


def _read_row(number: int, cells: Sequence[str], columns: Sequence[Column | None]) -> CsvRow:
    """Return one row; cells that spreadsheets leave out at the end of it are empty ones."""
    # zip() stops at the shorter: what is missing is added, what is too much is judged below.
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    found = {column.key: unguard(cell) for cell, column in zip(padded, columns, strict=False) if column is not None}
    if any(cell.strip() for cell in cells[len(columns) :]):
        problem = "This row has more cells than there are headers; a text that holds the delimiter needs quotes."
        return CsvRow(number, {"name": found["name"]}, problem)
    return CsvRow(number, found)
