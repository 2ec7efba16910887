"""Sending the letterhead's form, and reading its page, its example and what was recorded."""

import io
from typing import Any

import pypdf
import sqlalchemy as sa
from PIL import Image

from tests.support import Browser, Page

PAGE = "/account/letterhead"


def picture(colour: str = "red", size: tuple[int, int] = (60, 30), kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


def upload(browser: Browser, content: bytes, **typed: str) -> Page:
    """Send the form with a file chosen as the logo, as a browser does, and follow where it leads."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    answer = browser.server.request(
        "POST",
        PAGE,
        data=typed,
        files={"logo": ("logo.png", content, "image/png")},
        headers={"cookie": cookies},
        follow_redirects=False,
    )
    if answer.status_code == 303:
        return browser.get(answer.headers["location"])
    browser.page = Page(answer.status_code, str(answer.url), answer.headers, answer.content)
    return browser.page


def save(browser: Browser, **fields: Any) -> Page:
    """Fill in fields by label and press the button."""
    browser.get(PAGE)
    return browser.press("Save changes", **fields)


def value(page: Page, name: str) -> str:
    field = page.soup.find(id=f"f-{name}")
    return field.get_text().removeprefix("\n") if field.name == "textarea" else str(field["value"])


def sentence(page: Page, name: str) -> str:
    assert page.status == 422
    return " ".join(page.soup.find(id=f"f-{name}-error").get_text().split())


def logo_url(page: Page) -> str | None:
    image = page.soup.find("p", class_="logo")
    return str(image.find("img")["src"]) if image else None


def example(browser: Browser) -> pypdf.PdfReader:
    answer = browser.send("GET", f"{PAGE}/example.pdf")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return pypdf.PdfReader(io.BytesIO(answer.content))


def example_words(browser: Browser) -> str:
    return " ".join(" ".join(page.extract_text() for page in example(browser).pages).split())


def recorded(database: sa.Engine, email: str) -> list[str]:
    """The recorded actions about letterheads and titles in the person's practice, oldest first."""
    query = sa.text(
        "SELECT action FROM audit_events WHERE (action LIKE 'letterhead.%' OR action LIKE 'member.title%') AND "
        "practice_id = (SELECT active_practice_id FROM practitioners WHERE email = :email) ORDER BY id"
    )
    with database.connect() as connection:
        return list(connection.execute(query, {"email": email}).scalars())
