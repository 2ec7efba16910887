"""How long whoever answers wrongly has to wait, and which network addresses count as one. Pure."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

# Whoever has one IPv6 address usually has all that begin alike.
IPV6_PREFIX = 64


@dataclass(frozen=True)
class Waits:
    """Waits that grow: so many wrong answers cost none, the next ``first``, each further one twice as long."""

    free: int
    first: timedelta
    longest: timedelta

    def after(self, wrong: int, now: datetime) -> datetime | None:
        """Return until when no answer is looked at after so many wrong ones, or None."""
        if wrong < self.free:
            return None
        return now + min(self.first * (1 << min(wrong - self.free, 20)), self.longest)


def word_wait(until: datetime, now: datetime) -> str:
    """Word how long to wait, rounded up: "1 minute", "16 minutes", "2 hours"."""
    minutes = max(1, -int(-(until - now).total_seconds() // 60))
    number, noun = (minutes, "minute") if minutes < 120 else (-(-minutes // 60), "hour")
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def network_of(address: str) -> str:
    """Return what is counted for an address: an IPv4 address itself, the beginning of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
