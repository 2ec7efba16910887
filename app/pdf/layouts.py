"""The three ways to print a program: full, compact and diary; all start with the same heading."""

import dataclasses
import datetime
from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm

from app.pdf import figures
from app.pdf.blocks import (
    PADDING,
    Block,
    Cell,
    Picture,
    Row,
    Text,
    boxed,
    line_rows,
    merged,
    numbered,
    paragraph,
    spaced,
    step_rows,
    with_label,
)
from app.pdf.document import DocumentExercise, ProgramDocument
from app.pdf.figures import Figure
from app.pdf.heading import heading_blocks
from app.pdf.look import Look, look_of
from app.pdf.text import Line, one_line

_BESIDE: tuple[float, float] = (48 * mm, 54 * mm)  # the place of a figure beside its texts, width and greatest height
_BANNER: tuple[float, float] = (110 * mm, 24 * mm)  # the most a figure above its texts may take
_LARGE_BANNER: tuple[float, float] = (160 * mm, 48 * mm)  # the same in large print, where figures grow as letters do
_WIDE = 0.42  # a figure flatter than this (height / width) would be tiny beside its texts
_FIGURE_GAP = 14.0
_INDENT = 24.0  # of a name behind its number, at small print
_PHOTO = 46 * mm  # the height of a photo
_COLUMN_GAP = 18.0
_CELL_FIGURE = 33 * mm  # the greatest height of a figure in a compact cell
_HIGHEST_CELL = 480.0  # what is higher is printed in full instead, which may go on on another page
_DAY = 21.0  # width of a day in the diary
_CELL_PADDING = 5.0
_LONG_WEEK, _WEEK = 14, 7


@dataclasses.dataclass(frozen=True)
class _Entry:
    """An exercise with what it is numbered by ("3", or "A1" in a superset) and the heading above it, or ""."""

    mark: str
    section: str
    exercise: DocumentExercise
    partners: str


def lay_out(document: ProgramDocument, width: float) -> list[Block]:
    """Return the blocks of a document for pages with `width` points between the margins."""
    look = look_of(document)
    blocks = heading_blocks(document, look, width)
    entries = list(_entries(document.exercises))
    if document.layout == "diary":
        blocks += _diary_blocks(document, entries, look, width)
    # Two columns of large print would hold three words a line.
    if document.layout == "full" or look.is_large:
        return [*blocks, *(_full_block(entry, look, width) for entry in entries)]
    return [*blocks, *_compact_blocks(entries, look, width)]


def _entries(exercises: Sequence[DocumentExercise]) -> Iterator[_Entry]:
    """Number the exercises and name the sections where they begin."""
    section = ""
    places: dict[str, int] = {}
    marks = []
    for number, exercise in enumerate(exercises, 1):
        if exercise.superset:
            places[exercise.superset] = places.get(exercise.superset, 0) + 1
            marks.append(f"{exercise.superset}{places[exercise.superset]}")
        else:
            marks.append(str(number))
    for mark, exercise in zip(marks, exercises, strict=True):
        others = [
            other
            for other, each in zip(marks, exercises, strict=True)
            if exercise.superset and each.superset == exercise.superset and other != mark
        ]
        partners = f"In turn with {' and '.join(others)}" if others else ""
        yield _Entry(mark, exercise.section if exercise.section != section else "", exercise, partners)
        section = exercise.section


def _section_rows(section: str, look: Look, width: float) -> list[Row]:
    rows = line_rows(section, look.section, width, "H2")
    return [dataclasses.replace(row, keep_next=True) for row in [*rows, Row(4)]] if rows else []


def _full_block(entry: _Entry, look: Look, width: float) -> Block:
    """Return one exercise: number and name on top, the figure at the left, all texts at its right."""
    exercise = entry.exercise
    head = [*_section_rows(entry.section, look, width), *_name_rows(entry, look, width)]
    again = one_line(f"{entry.mark}  {exercise.name}", look.small, width - 80)
    again = dataclasses.replace(again, text=f"{again.text} (continued)")
    banner, figure_width, figure_height = _measure_figure(exercise.figure, look)
    left = figure_width + _FIGURE_GAP if exercise.figure and not banner else 0
    return Block(
        body=tuple(_exercise_rows(entry, look, left, width - left)),
        head=(*head, Row(5, keep_next=True)),
        figure=exercise.figure,
        figure_width=figure_width,
        figure_height=figure_height,
        figure_alt=f"Drawing: {exercise.name}",
        banner=banner,
        ruled=True,
        continued=Row(look.small.leading + 8, (Text(0, again, look.small),), keep_next=True),
    )


def _name_rows(entry: _Entry, look: Look, width: float) -> list[Row]:
    indent = max(_INDENT * look.name.size / 12, look.number.width(entry.mark) + 8)
    rows = line_rows(entry.exercise.name, look.name, width - indent, "H2")
    if not rows:
        rows = line_rows(f"Exercise {entry.mark}", look.name, width - indent, "H2")
    rows = [dataclasses.replace(row, keep_next=True) for row in rows]
    rows = numbered(entry.mark, look.number, rows, 0, width, indent)
    rows[0] = dataclasses.replace(rows[0], outline=entry.exercise.name)
    return rows


def _measure_figure(figure: Figure | None, look: Look) -> tuple[bool, float, float]:
    """Return whether a figure goes above its texts instead of beside them, and the width and height of its place."""
    if figure is None:
        return False, 0, 0
    wide, high = figures.size(figure)
    if high / wide < _WIDE or look.is_large:
        most = _LARGE_BANNER if look.is_large else _BANNER
        scale = min(most[0] / wide, most[1] / high)
        return True, wide * scale, high * scale
    return False, _BESIDE[0], min(_BESIDE[0] * high / wide, _BESIDE[1])


def _exercise_rows(entry: _Entry, look: Look, left: float, width: float) -> list[Row]:
    """Return dose, photos, steps, note and cautions, each set apart from what stands above it."""
    exercise, inner = entry.exercise, width - 2 * PADDING
    dose = [*line_rows(exercise.dose, look.dose, inner), *line_rows(entry.partners, look.small, inner)]
    steps = [step_rows(i, step, look, left, width) for i, step in enumerate(exercise.steps, 1)]
    note = paragraph(exercise.note, look.body, inner)
    cautions = spaced((paragraph(caution, look.body, inner) for caution in exercise.cautions), 2)
    parts = (
        boxed(dose, left, width, look.tint, bar=look.accent),
        _photo_rows(exercise, left, width),
        spaced(steps, 2),
        _moved(with_label("What it should feel like", paragraph(exercise.feels_like, look.body, width), look), left),
        _moved(_video_rows(exercise.video_url, look, width), left),
        boxed(with_label("Note from your practitioner", note, look), left, width, look.note_fill),
        boxed(with_label("Take care", cautions, look), left, width, look.care_fill, bar=look.care),
    )
    return spaced(parts, 6)


def _moved(rows: list[Row], x: float) -> list[Row]:
    return [
        dataclasses.replace(row, texts=tuple(dataclasses.replace(text, x=text.x + x) for text in row.texts))
        for row in rows
    ]


def _photo_rows(exercise: DocumentExercise, left: float, width: float) -> list[Row]:
    """Return the photos side by side, two a row."""
    rows = []
    each = (width - 8) / 2
    for i in range(0, len(exercise.photos), 2):
        pictures = [
            Picture(left + place * (each + 8), 0, each, _PHOTO, photo, f"Photo: {exercise.name}")
            for place, photo in enumerate(exercise.photos[i : i + 2])
        ]
        rows.append(Row(_PHOTO + 4, pictures=tuple(pictures)))
    return rows


def _video_rows(url: str, look: Look, width: float) -> list[Row]:
    if not url:
        return []
    line = one_line(f"Video: {url}", look.link, width)
    return [Row(look.link.leading, (Text(0, line, look.link, url=url),))]


def _compact_blocks(entries: Sequence[_Entry], look: Look, width: float) -> list[Block]:
    """Return the exercises two a row; a section begins a row, and what is too long for a cell stands by itself."""
    blocks: list[Block] = []
    each = (width - _COLUMN_GAP) / 2
    waiting: list[tuple[_Entry, list[Row]]] = []

    def put() -> None:
        if waiting:
            section = _section_rows(waiting[0][0].section, look, width)
            cells = _on_one_line([rows for _, rows in waiting])
            columns = [(place * (each + _COLUMN_GAP), rows) for place, rows in enumerate(cells)]
            blocks.append(Block((*section, merged(columns)), ruled=True))
            waiting.clear()

    for entry in entries:
        rows = _cell_rows(entry, look, each)
        if entry.section or len(waiting) == 2:
            put()
        if sum(row.height for row in rows) > _HIGHEST_CELL:
            put()
            blocks.append(_full_block(entry, look, width))
        else:
            waiting.append((entry, rows))
    put()
    return blocks


def _on_one_line(cells: list[list[Row]]) -> list[list[Row]]:
    """Return cells whose names stand side by side: lower pictures move down to the height of the highest."""
    highest = max(rows[0].height if rows[0].pictures else 0 for rows in cells)
    found = []
    for rows in cells:
        missing = highest - (rows[0].height if rows[0].pictures else 0)
        found.append([Row(missing), *rows] if missing and len(cells) > 1 else rows)
    return found


def _cell_rows(entry: _Entry, look: Look, width: float) -> list[Row]:
    """Return one exercise in half a page's width: figure, name, dose, steps, note and cautions."""
    exercise = entry.exercise
    picture: list[Row] = []
    if exercise.figure is not None:
        wide, high = figures.size(exercise.figure)
        scale = min(width / wide, _CELL_FIGURE / high)
        place = (width - wide * scale) / 2
        shown = Picture(place, 0, wide * scale, high * scale, exercise.figure, f"Drawing: {exercise.name}")
        picture = [Row(high * scale + 4, pictures=(shown,))]
    elif exercise.photos:
        picture = [
            Row(
                _CELL_FIGURE + 4,
                pictures=(Picture(0, 0, width, _CELL_FIGURE, exercise.photos[0], f"Photo: {exercise.name}"),),
            )
        ]
    parts = (
        [*picture, *_name_rows(entry, look, width)],
        [*line_rows(exercise.dose, look.dose, width), *line_rows(entry.partners, look.small, width)],
        spaced((step_rows(i, step, look, 0, width) for i, step in enumerate(exercise.steps, 1)), 1),
        with_label("Note", paragraph(exercise.note, look.body, width), look),
        _video_rows(exercise.video_url, look, width),
        with_label(
            "Take care", [row for text in exercise.cautions for row in line_rows(text, look.small, width)], look
        ),
    )
    return spaced(parts, 3)


def _diary_blocks(document: ProgramDocument, entries: Sequence[_Entry], look: Look, width: float) -> list[Block]:
    """Return the table to tick off: the exercises down, two weeks of days across (a week each in large print)."""
    first = document.starts_on or document.assigned_on
    days = [first + datetime.timedelta(days=i) for i in range(_LONG_WEEK)]
    each = _WEEK if look.is_large else _LONG_WEEK
    return [_diary_table(entries, days[i : i + each], look, width) for i in range(0, len(days), each)]


def _diary_table(entries: Sequence[_Entry], days: Sequence[datetime.date], look: Look, width: float) -> Block:
    day_width = _DAY * (1.6 if look.is_large else 1)
    left = width - day_width * len(days)
    cells = tuple(Cell(left + i * day_width, day_width) for i in range(len(days)))
    title = f"Tick off what you have done, from {days[0].day}.{days[0].month}. to {days[-1].day}.{days[-1].month}."
    head = [
        Row(look.section.leading, (Text(0, Line("Diary"), look.section, tag="H2"),), keep_next=True, outline="Diary"),
        *(dataclasses.replace(row, keep_next=True) for row in line_rows(title, look.small, width)),
        Row(4, keep_next=True),
    ]
    names = _day_row(days, cells, look, day_width)
    rows = [
        _diary_row(f"{entry.mark}  {entry.exercise.name}", entry.exercise.dose, cells, look, left) for entry in entries
    ]
    rows += [_diary_row(words, "", cells, look, left) for words in ("Pain before (0-10)", "Pain after (0-10)")]
    return Block((names, *rows), head=tuple(head), ruled=True, continued=names)


def _day_row(days: Sequence[datetime.date], cells: Sequence[Cell], look: Look, width: float) -> Row:
    """Return the row that names the days: their letters over their numbers."""
    columns: list[tuple[float, list[Row]]] = []
    for cell, day in zip(cells, days, strict=True):
        texts: list[Row] = []
        for words in ("MTWTFSS"[day.weekday()], str(day.day)):
            middle = (width - look.small.width(words)) / 2
            texts.append(
                Row(look.small.leading, (Text(middle, Line(words), look.small, joins=bool(columns or texts)),))
            )
        columns.append((cell.x, texts))
    row = merged(columns, keep_next=True)
    return dataclasses.replace(row, height=row.height + 2)


def _diary_row(name: str, dose: str, cells: tuple[Cell, ...], look: Look, width: float) -> Row:
    """Return an exercise with its dose and a cell to tick for each day."""
    rows = [
        *line_rows(name, look.body, width - 2 * _CELL_PADDING),
        *line_rows(dose, look.small, width - 2 * _CELL_PADDING),
    ]
    row = merged([(_CELL_PADDING, [Row(3), *rows, Row(3)])])
    lowest = _DAY * (1.6 if look.is_large else 1)
    return dataclasses.replace(row, height=max(row.height, lowest), cells=(Cell(0, width), *cells))
