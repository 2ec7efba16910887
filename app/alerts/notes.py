"""What concerns one member, as the bell's page says it: who did what, and what the link there is called. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A sentence, which begins with ``{who}`` where it names somebody, and the words of its link."""

    sentence: str
    link: str


SOMEBODY = "A colleague"

# Stored as words; one that this release does not know is told without saying what it is.
SAID: Mapping[str, Said] = {
    "access_asked": Said("{who} asks to see one of your clients.", "Answer"),
    "access_passed_on": Said("{who} asks to see a client whose owner has not answered.", "Answer"),
    "access_given": Said("{who} lets you see the client you asked for.", "Open the client"),
    "access_declined": Said("Your request to see a client was declined.", "Your requests"),
    "client_given": Said("{who} lets you see one of their clients.", "Open the client"),
    "client_handed_over": Said("{who} handed a client over to you.", "Open the client"),
    "client_handed_on": Said("{who} handed one of your clients over to a colleague.", "Your clients"),
    "practice_sharing": Said(
        (
            "{who} changed how the practice shares clients. You have not chosen a rule of your own, so this "
            "applies to your clients."
        ),
        "See the rule",
    ),
}
UNKNOWN = Said("You have news.", "Look")


def tell_note(said: str, name: str | None) -> tuple[str, str]:
    """Return the sentence and the words of the link."""
    words = SAID.get(said, UNKNOWN)
    return words.sentence.replace("{who}", name or SOMEBODY, 1), words.link
