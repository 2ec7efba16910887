"""The guide's pages as they are read: rendered once for each word and address, and searched in memory."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from app.guidance import BY_SLUG, PAGES, SOUGHT_AS, GuidePage
from app.guide.markdown import Text, render
from app.guide.pictures import read_pictures
from app.web.rendering import product_version
from app.words import words

PAGE_FOLDER = Path(__file__).parent / "pages"
# What Cliniko calls it, whatever a practice calls its patients.
CONNECTED_APPS = "Connected patient apps"


@lru_cache(maxsize=4 * len(PAGES))
def read_page(slug: str, *, word: str, app_url: str) -> Text:
    """Return a page's text for who says ``word`` for patient; raises KeyError for a page there is none of."""
    source = (PAGE_FOLDER / f"{BY_SLUG[slug].slug}.md").read_text(encoding="utf-8")
    values = {"app-url": app_url, "connected-apps": CONNECTED_APPS, "version": product_version()}
    return render(source, word=word, values=values, pictures=read_pictures())


def find_pages(typed: str, *, word: str, app_url: str) -> Sequence[GuidePage]:
    """Return the pages in which each typed word begins one, those with all in title, summary or ``SOUGHT_AS`` first.

    "client" and "patient" are one, whichever the practice says.
    """
    wanted = [word if each.removesuffix("s") in ("patient", "client") else each for each in words(typed)]
    ranked: list[tuple[bool, GuidePage]] = []
    for page in PAGES if wanted else ():
        heading, text = _words_of(page, word, app_url)
        if _has_all(wanted, heading):
            ranked.append((False, page))
        elif _has_all(wanted, heading + text):
            ranked.append((True, page))
    return [page for _, page in sorted(ranked, key=lambda each: each[0])]


# Anybody may search, as they type: taking 23 pages apart each time would take 10 ms of everybody's.
@lru_cache(maxsize=4 * len(PAGES))
def _words_of(page: GuidePage, word: str, app_url: str) -> tuple[list[str], list[str]]:
    """Return the words of a page's title and summary, with those it is sought by, and those of its text."""
    return words(f"{page.title} {page.summary} {SOUGHT_AS.get(page.slug, '')}"), words(
        read_page(page.slug, word=word, app_url=app_url).plain
    )


def _has_all(wanted: Sequence[str], there: Sequence[str]) -> bool:
    return all(any(each.startswith(word) for each in there) for word in wanted)
