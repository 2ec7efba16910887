"""A letter reaches the mail server once, survives its troubles, and is given up only when it is of no use any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.settings import Settings
from tests.fakes.smtp import FakeSmtp
from tests.support import Browser

Post = Callable[..., str]


def row(database: sa.Engine, mail_id: str) -> Any:
    with database.connect() as connection:
        return connection.execute(sa.text("SELECT * FROM outgoing_mails WHERE id = :id"), {"id": mail_id}).one()


def change(database: sa.Engine, mail_id: str, assignment: str) -> None:
    with database.begin() as connection:
        connection.execute(sa.text(f"UPDATE outgoing_mails SET {assignment} WHERE id = :id"), {"id": mail_id})


def test_a_letter_arrives_as_plain_text_with_the_same_id_at_every_attempt(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    mail_id = post_letter(subject="Zwölf Übungen", text="Grüße – bye.\n.\nA line that begins with a dot.\n")
    browser.run_jobs()
    (message,) = smtp.messages
    assert message["To"] == "ana@practice.example"
    assert message["From"] == "KB <kb@practice.example>"
    assert message["Subject"] == "Zwölf Übungen"
    assert message["Message-ID"] == f"<{mail_id}@practice.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content() == "Grüße – bye.\n.\nA line that begins with a dot.\n"
    found = row(database, mail_id)
    assert (found.state, found.attempts) == ("sent", 1)
    assert found.text == "", "what was sent is not kept: it may hold a secret link"


def test_a_letter_is_sent_once_however_many_jobs_it_has(browser: Browser, smtp: FakeSmtp, post_letter: Post) -> None:
    mail_id = post_letter()
    browser.run_job("mail.send", mail_id=mail_id)
    browser.run_job("mail.send", mail_id=mail_id)
    assert len(smtp.messages) == 1


def test_a_letter_under_way_is_left_alone_until_its_claim_runs_out(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    mail_id = post_letter()
    change(database, mail_id, "state = 'sending', attempts = 1, next_attempt_at = now() + interval '1 minute'")
    browser.run_jobs()
    assert smtp.messages == []
    with (
        database.connect() as connection
    ):  # where our clock is behind the database's, one would follow the other at once
        waiting = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock LIKE :name")
        assert connection.execute(waiting, {"name": f"mail.send:{mail_id}%"}).scalar_one() == 0
    change(database, mail_id, "next_attempt_at = now() - interval '1 second'")
    browser.run_job("mail.send", mail_id=mail_id)
    assert [message["Message-ID"] for message in smtp.messages] == [f"<{mail_id}@practice.example>"]
    assert row(database, mail_id).attempts == 2


def test_who_was_paused_while_another_took_the_letter_over_writes_nothing(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    mail_id = post_letter()
    smtp.meanwhile = lambda: change(database, mail_id, "attempts = 2, error_type = 'the other claim'")
    browser.run_jobs()
    found = row(database, mail_id)
    assert (found.state, found.attempts, found.error_type) == ("sending", 2, "the other claim")


def test_a_letter_not_taken_now_is_tried_again(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    smtp.answers = {"RCPT": "451 Greylisted, come back"}
    mail_id = post_letter()
    browser.run_jobs()
    found = row(database, mail_id)
    assert (found.state, found.error_type, found.remote_status) == ("waiting", "SMTPRecipientRefused", 451)
    assert found.next_attempt_at > found.created_at
    smtp.answers = {}
    browser.run_jobs(hurry=True, rounds=2)
    assert len(smtp.messages) == 1
    assert row(database, mail_id).state == "sent"


def test_a_letter_refused_for_good_is_not_tried_again(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    smtp.answers = {"RCPT": "550 No such user"}
    mail_id = post_letter()
    browser.run_jobs()
    connections = smtp.connections
    browser.run_jobs(hurry=True, rounds=2)
    assert row(database, mail_id).state == "failed"
    assert smtp.connections == connections


def test_a_letter_whose_yes_was_lost_goes_again_under_the_same_id(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    smtp.hangs_up_after_data = True
    mail_id = post_letter()
    browser.run_jobs()
    assert row(database, mail_id).state == "waiting"
    smtp.hangs_up_after_data = False
    browser.run_jobs(hurry=True, rounds=2)
    assert [message["Message-ID"] for message in smtp.messages] == [f"<{mail_id}@practice.example>"] * 2


def test_a_letter_that_is_of_no_use_any_more_is_given_up(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    mail_id = post_letter(useful_for=timedelta(0))
    browser.run_jobs()
    assert smtp.messages == []
    found = row(database, mail_id)
    assert (found.state, found.text) == ("failed", "")


def test_a_letter_without_a_job_is_found_again(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    mail_id = post_letter()
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
    change(database, mail_id, "next_attempt_at = now() - interval '1 hour'")
    browser.run_job("mail.find_forgotten", timestamp=0)
    browser.run_jobs()
    assert len(smtp.messages) == 1


def test_old_letters_are_forgotten(browser: Browser, post_letter: Post, database: sa.Engine) -> None:
    old, new = post_letter(), post_letter()
    change(database, old, "created_at = now() - interval '31 days'")
    browser.run_job("mail.forget_old", timestamp=0)
    with database.connect() as connection:
        assert [str(id_) for (id_,) in connection.exec_driver_sql("SELECT id FROM outgoing_mails")] == [new]


def test_a_recipient_that_is_no_address_is_refused_without_asking_the_server(
    browser: Browser, smtp: FakeSmtp, post_letter: Post, database: sa.Engine
) -> None:
    wrong = ("no address", "ana@practice.example, eve@elsewhere.example", "@", "a@b@c")
    letters = [post_letter(recipient=recipient) for recipient in wrong]
    browser.run_jobs()
    assert {row(database, mail_id).state for mail_id in letters} == {"failed"}
    assert (smtp.connections, smtp.recipients) == (0, [])


def test_without_a_mail_server_the_letter_is_printed_on_this_machine_only(
    app: FastAPI,
    browser: Browser,
    smtp: FakeSmtp,
    settings: Settings,
    post_letter: Post,
    database: sa.Engine,
    capfd: pytest.CaptureFixture[str],
) -> None:
    at_home = {"smtp_host": None, "public_url": "http://127.0.0.1:8000"}
    app.state.settings = settings.model_copy(update=at_home)
    first = post_letter(subject="Hello at home", text="Words to read.")
    browser.run_jobs()
    assert "To: ana@practice.example\nSubject: Hello at home\n\nWords to read." in capfd.readouterr().out
    app.state.settings = settings.model_copy(update=at_home | {"public_url": "https://kinebridge.example.org"})
    second = post_letter(text="Words to read.")
    browser.run_jobs()
    printed = capfd.readouterr()
    assert "Words to read." not in printed.out + printed.err
    assert {row(database, id_).state for id_ in (first, second)} == {"printed"}
    assert smtp.connections == 0
