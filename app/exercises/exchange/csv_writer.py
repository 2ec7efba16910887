"""Writing exercises as a CSV that spreadsheets open well and that comes back unchanged. Pure."""

import csv
import io
from collections.abc import Iterable

from app.exercises.exchange.columns import COLUMNS, write_cells
from app.exercises.exchange.formulas import guard
from app.exercises.own import OwnExercise

_MARK = "\ufeff"  # by which Excel knows UTF-8


def write_csv(exercises: Iterable[OwnExercise]) -> bytes:
    """Return the exercises as a CSV in UTF-8 with every column; none give the headers alone."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([column.header for column in COLUMNS])
    for exercise in exercises:
        cells = write_cells(exercise)
        writer.writerow([guard(cells[column.key]) for column in COLUMNS])
    return (_MARK + target.getvalue()).encode()
