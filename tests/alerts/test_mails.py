"""What mails say: what happened, what it means, what to do, where; no client, no blame."""

import pytest

from app.alerts.causes import WORDS, tell
from app.alerts.mails import Item, Reader, write_alert, write_digest
from app.alerts.models import Cause
from app.delivery.filters import GROUPS
from app.mail.letter import Letter

READER = Reader(name="Ana Ruiz", practice="Harbour Physio", public_url="https://kinebridge.example.org")
SINCE = "26 Nov 2026, 10:00 am"


def item(cause: str, name: str = "", programs: int = 3) -> Item:
    return Item(cause=cause, name=name, programs=programs, since=SINCE)


def test_a_letter_about_one_cause_is_all_one_needs() -> None:
    subject, text = write_alert(READER, [item(Cause.CLINIKO_DOWN)], [])
    assert subject == "Kinebridge: Cliniko does not answer"
    assert text == (
        "Hello Ana Ruiz,\n\n"
        "Cliniko does not answer, since 26 Nov 2026, 10:00 am.\n"
        "3 programs wait; nothing is lost.\n"
        "You do not need to do anything. Waiting PDFs go out by themselves, oldest first, when Cliniko answers.\n"
        "https://kinebridge.example.org/deliveries?state=waiting\n"
        "More on this: https://kinebridge.example.org/guide/cliniko-away\n\n"
        "You get this email as a member of Harbour Physio in Kinebridge.\n"
        "All alerts: https://kinebridge.example.org/alerts\n"
        "Emails on or off, and quiet hours: https://kinebridge.example.org/account/alerts\n"
    )


def test_what_is_over_says_so_and_asks_for_nothing() -> None:
    subject, text = write_alert(READER, [], [item(Cause.NEEDS_KEY, "Ben Cole", programs=0)])
    assert subject == "Kinebridge: No program is waiting for Ben Cole's API key now"
    assert "It began 26 Nov 2026, 10:00 am. There is nothing to do." in text


def test_several_causes_make_one_letter() -> None:
    opened = [item(Cause.NEEDS_KEY, "Ben Cole", 1), item(Cause.STORAGE_FULL)]
    subject, text = write_alert(READER, opened, [item(Cause.CLINIKO_DOWN)])
    assert subject == "Kinebridge: 2 things keep programs from Cliniko"
    order = ["API key of Ben Cole", "1 program waits;", "no room", "3 programs wait;", "Cliniko answers again"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_the_digest_counts_all() -> None:
    subject, text = write_digest(READER, [item(Cause.NEEDS_KEY, "Ben Cole", 1), item(Cause.STORAGE_FULL)])
    assert subject == "Kinebridge: 4 programs still wait"
    assert "This still keeps programs of Harbour Physio from Cliniko:" in text
    assert write_digest(READER, [item(Cause.NEEDS_KEY, programs=1)])[0] == "Kinebridge: 1 program still waits"


@pytest.mark.parametrize("cause", [*Cause, "made_up_by_a_newer_release"])
@pytest.mark.parametrize("name", ["", "Ben Cole", "Zoë {name} 👩‍⚕️", "N" * 200])
def test_every_cause_has_words_for_everybody_that_fit_a_letter(cause: str, name: str) -> None:
    for subject, text in (write_alert(READER, [item(cause, name)], []), write_alert(READER, [], [item(cause, name)])):
        Letter("ana@practice.example", subject, text)
        assert "{" not in text.replace(name or "{}", ""), "a place for a name was left empty"
    told = tell(cause, name=name, programs=1)
    assert "1 program " in told.meaning and told.to_do.endswith(".")


def test_no_cause_is_without_words_and_its_links_narrow_the_page_of_deliveries() -> None:
    assert WORDS.keys() == set(Cause)
    for words in WORDS.values():
        for path, _ in (words.link_mine, words.link_theirs):
            page, _, group = path.partition("?state=")
            assert (page, group) == ("/account/settings", "") or (page == "/deliveries" and group in GROUPS)
