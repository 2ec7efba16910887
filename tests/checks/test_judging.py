"""What the probes saw, and what ``kinebridge check`` makes of it. Pure."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.checks import judging
from app.checks.machine import DATA_LOW_BYTES, WAITING_LOW_BYTES
from app.checks.network import name_trouble
from app.checks.seen import Answer, Database, Disk, Mail, OwnAnswer, Queue, Secrets, Stored
from app.findings import Finding, State, as_json, as_lines, has_failed, ok
from app.migrations import Standing
from app.settings import Settings

LOCAL = Settings()
PUBLIC = Settings(public_url="https://kb.practice.example")
SHARED = Settings(database_url="postgresql://kb@db/kb", secret_keys=["k9" * 20])
GOOD = Database(
    version=180002,
    encoding="UTF8",
    may_create=True,
    tables_denied=0,
    connections=7,
    most_connections=100,
    is_encrypted=False,
    is_remote=False,
)
AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


def says(finding: Finding | None, state: State, words: str) -> bool:
    """True when the finding is of this state, says this, and tells how it is mended unless all is well."""
    assert finding is not None
    return (
        finding.state is state
        and words in f"{finding.found} {finding.mend}"
        and bool(finding.mend) == (state is not State.OK)
    )


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        (GOOD, State.OK, "PostgreSQL 18.2; 7 of 100"),
        (None, State.FAIL, "KINEBRIDGE_DATABASE_URL"),
        (replace(GOOD, version=140011), State.FAIL, "Use PostgreSQL 15 or newer"),
        (replace(GOOD, encoding="LATIN1"), State.FAIL, "encoded in LATIN1"),
        (replace(GOOD, tables_denied=3), State.FAIL, "3 of our tables"),
        (replace(GOOD, may_create=False), State.WARN, "GRANT CREATE"),
        (replace(GOOD, is_remote=True), State.WARN, "sslmode=verify-full"),
        (replace(GOOD, is_remote=True, is_encrypted=True), State.OK, "PostgreSQL"),
        (replace(GOOD, connections=90), State.WARN, "max_connections"),
        (replace(GOOD, most_connections=50), State.WARN, "max_connections"),
    ],
)
def test_a_database_is_judged_by_what_the_service_needs(seen: Database | None, state: State, words: str) -> None:
    assert says(judging.judge_database(seen, SHARED), state, words)


@pytest.mark.parametrize(
    ("standing", "state", "words"),
    [
        (Standing("current", "0015", "0015"), State.OK, "0015"),
        (Standing("ahead", "0099", "0015"), State.WARN, "at 0099, this release has 0015"),
        (Standing("behind", "0012", "0015"), State.FAIL, "Run kinebridge migrate."),
        (Standing("empty", None, "0015"), State.FAIL, "Run kinebridge migrate."),
        (Standing("unknown", "abc", "0015"), State.FAIL, "none that this release knows"),
    ],
)
def test_a_schema_is_current_ahead_or_behind(standing: Standing, state: State, words: str) -> None:
    assert says(judging.judge_schema(standing), state, words)


@pytest.mark.parametrize(
    ("seen", "settings", "state", "words"),
    [
        (Secrets(2, 64), SHARED, State.OK, "2 from KINEBRIDGE_SECRET_KEYS"),
        (Secrets(1, 64, "var/secret_keys", 0o600), LOCAL, State.OK, "mode 600"),
        (Secrets(1, 64, "var/secret_keys", 0o400), LOCAL, State.OK, "mode 400"),
        (Secrets(1, 64, "var/secret_keys", 0o640), LOCAL, State.FAIL, "chmod 600 var/secret_keys"),
        (Secrets(0, 0, "var/secret_keys", 0o600), LOCAL, State.FAIL, "cut short"),
        (Secrets(1, 9, "var/secret_keys", 0o600), LOCAL, State.FAIL, "cut short"),
        (None, LOCAL, State.WARN, "there are none yet"),
    ],
)
def test_secrets_are_there_and_nobody_elses(seen: Secrets | None, settings: Settings, state: State, words: str) -> None:
    assert says(judging.judge_secrets(seen, settings), state, words)


def test_stored_keys_that_wait_for_a_rotation_are_counted_and_lost_ones_are_a_failure() -> None:
    assert says(judging.judge_stored(Stored(4)), State.OK, "none under an older")
    assert says(judging.judge_stored(Stored(4, 3)), State.WARN, "3 are under an older secret")
    assert says(judging.judge_stored(Stored(4, 3, is_whole=False)), State.WARN, "there are more")
    assert says(judging.judge_stored(Stored(4, 3, 2)), State.FAIL, "2 cannot be read")


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        (Mail("m", 587), State.OK, "nothing was sent"),
        (Mail("m", 587, sent_to=True), State.OK, "took a message"),
        (Mail("m", 587, "login", 535), State.FAIL, "refuses the user or password (535)"),
        (Mail("m", 587, "refused"), State.FAIL, "nothing listens there"),
        (Mail("m", 465, "time"), State.FAIL, "KINEBRIDGE_SMTP_TLS=tls"),
        (Mail("m", 25, "tls"), State.FAIL, "no TLS"),
        (Mail("m", 25, "certificate"), State.FAIL, "certificate"),
        (Mail("m", 25, "answer", 421), State.FAIL, "as a mail server (421)"),
    ],
)
def test_a_mail_servers_answer_is_said_with_the_setting_to_look_at(seen: Mail, state: State, words: str) -> None:
    assert says(judging.judge_mail(seen, PUBLIC), state, words)


def test_without_a_mail_server_mails_are_printed_on_one_machine_and_missed_elsewhere() -> None:
    assert says(judging.judge_mail(None, LOCAL), State.OK, "printed")
    assert says(judging.judge_mail(None, PUBLIC), State.WARN, "KINEBRIDGE_SMTP_HOST")


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        (Answer("api", 401), State.OK, "401"),
        (Answer("api", 503), State.WARN, "status page"),
        (Answer("api", 404), State.WARN, "KINEBRIDGE_CLINIKO_API_URL"),
        (Answer("api", trouble="certificate"), State.FAIL, "ca-certificates"),
        (Answer("api", trouble="name"), State.FAIL, "name server"),
        (Answer("api", trouble="time"), State.FAIL, "port 443"),
    ],
)
def test_cliniko_is_reachable_when_it_asks_for_a_key(seen: Answer, state: State, words: str) -> None:
    assert says(judging.judge_cliniko(seen), state, words)


@pytest.mark.parametrize(
    ("seen", "settings", "state", "words"),
    [
        (OwnAnswer(Answer("kb", 200), "0.6.0"), PUBLIC, State.OK, "at 0.6.0"),
        (OwnAnswer(Answer("kb", 200), "0.5.0"), PUBLIC, State.WARN, "is at 0.5.0, this is 0.6.0"),
        (OwnAnswer(Answer("kb", 200)), PUBLIC, State.FAIL, "Something else"),
        (OwnAnswer(Answer("kb", 502)), PUBLIC, State.FAIL, "answers 502"),
        (OwnAnswer(Answer("kb", trouble="certificate")), PUBLIC, State.FAIL, "certificate"),
        (OwnAnswer(Answer("kb", trouble="refused")), LOCAL, State.WARN, "Start kinebridge serve"),
        (OwnAnswer(Answer("kb", 200), "0.6.0"), Settings(public_url="http://kb.example"), State.FAIL, "not https"),
    ],
)
def test_the_public_url_leads_to_this_release_over_https(
    seen: OwnAnswer, settings: Settings, state: State, words: str
) -> None:
    assert says(judging.judge_public(seen, settings, "0.6.0"), state, words)


@pytest.mark.parametrize(
    ("seen_as", "forwarded", "state", "words"),
    [
        ("203.0.113.9", "203.0.113.9", State.OK, "told apart"),
        ("203.0.113.9", "192.0.2.1, 203.0.113.9", State.OK, "told apart"),  # a proxy that adds to what it gets
        ("192.0.2.1", "192.0.2.1", State.FAIL, "whoever makes up"),
        ("172.18.0.5", "203.0.113.9", State.FAIL, "Add 172.18.0.5"),
        ("172.18.0.5", "", State.FAIL, "does not say who asks"),
        ("172.18.0.5", "192.0.2.1", State.FAIL, "does not say who asks"),
        (None, None, State.WARN, "could not be asked"),
    ],
)
def test_visitors_are_told_apart_by_the_proxys_word_only(
    seen_as: str | None, forwarded: str | None, state: State, words: str
) -> None:
    seen = OwnAnswer(Answer("kb", 200), "0.6.0", seen_as, forwarded)
    assert says(judging.judge_forwarding(seen, PUBLIC), state, words)


def test_on_one_machine_nobody_has_to_be_told_apart() -> None:
    assert judging.judge_forwarding(OwnAnswer(Answer("kb", 200), "0.6.0", "192.0.2.1", "192.0.2.1"), LOCAL) is None


def test_whose_word_is_believed_is_said() -> None:
    assert says(judging.judge_proxies(LOCAL, None), State.OK, "this machine")
    assert says(judging.judge_proxies(PUBLIC, None), State.WARN, "KINEBRIDGE_TRUSTED_PROXIES")
    assert says(judging.judge_proxies(PUBLIC, "*"), State.FAIL, "everybody is believed")
    named = Settings(public_url="https://kb.example", trusted_proxies=["10.0.0.5/32"])
    assert says(judging.judge_proxies(named, "*"), State.OK, "10.0.0.5/32")
    many = Settings(public_url="https://kb.example", trusted_proxies=["0.0.0.0/1"])
    assert says(judging.judge_proxies(many, None), State.WARN, "very many")


def test_a_clock_is_wrong_by_more_than_thirty_seconds_either_way() -> None:
    assert says(judging.judge_clock("Cliniko", timedelta(seconds=-30)), State.OK, "within 30 s of Cliniko")
    assert says(judging.judge_clock("Cliniko", timedelta(seconds=31)), State.FAIL, "31 s ahead of Cliniko")
    assert says(judging.judge_clock("Cliniko", timedelta(seconds=-90)), State.FAIL, "90 s behind Cliniko")
    assert judging.judge_clock("Cliniko", None) is None
    slow = Answer("api", 401, date=AT, at=AT + timedelta(seconds=4), took=timedelta(seconds=8))
    assert judging.skew_of(slow) == timedelta(0)
    assert judging.skew_of(Answer("api", 401)) is None


def test_room_is_little_below_a_gigabyte_for_what_is_kept_and_a_third_of_one_for_what_waits() -> None:
    def judge(free_bytes: int | None, low_bytes: int = DATA_LOW_BYTES) -> Finding:
        return judging.judge_disk(Disk("data", "/v", free_bytes, low_bytes))

    assert says(judge(2 * 10**9), State.OK, "2.0 GB free")
    assert says(judge(9 * 10**8), State.WARN, "less than 1 GB")
    assert says(judge(10**7), State.FAIL, "Make room")
    assert says(judge(None), State.FAIL, "cannot be written to")
    assert says(judge(512 * 2**20, WAITING_LOW_BYTES), State.OK, "0.5 GB free")  # all of it, in compose.yaml
    assert says(judge(2 * 10**8, WAITING_LOW_BYTES), State.WARN, "less than 0.3 GB")


def test_a_queue_without_a_worker_is_told_and_a_stuck_one_fails() -> None:
    assert says(judging.judge_queue(Queue(1, 4, False)), State.OK, "4 jobs due")
    assert says(judging.judge_queue(Queue(0, 0, False)), State.WARN, "kinebridge worker")
    assert says(judging.judge_queue(Queue(1, 4, True)), State.FAIL, "none was done for 10 minutes")


def test_running_as_root_is_warned_of() -> None:
    assert judging.judge_user(is_root=False, settings=LOCAL) is None
    assert says(judging.judge_user(is_root=True, settings=LOCAL), State.WARN, "opens the folders above")
    assert says(judging.judge_user(is_root=True, settings=SHARED), State.WARN, "a user of its own")


def test_a_misspelt_setting_is_noticed() -> None:
    assert says(judging.judge_names({"KINEBRIDGE_SMTP_HOTS": "x", "PATH": "/"}), State.WARN, "no KINEBRIDGE_SMTP_HOTS")
    assert says(judging.judge_names({"KINEBRIDGE_SMTP_HOST": "x"}), State.OK, "1 from the environment")


@pytest.mark.parametrize(
    ("cause", "trouble"),
    [
        (ssl.SSLCertVerificationError(), "certificate"),
        (ssl.SSLError("wrong version number"), "tls"),
        (ConnectionRefusedError(), "refused"),
        (TimeoutError(), "time"),
    ],
)
def test_a_failed_connection_is_named_by_its_cause(cause: Exception, trouble: str) -> None:
    error = httpx.ConnectError("of no interest")
    error.__cause__ = cause
    assert name_trouble(error) == trouble


def test_findings_are_lines_for_people_and_json_for_machines() -> None:
    found = [ok("disk", "fine."), judging.judge_disk(Disk("data", "/v", None, DATA_LOW_BYTES))]
    assert as_lines(found).splitlines()[0] == "OK    disk  fine."
    assert "      > Give the user" in as_lines(found)
    assert '"failed": true' in as_json(found) and has_failed(found) and not has_failed(found[:1])
