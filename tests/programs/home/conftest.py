"""Shared by the tests of the patient's page: a clock that tests move, and a program that was given."""

import pytest
import sqlalchemy as sa

from tests.programs.home.arrange import Given, Now, give_program, open_home
from tests.support import Browser


@pytest.fixture
def now() -> Now:
    """The application's clock."""
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    """The application goes by the test's clock."""
    return now


@pytest.fixture
def given(browser: Browser, database: sa.Engine) -> Given:
    """A program given to a client whose date of birth is known."""
    return give_program(browser, database)


@pytest.fixture
def phone(given: Given) -> Browser:
    """The client's phone, let in."""
    return open_home(given)
