"""A log line is made of words of our code, numbers and ids: nothing typed gets in by any way a line can be written."""

import ast
import asyncio
import enum
import io
import logging
import sys
import threading
import uuid
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import structlog

import app
from app.redaction import FromCode, know_words
from app.tasks import import_all_tasks
from tests.logs import lines

APP = Path(app.__file__).parent
# Kept away from the functions that log: what stands in those is fixed by definition.
TYPED = ["Wilhelmina Featherstonehaugh", "wilhelmina", "MS0abcDEF123-au1", "Ondansetron-Zanzibar", "61491570156-au1"]
LIBRARIES = ["httpx", "psycopg.pool", "procrastinate.worker", "uvicorn.error", "asyncio", "sqlalchemy.engine", "root"]


class State(enum.StrEnum):
    WAITING = "waiting"


def raised(text: str) -> Exception:
    """An error with a cause, both with a text in them, as they come out of a library."""
    try:
        try:
            raise KeyError(text)
        except KeyError as cause:
            raise ValueError(f"Failing row contains ({text})") from cause
    except ValueError as error:
        return error


def by_fields(text: str) -> None:
    log = structlog.get_logger()
    log.info("tests_wrote", reason=text, state=text, task=text, route=text, client_id=text, reference=text, job_id=text)
    log.info("tests_wrote", name=text, api_key=text, error=raised(text), error_type=text, location=[text, [text]])
    log.warning("tests_wrote", row={"last": text}, found={text}, content=text.encode(), other=object(), **{text: 1})
    log.bind(delivery_id=text).error("tests_wrote", day=date(1961, 7, 4), patient_id=1234567890123456789)
    with structlog.contextvars.bound_contextvars(trace_id=text, typed=text):
        log.info("tests_wrote")


def by_messages(text: str) -> None:
    log = structlog.get_logger()
    log.info(text)
    log.info(f"opened {text}")
    log.info("opened %s", text)
    log.info(event=text)
    log.info({"event": text})


def by_libraries(text: str) -> None:
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.warning("GET %s", text)
        logger.warning(f"GET {text}")
        logger.error(raised(text))
        logger.error("too few %s %s", text)
        logger.warning("with more", extra={"typed": text, "action": text, "job": {"id": text, "task_name": text}})
        try:
            raise raised(text)
        except ValueError:
            logger.exception("it failed for %(who)s", {"who": text}, stack_info=True)
            logger.exception(text)


def by_python(text: str) -> None:
    warnings.warn(text, stacklevel=1)
    warnings.warn_explicit(text, UserWarning, filename="somewhere.py", lineno=1)
    sys.excepthook(ValueError, raised(text), None)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(raised(text)))
    thread.start()
    thread.join()
    loop = asyncio.new_event_loop()
    loop.call_exception_handler({"message": text, "exception": raised(text), "typed": text})
    loop.close()


@pytest.mark.parametrize("way", [by_fields, by_messages, by_libraries, by_python], ids=lambda way: way.__name__)
def test_nothing_typed_comes_out(
    way: Callable[[str], None], told: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in TYPED:
        way(text)
    out = told.getvalue() + "".join(capsys.readouterr())
    typed = [*TYPED, "Featherstonehaugh", "Zanzibar", "1961-07", "1234567890123456789"]
    assert [text for text in typed if text in out] == []
    assert len(lines(told)) >= 4 * len(TYPED)


def test_what_our_code_says_comes_out_whole(told: io.StringIO) -> None:
    known, moment = uuid.uuid4(), datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    reason = "".join(["no", "_such_key"])
    know_words({reason})
    structlog.get_logger().info(
        "tests_wrote", client_id=str(known), delivery_id=known, trace_id=known.hex, job_id=12, seconds=0.25,
        worker=True, reference="K7M2XQ9P", state=State.WAITING, reason=reason, outcome="a fixed word", at=moment,
        remote_status=None, route=FromCode("/clients/{client_id}"), error_type="TimeoutError", error=TimeoutError("no"),
        kind=ValueError,
    )  # fmt: skip
    (line,) = lines(told)
    assert line.pop("timestamp").startswith("20")
    assert line == {
        "event": "tests_wrote", "level": "info", "client_id": str(known), "delivery_id": str(known),
        "trace_id": known.hex, "job_id": 12, "seconds": 0.25, "worker": True, "reference": "K7M2XQ9P",
        "state": "waiting", "reason": "no_such_key", "outcome": "a fixed word", "at": moment.isoformat(),
        "remote_status": None, "route": "/clients/{client_id}", "error_type": "TimeoutError",
        "error": "builtins.TimeoutError", "kind": "ValueError",
    }  # fmt: skip


def test_a_library_is_told_by_the_words_in_its_code_and_where_they_stand(told: io.StringIO) -> None:
    import_all_tasks()
    who = TYPED[0]
    logging.getLogger("uvicorn.error").info("Started server process [%d] for %s", 12, who)
    extra = {"action": "job_error", "job": {"id": 7, "task_name": "clients.refresh", "call_string": who}}
    logging.getLogger("procrastinate.worker").error(f"Job clients.refresh[7]({who}) ended", extra=extra)
    logging.getLogger("uvicorn.error").error(OSError(98, who))
    server, job, address = lines(told)
    assert server["event"] == "Started server process [%d] for %s"
    assert "test_redaction.py" in server["logged_at"] and server["logged_at"].endswith("where_they_stand")
    assert (job["event"], job["job_id"], job["task"]) == ("procrastinate_job_error", 7, "clients.refresh")
    assert address["error"] == "builtins.OSError EADDRINUSE"


def test_what_python_itself_would_print_is_told_by_type_and_place(told: io.StringIO) -> None:
    warnings.warn("careful, " + TYPED[0], stacklevel=1)
    sys.excepthook(ValueError, raised(TYPED[0]), None)
    warned, failed = lines(told)
    assert (warned["event"], warned["kind"]) == ("python_warning", "UserWarning")
    assert "test_redaction.py:" in warned["place"]
    assert (failed["event"], failed["error"]) == ("process_failed", "builtins.ValueError <- builtins.KeyError")


def log_calls() -> list[tuple[str, ast.Call]]:
    """Every call in app/ that writes a log line, with its place."""
    found = []
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "logger", "logging")
                and node.func.attr in ("debug", "info", "warning", "error", "exception", "critical", "log", "bind")
            ):
                found.append((f"{path.relative_to(APP)}:{node.lineno}", node))
    return found


def test_every_log_call_has_a_fixed_event_and_named_fields() -> None:
    calls = log_calls()
    assert len(calls) > 10
    for place, call in calls:
        (event,) = call.args
        for each in [event.body, event.orelse] if isinstance(event, ast.IfExp) else [event]:
            assert isinstance(each, ast.Constant) and isinstance(each.value, str), f"{place}: no fixed event"
            assert each.value.isidentifier() and "_" in each.value, f"{place}: an event is words_like_these"
        assert all(field.arg for field in call.keywords), f"{place}: fields are named, no **"
        for field in call.keywords:
            # An f-string or a sum of texts would be masked; better to see it here than to miss it in an outage.
            assert not isinstance(field.value, ast.JoinedStr | ast.BinOp), (
                f"{place}: {field.arg} is no id, number or word"
            )


def test_only_what_is_named_in_code_is_marked_so() -> None:
    places = {
        str(path.relative_to(APP))
        for path in APP.rglob("*.py")
        if any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "FromCode"
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }
    assert places == {"redaction.py", "web/errors.py"}
