"""What pages are made of: blocks of rows with texts, boxes and pictures, laid out within the width of a page.

All lengths are points; `x` counts from the left margin, heights and `down` count downwards.
"""

import dataclasses
from collections.abc import Iterable

from reportlab.lib.colors import Color

from app.pdf.figures import Figure
from app.pdf.look import Look
from app.pdf.text import Line, Style, lines

BANNER_GAP = 7.0  # below a figure that stands above its texts
PADDING = 10.0  # of boxes, left and right
STEP_INDENT = 16.0


@dataclasses.dataclass(frozen=True, eq=False)
class Panel:
    """A tinted box behind the rows that name it; each box is its own object, however much two look alike."""

    x: float
    width: float
    fill: Color
    bar: Color | None = None  # a bold edge at the left, so that the box is seen without colour


@dataclasses.dataclass(frozen=True)
class Text:
    """One printable line that starts `x` from the left margin.

    `down` is its place in a row that holds several lines, else it stands in the middle of the row. `room` is the width
    of its paragraph: a line that is read from right to left ends there. `url` makes it a link. `tag` says what it is
    when read aloud, "H1", "H2" or "P"; what `joins` belongs to the text before it.
    """

    x: float
    line: Line
    style: Style
    down: float | None = None
    room: float = 0.0
    url: str = ""
    tag: str = "P"
    joins: bool = False
    column: int = 0  # of those side by side in its row; each is read by itself


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure, an image (PNG or JPEG) or the address of a QR code, fitted into a box of a row; `alt` describes it."""

    x: float
    down: float
    width: float
    height: float
    what: Figure | bytes | str
    alt: str = ""
    column: int = 0


@dataclasses.dataclass(frozen=True)
class Cell:
    """An empty box with an edge, to be written in by hand; the `down` of a row's top is 0."""

    x: float
    width: float
    fill: Color | None = None


@dataclasses.dataclass(frozen=True)
class Row:
    """What stands side by side and is never cut; `keep_next` asks to stay on the page of the row below."""

    height: float
    texts: tuple[Text, ...] = ()
    panel: Panel | None = None
    keep_next: bool = False
    pictures: tuple[Picture, ...] = ()
    cells: tuple[Cell, ...] = ()
    outline: str = ""  # an entry of the reader's table of contents that leads here
    is_repeated: bool = False  # was read on an earlier page


@dataclasses.dataclass(frozen=True)
class Block:
    """Rows that share a page if one can hold them: `head`, then the figure, with `body` at its right or below it."""

    body: tuple[Row, ...]
    head: tuple[Row, ...] = ()
    figure: Figure | None = None
    figure_width: float = 0.0
    figure_height: float = 0.0
    figure_alt: str = ""
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


def line_rows(text: str, style: Style, width: float, tag: str = "P") -> list[Row]:
    """Return a row for each line of a text."""
    return [
        Row(style.leading, (Text(0, line, style, room=width, tag=tag, joins=i > 0),))
        for i, line in enumerate(lines(text, style, width))
    ]


def paragraph(text: str, style: Style, width: float) -> list[Row]:
    """Return the rows of a text, of which the first two and the last two stay together."""
    found = line_rows(text, style, width)
    last = len(found) - 1
    return [dataclasses.replace(row, keep_next=i != last and i in (0, last - 1)) for i, row in enumerate(found)]


def spaced(parts: Iterable[list[Row]], gap: float) -> list[Row]:
    """Return the rows of all parts, with a gap between one part and the next; empty parts leave none."""
    rows: list[Row] = []
    for part in filter(None, parts):
        rows += [Row(gap), *part] if rows else part
    return rows


def with_label(label: str, rows: list[Row], look: Look) -> list[Row]:
    """Return rows under a label that stays with them; no rows, no label."""
    if not rows:
        return []
    return [Row(look.heading.leading, (Text(0, Line(label), look.heading),), keep_next=True), *rows]


def shifted(rows: Iterable[Row], x: float, panel: Panel | None = None) -> list[Row]:
    """Return the rows moved right by `x`, on a panel if one is given."""
    return [
        dataclasses.replace(
            row,
            texts=tuple(dataclasses.replace(text, x=text.x + x) for text in row.texts),
            pictures=tuple(dataclasses.replace(picture, x=picture.x + x) for picture in row.pictures),
            panel=panel,
        )
        for row in rows
    ]


def boxed(rows: list[Row], left: float, width: float, fill: Color, bar: Color | None = None) -> list[Row]:
    """Return the rows inside a tinted box, or nothing when there are none."""
    if not rows:
        return []
    panel = Panel(left, width, fill, bar)
    inside = shifted(rows, left + PADDING, panel)
    # The padding stays with the rows it pads: a box never opens or ends with an empty strip on another page.
    inside[-1] = dataclasses.replace(inside[-1], keep_next=True)
    return [Row(4, panel=panel, keep_next=True), *inside, Row(5, panel=panel)]


def numbered(mark: str, style: Style, rows: list[Row], left: float, width: float, indent: float) -> list[Row]:
    """Return rows of `width - indent` with a mark hanging where the reading of the first begins."""
    if not rows:
        return []
    first = rows[0].texts[0]
    is_rtl = first.line.is_rtl
    place = left + width - style.width(mark) if is_rtl else left
    rows = shifted(rows, left if is_rtl else left + indent)
    texts = (Text(place, Line(mark), style, tag=first.tag), dataclasses.replace(rows[0].texts[0], joins=True))
    return [dataclasses.replace(rows[0], texts=texts), *rows[1:]]


def step_rows(number: int, step: str, look: Look, left: float, width: float) -> list[Row]:
    """Return one step with its number hanging at the side where reading begins."""
    indent = STEP_INDENT * look.body.size / 9.5
    return numbered(str(number), look.step_number, paragraph(step, look.body, width - indent), left, width, indent)


def merged(columns: Iterable[tuple[float, list[Row]]], *, keep_next: bool = False) -> Row:
    """Return one row that holds columns of rows side by side, each moved right by its `x`; it is never cut.

    Boxes behind the rows of a column are left out.
    """
    texts: list[Text] = []
    pictures: list[Picture] = []
    height = 0.0
    outline = ""
    for column, (x, rows) in enumerate(columns):
        down = 0.0
        for row in rows:
            for text in row.texts:
                middle = (row.height - text.style.leading) / 2 if text.down is None else text.down
                texts.append(dataclasses.replace(text, x=text.x + x, down=down + middle, column=column))
            pictures += [
                dataclasses.replace(picture, x=picture.x + x, down=picture.down + down, column=column)
                for picture in row.pictures
            ]
            outline = outline or row.outline
            down += row.height
        height = max(height, down)
    return Row(height, tuple(texts), pictures=tuple(pictures), keep_next=keep_next, outline=outline)
