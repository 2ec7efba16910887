"""One test over many things of a kind: thousands of tests apiece take longer to list and report than to run."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[..., None]


def for_each(things: Mapping[str, Any]) -> Callable[[Check], Check]:
    """Run a test with each of the named things as its first argument; those it fails for are named together."""

    def decorate(check: Check) -> Check:
        def run(**others: Any) -> None:
            failed = {}
            for name, thing in things.items():
                try:
                    check(thing, **others)
                except AssertionError as error:
                    failed[name] = str(error)
            assert not failed, "\n\n".join(f"{name}: {words}" for name, words in failed.items())

        signature = inspect.signature(check)
        run.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
        run.__dict__.update(check.__dict__)  # marks
        run.__name__, run.__doc__, run.__module__ = check.__name__, check.__doc__, check.__module__
        assert things, "nothing to run it for"
        return run

    return decorate
