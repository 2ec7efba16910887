"""A program laid out as blocks of rows: what stands where within the width of a page, before pages are cut.

All lengths are points; `x` counts from the left margin, heights count downwards.
"""

import dataclasses
from collections.abc import Iterable

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm

from app.pdf import figures
from app.pdf.document import DocumentExercise, ProgramDocument, version_line, written_date
from app.pdf.figures import Figure
from app.pdf.text import ACCENT, QUIET, Line, Style, lines, one_line

PRACTICE = Style(10.5, 16, bold=True, colour=ACCENT)
TITLE = Style(22, 28, bold=True)
LABEL = Style(9, 16, colour=QUIET)
LABEL_BOLD = Style(8.5, 13, bold=True, colour=QUIET)
VALUE = Style(11, 16)
NAME = Style(13, 17, bold=True)
NUMBER = Style(13, 17, bold=True, colour=ACCENT)
DOSE = Style(10.5, 15, bold=True)
BODY = Style(10, 13.5)
STEP_NUMBER = Style(10, 13.5, bold=True, colour=ACCENT)
SMALL = Style(8.5, 12, colour=QUIET)

PROGRAM_NOTE_FILL = HexColor(0xEEF3F2)
NOTE_FILL = HexColor(0xF1F3F4)
DOSE_FILL = HexColor(0xDDEBE9)
CARE_FILL = HexColor(0xFBF0E0)
CARE = HexColor(0x9A5B00)

BANNER_GAP = 9.0  # below a figure that stands above its texts
_BESIDE: tuple[float, float] = (55 * mm, 64 * mm)  # the place of a figure beside its texts, width and greatest height
_BANNER: tuple[float, float] = (115 * mm, 24 * mm)  # the most a figure above its texts may take
_WIDE = 0.42  # a figure flatter than this (height / width) would be tiny beside its texts
_FIGURE_GAP = 16.0
_LABEL_WIDTH = 76.0  # of what stands before the client, the practitioner and the date
_INDENT = 24.0  # of a name behind its number
_STEP_INDENT = 17.0
_PADDING = 11.0  # of boxes, left and right


@dataclasses.dataclass(frozen=True, eq=False)
class Panel:
    """A tinted box behind the rows that name it; each box is its own object, however much two look alike."""

    x: float
    width: float
    fill: Color
    bar: Color | None = None  # a bold edge at the left, so that the box is seen without colour


@dataclasses.dataclass(frozen=True)
class Text:
    """One printable line that starts `x` from the left margin."""

    x: float
    line: Line
    style: Style


@dataclasses.dataclass(frozen=True)
class Row:
    """What stands side by side and is never cut; `keep_next` asks to stay on the page of the row below."""

    height: float
    texts: tuple[Text, ...] = ()
    panel: Panel | None = None
    keep_next: bool = False


@dataclasses.dataclass(frozen=True)
class Block:
    """Rows that share a page if one can hold them: `head`, then the figure, with `body` at its right or below it."""

    body: tuple[Row, ...]
    head: tuple[Row, ...] = ()
    figure: Figure | None = None
    figure_width: float = 0.0
    figure_height: float = 0.0
    banner: bool = False  # the body stands below the figure, not beside it
    ruled: bool = False  # a thin line above
    continued: Row | None = None  # what stands on top of each further page

    @property
    def head_height(self) -> float:
        """The height of the rows above the figure."""
        return sum(row.height for row in self.head)

    @property
    def height(self) -> float:
        """The height of the block on a page of its own."""
        body = sum(row.height for row in self.body)
        if self.banner:
            return self.head_height + self.figure_height + BANNER_GAP + body
        return self.head_height + max(self.figure_height, body)


def lay_out(document: ProgramDocument, width: float) -> list[Block]:
    """Return the blocks of a document for pages with `width` points between the margins."""
    blocks = [Block(tuple(_header_rows(document, width)))]
    if note := _paragraph(document.note, BODY, width - 2 * _PADDING):
        blocks.append(Block(tuple(_boxed(note, 0, width, PROGRAM_NOTE_FILL))))
    blocks += [_exercise_block(number, exercise, width) for number, exercise in enumerate(document.exercises, 1)]
    return blocks


def _header_rows(document: ProgramDocument, width: float) -> Iterable[Row]:
    """Return the practice, the title, and who the program is for, by whom and of when."""
    for line in lines(document.practice_name, PRACTICE, width):
        yield Row(PRACTICE.leading, (Text(0, line, PRACTICE),))
    for line in lines(document.title, TITLE, width):
        yield Row(TITLE.leading, (Text(0, line, TITLE),), keep_next=True)
    for line in lines(version_line(document), SMALL, width):
        yield Row(SMALL.leading, (Text(0, line, SMALL),))
    yield Row(10)
    facts = (
        ("For", document.client_name),
        ("Prepared by", document.practitioner_name),
        ("Date", written_date(document.assigned_on)),
    )
    for label, value in facts:
        for i, line in enumerate(lines(value, VALUE, width - _LABEL_WIDTH)):
            text = Text(_LABEL_WIDTH, line, VALUE)
            yield Row(VALUE.leading, (Text(0, Line(label), LABEL), text) if i == 0 else (text,))


def _exercise_block(number: int, exercise: DocumentExercise, width: float) -> Block:
    """Return one exercise: number and name on top, the figure at the left, all texts at its right."""
    names = lines(exercise.name, NAME, width - _INDENT) or [Line(f"Exercise {number}")]
    digits = Text(0, Line(str(number)), NUMBER)
    head = [Row(NAME.leading, (Text(_INDENT, line, NAME),), keep_next=True) for line in names]
    head[0] = dataclasses.replace(head[0], texts=(digits, *head[0].texts))
    again = one_line(f"{number}  {exercise.name}", SMALL, width - 80)
    again = dataclasses.replace(again, text=f"{again.text} (continued)")
    banner, figure_width, figure_height = _measure_figure(exercise.figure)
    left = figure_width + _FIGURE_GAP if exercise.figure and not banner else 0
    return Block(
        body=tuple(_exercise_rows(exercise, left, width - left)),
        head=(*head, Row(6, keep_next=True)),
        figure=exercise.figure,
        figure_width=figure_width,
        figure_height=figure_height,
        banner=banner,
        ruled=True,
        continued=Row(
            SMALL.leading + 8,
            (Text(0, again, SMALL),),
            keep_next=True,
        ),
    )


def _measure_figure(figure: Figure | None) -> tuple[bool, float, float]:
    """Return whether a figure goes above its texts instead of beside them, and the width and height of its place."""
    if figure is None:
        return False, 0, 0
    wide, high = figures.size(figure)
    if high / wide < _WIDE:
        scale = min(_BANNER[0] / wide, _BANNER[1] / high)
        return True, wide * scale, high * scale
    return False, _BESIDE[0], min(_BESIDE[0] * high / wide, _BESIDE[1])


def _exercise_rows(exercise: DocumentExercise, left: float, width: float) -> list[Row]:
    """Return dose, steps, note and cautions, each set apart from what stands above it."""
    inner = width - 2 * _PADDING
    dose = [Row(DOSE.leading, (Text(0, line, DOSE),)) for line in lines(exercise.dose, DOSE, inner)]
    steps = [_step_rows(i, step, left, width) for i, step in enumerate(exercise.steps, 1)]
    note = _paragraph(exercise.note, BODY, inner)
    cautions = _spaced((_paragraph(caution, BODY, inner) for caution in exercise.cautions), 3)
    parts = (
        _boxed(dose, left, width, DOSE_FILL, bar=ACCENT),
        _spaced(steps, 3),
        _boxed(_with_label("Note from your practitioner", note), left, width, NOTE_FILL),
        _boxed(_with_label("Take care", cautions), left, width, CARE_FILL, bar=CARE),
    )
    return _spaced(parts, 7)


def _step_rows(number: int, step: str, left: float, width: float) -> list[Row]:
    """Return one step with its number hanging at the left."""
    rows = _shifted(_paragraph(step, BODY, width - _STEP_INDENT), left + _STEP_INDENT)
    if rows:
        digits = Text(left, Line(str(number)), STEP_NUMBER)
        rows[0] = dataclasses.replace(rows[0], texts=(digits, *rows[0].texts))
    return rows


def _spaced(parts: Iterable[list[Row]], gap: float) -> list[Row]:
    """Return the rows of all parts, with a gap between one part and the next; empty parts leave none."""
    rows: list[Row] = []
    for part in filter(None, parts):
        rows += [Row(gap), *part] if rows else part
    return rows


def _with_label(label: str, rows: list[Row]) -> list[Row]:
    """Return rows under a label that stays with them; no rows, no label."""
    if not rows:
        return []
    return [Row(LABEL_BOLD.leading, (Text(0, Line(label), LABEL_BOLD),), keep_next=True), *rows]


def _paragraph(text: str, style: Style, width: float) -> list[Row]:
    """Return the rows of a text, of which the first two and the last two stay together."""
    found = lines(text, style, width)
    last = len(found) - 1
    return [
        Row(style.leading, (Text(0, line, style),), keep_next=i != last and i in (0, last - 1))
        for i, line in enumerate(found)
    ]


def _shifted(rows: Iterable[Row], x: float, panel: Panel | None = None) -> list[Row]:
    """Return the rows moved right by `x`, on a panel if one is given."""
    return [
        dataclasses.replace(
            row, texts=tuple(dataclasses.replace(text, x=text.x + x) for text in row.texts), panel=panel
        )
        for row in rows
    ]


def _boxed(rows: list[Row], left: float, width: float, fill: Color, bar: Color | None = None) -> list[Row]:
    """Return the rows inside a tinted box, or nothing when there are none."""
    if not rows:
        return []
    panel = Panel(left, width, fill, bar)
    inside = _shifted(rows, left + _PADDING, panel)
    # The padding stays with the rows it pads: a box never opens or ends with an empty strip on another page.
    inside[-1] = dataclasses.replace(inside[-1], keep_next=True)
    return [Row(4, panel=panel, keep_next=True), *inside, Row(5, panel=panel)]
