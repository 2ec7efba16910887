"""Whoever adds a page adds a look at it; the looks themselves: ``python -m tests.looks``."""

from tests.looks import all_rows
from tests.looks.rows import NO_PAGES
from tests.test_access import ROUTES


def test_every_page_is_looked_at() -> None:
    pages = {path for method, path in ROUTES if method == "GET"} - NO_PAGES
    looked_at = {route for row in all_rows() for route in row.routes}
    assert pages - looked_at == set(), "pages without a row in tests/looks"
    assert looked_at - pages == {"/styleguide"}, "rows of routes that are no more"


def test_a_route_that_is_said_to_be_no_page_is_there() -> None:
    assert {path for method, path in ROUTES if method == "GET"} >= NO_PAGES


def test_looks_have_names_of_their_own() -> None:
    names = [row.name for row in all_rows()]
    assert sorted(names) == sorted(set(names))
