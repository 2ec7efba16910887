"""What a process counts, for Prometheus; each application has a registry of its own.

No label ever says whose: routes are patterns, Cliniko's resources are templates without ids, all practices are one.
What the database knows better (deliveries, the queue) is written into gauges at each scrape by ``app.monitoring``.
"""

import re
from http import HTTPMethod

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

# A series for when each counter was made is noise to whoever reads the figures.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # typed only in part

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
RECORD_ID = re.compile(r"[0-9]+")
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_PLAIN_0_0_4
METHODS = frozenset(HTTPMethod)


class Metrics:
    """What one process counts (the Cliniko client tells it of its calls), and gauges for what the database says."""

    def __init__(self) -> None:
        self.registry = made = CollectorRegistry()
        self.requests = Counter(
            "kinebridge_http_requests", "Requests by route and status.", ["method", "route", "status"], registry=made
        )
        self.request_seconds = Histogram(
            "kinebridge_http_request_seconds",
            "Time until a request was answered.",
            ["method", "route"],
            buckets=SECONDS,
            registry=made,
        )
        self.clicks = Counter(
            "kinebridge_clicks", "Clicks on Open in Kinebridge by what came of them.", ["outcome"], registry=made
        )
        self.cliniko_answers = Counter(
            "kinebridge_cliniko_answers",
            "Answers of Cliniko by operation and class of status; none: no whole answer came.",
            ["operation", "status"],
            registry=made,
        )
        self.cliniko_seconds = Histogram(
            "kinebridge_cliniko_answer_seconds",
            "Time until Cliniko had answered.",
            ["operation"],
            buckets=SECONDS,
            registry=made,
        )
        self.pace_wait_seconds = Counter(
            "kinebridge_cliniko_pace_wait_seconds",
            "Time requests to Cliniko waited for their turn, to keep below its limit.",
            ["priority"],
            registry=made,
        )
        # Apart from the others, since a worker does not show them.
        self.of_database = CollectorRegistry()
        self._make_gauges(self.of_database)
        # When the database was last looked at (monotonic seconds).
        self.looked_at = float("-inf")

    def _make_gauges(self, made: CollectorRegistry) -> None:
        self.database_up = Gauge(
            "kinebridge_database_up", "1 when the figures from the database are there, else 0.", registry=made
        )
        self.deliveries = Gauge(
            "kinebridge_deliveries", "Deliveries that have not arrived, by state.", ["state"], registry=made
        )
        self.oldest_delivery = Gauge(
            "kinebridge_delivery_oldest_seconds",
            "Age of the oldest delivery that has not arrived, by state.",
            ["state"],
            registry=made,
        )
        self.delivered = Gauge(
            "kinebridge_deliveries_delivered_last_hour", "Deliveries that arrived in the last hour.", registry=made
        )
        self.jobs = Gauge(
            "kinebridge_queue_jobs",
            "Jobs in the queue by task; status is due, later or running.",
            ["task", "status"],
            registry=made,
        )
        self.workers = Gauge(
            "kinebridge_queue_workers", "Workers that gave a sign of life in the last minute.", registry=made
        )

    def forget_database(self) -> None:
        """Leave nothing of what the database said earlier."""
        for gauge in (self.deliveries, self.oldest_delivery, self.jobs):
            gauge.clear()
        self.database_up.set(0)
        for gauge in (self.delivered, self.workers):
            gauge.set(float("nan"))  # not known, which is not none

    def answered_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; ``route`` is a pattern, or "none" for addresses that lead nowhere."""
        known = method if method in METHODS else "other"
        self.requests.labels(known, route, str(status)).inc()
        self.request_seconds.labels(known, route).observe(seconds)

    def answered(self, method: str, resource: str, status: int | None, seconds: float) -> None:
        """Count an answer of Cliniko's; ``resource`` is a path of our own words and ids, which are taken out."""
        operation = f"{method} {RECORD_ID.sub('{id}', resource)}"
        self.cliniko_answers.labels(operation, _status_class(status)).inc()
        self.cliniko_seconds.labels(operation).observe(seconds)

    def waited(self, priority: str, seconds: float) -> None:
        """Count the seconds that a request to Cliniko waited for its turn."""
        self.pace_wait_seconds.labels(priority).inc(seconds)

    def as_text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry) + generate_latest(self.of_database)


def _status_class(status: int | None) -> str:
    if status is None:
        return "none"
    # Three that mean something of their own: a key, a role, too many requests.
    return str(status) if status in (401, 403, 429) else f"{status // 100}xx"
