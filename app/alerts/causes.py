"""Each cause in plain words, for the page and for mails: what happened, what it means, what to do. Pure.

No blame and no patient: a practitioner of the practice may be named, a client never.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.alerts.models import Cause
from app.guidance import guide_for

# What the whole practice has at once: one alert for all who are concerned, since they share one Cliniko account.
OF_PRACTICE = frozenset({Cause.CLINIKO_DOWN, Cause.STORAGE_FULL})

# Where to see them, and what the link there is called.
SETTINGS = ("/account/settings", "Open settings")


def _deliveries(group: str) -> tuple[str, str]:
    return f"/deliveries?state={group}", "Show them"


@dataclass(frozen=True)
class Words:
    """One cause as told to the person concerned (``mine``) and to those who run the practice (``theirs``).

    ``{name}`` in the latter is the person concerned.
    """

    mine: str
    theirs: str
    to_do_mine: str
    to_do_theirs: str
    over: str
    link_mine: tuple[str, str]
    link_theirs: tuple[str, str]
    waits: str = "waits; nothing is lost"
    wait: str = "wait; nothing is lost"


WORDS: Mapping[str, Words] = {
    Cause.CLINIKO_DOWN: Words(
        mine="Cliniko does not answer",
        theirs="Cliniko does not answer",
        to_do_mine=(
            "You do not need to do anything. Waiting PDFs go out by themselves, oldest first, when Cliniko answers."
        ),
        to_do_theirs=(
            "You do not need to do anything. Waiting PDFs go out by themselves, oldest first, when Cliniko answers."
        ),
        over="Cliniko answers again",
        link_mine=_deliveries("waiting"),
        link_theirs=_deliveries("waiting"),
    ),
    Cause.STORAGE_FULL: Words(
        mine="Your Cliniko account has no room for more files",
        theirs="Your Cliniko account has no room for more files",
        to_do_mine="Remove files in Cliniko, or ask for a larger plan there. Kinebridge tries again every hour.",
        to_do_theirs="Remove files in Cliniko, or choose a larger plan there. Kinebridge tries again every hour.",
        over="Cliniko accepts files again",
        link_mine=_deliveries("waiting"),
        link_theirs=_deliveries("waiting"),
    ),
    Cause.NEEDS_KEY: Words(
        mine="Your Cliniko API key is missing or no longer accepted",
        theirs="The Cliniko API key of {name} is missing or no longer accepted",
        to_do_mine="Make one in Cliniko (My info > Manage API keys) and paste it under My account > Settings. "
        "What waits then goes out by itself.",
        to_do_theirs="{name} can make one in Cliniko (My info > Manage API keys) and paste it under "
        "My account > Settings. What waits then goes out by itself.",
        over="No program is waiting for {name}'s API key now",
        link_mine=SETTINGS,
        link_theirs=_deliveries("key"),
    ),
    Cause.NOT_PERMITTED: Words(
        mine="Your role in Cliniko may not add files",
        theirs="The role of {name} in Cliniko may not add files",
        to_do_mine="Ask an administrator in Cliniko for a role that may, such as practitioner. Then press Check again "
        "under My account > Settings, and what waits goes out.",
        to_do_theirs="Give {name} a role in Cliniko that may, such as practitioner. When {name} then presses "
        "Check again under My account > Settings, what waits goes out.",
        over="No program of {name}'s is waiting for a Cliniko role now",
        link_mine=SETTINGS,
        link_theirs=_deliveries("role"),
    ),
    Cause.NEEDS_ATTENTION: Words(
        mine="Programs of yours could not be put into Cliniko",
        theirs="Programs of {name} could not be put into Cliniko",
        to_do_mine="See why under Deliveries, then try again, or download the PDF and add it in Cliniko by hand.",
        to_do_theirs="{name} or you can see why under Deliveries, then try again, or download the PDF and add it in "
        "Cliniko by hand.",
        over="No program of {name}'s needs a look now",
        link_mine=_deliveries("attention"),
        link_theirs=_deliveries("attention"),
        waits="needs a look; its PDF is kept here",
        wait="need a look; their PDFs are kept here",
    ),
}
# For a cause that a newer release has written into the database.
OTHER = Words(
    mine="Programs of yours wait",
    theirs="Programs of {name} wait",
    to_do_mine="See why under Deliveries.",
    to_do_theirs="See why under Deliveries.",
    over="Programs of {name} no longer wait",
    link_mine=_deliveries(""),
    link_theirs=_deliveries(""),
)


@dataclass(frozen=True)
class Told:
    """A cause as one reader is told of it; ``guide_path`` is where the guide explains it, or ""."""

    title: str
    meaning: str
    to_do: str
    over: str
    path: str
    link_words: str
    guide_path: str


def tell(cause: str, *, name: str, programs: int) -> Told:
    """Return the words for a reader; ``name`` is the person concerned, "" when that is the reader or the practice."""
    words = WORDS.get(cause, OTHER)
    title, to_do = (words.theirs, words.to_do_theirs) if name else (words.mine, words.to_do_mine)
    path, link_words = words.link_theirs if name else words.link_mine
    guide = guide_for(f"alert.{cause}")
    return Told(
        title=title.format(name=name),
        meaning=f"{count(programs)} {words.waits if programs == 1 else words.wait}.",
        to_do=to_do.format(name=name),
        over=words.over.format(name=name or "yours"),
        path=path,
        link_words=link_words,
        guide_path=guide.path if guide else "",
    )


def count(programs: int) -> str:
    """Return a number of programs in words ("1 program")."""
    return f"{programs} program{'' if programs == 1 else 's'}"
