"""What a check found, and telling it: one line each, with how to mend it. Pure."""

import enum
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


class State(enum.StrEnum):
    """Whether something is as it should be; only a failure makes a command end with 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do about it ("" where nothing is to be done).

    Both are for the screen of whoever runs the service: never a secret, a password or anybody's name in them.
    """

    name: str
    state: State
    found: str
    mend: str = ""


def ok(name: str, found: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(name, State.OK, found)


def warn(name: str, found: str, mend: str) -> Finding:
    """Return that something works but should be looked at."""
    return Finding(name, State.WARN, found, mend)


def fail(name: str, found: str, mend: str) -> Finding:
    """Return that something does not work."""
    return Finding(name, State.FAIL, found, mend)


def has_failed(findings: Sequence[Finding]) -> bool:
    """Return True when one of them is a failure."""
    return any(each.state is State.FAIL for each in findings)


def as_lines(findings: Sequence[Finding]) -> str:
    """Return the findings as lines, each with its state first, and how to mend it below."""
    width = max((len(each.name) for each in findings), default=0)
    lines = []
    for each in findings:
        lines.append(f"{each.state.upper():<4}  {each.name:<{width}}  {each.found}")
        if each.mend:
            lines.append(f"{'':<4}  {'':<{width}}  > {each.mend}")
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON, such as for monitoring: ``{"failed": false, "findings": [...]}``."""
    return json.dumps({"failed": has_failed(findings), "findings": [asdict(each) for each in findings]}, indent=1)
