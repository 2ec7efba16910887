"""What the client tells of its calls to whoever counts them."""

from typing import Protocol


class Observer(Protocol):
    """Told of every request; must neither wait nor raise."""

    def answered(self, method: str, resource: str, status: int | None, seconds: float) -> None:
        """A request was answered after so many seconds; ``status`` is None when no whole answer came."""

    def waited(self, priority: str, seconds: float) -> None:
        """A request waited so many seconds for its turn, whether it then went or gave up."""


class Nobody:
    """Counts nothing."""

    def answered(self, method: str, resource: str, status: int | None, seconds: float) -> None:
        """Let it pass."""

    def waited(self, priority: str, seconds: float) -> None:
        """Let it pass."""
