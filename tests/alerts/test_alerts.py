"""Whoever can do something is told once an outage or cause, in the bell and by mail, and once when it is over."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.alerts import queries
from app.db import transaction
from app.delivery.watch import review_practice
from app.jobs.queue import queue
from app.main import open_tools
from tests.alerts.arrange import bell, change, email_of, execute, rows, send_some
from tests.alerts.conftest import Hands, Watch
from tests.fakes.smtp import FakeSmtp
from tests.support import Browser


@pytest.fixture
def alone(browser: Browser) -> str:
    """Email of a practitioner who owns a practice in Sydney and has saved no key."""
    return browser.sign_up(name="Ana Ruiz", practice="Harbour Physio")


def in_sydney(database: sa.Engine, email: str) -> None:
    execute(
        database,
        "UPDATE practices SET time_zone = 'Australia/Sydney' WHERE id = "
        "(SELECT active_practice_id FROM practitioners WHERE email = :email)",
        email=email,
    )


def test_case_26_an_outage_of_many_keys_and_files_is_one_alert_and_one_mail_for_each_of_us(
    ana: Browser, ben: Browser, watch: Watch, database: sa.Engine
) -> None:
    of_ana, of_ben = email_of(ana), email_of(ben)
    assert watch.tell().keys() == {of_ana, of_ben}, "each is told that their key was saved"
    send_some(database, ana, of_ana, 3)
    send_some(database, ben, of_ben, 1)
    failing = "UPDATE connections SET failing_since = :since, failures = :failures"
    execute(database, failing, since=watch.clock() - timedelta(hours=1), failures=1)
    assert watch.tell(minutes=2) == {} and bell(ana) == "Alerts", "a single failure is no outage"
    execute(database, failing, since=watch.clock(), failures=2)
    assert watch.tell(minutes=1) == {}, "it may be over in a moment"
    assert watch.tell(minutes=1) == {}, "it has just been noticed"
    assert (bell(ana), bell(ben)) == ("Alerts, 1 new", "Alerts, 1 new")
    mails = watch.tell(minutes=1)
    assert mails.keys() == {of_ana, of_ben}
    assert mails[of_ana].startswith("Kinebridge: Cliniko does not answer\n\nHello Ana Ruiz,\n")
    assert "4 programs wait; nothing is lost." in mails[of_ana], "who runs the practice hears of all"
    assert "1 program waits; nothing is lost." in mails[of_ben]
    assert "since 26 Nov 2026, 10:04 am" in mails[of_ben]
    send_some(database, ana, of_ana, 2)
    assert watch.tell(hours=3) == {}, "told once an outage"
    assert [row.cause for row in rows(database, "SELECT cause FROM alerts")] == ["cliniko_down"]
    assert "6 programs wait" in ana.get("/alerts").text

    execute(database, "UPDATE connections SET failing_since = NULL, failures = 0")
    watch.look()
    assert (bell(ana), bell(ben)) == ("Alerts", "Alerts")
    assert watch.tell(minutes=1) == {}, "it may fail again at once"
    mails = watch.tell(minutes=10)
    assert mails.keys() == {of_ana, of_ben}
    assert mails[of_ben].startswith("Kinebridge: Cliniko answers again\n")
    assert watch.tell(hours=1) == {}
    assert "Cliniko answers again" in ben.get("/alerts").text


def test_a_key_that_is_needed_is_told_to_its_owner_and_to_those_who_run_the_practice_only(
    alone: str, browser: Browser, watch: Watch, database: sa.Engine
) -> None:
    ben, cleo = browser.invite_colleague(name="Ben Cole"), browser.invite_colleague(name="Cleo Marsh")
    of_ben = email_of(ben)
    send_some(database, ben, of_ben, 2)
    assert watch.tell() == {}
    mails = watch.tell(minutes=1)
    assert mails.keys() == {alone, of_ben}
    assert mails[of_ben].startswith("Kinebridge: Your Cliniko API key is missing")
    assert "http://testserver/account/settings" in mails[of_ben]
    assert mails[alone].startswith("Kinebridge: The Cliniko API key of Ben Cole is missing")
    assert "2 programs wait; nothing is lost." in mails[alone]
    assert (bell(browser), bell(ben), bell(cleo)) == ("Alerts, 1 new", "Alerts, 1 new", "Alerts")
    assert "Ben Cole" in browser.get("/alerts").text
    assert "Nothing is keeping programs from Cliniko" in cleo.get("/alerts").text
    assert "Silva" not in str(mails) and "Silva" not in browser.get("/alerts").text, "no client is named"


def test_reading_hushes_my_own_bell(alone: str, browser: Browser, watch: Watch, database: sa.Engine) -> None:
    ben = browser.invite_colleague(name="Ben Cole")
    send_some(database, ben, email_of(ben))
    watch.look()
    browser.get("/alerts")
    browser.press("Mark as read The Cliniko API key of Ben Cole is missing or no longer accepted")
    assert (bell(browser), bell(ben)) == ("Alerts", "Alerts, 1 new")
    ben.get("/alerts")
    ben.press("Mark all as read")
    assert bell(ben) == "Alerts"
    assert "2 programs" not in browser.get("/alerts").text
    send_some(database, ben, email_of(ben))
    watch.look()
    assert bell(ben) == "Alerts", "more programs of the same cause are no news"
    assert "2 programs wait" in ben.get("/alerts").text


def test_in_quiet_hours_nobody_gets_mail_and_what_is_left_in_the_morning_is_one(
    alone: str, browser: Browser, watch: Watch, database: sa.Engine
) -> None:
    in_sydney(database, alone)
    watch.clock.turn(hours=11)  # 9 in the evening
    _waiting, failed, full = send_some(database, browser, alone, 3)
    change(database, [failed], "state = 'failed', reason = 'refused'")
    change(database, [full], "state = 'waiting', reason = 'storage_full'")
    assert watch.tell() == {}
    assert watch.tell(minutes=5) == {}
    assert bell(browser) == "Alerts, 3 new", "the bell does not wake anybody"
    change(database, [full], "state = 'delivered', reason = ''")
    assert watch.tell(hours=9) == {}, "6 in the morning"
    mails = watch.tell(hours=1)
    assert mails.keys() == {alone}
    assert mails[alone].startswith("Kinebridge: 2 things keep programs from Cliniko\n")
    assert "no room" not in mails[alone] and "accepts files again" not in mails[alone], (
        "what went as it came is not told"
    )


def test_practices_that_sleep_keep_no_other_waiting(
    alone: str, browser: Browser, watch: Watch, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PRACTICES_AT_ONCE", 1)
    in_sydney(database, alone)
    watch.clock.turn(hours=11)  # 9 in the evening there
    others = [browser.another() for _ in range(3)]
    awake = [other.sign_up() for other in others]  # whose zone is not known
    for email in (alone, *awake):
        send_some(database, browser, email)
    watch.look()
    assert watch.tell(minutes=1).keys() == set(awake)
    watch.clock.turn(hours=30)  # past the morning of the day after everywhere
    assert watch.digest().keys() == set(awake)


def test_a_cause_that_is_back_at_once_was_never_gone(
    alone: str, browser: Browser, watch: Watch, database: sa.Engine
) -> None:
    sent = send_some(database, browser, alone)
    watch.look()
    assert watch.tell(minutes=1).keys() == {alone}
    change(database, sent, "state = 'waiting', reason = ''")
    assert watch.tell(minutes=5) == {}
    change(database, sent, "state = 'needs_key', reason = 'key_rejected'")
    assert watch.tell(minutes=1) == {}
    assert watch.tell(minutes=20) == {}
    assert len(rows(database, "SELECT FROM alerts")) == 1


def test_who_wants_no_mails_has_the_bell(alone: str, browser: Browser, watch: Watch, database: sa.Engine) -> None:
    browser.get("/account/alerts")
    browser.press("Save changes", **{"Email me": False})
    send_some(database, browser, alone)
    watch.look()
    assert watch.tell(minutes=1) == {}
    assert bell(browser) == "Alerts, 1 new"


def test_case_24_what_failed_is_told_until_somebody_has_dealt_with_it(
    alone: str, browser: Browser, watch: Watch, clock: Hands, database: sa.Engine
) -> None:
    sent = send_some(database, browser, alone, 2)
    stuck = "state = 'failed', reason = 'stuck', started_at = now() - interval '1 day'"
    change(database, sent[:1], stuck)
    change(database, sent[1:], "state = 'delivered'")
    watch.look()
    mails = watch.tell(minutes=1)
    assert "1 program needs a look; its PDF is kept here." in mails[alone]
    browser.get("/alerts")
    browser.press("Mark all as read")
    stale = browser.get("/alerts")
    change(database, sent[1:], stuck)
    watch.look()
    assert bell(browser) == "Alerts, 1 new", "each that failed asks for a decision of its own"
    browser.page = stale
    assert browser.press("I have dealt with it").status == 409
    address = stale.form("I have dealt with it")[0].attrib["action"]
    for nonsense in ("", "-1", "two", "9" * 5000):
        assert browser.post(address, {"programs": nonsense}).status == 409
    browser.get("/alerts")
    assert "You are not reminded of these programs again" in browser.press("I have dealt with all 2").text
    assert bell(browser) == "Alerts"
    # Tried again and failed again, it is told again.
    change(database, sent[:1], f"started_at = '{clock.now.isoformat()}'::timestamptz + interval '1 hour'")
    watch.look()
    assert bell(browser) == "Alerts, 1 new"


def test_the_digest_tells_once_a_day_what_still_waits(
    alone: str, browser: Browser, watch: Watch, database: sa.Engine
) -> None:
    in_sydney(database, alone)
    ben = browser.invite_colleague(name="Ben Cole")
    of_ben = email_of(ben)
    send_some(database, ben, of_ben, 2)
    watch.look()
    assert watch.tell(minutes=1).keys() == {alone, of_ben}  # at 10 in the morning
    assert watch.digest() == {}
    watch.clock.turn(hours=21, minutes=15)
    assert watch.digest() == {}, "a quarter past seven"
    sent = send_some(database, browser, alone, 1)
    watch.look()
    assert watch.tell(minutes=10).keys() == {alone}
    watch.clock.turn(minutes=30)
    mails = watch.digest()
    assert mails.keys() == {alone, of_ben}
    assert mails[of_ben].startswith("Kinebridge: 2 programs still wait\n")
    assert "Ben Cole" in mails[alone]
    assert "of yours" not in mails[alone], "what was told this morning is no news of yesterday"
    watch.clock.turn(hours=3)
    assert watch.digest() == {}
    watch.clock.turn(days=1)
    assert watch.digest().keys() == {alone, of_ben}, "also when a worker comes to it late"
    change(database, sent, "state = 'delivered'")
    execute(database, "UPDATE deliveries SET state = 'delivered'")
    watch.look()
    watch.clock.turn(days=1)
    assert watch.digest() == {}


def test_two_who_look_at_once_open_one_alert(
    alone: str, browser: Browser, app: FastAPI, clock: Hands, database: sa.Engine
) -> None:
    send_some(database, browser, alone)
    ((practice_id,),) = rows(database, "SELECT active_practice_id FROM practitioners WHERE email = :email", email=alone)

    async def look() -> None:
        async with open_tools(app.state.settings, app.state.database_url, clock) as tools:

            async def once() -> None:
                async with transaction(tools.sessions) as session:
                    await review_practice(session, practice_id, clock())

            await asyncio.gather(*(once() for _ in range(4)))

    asyncio.run(look())
    assert len(rows(database, "SELECT FROM alerts WHERE practice_id = :id", id=practice_id)) == 1
    assert bell(browser) == "Alerts, 1 new"


def test_the_jobs_are_put_in_by_the_clock_and_end_in_a_mail(
    alone: str, browser: Browser, database: sa.Engine, clock: Hands, smtp: FakeSmtp, app: FastAPI
) -> None:
    app.state.settings = smtp.settings(app.state.settings)
    send_some(database, browser, alone)
    for name in ("delivery.watch", "alerts.tell", "alerts.digest", "alerts.forget_old", "mail.find_forgotten"):
        assert any(key[0] == name for key in queue.periodic_registry.periodic_tasks), name
    for name in ("delivery.watch", "alerts.tell"):
        # A worker puts them in by the clock on the wall as well.
        execute(database, "DELETE FROM procrastinate_jobs WHERE task_name = :name", name=name)
        browser.run_job(name, timestamp=0)
        clock.turn(minutes=1)
    execute(database, "DELETE FROM procrastinate_jobs WHERE task_name = 'alerts.tell'")
    browser.run_job("alerts.tell", timestamp=0)
    browser.run_jobs()
    assert [str(message["To"]) for message in smtp.messages] == [alone]


def test_old_alerts_are_forgotten(alone: str, browser: Browser, watch: Watch, database: sa.Engine) -> None:
    sent = send_some(database, browser, alone)
    watch.look()
    change(database, sent, "state = 'delivered'")
    watch.look()
    watch.clock.turn(days=89)
    watch.forget()
    assert len(rows(database, "SELECT FROM alerts")) == 1
    watch.clock.turn(days=2)
    watch.forget()
    assert rows(database, "SELECT FROM alerts") == []


def test_notes_are_read_one_by_one_and_old_ones_are_forgotten(
    alone: str, browser: Browser, watch: Watch, database: sa.Engine
) -> None:
    for said in ("access_declined", "of_a_newer_release"):
        execute(
            database,
            "INSERT INTO bell_notes (id, membership_id, about, said, path, created_at) "
            "SELECT gen_random_uuid(), m.id, gen_random_uuid(), :said, '/account/sharing', :now FROM memberships m "
            "JOIN practitioners p ON p.id = m.practitioner_id WHERE p.email = :email",
            said=said,
            now=watch.clock(),
            email=alone,
        )
    execute(database, "INSERT INTO bell_marks (membership_id, about) SELECT membership_id, about FROM bell_notes")
    told = browser.get("/alerts").text
    assert bell(browser) == "Alerts, 2 new"
    assert "Your request to see a patient was declined." in told and "You have news." in told
    browser.get("/alerts")
    browser.press("Mark as read")
    assert bell(browser) == "Alerts, 1 new"
    stranger = browser.another()
    stranger.sign_up()
    for (note_id,) in rows(database, "SELECT id FROM bell_notes"):
        assert stranger.post(f"/alerts/notes/{note_id}/read").status == 404
    watch.clock.turn(days=91)
    watch.forget()
    assert rows(database, "SELECT FROM bell_notes") == [] and rows(database, "SELECT FROM bell_marks") == []
