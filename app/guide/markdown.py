"""From the guide's Markdown to the parts of a page. Pure.

CommonMark by markdown-it-py, with HTML switched off. What differs from page to reader is put in as text, before it is
rendered and so escaped with the rest: ``{name}`` becomes a value, "patient" the practice's own word. Code stays as it
is but for values. A paragraph of nothing but ``{app-urls}`` stands for a part that a template makes; another such part,
the list of headings, follows the first paragraph, which is the page's answer.

Links lead to other pages by file name, as they do where the files are read in the repository
(``roles.md#receptionists``); a picture alone in its paragraph becomes a figure, its title the caption.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from app.guidance import GUIDE_PATH
from app.web.filters import write_worded
from app.words import words

BLOCKS = frozenset({"app-urls"})
HEADINGS = "headings"

PLACEHOLDER = re.compile(r"\{([a-z-]+)\}")
CAPITALS = re.compile(r"(?<![\w-])(?:Patient|Client)(?=s?(?![\w-]))")
PAGE_LINK = re.compile(r"(?P<slug>[a-z-]+)\.md(?P<anchor>#[a-z0-9-]+)?")
PICTURE_LINK = re.compile(r"\.\./pictures/(?P<name>[a-z-]+\.webp)")

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Picture:
    """A picture as pages show it: its address, and its size in CSS pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Heading:
    """A heading within a page, and the anchor that leads to it."""

    anchor: str
    words: str


@dataclass(frozen=True)
class Part:
    """A stretch of a page: finished HTML, or the name of a block that a template makes."""

    html: Markup
    block: str = ""


@dataclass(frozen=True)
class Text:
    """A page's text, rendered: its parts in order, its headings, and all of its words for searching."""

    parts: Sequence[Part]
    headings: Sequence[Heading]
    plain: str


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading: its words, plain, with hyphens ("It needs a key" is it-needs-a-key)."""
    return "-".join(words(heading))


def render(source: str, *, word: str, values: Mapping[str, str], pictures: Mapping[str, Picture]) -> Text:
    """Return a page rendered; raises KeyError for a value or picture that is not there."""
    tokens = _markdown.parse(source)
    headings: list[Heading] = []
    plain: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "table_open":
            token.attrSet("class", "plain")
        if token.type != "inline" or _block(token):
            continue
        _fill(token.children or [], word, values, pictures)
        said = _plain(token.children or [])
        plain.append(said)
        if before is not None and before.type == "heading_open":
            # Of the text as written: the anchor is the same whatever a practice calls its patients.
            heading = Heading(anchor_of(token.content), said)
            before.attrSet("id", heading.anchor)
            headings.append(heading)
    return Text(_parts(_with_figures(tokens)), headings, " ".join(plain))


def _block(token: Token) -> str:
    """Return the name of the block that a paragraph stands for, or ""."""
    found = PLACEHOLDER.fullmatch(token.content)
    return found[1] if found and found[1] in BLOCKS else ""


def _fill(tokens: Sequence[Token], word: str, values: Mapping[str, str], pictures: Mapping[str, Picture]) -> None:
    for token in tokens:
        if token.type == "text":
            token.content = _valued(_worded(token.content, word), values)
        elif token.type == "code_inline":
            token.content = _valued(token.content, values)
        elif token.type == "link_open":
            token.attrSet("href", _address(str(token.attrGet("href"))))
        elif token.type == "image":
            _fill(token.children or [], word, values, pictures)
            _show(token, word, pictures)


def _worded(text: str, word: str) -> str:
    """Write a sentence of the guide with the practice's word, at its beginning too: no names stand in the guide."""
    return CAPITALS.sub(word.capitalize(), write_worded(text, word))


def _valued(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _address(href: str) -> str:
    found = PAGE_LINK.fullmatch(href)
    return f"{GUIDE_PATH}/{found['slug']}{found['anchor'] or ''}" if found else href


def _show(token: Token, word: str, pictures: Mapping[str, Picture]) -> None:
    found = PICTURE_LINK.fullmatch(str(token.attrGet("src")))
    if found is None:
        raise KeyError(token.attrGet("src"))
    picture = pictures[found["name"]]
    attributes = {"src": picture.url, "width": str(picture.width), "height": str(picture.height), "loading": "lazy"}
    for name, value in attributes.items():
        token.attrSet(name, value)
    token.attrSet("title", _worded(str(token.attrGet("title") or ""), word))


def _plain(tokens: Sequence[Token]) -> str:
    return "".join(" " if token.type == "softbreak" else token.content for token in tokens if token.type != "image")


def _with_figures(tokens: Sequence[Token]) -> list[Token]:
    """Turn each paragraph of one picture into a figure with a caption."""
    made = list(tokens)
    for opening, inline, closing in zip(made, made[1:], made[2:], strict=False):
        children = inline.children or []
        if opening.type == "paragraph_open" and len(children) == 1 and children[0].type == "image":
            opening.tag = closing.tag = "figure"
            caption = str(children[0].attrs.pop("title"))
            said = Token("text", "", 0, content=caption)
            inline.children = [*children, Token("figcaption_open", "figcaption", 1), said]
            inline.children.append(Token("figcaption_close", "figcaption", -1))
    return made


def _parts(tokens: Sequence[Token]) -> list[Part]:
    """Render the tokens, cut where a block stands, and after the first paragraph for the list of headings."""
    parts: list[Part] = []
    stretch: list[Token] = []
    for token in tokens:
        stretch.append(token)
        if token.type != "paragraph_close" or token.level:
            continue
        block = _block(stretch[-2])
        if block:
            parts += [_rendered(stretch[:-3]), Part(Markup(), block)]  # without the paragraph that names it
        elif not parts:
            parts += [_rendered(stretch), Part(Markup(), HEADINGS)]
        else:
            continue
        stretch = []
    return [part for part in [*parts, _rendered(stretch)] if part.html or part.block]


def _rendered(tokens: Sequence[Token]) -> Part:
    # Markup: the library has escaped every text and attribute, and lets no HTML of the source through.
    return Part(Markup(_markdown.renderer.render(tokens, _markdown.options, {})))  # noqa: S704 - see above
