"""Rows of a table as they are exported: as a table for spreadsheets, and as JSON. Pure."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from app.spreadsheet import write_csv, write_more


def csv_head(columns: Sequence[str]) -> bytes:
    """Return the beginning of a CSV: its mark and headers."""
    return write_csv(columns, ())


def csv_rows(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows as further lines of a CSV, every cell guarded."""
    return write_more([_cell(value) for value in row] for row in rows)


def json_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], before: str) -> bytes:
    """Return rows as objects of a JSON array, after what comes ``before`` the first: a bracket or a comma."""
    objects = (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=_plain) for row in rows)
    return (before + "\n" + ",\n".join(objects)).encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (bool, dict, list)):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(_plain(value))


def _plain(value: Any) -> Any:
    """Return what JSON has no form for as text; times are UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, UUID) or not isinstance(value, (int, float, str)) else value
