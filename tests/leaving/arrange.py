"""Shared by the tests of leaving: managing a colleague as whoever runs the team does."""

from typing import Any

from tests.support import Browser, Page


def membership_of(lead: Browser, name: str) -> str:
    """Id of a colleague's membership, from the link beside their name."""
    anchor = lead.get("/account/team").soup.find("a", {"aria-label": f"Manage {name}"})
    assert anchor is not None, f"{name} cannot be managed"
    return str(anchor["href"]).rpartition("/")[2]


def end(lead: Browser, name: str, how: str = "Remove", to: str | None = None) -> Page:
    """Remove or deactivate a colleague by the pages; ``to`` begins the successor's line in the list."""
    lead.get(f"/account/team/{membership_of(lead, name)}")
    assert lead.page is not None
    page = lead.get(lead.page.link(how))
    fields: dict[str, Any] = {}
    if to is not None:
        options = page.soup.find_all("option")
        fields["Who takes over the patients"] = next(o["value"] for o in options if o.get_text().startswith(to))
    return lead.press(f"{how} {name}", **fields)


def email_of(browser: Browser) -> str:
    """The address a person signs in with."""
    shown = browser.get("/account/security").soup.find("input", {"autocomplete": "username"})
    assert shown is not None
    return str(shown["value"])
