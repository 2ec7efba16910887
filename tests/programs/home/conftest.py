"""Shared by the tests of the patient's page: a clock that tests move, and a program that was given."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.programs.home.arrange import Given, Now, give_program, open_home
from tests.support import Browser
from tests.worlds import Arrange


@pytest.fixture
def now() -> Now:
    """The application's clock."""
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    """The application goes by the test's clock."""
    return now


@pytest.fixture
def given(browser: Browser, database: sa.Engine, arrange: Arrange) -> Given:
    """A program given to a client whose date of birth is known."""
    kept = arrange("given", lambda: give_program(browser, database), browser)
    return replace(kept, member=browser)


@pytest.fixture
def phone(given: Given, arrange: Arrange) -> Browser:
    """The client's phone, let in."""
    phone = given.member.another()
    arrange("phone", lambda: open_home(given, phone=phone), given.member, phone)
    return phone
