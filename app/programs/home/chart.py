"""The small chart of a diary on the client page: four weeks of ticks above, pain before and after below. Pure.

Lengths are units of the drawing, 336 wide; y grows downwards.
"""

import datetime
from dataclasses import dataclass, field

CHART_DAYS = 28
LATEST_COMMENTS = 3
STEP = 12.0  # from day to day
WIDTH = STEP * CHART_DAYS
BAR_WIDTH = 8.0
BAR_HEIGHT = 44.0  # of a day on which everything was done
BAR_FLOOR = 46.0
PAIN_TOP, PAIN_FLOOR = 62.0, 112.0  # pain 10 and pain 0
HEIGHT = 130.0  # with the dates below
MOST_PAIN = 10


@dataclass(frozen=True)
class NotedDay:
    """A day of a diary: how much was done (0 to 1), pain 0-10 or None."""

    day: datetime.date
    share: float
    pain_before: int | None
    pain_after: int | None
    comment: str


@dataclass(frozen=True)
class Diary:
    """What came from home about a program in the last four weeks, the oldest day first.

    ``is_on`` while its link opens the patient's page; ``begun_on`` is the practice's date of its first version.
    """

    is_on: bool
    begun_on: datetime.date
    days: list[NotedDay] = field(default_factory=list)

    @property
    def latest_comments(self) -> list[NotedDay]:
        """The last few days with a comment, the newest first."""
        return [day for day in reversed(self.days) if day.comment][:LATEST_COMMENTS]


@dataclass(frozen=True)
class Bar:
    """How much of the program was done on a day."""

    x: float
    y: float
    height: float
    is_full: bool


@dataclass(frozen=True)
class PainMark:
    """Pain of a day; a value that was not noted is None."""

    x: float
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Week:
    """Seven days in numbers: days with anything done, how much of the program on them, mean pain ("4.5" or "")."""

    first: datetime.date
    last: datetime.date
    days_done: int
    days_counted: int
    share: int  # percent
    pain_before: str
    pain_after: str


@dataclass(frozen=True)
class Chart:
    """What the template draws, and the same in numbers."""

    bars: tuple[Bar, ...]
    pain: tuple[PainMark, ...]
    week_lines: tuple[tuple[float, datetime.date], ...]  # x and date of the first day of each week
    weeks: tuple[Week, ...]  # the oldest first, none from before the program began
    summary: str
    width: float = WIDTH
    height: float = HEIGHT
    bar_width: float = BAR_WIDTH
    bar_floor: float = BAR_FLOOR
    pain_top: float = PAIN_TOP
    pain_floor: float = PAIN_FLOOR


def draw_chart(diary: Diary, today: datetime.date) -> Chart:
    """Return the chart of the four weeks that end today."""
    first = today - datetime.timedelta(days=CHART_DAYS - 1)
    starts = [first + datetime.timedelta(days=week * 7) for week in range(CHART_DAYS // 7)]
    weeks = [_week(diary, start) for start in starts]
    return Chart(
        bars=tuple(_bar(day, first) for day in diary.days if day.share > 0),
        pain=tuple(_pain_mark(day, first) for day in diary.days if _has_pain(day)),
        week_lines=tuple((_x(start, first) - STEP / 2, start) for start in starts),
        weeks=tuple(week for week in weeks if week.days_counted > 0),
        summary=sum_up(diary, today),
    )


def sum_up(diary: Diary, today: datetime.date) -> str:
    """Say a diary in a sentence: "Done on 9 of the last 12 days, 80% of the exercises on those." """
    begun = max(diary.begun_on, today - datetime.timedelta(days=CHART_DAYS - 1))
    whole = _week(diary, begun, (today - begun).days + 1)
    is_first_day = whole.days_counted <= 1
    if not whole.days_done:
        return f"Nothing ticked off {'today' if is_first_day else f'in the last {whole.days_counted} days'}."
    if is_first_day:
        return f"Done today, {whole.share}% of the exercises."
    return f"Done on {whole.days_done} of the last {whole.days_counted} days, {whole.share}% of the exercises on those."


def _week(diary: Diary, first: datetime.date, length: int = 7) -> Week:
    last = first + datetime.timedelta(days=length - 1)
    found = [day for day in diary.days if first <= day.day <= last]
    done = [day.share for day in found if day.share > 0]
    return Week(
        first=first,
        last=last,
        days_done=len(done),
        days_counted=max(0, length - max(0, (diary.begun_on - first).days)),
        share=round(100 * sum(done) / len(done)) if done else 0,
        pain_before=_mean([day.pain_before for day in found]),
        pain_after=_mean([day.pain_after for day in found]),
    )


def _mean(values: list[int | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{round(sum(known) / len(known), 1):g}" if known else ""


def _has_pain(day: NotedDay) -> bool:
    return day.pain_before is not None or day.pain_after is not None


def _x(day: datetime.date, first: datetime.date) -> float:
    return STEP * (day - first).days + STEP / 2


def _bar(day: NotedDay, first: datetime.date) -> Bar:
    height = round(BAR_HEIGHT * min(day.share, 1.0), 1)
    return Bar(_x(day.day, first) - BAR_WIDTH / 2, BAR_FLOOR - height, height, is_full=day.share >= 1)


def _pain_mark(day: NotedDay, first: datetime.date) -> PainMark:
    return PainMark(_x(day.day, first), _pain_y(day.pain_before), _pain_y(day.pain_after))


def _pain_y(pain: int | None) -> float | None:
    return None if pain is None else round(PAIN_FLOOR - (PAIN_FLOOR - PAIN_TOP) * pain / MOST_PAIN, 1)
