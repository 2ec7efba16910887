"""A font as the objects of a PDF file (ISO 32000-1, 9.7), with just the glyphs that are used."""

import hashlib
import io
import itertools
import struct
from collections.abc import Mapping

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFDocument, PDFName, PDFStream, PDFString

from app.pdf.typefaces import Code, Typeface

_MOST_ENTRIES = 100  # of one section of a map to Unicode
_FURTHEST = 0x3FFF  # units of the font, from where a syllable begins: outlines end before 16 bits do
_SYMBOLIC = 4  # the font has no encoding of its own (9.8.2)
_TO_UNICODE = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{}
endcmap CMapName currentdict /CMap defineresource pop end end"""


def embed(document: PDFDocument, name: str, face: Typeface, codes: Mapping[int, Code]) -> None:
    """Add a font with these codes to the document; pages know it by `name` ("/K1")."""
    file = face.subset({glyph.number for code in codes.values() for glyph in code.glyphs})
    numbers = {code: each.glyphs[0].number for code, each in codes.items()}
    if composed := {
        code: each for code, each in codes.items() if len(each.glyphs) > 1 or each.glyphs[0].x or each.glyphs[0].y
    }:
        file, added = _with_composed(file, composed, face)
        numbers |= added
    # A reader tells subsets of one font apart by six letters before its name.
    digest = hashlib.sha256(file).digest()
    full = "".join(chr(65 + byte % 26) for byte in digest[:6]) + "+" + face.name
    descendant = PDFDictionary(
        {
            "Type": PDFName("Font"),
            "Subtype": PDFName("CIDFontType0" if face.has_cff else "CIDFontType2"),
            "BaseFont": PDFName(full),
            "CIDSystemInfo": PDFDictionary(
                {"Registry": PDFString("Adobe"), "Ordering": PDFString("Identity"), "Supplement": 0}
            ),
            "FontDescriptor": document.Reference(_descriptor(document, full, face, file)),
            "W": _widths(codes),
        }
    )
    if not face.has_cff:
        descendant["CIDToGIDMap"] = document.Reference(PDFStream(content=_glyph_map(numbers)))
    font = PDFDictionary(
        {
            "Type": PDFName("Font"),
            "Subtype": PDFName("Type0"),
            "BaseFont": PDFName(full),
            "Encoding": PDFName("Identity-H"),
            "DescendantFonts": PDFArray([document.Reference(descendant)]),
            "ToUnicode": document.Reference(PDFStream(content=_to_unicode(codes))),
        }
    )
    document.idToObject["BasicFonts"].dict[name[1:]] = document.Reference(font)


def _with_composed(file: bytes, composed: Mapping[int, Code], face: Typeface) -> tuple[bytes, dict[int, int]]:
    """Return the font file with a glyph for each composed code, and their numbers by code."""
    # read only when a script needs it: half a tenth of a second
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables._g_l_y_f import Glyph as Outline
    from fontTools.ttLib.tables._g_l_y_f import GlyphComponent

    font = TTFont(io.BytesIO(file), recalcTimestamp=False, recalcBBoxes=False)
    table, metrics, names = font["glyf"], font["hmtx"], font.getGlyphOrder()
    numbers = {}
    for code, each in composed.items():
        outline = Outline()
        outline.numberOfContours = -1
        outline.components = []
        for glyph in each.glyphs:
            part = GlyphComponent()
            part.glyphName, part.flags = names[glyph.number], 0
            part.x, part.y = _within(glyph.x, _FURTHEST), _within(glyph.y, _FURTHEST)
            outline.components.append(part)
        name = f"composed{code}"
        numbers[code] = len(table.glyphOrder)
        table[name] = outline
        outline.recalcBounds(table)
        metrics[name] = (_within(round(each.width / face.scale), 2 * _FURTHEST), outline.xMin)
    font["maxp"].recalc(font)
    target = io.BytesIO()
    font.save(target, reorderTables=None)
    return target.getvalue(), numbers


def _within(number: int, most: int) -> int:
    """Return a number that a font file can hold; only a syllable of a thousand letters has larger ones."""
    return max(-most, min(number, most))


def _descriptor(document: PDFDocument, full: str, face: Typeface, file: bytes) -> PDFDictionary:
    tables = _tables(file)
    left, bottom, right, top = struct.unpack(">4h", tables["head"][36:44])
    if face.has_cff:
        stream, key = PDFStream(PDFDictionary({"Subtype": PDFName("CIDFontType0C")}), tables["CFF "]), "FontFile3"
    else:
        stream, key = PDFStream(PDFDictionary({"Length1": len(file)}), file), "FontFile2"
    extents = face.font.get_font_extents("ltr")
    return PDFDictionary(
        {
            "Type": PDFName("FontDescriptor"),
            "FontName": PDFName(full),
            "Flags": _SYMBOLIC,
            "FontBBox": PDFArray([round(edge * face.scale) for edge in (left, bottom, right, top)]),
            "ItalicAngle": 0,
            "Ascent": round(extents.ascender * face.scale),
            "Descent": round(extents.descender * face.scale),
            "CapHeight": 714,
            "StemV": 120 if face.is_bold else 80,
            key: document.Reference(stream),
        }
    )


def _tables(file: bytes) -> dict[str, bytes]:
    """Return the tables of a font file by name (OpenType, "Table Directory")."""
    (count,) = struct.unpack(">H", file[4:6])
    records = (struct.unpack(">4s3L", file[12 + 16 * i : 28 + 16 * i]) for i in range(count))
    return {tag.decode("ascii"): file[start : start + length] for tag, _sum, start, length in records}


def _widths(codes: Mapping[int, Code]) -> bytes:
    """Return the widths, neighbours in one list: [first [width width ...] ...]."""
    found = []
    for _, group in itertools.groupby(enumerate(sorted(codes)), key=lambda each: each[1] - each[0]):
        neighbours = [code for _, code in group]
        found.append(f"{neighbours[0]} [{' '.join(str(codes[code].width) for code in neighbours)}]")
    return f"[{' '.join(found)}]".encode("ascii")


def _glyph_map(numbers: Mapping[int, int]) -> bytes:
    """Return the glyph number of each code, two bytes each."""
    glyphs = [0] * (max(numbers) + 1)
    for code, number in numbers.items():
        glyphs[code] = number
    return struct.pack(f">{len(glyphs)}H", *glyphs)


def _to_unicode(codes: Mapping[int, Code]) -> str:
    """Return the map from codes to texts."""
    lines = [f"<{code:04X}> <{codes[code].text.encode('utf-16-be').hex().upper()}>" for code in sorted(codes)]
    sections = []
    for i in range(0, len(lines), _MOST_ENTRIES):
        part = lines[i : i + _MOST_ENTRIES]
        sections.append("\n".join([f"{len(part)} beginbfchar", *part, "endbfchar"]))
    return _TO_UNICODE.format("\n".join(sections))
