"""What alert mails say: letters as texts. Pure; no client is ever named.

Everything one person is to be told at a time goes into one letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.alerts.causes import Told, count, tell


@dataclass(frozen=True)
class Item:
    """One alert as its recipient may be told of it.

    ``name`` is the person concerned, "" when that is the recipient or the whole practice; ``since`` is written in the
    practice's time.
    """

    cause: str
    name: str
    programs: int
    since: str

    @property
    def told(self) -> Told:
        """The words for the recipient."""
        return tell(self.cause, name=self.name, programs=self.programs)


@dataclass(frozen=True)
class Reader:
    """Who gets a letter, from which practice, and where Kinebridge is (``https://kinebridge.example.org``)."""

    name: str
    practice: str
    public_url: str


def write_alert(reader: Reader, opened: Sequence[Item], recovered: Sequence[Item]) -> tuple[str, str]:
    """Return subject and text of a letter about what has begun and what is over; at least one of them holds items."""
    if opened:
        subject = opened[0].told.title if len(opened) == 1 else f"{len(opened)} things keep programs from Cliniko"
    else:
        subject = recovered[0].told.over if len(recovered) == 1 else f"{len(recovered)} things are over"
    parts = [_write_open(reader, item) for item in opened]
    parts += [_write_over(item) for item in recovered]
    return _subject(subject), _letter(reader, parts)


def write_digest(reader: Reader, items: Sequence[Item]) -> tuple[str, str]:
    """Return subject and text of the daily letter about what still needs somebody."""
    total = sum(item.programs for item in items)
    opening = f"This still keeps programs of {reader.practice} from Cliniko:"
    parts = [opening, *(_write_open(reader, item) for item in items)]
    return _subject(f"{count(total)} still {'waits' if total == 1 else 'wait'}"), _letter(reader, parts)


def _write_open(reader: Reader, item: Item) -> str:
    told = item.told
    guide = f"\nMore on this: {reader.public_url}{told.guide_path}" if told.guide_path else ""
    return f"{told.title}, since {item.since}.\n{told.meaning}\n{told.to_do}\n{reader.public_url}{told.path}{guide}"


def _write_over(item: Item) -> str:
    return f"{item.told.over}. It began {item.since}. There is nothing to do."


def _subject(words: str) -> str:
    # Names have up to 200 characters; a subject is one short line.
    return f"Kinebridge: {words[:110]}"


def _letter(reader: Reader, parts: Sequence[str]) -> str:
    footer = (
        f"You get this email as a member of {reader.practice} in Kinebridge.\n"
        f"All alerts: {reader.public_url}/alerts\n"
        f"Emails on or off, and quiet hours: {reader.public_url}/account/alerts"
    )
    return "\n\n".join([f"Hello {reader.name},", *parts, footer]) + "\n"
