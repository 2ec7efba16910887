"""The top of a program: the practice's letterhead, title, who it is for, when to stop, and the way to the phone."""

import dataclasses
import io
from collections.abc import Iterator

from PIL import Image
from reportlab.lib.units import mm

from app.locales import write_long_date
from app.pdf.blocks import PADDING, Block, Picture, Row, Text, boxed, line_rows, merged, paragraph, shifted, with_label
from app.pdf.document import ProgramDocument, version_line
from app.pdf.look import Look
from app.pdf.text import Line, lines

_LOGO = (52 * mm, 20 * mm)  # the most a logo may take, width and height
_QR = 24 * mm
_LABELS = 1.05  # width of the labels before client, practitioner and date, in the length of the longest


def heading_blocks(document: ProgramDocument, look: Look, width: float) -> list[Block]:
    """Return the blocks that stand above the exercises."""
    blocks = [Block(tuple(_title_rows(document, look, width)))]
    inner = width - 2 * PADDING
    if note := paragraph(document.note, look.body, inner):
        blocks.append(Block(tuple(boxed(note, 0, width, look.tint))))
    if stop := _stop_rows(document, look, inner):
        blocks.append(Block(tuple(boxed(stop, 0, width, look.care_fill, bar=look.care))))
    if document.link is not None:
        blocks.append(Block((_link_row(document, look, width),)))
    return blocks


def _title_rows(document: ProgramDocument, look: Look, width: float) -> Iterator[Row]:
    yield from _letterhead_rows(document, look, width)
    for row in line_rows(document.title, look.title, width, "H1"):
        yield dataclasses.replace(row, keep_next=True)
    yield from line_rows(version_line(document), look.small, width)
    yield Row(8)
    prepared_by = ", ".join(filter(None, (document.practitioner_name.strip(), document.practitioner_title.strip())))
    country = document.country
    facts = [
        ("For", document.client_name),
        ("Prepared by", prepared_by),
        ("Date", write_long_date(document.assigned_on, country)),
        ("Start", write_long_date(document.starts_on, country) if document.starts_on else ""),
        ("Review", write_long_date(document.review_on, country) if document.review_on else ""),
    ]
    left = max(look.label.width(label) for label, _ in facts) * _LABELS + 14
    for label, value in facts:
        for i, line in enumerate(lines(value, look.value, width - left)):
            text = Text(left, line, look.value, joins=True)  # beside its label, whichever way it is read
            label_text = Text(0, Line(label), look.label)
            yield Row(look.value.leading, (label_text, text) if i == 0 else (text,))


def _letterhead_rows(document: ProgramDocument, look: Look, width: float) -> list[Row]:
    """Return the practice's name and address, with its logo at their right."""
    letterhead = document.letterhead
    logo = _logo_row(letterhead.logo, document.practice_name, width) if letterhead.logo else None
    room = width - (logo.pictures[0].width + 16 if logo else 0)
    # Beside the logo, whichever way a name is read.
    rows = [
        *line_rows(document.practice_name, look.practice, room),
        *line_rows(letterhead.address, look.small, room),
        *line_rows(letterhead.phone, look.small, room),
    ]
    rows = [
        dataclasses.replace(row, texts=tuple(dataclasses.replace(each, room=0) for each in row.texts)) for row in rows
    ]
    if logo is not None:
        return [merged([(0, rows), (0, [logo])]), Row(10)]
    return [*rows, Row(8)] if len(rows) > 1 else rows


def _logo_row(logo: bytes, practice: str, width: float) -> Row:
    """Return the logo at the right margin, fitted into its place whatever its shape."""
    with Image.open(io.BytesIO(logo)) as image:
        wide, high = image.size
    scale = min(_LOGO[0] / wide, _LOGO[1] / high)
    picture = Picture(width - wide * scale, 0, wide * scale, high * scale, logo, practice)
    return Row(high * scale, pictures=(picture,))


def _stop_rows(document: ProgramDocument, look: Look, width: float) -> list[Row]:
    """Return the warning when to stop, and whom to call."""
    rows = paragraph(document.stop_when, look.body, width)
    phone = document.letterhead.phone.strip()
    if rows and phone:
        rows += line_rows(f"Call us: {phone}", look.dose, width)
    return with_label("When to stop", rows, look)


def _link_row(document: ProgramDocument, look: Look, width: float) -> Row:
    """Return the QR code with the address and, where a code opens it, the code."""
    link = document.link
    assert link is not None  # noqa: S101 - the caller asked
    left = _QR + 14
    address = link.url.removeprefix("https://").removeprefix("http://")
    opens = f"Code: {link.code[:3]} {link.code[3:]}" if link.code else "It opens with your date of birth."
    texts = [
        *line_rows("This program on your phone", look.dose, width - left),
        *(
            Row(look.link.leading, (Text(0, line, look.link, url=link.url),))
            for line in lines(address, look.link, width - left)
        ),
        *line_rows(opens, look.dose if link.code else look.body, width - left),
        *line_rows("Tick off what you have done, and see the newest version.", look.small, width - left),
    ]
    above = max(0.0, (_QR - sum(row.height for row in texts)) / 2)
    code = Row(_QR, pictures=(Picture(0, 0, _QR, _QR, link.url, "QR code of the address"),))
    return merged([(0, [code]), (left, [Row(above), *shifted(texts, 0)])])
