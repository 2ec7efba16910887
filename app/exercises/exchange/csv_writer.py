"""Writing exercises as a CSV that spreadsheets open well and that comes back unchanged. Pure."""

from collections.abc import Iterable

from app import spreadsheet
from app.exercises.exchange.columns import COLUMNS, write_cells
from app.exercises.own import OwnExercise


def write_csv(exercises: Iterable[OwnExercise]) -> bytes:
    """Return the exercises as a CSV in UTF-8 with every column; none give the headers alone."""
    rows = map(write_cells, exercises)
    return spreadsheet.write_csv(
        [column.header for column in COLUMNS], ([cells[column.key] for column in COLUMNS] for cells in rows)
    )
