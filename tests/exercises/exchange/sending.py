"""Sending files and reading the pages of an import as a person does."""

import sqlalchemy as sa
from bs4 import Tag

from tests.support import Browser, Page

IMPORT = "/exercises/import"


def send_bytes(browser: Browser, content: bytes, *, name: str = "exercises.csv", **fields: str) -> Page:
    """Choose a file on the import page and press the button; ``fields`` are those of the form."""
    return browser.post(IMPORT, fields, [("file", (name, content))])


def send(browser: Browser, text: str, **more: str) -> Page:
    """Send a CSV and return the page that says what would be done."""
    page = send_bytes(browser, text.encode(), **more)
    assert page.h1 == "Check the import", page.text
    return page


def press_import(browser: Browser) -> Page:
    """Press the button that imports, whatever number it says."""
    assert browser.page is not None
    button = next(b for b in browser.page.soup.find_all("button") if b.get_text().strip().startswith("Import "))
    return browser.press(" ".join(button.get_text().split()))


def rows(page: Page, action: str) -> list[tuple[str, str, str]]:
    """The rows of one kind on the page: number, exercise, and what is said."""
    card = page.soup.find(id=action)
    if not isinstance(card, Tag):
        return []
    return [
        tuple(" ".join(cell.get_text(" ").split()) for cell in row.find_all("td"))  # type: ignore[misc]  # three cells
        for row in card.select("tbody tr")
    ]


def own_names(browser: Browser) -> list[str]:
    """The names of the own exercises that somebody sees, over all pages."""
    names: list[str] = []
    url = "/exercises?only=own"
    while url:
        page = browser.get(url)
        names += [link.get_text() for link in page.soup.select(".exercise-card h2 a")]
        following = page.soup.select_one('a[rel="next"]')
        url = str(following["href"]) if following else ""
    return names


def count(database: sa.Engine, table: str) -> int:
    """How many rows a table has."""
    with database.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar_one())
