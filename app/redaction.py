"""What may stand in a log line, by construction: nothing that anybody could have typed.

A text goes out only if it can be shown to come from code: a constant of the very function that logs, a word of a closed
list (``know_words``), a member of an enumeration, a name in the code (``FromCode``), or a random id of ours. Numbers,
moments and yes or no go out as they are. All else is masked, whatever its field is called; and what has a telling name
is masked whatever it holds.
"""

import enum
import errno
import functools
import re
import sys
import traceback
import uuid
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

MASKED = "[masked]"
TELLING_NAMES = (
    *("key", "secret", "password", "token", "authorization", "cookie"),
    *("name", "email", "phone", "birth", "patient", "address"),
)
RANDOM_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What an error page tells a person to read out over the telephone; see ``web.errors.new_reference``.
REFERENCE = re.compile(r"[2-9A-HJKMNP-Z]{8}")
# Ids in Cliniko are longer than this, our own counts and durations shorter.
LARGEST_NUMBER = 10**12
MOST_ITEMS = 20
LOGGED_FRAMES = 15
PLUMBING = frozenset({"logging", "structlog"})

_known_words: set[str] = set()
_constants_by_place: dict[tuple[str, int, str], frozenset[str]] = {}


class FromCode(str):
    """Text made of names in the code: of a type, a file and line, the pattern of a route. Never of what was sent."""

    __slots__ = ()


def know_words(words: Iterable[str]) -> None:
    """Let the words of a closed list in our code (reasons, names of tasks) go into logs wherever they stand."""
    _known_words.update(words)


def redact(event: Mapping[str, Any], code: CodeType | None) -> dict[str, Any]:
    """Return the event with only what may be told of it; ``code`` is the function that logs (``calling_code``).

    Fields with names that are not in that function either are left out, and counted under "masked".
    """
    fixed = _constants(code) if code else frozenset()
    told: dict[str, Any] = {}
    for name, value in event.items():
        if name in fixed or name in _known_words:
            told[name] = MASKED if _is_telling(name) else _shown(value, name, fixed)
        else:
            told["masked"] = told.get("masked", 0) + 1
    return told


@functools.cache
def _is_telling(name: str) -> bool:
    """Return True for a name that says that a secret or a person's detail is in it; asked for names in code only."""
    return any(word in name.lower() for word in TELLING_NAMES)


def is_fixed(text: object, code: CodeType | None) -> bool:
    """Return True when a text stands as a constant in the code of a function, or in a closed list."""
    return isinstance(text, str) and (text in _known_words or (code is not None and text in _constants(code)))


def calling_code() -> CodeType | None:
    """Return the code of the function that is logging just now: the innermost outside the logging machinery.

    For processors, which are part of that machinery themselves.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and _is_plumbing(str(frame.f_globals.get("__name__"))):
        frame = frame.f_back
    return frame.f_code if frame else None


def _is_plumbing(module: str) -> bool:
    return module.partition(".")[0] in PLUMBING


def _shown(value: object, name: str, fixed: frozenset[str]) -> object:
    match value:
        case None | bool():
            return value
        case enum.Enum():
            return value.value
        case int() | float():
            return value if abs(value) < LARGEST_NUMBER else MASKED
        case uuid.UUID() | FromCode():
            return str(value)
        case datetime():
            return value.isoformat()
        case BaseException():
            return str(type_names(value))
        case type():
            return value.__qualname__
        case str():
            return value if _is_ours(value, name, fixed) else MASKED
        case list() | tuple():
            return [_shown(each, name, fixed) for each in value[:MOST_ITEMS]]
        case _:
            return MASKED


def _is_ours(text: str, name: str, fixed: frozenset[str]) -> bool:
    if text in fixed or text in _known_words:
        return True
    if name == "reference":
        return REFERENCE.fullmatch(text) is not None
    if name == "error_type":
        return text in _exception_names(BaseException)
    return name.endswith("_id") and RANDOM_ID.fullmatch(text) is not None


def _constants(code: CodeType) -> frozenset[str]:
    """Return the texts that stand in a function's code, the names of its calls' fields among them."""
    # By its place, since the hash of a code object takes longer than all the rest.
    where = (code.co_filename, code.co_firstlineno, code.co_name)
    if where not in _constants_by_place:
        _constants_by_place[where] = _read_constants(code)
    return _constants_by_place[where]


def _read_constants(code: CodeType) -> frozenset[str]:
    found: set[str] = set()
    for constant in code.co_consts:
        if isinstance(constant, str):
            found.add(constant)
        elif isinstance(constant, tuple | frozenset):
            found.update(each for each in constant if isinstance(each, str))
    return frozenset(found)


def _exception_names(kind: type[BaseException]) -> set[str]:
    return {kind.__name__}.union(*(_exception_names(each) for each in type.__subclasses__(kind)))


def type_names(exc: BaseException) -> FromCode:
    """Name the exception's type, then those it came from (`<-`); system errors with their own word (ECONNREFUSED)."""
    names: list[str] = []
    current: BaseException | None = exc
    while current is not None and len(names) < LOGGED_FRAMES:
        number = current.errno if isinstance(current, OSError) else None
        word = errno.errorcode.get(number) if isinstance(number, int) else None
        names.append(f"{type(current).__module__}.{type(current).__qualname__}" + (f" {word}" if word else ""))
        current = current.__cause__ or current.__context__
    return FromCode(" <- ".join(names))


def code_locations(exc: BaseException) -> list[FromCode]:
    """List where in our code it happened, as `file:line function`; the last and innermost may be a library's."""
    calls = traceback.extract_tb(exc.__traceback__)
    ours = [call for call in calls[:-1] if "site-packages" not in call.filename]
    frames = (ours + calls[-1:])[-LOGGED_FRAMES:]
    return [place(frame.filename, frame.lineno, frame.name) for frame in frames]


def place(file: str, line: int | None, function: str = "") -> FromCode:
    """Return a place in the code, by the last three parts of its file's path."""
    return FromCode(f"{'/'.join(Path(file).parts[-3:])}:{line} {function}".rstrip())


def drop_private(event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Take what the logging machinery itself put into an event (names that begin with a line) out of it."""
    return {name: event.pop(name) for name in [*event] if name.startswith("_")}
