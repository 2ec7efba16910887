"""What a document is made of, for people who have it read aloud (ISO 32000-1, 14.7 and 14.8).

Headings, paragraphs and pictures with their descriptions, in reading order; what only decorates is left out.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFName, PDFObject

from app.pdf import bidi


@dataclasses.dataclass(eq=False)
class _Element:
    """A heading (H1, H2), paragraph (P) or picture (Figure); its marks are (page, number on the page)."""

    tag: str
    alt: str
    place: tuple[int, float, int, bool]  # page, distance from its top, column; pictures stand before texts
    marks: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    texts: list[str] = dataclasses.field(default_factory=list)


class Structure:
    """Collects the elements of one document while its pages are drawn on `canvas`."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._elements: list[_Element] = []
        self._pages: dict[int, list[_Element]] = {}  # of each page the elements of its marks
        self._open: _Element | None = None
        self._text: _Element | None = None  # the last one that is no picture
        self._is_decoration = False

    def begin_picture(self, alt: str, down: float, column: int) -> None:
        """Say that a picture is drawn from here on, so far from the top."""
        self.end()
        self._elements.append(_Element("Figure", alt, (self._canvas.getPageNumber(), down, column, False)))
        self._mark(self._elements[-1])

    def begin_text(self, text: str, tag: str, down: float, column: int, *, joins: bool) -> None:
        """Say what text is drawn from here on: a new element, or more of the last one when it `joins`."""
        if not joins or self._text is None:
            self.end()
            self._text = _Element(tag, "", (self._canvas.getPageNumber(), down, column, True))
            self._elements.append(self._text)
        self._text.texts.append(text)
        if self._open is not self._text:
            self.end()
            self._mark(self._text)

    def _mark(self, element: _Element) -> None:
        page = self._canvas.getPageNumber()
        marks = self._pages.setdefault(page, [])
        element.marks.append((page, len(marks)))
        self._canvas.addLiteral(f"/{element.tag}<</MCID {len(marks)}>>BDC")
        marks.append(element)
        self._open = element

    def decorate(self) -> None:
        """Say that what is drawn from here on is not read: rules, boxes, and what repeats on each page."""
        self.end()
        self._is_decoration = True
        self._canvas.addLiteral("/Artifact BMC")

    def end(self) -> None:
        """Say that nothing is drawn until something begins; called at the end of each page too."""
        if self._open is not None or self._is_decoration:
            self._canvas.addLiteral("EMC")
        self._open, self._is_decoration = None, False

    def write(self, document: PDFDocument) -> None:
        """Add the elements to the document in the order of their places; all pages are drawn."""
        root, whole, tree = _Written(), _Written(), _Written()
        numbers = {each: _number(document, each) for each in (root, whole, tree)}
        pages = {page: document.idToObjectNumberAndVersion[f"Page{page}"][0] for page in self._pages}
        parts: dict[_Element, int] = {}
        for element in sorted(self._elements, key=lambda each: each.place):
            parts[element] = _number(document, _Written(_element_object(element, numbers[whole], pages)))
        root.text = f"<</Type /StructTreeRoot /K {numbers[whole]} 0 R /ParentTree {numbers[tree]} 0 R>>"
        whole.text = f"<</S /Document /P {numbers[root]} 0 R /K [{_references(parts.values())}]>>"
        marks = []
        for place, (page, elements) in enumerate(sorted(self._pages.items())):
            marks.append(f"{place} [{_references(parts[element] for element in elements)}]")
            _name_page(document.idToObject[f"Page{page}"], place)
        tree.text = f"<</Nums [{' '.join(marks)}]>>"
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})


class _Written(PDFObject):  # type: ignore[misc]  # reportlab ships no types
    """An object as it stands in the file: there are many, and reportlab's dictionaries take ten times as long."""

    __RefOnly__ = 1

    def __init__(self, text: str = "") -> None:
        self.text = text

    def format(self, _document: PDFDocument) -> bytes:
        return self.text.encode("ascii")


def _number(document: PDFDocument, each: _Written) -> int:
    number: int = document.idToObjectNumberAndVersion[document.Reference(each).name][0]
    return number


def _references(numbers: Iterable[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)


def _element_object(element: _Element, parent: int, pages: Mapping[int, int]) -> str:
    """Return an element as a dictionary; marks on other pages than its first name theirs."""
    first = element.marks[0][0]
    kids = " ".join(
        str(mark) if page == first else f"<</Type /MCR /Pg {pages[page]} 0 R /MCID {mark}>>"
        for page, mark in element.marks
    )
    alt = f" /Alt {_string(element.alt)}" if element.alt else ""
    text = " ".join(element.texts)
    # On the page such text stands in the order of the paper, from which readers can only guess.
    actual = f" /ActualText {_string(text)}" if bidi.has_rtl(text) else ""
    return f"<</S /{element.tag} /P {parent} 0 R /Pg {pages[first]} 0 R /K [{kids}]{alt}{actual}>>"


def _string(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _name_page(page: Any, place: int) -> None:
    """Say where a page's marks are in the tree; reportlab writes only the entries of a page that it knows."""
    page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
    page.StructParents, page.Tabs = place, PDFName("S")
