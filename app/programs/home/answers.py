"""What a patient may answer at the door of their page, and how long wrong ones have to wait. Pure."""

import datetime
import hmac
from collections.abc import Iterator

import regex

from app.waits import Waits
from app.words import plain

# Where 3/7/1961 is the seventh of March; everywhere else it is the third of July.
MONTH_FIRST_COUNTRIES = frozenset({"US", "CA", "PH", "PR", "GU", "AS", "MP", "VI", "FM", "MH", "PW"})
LONGEST_ANSWER = 40
WAITS = Waits(free=5, first=datetime.timedelta(minutes=1), longest=datetime.timedelta(days=1))

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = regex.compile(r"\p{Nd}+|\p{L}+")
_CODE = regex.compile(r"\s*(?:\p{Nd}[\s-]*){6}")
_RUN_TOGETHER = regex.compile(r"\p{Nd}{6}|\p{Nd}{8}")


def is_answer(typed: str, country: str, today: datetime.date) -> bool:
    """Say whether the text can be read as a date or a code at all; slips that cannot are no wrong answers."""
    return bool(_read_code(typed)) or any(True for _ in read_dates(typed, country, today))


def fits(typed: str, *, born: datetime.date | None, code: str, country: str, today: datetime.date) -> bool:
    """Say whether the answer is the date of birth, or the code of the sheet; compared in constant time.

    The code opens where a date of birth is known too: the sheet may be older than what is known by now.
    """
    right_date, typed_code = born.isoformat() if born else "", _read_code(typed)
    dates = [hmac.compare_digest(date.isoformat(), right_date) for date in read_dates(typed, country, today)]
    return any([*dates, bool(code) and hmac.compare_digest(typed_code, code)])


def read_dates(typed: str, country: str, today: datetime.date) -> Iterator[datetime.date]:
    """Yield the dates that a text may stand for: "7/3/1961", "07.03.1961", "1961-03-07", "7 March 1961", "070361".

    The country decides between day and month where both are possible; a year of two digits may mean two centuries.
    Digits of any script count. Future dates are left out.
    """
    text = plain(typed[:LONGEST_ANSWER]).strip()
    ways = [text]
    if _RUN_TOGETHER.fullmatch(text):
        ways = [f"{text[:2]} {text[2:4]} {text[4:]}"]
        if len(text) == 8:
            ways.append(f"{text[:4]} {text[4:6]} {text[6:]}")
    for way in ways:
        parts = [part for part in _PARTS.findall(way) if part not in ("st", "nd", "rd", "th", "of")]
        for year, month, day in _orders(parts, country):
            for full_year in (year + 1900, year + 2000) if year < 100 else (year,):
                try:
                    date = datetime.date(full_year, month, day)
                except ValueError:
                    continue
                if date <= today:
                    yield date


def _orders(parts: list[str], country: str) -> Iterator[tuple[int, int, int]]:
    """Yield year, month and day as three parts may mean them; usually once, never for what is no date."""
    if len(parts) != 3 or any(len(part) > 4 for part in parts if part.isdecimal()):
        return
    named = [place for place, part in enumerate(parts) if not part.isdecimal()]
    if named:
        month = next((n for n, name in enumerate(MONTHS, 1) if parts[named[0]].startswith(name)), 0)
        numbers = [part for part in parts if part.isdecimal()]
        if len(named) == 1 and month and named[0] < 2:
            day, year = reversed(numbers) if len(numbers[0]) == 4 else numbers
            yield int(year), month, int(day)
        return
    first, second, third = (int(part) for part in parts)
    if len(parts[0]) == 4:
        yield first, second, third
    elif second > 12 or (country in MONTH_FIRST_COUNTRIES and first <= 12):
        yield third, first, second
    else:
        yield third, second, first


def _read_code(typed: str) -> str:
    """Return the six digits of a code, however they are grouped and in whatever script, or nothing."""
    if len(typed) > LONGEST_ANSWER or not _CODE.fullmatch(typed):
        return ""
    return "".join(str(int(letter)) for letter in typed if letter.isdecimal())


def example_dates(country: str) -> str:
    """Return how a date of birth may be written in a country, for the hint beside the field."""
    return "3/27/1961 or March 27, 1961" if country in MONTH_FIRST_COUNTRIES else "27/3/1961 or 27 March 1961"
