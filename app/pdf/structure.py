"""What a document is made of, for people who have it read aloud (ISO 32000-1, 14.7 and 14.8).

Headings, paragraphs and pictures with their descriptions, in reading order; what only decorates is left out.
"""

import dataclasses
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFDocument, PDFName, PDFObjectReference, PDFString

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
        root, whole = PDFDictionary({"Type": PDFName("StructTreeRoot")}), PDFDictionary({"S": PDFName("Document")})
        root_reference, whole_reference = document.Reference(root), document.Reference(whole)
        elements = sorted(self._elements, key=lambda element: element.place)
        references = {element: document.Reference(_object(element, whole_reference)) for element in elements}
        whole["P"], whole["K"], root["K"] = root_reference, PDFArray(list(references.values())), whole_reference
        numbers: list[Any] = []
        for place, (page, marks) in enumerate(sorted(self._pages.items())):
            numbers += [place, PDFArray([references[element] for element in marks])]
            _name_page(document.idToObject[f"Page{page}"], place)
        root["ParentTree"] = document.Reference(PDFDictionary({"Nums": PDFArray(numbers)}))
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})


def _object(element: _Element, parent: PDFObjectReference) -> PDFDictionary:
    first = element.marks[0][0]
    kids = [number if page == first else _elsewhere(page, number) for page, number in element.marks]
    found = PDFDictionary(
        {
            "S": PDFName(element.tag),
            "P": parent,
            "Pg": PDFObjectReference(f"Page{first}"),
            "K": kids[0] if len(kids) == 1 else PDFArray(kids),
        }
    )
    if element.alt:
        found["Alt"] = PDFString(element.alt)
    text = " ".join(element.texts)
    if bidi.has_rtl(text):  # on the page it stands in the order of the paper, which readers can only guess from
        found["ActualText"] = PDFString(text)
    return found


def _elsewhere(page: int, number: int) -> PDFDictionary:
    """Return a mark on another page than the element's first."""
    return PDFDictionary({"Type": PDFName("MCR"), "Pg": PDFObjectReference(f"Page{page}"), "MCID": number})


def _name_page(page: Any, place: int) -> None:
    """Say where a page's marks are in the tree; reportlab writes only the entries of a page that it knows."""
    page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
    page.StructParents, page.Tabs = place, PDFName("S")
