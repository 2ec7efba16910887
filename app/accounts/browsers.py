"""From which address and in what browser somebody signs in, in words a person knows. Pure but for ``browser_of``."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.waits import network_of

LONGEST_USER_AGENT = 500
LONGEST_NETWORK = 64
# The first that is named in a user agent is meant: most browsers also name those they descend from.
BROWSERS = (
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
SYSTEMS = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("windows", "Windows"),
    ("cros", "a Chromebook"),
    ("macintosh", "Mac"),
    ("linux", "Linux"),
)


@dataclass(frozen=True)
class Browser:
    """A browser as far as we know it: its address on the network, and words for it such as "Firefox on Windows"."""

    network: str
    device: str


def browser_of(request: Request) -> Browser:
    """Return the browser that asks, by the address uvicorn gives: a trusted proxy's word, else the connection's."""
    host = request.client.host if request.client else ""
    return Browser(network_of(host)[:LONGEST_NETWORK], word_device(request.headers.get("user-agent", "")))


AskingBrowser = Annotated[Browser, Depends(browser_of)]


def word_device(user_agent: str) -> str:
    """Return words for a browser, "" when it names nothing we know. An iPad may call itself a Mac."""
    text = user_agent[:LONGEST_USER_AGENT].lower()
    browser = next((name for mark, name in BROWSERS if mark in text), "")
    system = next((name for mark, name in SYSTEMS if mark in text), "")
    return f"{browser} on {system}" if browser and system else browser or system
