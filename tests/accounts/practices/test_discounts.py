"""Discount codes: defined by command, entered by an owner, one at a time, for the whole practice."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app.accounts.models import Practitioner
from app.accounts.practices.discount_models import Discount, PracticeDiscount
from app.accounts.practices.discounts import UNUSABLE, WRITE_A_CODE
from app.accounts.tries import DISCOUNT
from app.cli import cli
from app.clock import Clock
from app.fees import parse_fee
from tests.accounts.arrange import At
from tests.conftest import SECRET
from tests.programs.arrange import counted_queries, set_practice
from tests.support import Browser, Page

PAGE = "/account/practice/discount"
TODAY = date(2026, 11, 26)
NUMBERS = itertools.count(1)


@pytest.fixture
def clock() -> Clock:
    """Half past one in the afternoon of TODAY in London; the next day in Auckland."""
    return lambda: datetime(2026, 11, 26, 13, 30, tzinfo=UTC)


def add_code(database: sa.Engine, percent: int = 20, *, first: date = TODAY, last: date = TODAY, **more: Any) -> str:
    """Define a code of its own."""
    code = f"TEST-{next(NUMBERS)}-{percent}"
    with Session(database) as session, session.begin():
        session.add(Discount(code=code, percent=percent, first_day=first, last_day=last, source="cliniko", **more))
    return code


def enter(browser: Browser, code: str) -> Page:
    browser.get(PAGE)
    return browser.press("Use code", **{"Discount code": code})


def entered(database: sa.Engine, email: str) -> list[tuple[str, bool]]:
    """The codes of the person's practice and whether each is the one in use, in the order they were entered."""
    with Session(database) as session:
        practice_id = session.scalars(sa.select(Practitioner.active_practice_id).filter_by(email=email)).one()
        query = sa.select(Discount.code, PracticeDiscount.ended_at.is_(None)).join(PracticeDiscount)
        rows = session.execute(query.filter_by(practice_id=practice_id).order_by(sa.desc(PracticeDiscount.ended_at)))
        return sorted((code, bool(is_used)) for code, is_used in rows)


def actions(database: sa.Engine, email: str) -> list[str]:
    """What is on record about discounts in the person's practice, oldest first."""
    query = sa.text(
        "SELECT replace(action, 'practice.discount_', '') FROM audit_events WHERE action LIKE 'practice.discount%' AND "
        "practice_id = (SELECT active_practice_id FROM practitioners WHERE email = :email) ORDER BY id"
    )
    with database.connect() as connection:
        return list(connection.execute(query, {"email": email}).scalars())


def test_an_owner_enters_a_code_and_colleagues_inherit_it(browser: Browser, database: sa.Engine, app: FastAPI) -> None:
    app.state.tools = replace(
        app.state.tools, settings=app.state.settings.model_copy(update={"monthly_fee": parse_fee("39 AUD")})
    )
    email = browser.sign_up()
    code = add_code(database, 20, last=date(2026, 12, 31))
    assert "There is no discount." in browser.get(PAGE).text and "39.00 AUD" in browser.page.text
    page = enter(browser, f" {code[:5].lower()}  {code[5:].lower()} ")
    assert page.path == PAGE and "The discount applies to the whole practice" in page.text
    assert "20% off until 31 Dec 2026" in page.text and "31.20 AUD" in page.text and code in page.text
    colleague = browser.invite_colleague()
    seen = colleague.get(PAGE).text
    assert "20% off until 31 Dec 2026" in seen
    assert code not in seen and "AUD" not in seen and not colleague.page.has_button("Use code")
    assert colleague.post(PAGE, {"code": code}).status == 403
    assert actions(database, email) == ["entered"]
    assert "Nothing was changed." in enter(browser, code).text
    assert "entered a discount code: 20% off for the practice." in browser.get("/account/activity").text


def test_without_a_fee_only_the_percentage_is_shown(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    assert "20% off" in enter(browser, add_code(database)).text and "Fee" not in browser.page.text


def test_another_code_replaces_the_present_one_only_after_both_were_shown(
    browser: Browser, database: sa.Engine, app: FastAPI
) -> None:
    app.state.tools = replace(
        app.state.tools, settings=app.state.settings.model_copy(update={"monthly_fee": parse_fee("39 AUD")})
    )
    email = browser.sign_up()
    first, second = add_code(database, 30), add_code(database, 20)
    enter(browser, first)
    page = enter(browser, second)
    assert page.h1 == "Replace the discount?"
    for words in (first, second, "30%", "20%", "27.30 AUD instead of 39.00 AUD", "31.20 AUD instead of", "off less"):
        assert words in page.text
    assert entered(database, email) == [(first, True)]
    assert "20% off" in browser.press("Replace").text
    assert entered(database, email) == sorted([(first, False), (second, True)])
    assert actions(database, email) == ["entered", "replaced"]


def test_a_code_whose_days_are_over_is_replaced_without_asking(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    old, new = add_code(database, 30), add_code(database, 20)
    enter(browser, old)
    with database.begin() as connection:
        change = "UPDATE discounts SET first_day = '2026-11-01', last_day = '2026-11-25' WHERE code = :code"
        connection.execute(sa.text(change), {"code": old})
    assert "The discount of 30% ended on 25 Nov 2026." in browser.get(PAGE).text
    assert "20% off" in enter(browser, new).text
    assert entered(database, email) == sorted([(old, False), (new, True)])


def test_wrong_ended_and_early_codes_get_one_same_answer(browser: Browser, database: sa.Engine, clock: Clock) -> None:
    email = browser.sign_up()
    set_practice(database, email, time_zone="Europe/London")
    day = timedelta(days=1)
    codes = [
        "NO-SUCH-CODE",
        add_code(database, ended_at=clock()),
        add_code(database, first=TODAY + day, last=TODAY + day),
        add_code(database, first=TODAY - day, last=TODAY - day),
    ]
    answers = [enter(browser, code) for code in codes]
    assert {answer.status for answer in answers} == {422}
    assert {answer.soup.find(id="f-code-error").get_text() for answer in answers} == {UNUSABLE}
    assert entered(database, email) == [] and actions(database, email) == ["refused"] * 4
    assert WRITE_A_CODE in enter(browser, "  ").text


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Auckland", 27), ("Europe/London", 26), ("Etc/GMT+12", 26)])
def test_days_are_those_of_the_practice(browser: Browser, database: sa.Engine, zone: str, day: int) -> None:
    email = browser.sign_up()
    set_practice(database, email, time_zone=zone)
    today = date(2026, 11, day)
    others = [today - timedelta(days=1), today + timedelta(days=1)]
    for other in others:
        assert enter(browser, add_code(database, first=other, last=other)).status == 422
    assert enter(browser, add_code(database, first=today, last=today)).status == 200


def test_codes_cannot_be_guessed_not_even_by_who_has_one(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    right, untried = add_code(database), add_code(database)
    for attempt in range(DISCOUNT.waits.free):
        assert enter(browser, f"GUESS-{attempt}").status == 422
        if attempt < DISCOUNT.waits.free - 1:
            assert enter(browser, right).status == 200  # takes back itself, not the wrong ones
    for code in ("GUESS-AGAIN", untried):
        page = enter(browser, code)
        assert page.status == 429 and "Too many tries" in page.text and page.headers["retry-after"]
    with At(browser.server, "203.0.113.9") as elsewhere:
        elsewhere.cookies = browser.cookies
        assert enter(elsewhere, untried).status == 429  # it is the practice that waits
    assert entered(database, email) == [(right, True)]
    assert actions(database, email).count("refused") == DISCOUNT.waits.free


def test_many_practices_of_one_network_wait_together(browser: Browser, database: sa.Engine) -> None:
    for _ in range(4):
        browser = browser.another()
        browser.sign_up()
        for _ in range(DISCOUNT.waits.free):
            assert enter(browser, "GUESS").status == 422
    browser = browser.another()
    browser.sign_up()
    assert enter(browser, add_code(database)).status == 429


def test_of_two_owners_at_once_one_is_asked(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    email = browser.sign_up()
    codes = [add_code(database, 20), add_code(database, 30)]
    other_tab = browser.another()
    other_tab.cookies = dict(browser.cookies)
    row = "SELECT 1 FROM practices WHERE id = (SELECT active_practice_id FROM practitioners WHERE email = :email)"
    with ThreadPoolExecutor() as pool:
        with database.begin() as holder:
            holder.execute(sa.text(f"{row} FOR UPDATE"), {"email": email})
            entering = [pool.submit(enter, tab, code) for tab, code in zip((browser, other_tab), codes, strict=True)]
            wait_for_blocked(2)
        pages = [future.result() for future in entering]
    assert sorted(page.h1 for page in pages) == ["Discount", "Replace the discount?"]
    assert len(entered(database, email)) == 1
    asked = browser if pages[0].h1.startswith("Replace") else other_tab
    # Meanwhile a third code came: what was agreed to be given up is not what would be lost now.
    late = asked.page
    third = add_code(database, 50)
    enter(asked, third)
    asked.press("Replace")
    asked.page = late
    assert asked.press("Replace").h1 == "Replace the discount?" and "50%" in asked.page.text
    assert (third, True) in entered(database, email)


def test_a_code_that_is_being_ended_is_not_entered(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None], clock: Clock
) -> None:
    email = browser.sign_up()
    code = add_code(database)
    with ThreadPoolExecutor() as pool:
        with database.begin() as ending:
            ending.execute(sa.update(Discount).where(Discount.code == code).values(ended_at=clock()))
            entering = pool.submit(enter, browser, code)
            wait_for_blocked(1)
        assert entering.result().status == 422
    assert entered(database, email) == []


def test_the_database_itself_keeps_a_practice_at_one(browser: Browser, database: sa.Engine, clock: Clock) -> None:
    email = browser.sign_up()
    enter(browser, add_code(database))
    again = sa.text(
        "INSERT INTO practice_discounts (id, practice_id, discount_id, entered_by_id, entered_at) "
        "SELECT gen_random_uuid(), p.active_practice_id, d.id, p.id, now() FROM practitioners p, discounts d "
        "WHERE p.email = :email AND d.code = :code"
    )
    with pytest.raises(IntegrityError, match="uq_practice_discounts_active"), database.begin() as connection:
        connection.execute(again, {"email": email, "code": add_code(database)})


def test_a_form_made_in_another_practice_enters_nothing(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    form = {"code": add_code(database), "made_by": "5f0c0b43-8d2b-4d43-8f0e-4f3f0a3f4c11"}
    assert browser.post(PAGE, form).status == 409
    assert entered(database, email) == []


def test_the_page_asks_the_database_little(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    enter(browser, add_code(database))
    with counted_queries(browser) as queries:
        assert browser.get(PAGE).status == 200
    assert len(queries) <= 3, queries


# By command


@pytest.fixture
def command(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run ``kinebridge admin discount`` on the application's database; returns its exit code and what it says."""
    monkeypatch.setenv("KINEBRIDGE_DATABASE_URL", app.state.database_url)
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", SECRET)
    monkeypatch.setenv("KINEBRIDGE_PUBLIC_URL", "http://testserver")

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, ["admin", "discount", *arguments])
        return result.exit_code, result.output + str(result.exception or "")

    return run


DAYS = ("--from", "2026-11-01", "--until", "2026-12-31", "--source", "cliniko")


def test_codes_are_defined_listed_and_ended_by_command(
    browser: Browser, database: sa.Engine, command: Callable[..., tuple[int, str]]
) -> None:
    email = browser.sign_up()
    code = f"SPRING-{next(NUMBERS)}"
    assert command("add", f" {code[:6].lower()} {code[6:]}", "--percent", "20", *DAYS) == (
        0,
        f"The code {code} is defined.\n",
    )
    enter(browser, code)
    assert f"{code}  20%  2026-11-01 to 2026-12-31  cliniko  practices: 1" in command("list")[1]
    assert command("end", code.lower()) == (0, "The code is ended. Practices that had it: 1.\n")
    assert "ended already" in command("end", code)[1] and f"{code}  20%  ended" in command("list")[1]
    assert "There is no discount." in browser.get(PAGE).text
    assert actions(database, email) == ["entered", "ended"]
    assert "Whoever runs Kinebridge ended the practice's discount." in browser.get("/account/activity").text
    assert enter(browser, code).status == 422


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "abc", "--percent", "20", *DAYS), "4 to 30 letters"),
        (("add", "SPRING!", "--percent", "20", *DAYS), "4 to 30 letters"),
        (("add", "SPRING", "--percent", "0", *DAYS), "greater than or equal to 1"),
        (("add", "SPRING", "--percent", "20", *DAYS[:2], "--until", "2026-10-31", *DAYS[4:]), "before its first"),
        (("add", "SPRING", "--percent", "20", *DAYS[:2], "--until", "31.12.2026", *DAYS[4:]), "does not match"),
        (("add", "SPRING", "--percent", "20", *DAYS[:5], " "), "for whom the code is"),
        (("end", "NO-SUCH-CODE"), "There is no such code."),
    ],
)
def test_what_is_no_code_is_told_in_words(
    arguments: tuple[str, ...], words: str, command: Callable[..., tuple[int, str]]
) -> None:
    code, told = command(*arguments)
    assert code != 0 and words in told


def test_a_code_is_defined_once(database: sa.Engine, command: Callable[..., tuple[int, str]]) -> None:
    code = add_code(database)
    assert "already" in command("add", code, "--percent", "5", *DAYS)[1]
