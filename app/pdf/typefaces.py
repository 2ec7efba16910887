"""The font files of the PDF, opened when a text first needs one, and the shaping of text with them by HarfBuzz.

Lengths are thousandths of the font size. Everything here may be shared by documents and is the same for all of them;
HarfBuzz objects are used by one thread at a time (see `render`).
"""

import dataclasses
import functools
import importlib.resources
import importlib.util
import itertools
import unicodedata
from collections.abc import Iterable, Mapping

import uharfbuzz as hb

REGULAR, BOLD = 400, 650  # weights; the bold one is what type designers call semi-bold


@dataclasses.dataclass(frozen=True)
class Glyph:
    """A glyph by its number in the font, and its place in units of the font, from the start of its cluster."""

    number: int
    x: int = 0
    y: int = 0


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The glyphs that print a piece of text which cannot be divided, and how far the next one stands.

    `text` is in the order of reading out from left to right.
    """

    text: str
    glyphs: tuple[Glyph, ...]
    advance: int

    @property
    def is_simple(self) -> bool:
        """Whether it is one glyph in its own place."""
        return len(self.glyphs) == 1 and not (self.glyphs[0].x or self.glyphs[0].y)


@dataclasses.dataclass(frozen=True)
class Code:
    """What a code on a page prints, the text it stands for, and its width."""

    glyphs: tuple[Glyph, ...]
    text: str
    width: int


@dataclasses.dataclass(frozen=True)
class Shaped:
    """A text in one font: its clusters from left to right, and its width.

    Where every glyph goes by its own number, `array` is the text as the inside of a PDF array of strings and shifts
    (ISO 32000-1, 9.4.3), with `codes` for the numbers in it; else it is "".
    """

    clusters: tuple[Cluster, ...]
    width: float
    array: str = ""
    codes: Mapping[int, Code] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a font file is: the package that brings it, and its place in a collection of fonts."""

    name: str
    package: str
    file: str
    index: int = 0

    @property
    def is_installed(self) -> bool:
        """Whether the package is there; a font of an extra may not be."""
        return importlib.util.find_spec(self.package) is not None


class Typeface:
    """A font at one weight, able to shape text and to give a file with some of its glyphs."""

    def __init__(self, source: Source, weight: int) -> None:
        file = importlib.resources.files(source.package) / source.file
        with importlib.resources.as_file(file) as path:
            self.face = hb.Face(hb.Blob.from_file_path(str(path)), source.index)
        self.font = hb.Font(self.face)
        self.pins = {axis.tag: axis.default_value for axis in self.face.axis_infos}
        self.is_bold = weight != REGULAR and "wght" in self.pins
        if self.is_bold:
            self.pins["wght"] = float(weight)
        self.font.set_variations(self.pins)
        self.name = f"{source.name}-SemiBold" if self.is_bold else source.name
        self.has_cff = "CFF " in self.face.table_tags
        self.scale: float = 1000 / self.face.upem
        # Fonts keep parts of letters under private numbers, which mean something else in a text.
        self.covered = frozenset(code for code in self.face.unicodes if unicodedata.category(chr(code)) != "Co")

    @functools.lru_cache(maxsize=4096)  # noqa: B019 - typefaces live as long as the process
    def advance(self, glyph: int) -> int:
        """Return the width of a glyph."""
        wide: int = self.font.get_glyph_h_advance(glyph)
        return round(wide * self.scale)

    @functools.cached_property
    def characters(self) -> dict[int, str]:
        """The character of each glyph that stands for one by itself; of several the first in Unicode."""
        found: dict[int, str] = {}
        for code in sorted(self.covered):
            found.setdefault(self.font.get_nominal_glyph(code), chr(code))
        return found

    @functools.lru_cache(maxsize=8192)  # noqa: B019 - typefaces live as long as the process
    def shape(self, text: str, is_rtl: bool = False) -> Shaped:
        """Return the glyphs of text that this font can draw, all of it in one direction."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if is_rtl else "ltr"
        buffer.flags = hb.BufferFlags.REMOVE_DEFAULT_IGNORABLES
        hb.shape(self.font, buffer)
        glyphs = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))
        starts = sorted({info.cluster for info, _ in glyphs})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=False))
        clusters = []
        for start, group in itertools.groupby(glyphs, key=lambda each: each[0].cluster):
            said = text[start : ends[start]]
            clusters.append(self._cluster(said[::-1] if is_rtl else said, group))
        array, codes = self._by_number(clusters)
        return Shaped(tuple(clusters), sum(cluster.advance for cluster in clusters), array, codes)

    def _by_number(self, clusters: list[Cluster]) -> tuple[str, dict[int, Code]]:
        """Return clusters as the numbers of their glyphs, if they all stand for their own character; else "".

        In a font with CFF outlines glyphs go by their numbers anyway, and cannot be put together.
        """
        array = ""
        codes: dict[int, Code] = {}
        for cluster in clusters:
            number = cluster.glyphs[0].number
            if not self.has_cff and not (cluster.is_simple and self.characters.get(number) == cluster.text):
                return "", {}
            for glyph in cluster.glyphs:
                codes[glyph.number] = Code((Glyph(glyph.number),), cluster.text, self.advance(glyph.number))
                array += f"<{glyph.number:04X}>"
            if back := sum(self.advance(glyph.number) for glyph in cluster.glyphs) - cluster.advance:
                array += str(back)
        return array, codes

    def _cluster(self, text: str, shaped: Iterable[tuple[hb.GlyphInfo, hb.GlyphPosition]]) -> Cluster:
        glyphs = []
        pen = 0
        for info, place in shaped:
            glyphs.append(Glyph(info.codepoint, pen + place.x_offset, place.y_offset))
            pen += place.x_advance
        return Cluster(text, tuple(glyphs), round(pen * self.scale))

    def subset(self, glyphs: set[int]) -> bytes:
        """Return a font file with these glyphs under their own numbers, at this weight, and nothing for shaping."""
        wanted = hb.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.drop_table_tag_set.update(_NOT_PRINTED)
        wanted.flags = hb.SubsetFlags.NO_HINTING
        if not self.has_cff:  # there glyphs keep their numbers in a table of their own
            wanted.flags |= hb.SubsetFlags.RETAIN_GIDS
        for tag, value in self.pins.items():
            wanted.pin_axis_location(self.face, tag, value)
        return bytes(wanted.subset(self.face).blob.data)


def _tag(name: str) -> int:
    return int.from_bytes(name.encode("ascii"), "big")


_NOT_PRINTED = tuple(
    map(_tag, ("BASE", "cmap", "DSIG", "GDEF", "GPOS", "GSUB", "name", "OS/2", "post", "STAT", "vhea", "vmtx", "VORG"))
)


@functools.cache
def open_typeface(source: Source, weight: int = REGULAR) -> Typeface:
    """Return a typeface, opened once a process; the regular one where a font has no other weight."""
    typeface = Typeface(source, weight)
    return typeface if typeface.is_bold or weight == REGULAR else open_typeface(source)
