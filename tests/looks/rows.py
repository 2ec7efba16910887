"""The rows of the walk: every page and state, how it is reached, and which routes it is a page of."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.looks.stage import AMARA, Stage

# Routes with GET that answer with no page: files, fragments of pages, redirects and answers for machines.
NO_PAGES = {
    *("/", "/account", "/healthz", "/readyz", "/metrics", "/open/cliniko/"),
    *("/account/activity.csv", "/account/letterhead/example.pdf", "/account/letterhead/logo.png"),
    *("/clients/{client_id}/data.zip", "/clients/{client_id}/record.csv", "/clients/{client_id}/deliveries"),
    *("/clients/{client_id}/programs/{program_id}/preview.pdf", "/deliveries/{delivery_id}/program.pdf"),
    *("/clients/{client_id}/programs/{program_id}/versions/{number}.pdf", "/deliveries.csv"),
    *("/exercises/export.csv", "/exercises/export.zip", "/exercises/import/empty.csv"),
    *("/exercises/photos/{photo_id}.jpg", "/exercises/{slug}/figure.svg", "/guide/pictures/{name}"),
    *("/p/offline.js", "/p/{token}/figures/{name}.svg", "/p/{token}/photos/{photo_id}.jpg"),
    *("/p/{token}/days/{day}", "/p/{token}/open"),  # lead back to the page
    *("/programs/library", "/today/appointments", "/today/test-page/{test_page_id}/state"),
}


@dataclass(frozen=True)
class Row:
    """One look: its name, the routes it is of, and what brings the page there; later rows build on earlier ones."""

    name: str
    routes: tuple[str, ...]
    reach: Callable[[Stage], Page]
    is_alike: bool = False  # to one before it; left out of the quick run

    @property
    def slug(self) -> str:
        """The name as a file's."""
        return re.sub(r"\W+", "-", self.name).strip("-").lower()


ROWS: list[Row] = []


def look(name: str, *routes: str, alike: bool = False) -> Callable[[Callable[[Stage], Page]], Callable[[Stage], Page]]:
    """Add a row: the function brings the page there and returns it."""

    def add(reach: Callable[[Stage], Page]) -> Callable[[Stage], Page]:
        ROWS.append(Row(name, routes, reach, alike))
        return reach

    return add


def plain(*paths: str, email: str = AMARA) -> None:
    """Add a row for each address that needs nothing but to be opened."""
    for path in paths:
        look(path, path.partition("?")[0])(lambda stage, path=path: stage.open(path, email))  # type: ignore[misc]  # the default is the address
