"""Slow work of requests: in threads, so that other pages are answered meanwhile, and only so much of it at a time."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


class Turns:
    """Lets so many do one kind of work at a time in a process; the others wait, without holding a thread."""

    def __init__(self, name: str, at_once: int) -> None:
        self._at_once = at_once
        self._limiter: RunVar[CapacityLimiter] = RunVar(f"turns_{name}")

    @property
    def limiter(self) -> CapacityLimiter:
        """The limiter of the running event loop: it belongs to the loop it was made in."""
        try:
            return self._limiter.get()
        except LookupError:
            limiter = CapacityLimiter(self._at_once)
            self._limiter.set(limiter)
            return limiter

    async def run(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Do the work in a thread when it is its turn, and return what it returns."""
        return await to_thread.run_sync(work, *arguments, limiter=self.limiter)


# A large photo takes 160 MB to decode: one at a time, however many people send some.
DRAWING = Turns("drawing", 1)
