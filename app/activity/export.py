"""The record as a CSV: UTC, every cell guarded. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.activity.queries import Line
from app.spreadsheet import write_csv

HEADERS = ("When (UTC)", "Who", "What", "Action", "Client id", "Client", "From where")


def write_lines(lines: Sequence[Line]) -> bytes:
    """Return the lines as a CSV with all that is known of each."""
    return write_csv(HEADERS, map(_cells, lines))


def _cells(line: Line) -> list[str]:
    client_id = str(line.client_id) if line.client_id else ""
    return [_moment(line.at), line.who, line.sentence, line.action, client_id, line.client_name, line.address]


def write_report(lines: Sequence[Line]) -> bytes:
    """Return one client's lines as a CSV to hand out: without the network addresses of the people who looked."""
    return write_csv(HEADERS[:3], ([_moment(line.at), line.who, line.sentence] for line in lines))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
