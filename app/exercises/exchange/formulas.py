"""Cells that a spreadsheet would run as a formula: defused with an apostrophe when written, and read back. Pure."""

import re

# The signs that begin a formula somewhere, the wide ones in East Asian versions.
_STARTS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
# Apostrophes of its own before such a sign are kept apart from ours by one more.
_TO_GUARD = re.compile(f"'*[{_STARTS}]")
_GUARDED = re.compile(f"'+[{_STARTS}]")


def guard(cell: str) -> str:
    """Return the cell so that a spreadsheet shows it as text."""
    return f"'{cell}" if _TO_GUARD.match(cell) else cell


def unguard(cell: str) -> str:
    """Return what was guarded; any other text as it is."""
    return cell[1:] if _GUARDED.match(cell) else cell
