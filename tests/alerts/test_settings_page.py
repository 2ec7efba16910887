"""My account > Alerts: mails for oneself, quiet hours for the practice."""

import pytest
import sqlalchemy as sa

from tests.alerts.arrange import rows
from tests.programs.arrange import counted_queries, set_practice
from tests.support import Browser

HOURS = "SELECT quiet_from, quiet_until FROM practices p JOIN practitioners o ON o.active_practice_id = p.id"


def hours_of(database: sa.Engine, email: str) -> tuple[str, str]:
    ((begin, end),) = rows(database, f"{HOURS} WHERE o.email = :email", email=email)
    return str(begin)[:5], str(end)[:5]


def test_an_owner_sets_the_practices_quiet_hours_or_turns_them_off(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    assert hours_of(database, email) == ("20:00", "07:00")
    browser.get("/account/alerts")
    browser.press("Save quiet hours", From="21:30", Until="06:15")
    assert hours_of(database, email) == ("21:30", "06:15")
    browser.press("Save quiet hours", **{"No emails in quiet hours": False})
    assert hours_of(database, email) == ("None", "None")
    page = browser.press("Save quiet hours", **{"No emails in quiet hours": True, "From": "9 pm", "Until": "07:00"})
    assert page.status == 422 and "Enter a time of day, such as 20:00." in page.text
    page = browser.press("Save quiet hours", From="07:00")
    assert page.status == 422 and "a different time" in page.text
    assert hours_of(database, email) == ("None", "None")


def test_others_read_the_quiet_hours_and_choose_their_own_mails(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    set_practice(database, email, time_zone="Australia/Sydney")
    ben = browser.invite_colleague(name="Ben Cole")
    page = ben.get("/account/alerts")
    assert "No emails from 20:00 until 07:00." in page.text and "Australia/Sydney" in page.text
    assert not page.has_button("Save quiet hours")
    assert ben.post("/account/alerts/quiet-hours", {"is_on": ""}).status == 403
    assert hours_of(database, email) == ("20:00", "07:00")
    ben.get("/account/alerts")
    ben.press("Save changes", **{"Email me": False})
    for who, expected in ((ben, None), (browser, "yes")):
        box = who.get("/account/alerts").soup.find("input", id="f-mails")
        assert box is not None and (box["value"] if box.has_attr("checked") else None) == expected


@pytest.mark.parametrize("path", ["/account/alerts", "/alerts"])
def test_the_pages_ask_the_database_little(path: str, browser: Browser) -> None:
    browser.sign_up()
    with counted_queries(browser) as queries:
        assert browser.get(path).status == 200
    assert len(queries) <= 4, queries
