"""Whatever is sent to any route, by whoever, is answered by less than 500.

``python -m tests.fuzz`` goes on for longer.
"""

import contextlib
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable

from tests.fuzz.schema import made_schema
from tests.support import Browser, Clinic, Page
from tests.test_access import ROUTES, ids_of_ana

__all__ = ["ids_of_ana"]  # a fixture

SECONDS = float(os.environ.get("KINEBRIDGE_FUZZ_SECONDS", "10"))
SEED = int(os.environ.get("KINEBRIDGE_FUZZ_SEED", "5"))
# These say 503 when they mean it.
HONEST_503 = {"/readyz", "/open/cliniko", "/open/cliniko/", "/open/cliniko/choose"}


def flat(values: Any) -> Any:
    """Form values as a client can send them: texts and lists of texts; what is no object goes as it is."""
    if not isinstance(values, dict):
        return values
    return {str(k): [storable(each) for each in v] if isinstance(v, list) else storable(v) for k, v in values.items()}


def storable(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()


class Person:
    """Somebody who sends what was made up, and signs in again when that signed them out."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.cookies = browser, dict(browser.cookies)

    def send(self, case: Any) -> Page:
        """Send one made-up request."""
        sent = case.as_transport_kwargs(base_url="")
        path = sent["url"] or "/"
        self.browser.cookies = dict(self.cookies)
        params = flat(sent.get("params") or {})
        url = str(self.browser.server.build_request("GET", path, params=params).url)
        data, files = flat(sent.get("data")), sent.get("files")
        data = data if isinstance(data, dict) else None
        if files is not None:
            files = [(name, self._file(name, content)) for name, content in list(files)]
        return self.browser.send(sent["method"], url, data=data, files=files)

    @staticmethod
    def _file(name: str, content: Any) -> tuple[str | None, bytes]:
        value = content[-2] if isinstance(content, tuple) and len(content) > 2 else content
        value = value[-1] if isinstance(value, tuple) else value
        is_file = name in ("file", "photos", "logo")
        return ("x.png" if is_file else None), value if isinstance(value, bytes) else storable(value).encode()


def rounds(operations: list[Any]) -> Iterator[tuple[int, Any]]:
    """Every operation once, then again in other orders until the time is up."""
    until, number = time.monotonic() + SECONDS, 0
    shuffled = random.Random(SEED)
    while True:
        for operation in shuffled.sample(operations, len(operations)):
            if number and time.monotonic() > until:
                return
            yield number, operation
        number += 1


def try_out(person: Person, operation: Any, mode: Any, seed: int) -> Counter[int]:
    """Send some made-up requests to one route and return how often it answered what."""
    seen: Counter[int] = Counter()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=3,  # the first of them is often the simplest there is
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = person.send(case)
        seen[answer.status] += 1
        told = f"{case.method} {case.path} {case.path_parameters} {case.query} {case.body!r:.500}"
        assert answer.status < 500 or (answer.status == 503 and case.path in HONEST_503), told
        assert re.match(r"/(?![/\\])", answer.headers.get("location", "/")), told
        assert "content-security-policy" in answer.headers, told

    with contextlib.suppress(Unsatisfiable):  # nothing of it can be wrong, such as a route that takes nothing
        send()
    return seen


def test_nothing_sent_to_any_route_fails_in_us(
    ana: Browser, ben: Browser, clinic: Clinic, ids_of_ana: dict[str, str]
) -> None:
    import schemathesis  # here, as every process of a run reads this file, and one runs the test
    from schemathesis import GenerationMode

    people = [Person(ana), Person(ana.another())]
    known = {name: [value] for name, value in ids_of_ana.items()}
    alike = {"colleague": "membership_id", "successor": "membership_id", "to": "membership_id", "other": "client_id"}
    alike |= {"source": "program_id", "program": "program_id", "id": "delivery_id"}
    known |= {name: [ids_of_ana[other]] for name, other in alike.items()}
    known["slug"] += ["pendulum-swing"]
    known["key"] += ["knee-osteoarthritis"]
    schema = schemathesis.openapi.from_dict(made_schema(known))
    operations = [found.ok() for found in schema.get_all_operations()]
    assert {(each.method.upper(), each.path) for each in operations} == set(ROUTES)
    seen: Counter[int] = Counter()
    for number, operation in rounds(operations):
        mode = GenerationMode.NEGATIVE if number % 3 == 2 else GenerationMode.POSITIVE
        for person in people:
            if not (person.cookies and operation.path == "/sign-out"):
                seen += try_out(person, operation, mode, SEED + number)
    print(sum(seen.values()), "requests:", dict(sorted(seen.items())))
    assert seen[200] > 40 and seen[303] > 40
