"""Each recorded action is one plain sentence, which names only whom its reader may know."""

import uuid

import pytest

from app.activity.sentences import KINDS, SENTENCES, Event, Names, tell, who_did

ANA, OLIVIA, BEN = uuid.uuid4(), uuid.uuid4(), str(uuid.uuid4())
NAMES = Names(people={ANA: "Ana Ruiz"}, members={BEN: "Ben Cole"}, clients={OLIVIA: "Olivia Hart"})
DETAIL = {"owner_id": BEN, "version": 2, "outcome": "no_key", "fields": ["date_of_birth"], "deliveries": 1, "years": 3}
DETAIL |= {"percent": 20}


@pytest.mark.parametrize("action", SENTENCES)
def test_every_action_is_one_sentence(action: str) -> None:
    told = tell(Event(action, ANA, OLIVIA, DETAIL), NAMES)
    assert told.endswith(".") and told[0].isupper() and "{" not in told and "_" not in told and "something" not in told
    assert action.partition(".")[0] in KINDS


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (Event("client.viewed", ANA, OLIVIA), "Ana Ruiz looked at the page of Olivia Hart."),
        (Event("client.viewed", ANA, uuid.uuid4()), "Ana Ruiz looked at the page of a client."),
        (
            Event("client.opened_shared", ANA, OLIVIA, DETAIL),
            "Ana Ruiz clicked Open in Kinebridge and was led to Olivia Hart, a client of Ben Cole.",
        ),
        (
            Event("client.refused", ANA, None, {"outcome": "no_key"}),
            "Ana Ruiz clicked Open in Kinebridge and was refused: no working Cliniko key.",
        ),
        (
            Event("delivery.arrived", None, OLIVIA),
            "Kinebridge put a PDF for Olivia Hart into their Files in Cliniko.",
        ),
        (Event("client.edited", ANA, OLIVIA, DETAIL), "Ana Ruiz edited details of Olivia Hart: date of birth."),
        (Event("session.refused"), "A sign-in as Somebody unknown was refused."),
        (Event("connection.rejected", None, None, {"membership_id": BEN}), "Cliniko rejected the key of Ben Cole."),
        (Event("client.viewed", uuid.uuid4(), OLIVIA), "A former colleague looked at the page of Olivia Hart."),
        (Event("client.cured_{who}", ANA, OLIVIA), "Ana Ruiz: client cured {who}."),
    ],
)
def test_a_sentence_says_who_did_what_to_whom(event: Event, sentence: str) -> None:
    assert tell(event, NAMES) == sentence


def test_names_with_braces_are_only_names() -> None:
    names = Names(people={ANA: "{client}"}, clients={OLIVIA: "{0}{who.__class__}"})
    assert tell(Event("client.viewed", ANA, OLIVIA), names) == "{client} looked at the page of {0}{who.__class__}."


def test_what_a_client_does_at_home_is_nobodys_of_the_practice() -> None:
    assert who_did(Event("program.opened_at_home", None, OLIVIA), NAMES) == "Visitor"
    assert who_did(Event("delivery.stopped", None, OLIVIA), NAMES) == "Kinebridge"
