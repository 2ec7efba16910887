"""Tables for spreadsheets as CSV: opened well, and no cell is run as a formula. Pure.

A cell that would be run is defused with an apostrophe when written, which reading drops again.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# The signs that begin a formula somewhere, the wide ones in East Asian versions.
_STARTS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
# Apostrophes of its own before such a sign are kept apart from ours by one more.
_TO_GUARD = re.compile(f"'*[{_STARTS}]")
_GUARDED = re.compile(f"'+[{_STARTS}]")
_MARK = "\ufeff"  # by which Excel knows UTF-8

CSV_TYPE = "text/csv; charset=utf-8"


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as a CSV in UTF-8, every cell guarded; no rows give the headers alone."""
    return _MARK.encode() + write_more([headers]) + write_more(rows)


def write_more(rows: Iterable[Sequence[str]]) -> bytes:
    """Return further lines of a CSV, every cell guarded."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows([guard(cell) for cell in row] for row in rows)
    return target.getvalue().encode()


def guard(cell: str) -> str:
    """Return the cell so that a spreadsheet shows it as text."""
    return f"'{cell}" if _TO_GUARD.match(cell) else cell


def unguard(cell: str) -> str:
    """Return what was guarded; any other text as it is."""
    return cell[1:] if _GUARDED.match(cell) else cell
