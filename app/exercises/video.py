"""Links to videos: what may stand on a client's page and paper. Pure."""

import re
from urllib.parse import quote, urlsplit

LONGEST_URL = 500

# Letters, digits and inner hyphens between dots. The last part begins with a letter: browsers read any other last part
# as that of a number, 127.1 or 0x7f.1.
_PART = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_PART}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.I)


def tidy_video_url(text: str) -> str:
    """Return a pasted link without white space around it, letters beyond ASCII written as browsers send them."""
    return "".join(letter if letter.isascii() else quote(letter, errors="ignore") for letter in text.strip())


def find_video_error(url: str) -> str:
    """Return what is wrong with the link in a sentence, or "": https, a site's name, and no name or password in it."""
    if len(url) > LONGEST_URL:
        return f"The video link must be at most {LONGEST_URL} characters."
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return _SENTENCE
    if parts.scheme != "https":
        return "The video link must begin with https://."
    if "@" in parts.netloc:
        return "The video link must not hold a name or password before the site."
    # urlsplit drops tabs and line ends, and browsers read a backslash as a slash: what was judged is what is opened.
    if not (url.isascii() and url.isprintable()) or " " in url or "\\" in url:
        return _SENTENCE
    return "" if _HOST.fullmatch(host) and port != 0 else _SENTENCE


_SENTENCE = "Copy the video link from your browser; it looks like https://www.example.com/video."
