"""The chart of a diary: bars for what was done, dots for pain, and the same in words and numbers."""

from datetime import date, timedelta

from app.programs.home.chart import (
    BAR_FLOOR,
    BAR_HEIGHT,
    CHART_DAYS,
    PAIN_FLOOR,
    PAIN_TOP,
    WIDTH,
    Diary,
    NotedDay,
    draw_chart,
)

TODAY = date(2026, 11, 25)
LONG_AGO = date(2026, 1, 1)


def day(
    back: int, share: float = 1.0, before: int | None = None, after: int | None = None, comment: str = ""
) -> NotedDay:
    return NotedDay(TODAY - timedelta(days=back), share, before, after, comment)


def chart_of(*days: NotedDay, begun: date = LONG_AGO):
    return draw_chart(Diary(True, begun, list(days)), TODAY)


def test_bars_are_as_high_as_what_was_done_and_stand_on_their_day() -> None:
    first, last = chart_of(day(27, 0.5), day(0)).bars
    assert (first.height, last.height) == (BAR_HEIGHT / 2, BAR_HEIGHT)
    assert first.y + first.height == last.y + last.height == BAR_FLOOR
    assert not first.is_full and last.is_full
    assert 0 <= first.x < last.x <= WIDTH - 8


def test_a_day_on_which_nothing_was_ticked_has_no_bar() -> None:
    assert chart_of(day(1, 0.0, before=4)).bars == ()


def test_pain_is_drawn_between_none_and_the_worst_and_what_was_not_noted_is_left_out() -> None:
    worst, half = chart_of(day(2, before=10, after=0), day(1, after=5), day(0)).pain
    assert (worst.before, worst.after) == (PAIN_TOP, PAIN_FLOOR)
    assert (half.before, half.after) == (None, (PAIN_TOP + PAIN_FLOOR) / 2)


def test_everything_lies_within_the_drawing() -> None:
    chart = chart_of(*(day(back, 1.0, 10, 0) for back in reversed(range(CHART_DAYS))))
    assert all(0 <= mark.x <= chart.width for mark in chart.pain)
    assert all(bar.y >= 0 and bar.y + bar.height <= chart.height for bar in chart.bars)
    assert [date.day for _, date in chart.week_lines] == [29, 5, 12, 19]


def test_weeks_count_only_days_since_the_program_was_given() -> None:
    chart = chart_of(day(8, 0.5, 6, 5), day(1, 1.0, 5, 2), day(0, 0.5), begun=TODAY - timedelta(days=9))
    assert [(w.days_done, w.days_counted, w.share, w.pain_before, w.pain_after) for w in chart.weeks] == [
        (1, 3, 50, "6", "5"),
        (2, 7, 75, "5", "2"),
    ]


def test_mean_pain_has_a_decimal_only_where_it_says_something() -> None:
    (*_, week) = chart_of(day(1, before=4, after=2), day(0, before=5, after=2)).weeks
    assert (week.pain_before, week.pain_after) == ("4.5", "2")


def test_a_diary_is_said_in_a_sentence() -> None:
    assert chart_of(day(3, 0.5), day(0)).summary == "Done on 2 of the last 28 days, 75% of the exercises on those."
    assert chart_of(day(0, 0.5), begun=TODAY).summary == "Done today, 50% of the exercises."
    assert chart_of(day(0, 0.0, before=3), begun=TODAY).summary == "Nothing ticked off today."
    assert chart_of(day(1, 0.0), begun=TODAY - timedelta(days=4)).summary == "Nothing ticked off in the last 5 days."


def test_the_newest_comments_come_first_and_are_few() -> None:
    diary = Diary(True, LONG_AGO, [day(back, comment=f"{back} back") for back in (5, 4, 3, 2)] + [day(0)])
    assert [each.comment for each in diary.latest_comments] == ["2 back", "3 back", "4 back"]
