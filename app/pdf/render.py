"""Make the PDF of a program: cut its blocks into pages and draw them with reportlab."""

import dataclasses
import functools
import io
import threading
from itertools import groupby

from PIL import Image
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.utils import ImageReader

from app.pdf import figures, fonts
from app.pdf.blocks import BANNER_GAP, Block, Panel, Picture, Row, Text
from app.pdf.document import ProgramDocument
from app.pdf.layouts import lay_out
from app.pdf.look import Look, look_of
from app.pdf.paper import Paper
from app.pdf.qr import draw_qr_code
from app.pdf.text import Line, draw_line, lines, one_line

_PAPERS = {"A4": A4, "Letter": LETTER}
_SIDE, _TOP, _BOTTOM = 45.0, 42.0, 54.0  # margins; the footer stands in the bottom one
_MOST_FOOTER_LINES = 10  # more than the 300 letters of a footer take in large print
_FOOTER = 30.0  # from the lower edge to the footer's baseline
_BLOCK_GAP = 12.0
_RULE_GAP = 8.0  # from a block's rule to its first row
_SLACK = 0.01  # sums of row heights differ a little with the order of adding
_LONGEST_ENTRY = 200

# Fonts and what is known about them are shared by all documents. Rendering is mostly Python, which runs one thread at a
# time anyway, so taking turns costs nothing.
_one_at_a_time = threading.Lock()


@dataclasses.dataclass
class Page:
    """One page being filled: rows, figures and rules, each with its distance from the top margin."""

    rows: list[tuple[float, Row]] = dataclasses.field(default_factory=list)
    figures: list[tuple[float, Block]] = dataclasses.field(default_factory=list)
    rules: list[float] = dataclasses.field(default_factory=list)
    used: float = 0.0

    def add(self, rows: tuple[Row, ...]) -> None:
        """Put rows below what is there."""
        for row in rows:
            self.rows.append((self.used, row))
            self.used += row.height


def render(document: ProgramDocument) -> bytes:
    """Return the PDF of a document; the same document always gives the same bytes, in any thread."""
    with _one_at_a_time:
        paper, look = _PAPERS[document.page_size], look_of(document)
        blocks = lay_out(document, paper[0] - 2 * _SIDE)
        footer = lines(document.letterhead.footer, look.small, paper[0] - 2 * _SIDE)[:_MOST_FOOTER_LINES]
        bottom = _BOTTOM + len(footer) * look.small.leading + (look.small.size - 8.5)
        pages = paginate(blocks, paper[1] - _TOP - bottom)
        return _Drawing(document, look, paper, footer).draw(pages)


def paginate(blocks: list[Block], room: float) -> list[Page]:
    """Return the pages, each `room` points high, that the blocks fill; only a block higher than a page is split."""
    pages = [Page()]
    for block in blocks:
        page = pages[-1]
        rule = _RULE_GAP if block.ruled else 0
        gap = _BLOCK_GAP if page.used else 0
        left = room - page.used - gap - rule
        fits = block.height <= left
        splits = block.height > room - rule and left > max(room / 3, block.head_height + block.figure_height)
        if page.used and not fits and not splits:
            page, gap = Page(), 0
            pages.append(page)
        page.used += gap
        if block.ruled:
            page.rules.append(page.used)
            page.used += rule
        _place(block, pages, room)
    return pages


def _place(block: Block, pages: list[Page], room: float) -> None:
    """Put a block on the last page, and on further ones as far as it needs them."""
    _flow(block.head, block, pages, room)
    if block.figure is not None and pages[-1].used + block.figure_height > room + _SLACK:
        pages.append(_continued(block))
    first = pages[-1]
    figure_end = first.used + block.figure_height
    if block.figure is not None:
        first.figures.append((first.used, block))
    if block.banner:
        first.used = figure_end + BANNER_GAP
    _flow(block.body, block, pages, room)
    if pages[-1] is first:
        first.used = max(first.used, figure_end)


def _flow(rows: tuple[Row, ...], block: Block, pages: list[Page], room: float) -> None:
    """Put rows on the last page, and on further ones when it is full."""
    for group in _groups(rows, room):
        if pages[-1].used + sum(row.height for row in group) > room + _SLACK and pages[-1].rows:
            pages.append(_continued(block))
        pages[-1].add(group)


def _continued(block: Block) -> Page:
    """Return a new page that says which block goes on here."""
    page = Page()
    if block.continued is not None:
        page.add((dataclasses.replace(block.continued, is_repeated=True),))
    return page


def _groups(rows: tuple[Row, ...], room: float) -> list[tuple[Row, ...]]:
    """Return the rows in groups that stay on one page; what is too high for a page comes row by row."""
    groups: list[tuple[Row, ...]] = []
    group: tuple[Row, ...] = ()
    for row in rows:
        group = (*group, row)
        if not row.keep_next:
            groups.append(group)
            group = ()
    if group:
        groups.append(group)
    # Half a page leaves space for the line that says "continued", and keeps pages from ending far too early.
    whole = room / 2
    return [
        part
        for group in groups
        for part in ([group] if sum(row.height for row in group) <= whole else [(row,) for row in group])
    ]


@dataclasses.dataclass(frozen=True)
class _Drawing:
    """A document on its way to paper."""

    document: ProgramDocument
    look: Look
    paper: tuple[float, float]
    footer: list[Line]

    def draw(self, pages: list[Page]) -> bytes:
        """Return the pages as PDF bytes, with footers and the document's own details."""
        texts = "".join(text.line.text for page in pages for _, row in page.rows for text in row.texts)
        canvas = _open_canvas(self.document, self.paper, fonts.place_of(texts))
        entries = _Outline(canvas)
        for number, page in enumerate(pages, 1):
            self._draw_page(canvas, page, entries)
            self._draw_footer(canvas, f"Page {number} of {len(pages)}")
            canvas.structure.end()
            canvas.showPage()
        return canvas.finish()

    def _draw_page(self, canvas: Paper, page: Page, entries: "_Outline") -> None:
        """Draw rules, boxes, figures and texts, from back to front."""
        top = self.paper[1] - _TOP
        canvas.structure.decorate()
        self._draw_decoration(canvas, page, top)
        # Figures first: like beside like is packed better. In the structure each stands where it is read.
        for down, block in page.figures:
            if block.figure is not None:
                picture = Picture(0, 0, block.figure_width, block.figure_height, block.figure, block.figure_alt)
                self._draw_picture(canvas, picture, top, down)
        for down, row in page.rows:
            self._draw_row(canvas, row, top, down, entries)

    def _draw_decoration(self, canvas: Paper, page: Page, top: float) -> None:
        canvas.setStrokeColor(self.look.line)
        canvas.setLineWidth(0.7)
        for down in page.rules:
            canvas.line(_SIDE, top - down, self.paper[0] - _SIDE, top - down)
        for panel, rows in groupby(page.rows, key=lambda placed: placed[1].panel):
            if panel is not None:
                boxed = list(rows)
                _draw_panel(canvas, panel, top - boxed[0][0], sum(row.height for _, row in boxed))
        for down, row in page.rows:
            for cell in row.cells:
                canvas.rect(_SIDE + cell.x, top - down - row.height, cell.width, row.height, stroke=1, fill=0)

    def _draw_row(self, canvas: Paper, row: Row, top: float, down: float, entries: "_Outline") -> None:
        if row.outline:
            entries.add(row.outline, top - down)
        for picture in row.pictures:
            self._draw_picture(canvas, picture, top, down)
        for text in row.texts:
            if row.is_repeated:
                canvas.structure.decorate()
            else:
                canvas.structure.begin_text(text.line.text, text.tag, down, text.column, joins=text.joins)
            _draw_text(canvas, text, top - down, row.height)

    def _draw_picture(self, canvas: Paper, picture: Picture, top: float, down: float) -> None:
        """Draw a figure, an image or a QR code into its box, `down` from the page's top."""
        canvas.structure.begin_picture(_detail(picture.alt) or "Picture", down, picture.column)
        top -= down
        x, y = _SIDE + picture.x, top - picture.down - picture.height
        if isinstance(picture.what, str):
            draw_qr_code(canvas, picture.what, x, y, picture.width)
        elif isinstance(picture.what, bytes):
            image = ImageReader(io.BytesIO(_greyed(picture.what) if self.look.is_grey else picture.what))
            canvas.drawImage(image, x, y, picture.width, picture.height, mask="auto", preserveAspectRatio=True)
        elif self.look.is_grey:
            figures.draw(canvas, picture.what, x, y, picture.width, picture.height, is_grey=True)
        else:
            figures.draw(canvas, picture.what, x, y, picture.width, picture.height)

    def _draw_footer(self, canvas: Paper, page: str) -> None:
        """Draw the practice's own words, whose program this is at the left and the page number at the right."""
        canvas.structure.decorate()
        small, room = self.look.small, self.paper[0] - 2 * _SIDE
        for i, line in enumerate(reversed(self.footer), 1):
            draw_line(canvas, _SIDE, _FOOTER + i * small.leading, line, small)
        owner = " \N{MIDDLE DOT} ".join(filter(None, (self.document.client_name, self.document.practice_name)))
        end = small.width(page)
        draw_line(canvas, _SIDE, _FOOTER, one_line(owner, small, room - end - 24), small)
        draw_line(canvas, self.paper[0] - _SIDE - end, _FOOTER, Line(page), small)


class _Outline:
    """The reader's table of contents: one entry an exercise."""

    def __init__(self, canvas: Paper) -> None:
        self.canvas = canvas
        self.count = 0

    def add(self, words: str, top: float) -> None:
        """Add an entry that leads to this height of the present page."""
        self.count += 1
        key = f"entry-{self.count}"
        self.canvas.bookmarkHorizontal(key, 0, top)
        self.canvas.addOutlineEntry(_detail(words)[:_LONGEST_ENTRY] or key, key)


def _open_canvas(document: ProgramDocument, paper: tuple[float, float], place: str) -> Paper:
    """Return an empty canvas that knows the document's details."""
    canvas = Paper(paper, "en", place)
    makers = filter(None, (_detail(document.practitioner_name), _detail(document.practice_name)))
    canvas.setTitle(_detail(document.title) or "Exercise program")
    canvas.setAuthor(", ".join(makers))
    canvas.setSubject(f"Exercise program for {_detail(document.client_name)}")
    canvas.setCreator("Kinebridge")
    # An invariant file is else said to be made on 1 January 2000.
    canvas.setDateFormatter(lambda *_now: f"D:{document.assigned_on:%Y%m%d}")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def _draw_text(canvas: Paper, text: Text, top: float, height: float) -> None:
    """Draw one line of a row that begins at `top`."""
    if text.down is not None:
        top, height = top - text.down, text.style.leading
    x = _SIDE + text.x
    if text.line.is_rtl and text.room:
        x += text.room - text.style.width(text.line.text)
    # Two thirds of the free height above the letters puts them in the middle of their line, to the eye.
    baseline = top - (height + text.style.size * 0.7) / 2
    draw_line(canvas, x, baseline, text.line, text.style)
    if text.url:
        end = x + text.style.width(text.line.text)
        canvas.linkURL(text.url, (x, baseline - 2, end, baseline + text.style.size))


def _draw_panel(canvas: Paper, panel: Panel, top: float, height: float) -> None:
    """Draw one tinted box, with its bold edge if it has one."""
    canvas.setFillColor(panel.fill)
    canvas.roundRect(_SIDE + panel.x, top - height, panel.width, height, 4, stroke=0, fill=1)
    if panel.bar is not None:
        canvas.setFillColor(panel.bar)
        canvas.rect(_SIDE + panel.x, top - height, 3, height, stroke=0, fill=1)


@functools.lru_cache(maxsize=32)
def _greyed(image: bytes) -> bytes:
    """Return an image without its colours, as PNG."""
    with Image.open(io.BytesIO(image)) as opened:
        target = io.BytesIO()
        opened.convert("LA" if opened.mode in ("RGBA", "LA", "P") else "L").save(target, "PNG")
        return target.getvalue()


def _detail(text: str) -> str:
    """Return text as one line in any script: what a reader shows outside the pages has fonts of its own."""
    return " ".join(fonts.clean(text).split())
