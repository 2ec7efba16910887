"""One key stays below Cliniko's limit, and clicks go before background work (case 25); no test waits."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from app.cliniko.errors import RateLimited
from app.cliniko.pacing import Limits, Pace, Priority, free_at, read_reset

from .samples import API, NOW, make_client, user_json

pytestmark = pytest.mark.anyio

LIMITS = Limits(all=200, background=180, window=timedelta(minutes=1))


class Time:
    """A clock whose sleeps take no time but are remembered."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pace(time: Time) -> Pace:
    return Pace(limits=LIMITS, clock=time.clock, sleep=time.sleep)


async def take(pace: Pace, count: int, priority: Priority) -> None:
    for _ in range(count):
        await pace.wait_turn(priority)


async def test_an_idle_keys_first_requests_go_at_once(pace: Pace, time: Time) -> None:
    await take(pace, 180, "background")
    assert time.slept == []


async def test_background_requests_are_at_most_180_in_any_minute(pace: Pace, time: Time) -> None:
    sent = []
    for _ in range(600):
        await pace.wait_turn("background")
        sent.append(time.now)
        time.now += timedelta(seconds=0.1)
    for moment in sent:
        assert sum(moment - timedelta(minutes=1) < other <= moment for other in sent) <= 180


async def test_clicks_still_go_at_once_when_background_work_has_had_its_share(pace: Pace, time: Time) -> None:
    await take(pace, 180, "background")
    await take(pace, 20, "interactive")
    assert time.slept == []


async def test_background_work_gives_way_to_many_clicks(pace: Pace, time: Time) -> None:
    await take(pace, 180, "interactive")
    await pace.wait_turn("background")
    assert time.slept == [60.0]


async def test_the_201st_request_of_a_minute_is_told_when_to_try_again(pace: Pace, time: Time) -> None:
    await take(pace, 200, "interactive")
    time.now += timedelta(seconds=10)
    with pytest.raises(RateLimited) as refusal:
        await pace.wait_turn("interactive")
    assert refusal.value.retry_at == NOW + timedelta(minutes=1)
    assert time.slept == []


async def test_a_click_waits_when_its_turn_is_near(pace: Pace, time: Time) -> None:
    await take(pace, 200, "interactive")
    time.now += timedelta(seconds=56)
    await pace.wait_turn("interactive")
    assert time.slept == [4.0]


async def test_background_work_waits_until_the_reset_cliniko_named(pace: Pace, time: Time) -> None:
    await pace.hold_until(NOW + timedelta(seconds=45))
    await pace.hold_until(NOW + timedelta(seconds=30))
    await take(pace, 2, "background")
    assert time.slept == [45.0]


async def test_a_click_waits_for_a_near_reset_and_is_told_of_a_far_one(pace: Pace, time: Time) -> None:
    await pace.hold_until(NOW + timedelta(seconds=5))
    await pace.wait_turn("interactive")
    assert time.slept == [5.0]
    reset = time.now + timedelta(seconds=6)
    await pace.hold_until(reset)
    with pytest.raises(RateLimited) as refusal:
        await pace.wait_turn("interactive")
    assert refusal.value.retry_at == reset


async def test_a_hold_that_grows_while_waiting_is_waited_for_too(time: Time) -> None:
    async def sleep(seconds: float) -> None:
        await time.sleep(seconds)
        if len(time.slept) == 1:
            await pace.hold_until(time.now + timedelta(seconds=20))

    pace = Pace(limits=LIMITS, clock=time.clock, sleep=sleep)
    await pace.hold_until(NOW + timedelta(seconds=10))
    await pace.wait_turn("background")
    assert time.slept == [10.0, 20.0]


async def test_a_clock_set_back_holds_nothing_up(pace: Pace, time: Time) -> None:
    await take(pace, 200, "interactive")
    time.now -= timedelta(hours=1)
    await pace.wait_turn("background")
    assert time.slept == []


def test_what_we_allow_ourselves_stays_below_what_cliniko_takes() -> None:
    limits = Limits()
    assert limits.background < 180 and limits.all < 200
    assert limits.window > timedelta(minutes=1)  # requests are counted there as they arrive, here as they leave


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


@pytest.mark.parametrize(
    ("sent", "held", "limit", "expected"),
    [
        ([], None, 3, 0),
        (ago(50, 40), None, 3, 0),
        (ago(50, 40, 30), None, 3, 10),
        (ago(61, 60, 40, 30), None, 3, 0),
        (ago(50, 40, 30, 20), None, 3, 20),
        (ago(50, 40, 30, -5), None, 3, 10),  # the clock was set back
        ([], 7, 3, 7),
        ([], -7, 3, 0),
        ([], 600, 3, 600),
        ([], 601, 3, 0),  # the clock was set back: nobody holds us for so long
        (ago(50, 40, 30), 5, 3, 10),
        (ago(50, 40, 30), 15, 3, 15),
    ],
)
def test_when_one_more_request_may_go(sent: list[datetime], held: float | None, limit: int, expected: float) -> None:
    held_until = None if held is None else NOW + timedelta(seconds=held)
    assert free_at(sent, held_until, limit, timedelta(minutes=1), NOW) == NOW + timedelta(seconds=expected)


@pytest.mark.parametrize(
    ("seconds_ahead", "expected"),
    [(30, 30), (599, 599), (601, 600), (86400, 600), (0, 1), (-2, 1), (-60, 60), (-9999, 60)],
)
def test_a_reset_is_believed_within_reason(seconds_ahead: int, expected: int) -> None:
    header = str(int(NOW.timestamp()) + seconds_ahead)
    assert read_reset(header, NOW) == NOW + timedelta(seconds=expected)


@pytest.mark.parametrize("header", [None, "", "soon", "nan", "inf", "1e400", "-1"])
def test_a_missing_or_nonsense_reset_means_a_minute(header: str | None) -> None:
    assert read_reset(header, NOW) == NOW + timedelta(minutes=1)


async def test_a_429_holds_the_whole_key_and_names_the_time(
    respx_mock: respx.MockRouter, http: httpx.AsyncClient, pace: Pace, time: Time
) -> None:
    reset = NOW + timedelta(seconds=40)
    limited = httpx.Response(429, headers={"X-RateLimit-Reset": str(int(reset.timestamp()))}, text="Slow down")
    route = respx_mock.get(f"{API}/user").mock(side_effect=[limited, httpx.Response(200, json=user_json())])
    click = make_client(http, pace=pace)
    with pytest.raises(RateLimited) as refusal:
        await click.get_user()
    assert (refusal.value.retry_at, refusal.value.remote_status) == (reset, 429)
    assert refusal.value.retry_at.tzinfo is UTC
    with pytest.raises(RateLimited):
        await click.get_user()
    assert route.call_count == 1
    await make_client(http, pace=pace, priority="background").get_user()
    assert time.slept == [40.0]
    assert route.call_count == 2


async def test_a_429_without_a_pace_names_the_time_all_the_same(
    respx_mock: respx.MockRouter, http: httpx.AsyncClient
) -> None:
    respx_mock.get(f"{API}/user").respond(429)
    with pytest.raises(RateLimited) as refusal:
        await make_client(http).get_user()
    assert refusal.value.retry_at == NOW + timedelta(minutes=1)
