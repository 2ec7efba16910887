"""From a template and its values to a page, and from an address to a safe redirect.

Every template sees: `request`, `viewer` (a `Viewer` or None), `saved_notice` (a `Notice` or None), `here` (this page's
own path and query, for `next`), `word` and `Word` (what the viewer's practice calls those it treats: "patient" or
"client"), `made_by` (the hidden field for every form of a signed-in person: for whom the page was made), `version`,
`static_url`, `guide_for(cause)` (where the guide explains it, or None), and the filters `date`, `day_month`,
`weekday`, `datetime_in(zone)`, `time_in(zone)`, `ago`, `phone`, `worded(word)`, `with_query(...)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from app import locales
from app.guidance import guide_for
from app.web import filters
from app.web.assets import static_url
from app.web.notices import NOTICE_PARAMETER, NOTICES, find_notice

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
LONGEST_LOCAL_PATH = 2000
PATIENT = "patient"  # to who is not signed in
MADE_BY = "made_by"
MADE_BY_FIELD = Markup('<input type="hidden" name="made_by" value="{}">')


@dataclass(frozen=True)
class Viewer:
    """Who is signed in, as the header shows them: plain values, never database rows.

    Error pages are made after the transaction is rolled back, when a row's columns can no longer be read. Put it into
    `request.state.viewer`. `practices` are (id, name, is_active), in the order shown; `unread` is what the bell
    counts; `patient_word` is what the practice calls those it treats: patient or client; `erase_at` (UTC) is set while
    the practice waits to be erased.
    """

    practitioner_name: str
    email: str
    practice_name: str
    role: str
    practices: Sequence[tuple[object, str, bool]] = ()
    unread: int = 0
    patient_word: str = PATIENT
    erase_at: datetime | None = None
    # Several people use this computer: who is signed in, and the way to change that, must not be overlooked.
    is_shared: bool = False
    # Nothing of the practice is open before two-factor sign-in is set up.
    is_held: bool = False
    membership_id: str = ""


@cache
def environment() -> Environment:
    """Make the template environment, once: everything escaped, and a misspelt name is an error, not a blank."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static_url"] = static_url
    made.globals["version"] = product_version()
    made.globals["guide_for"] = guide_for
    made.filters["date"] = filters.write_date
    made.filters["datetime_in"] = filters.write_datetime_in
    made.filters["day_month"] = filters.write_day_month
    made.filters["time_in"] = locales.write_time
    made.filters["weekday"] = locales.write_weekday
    made.filters["phone"] = locales.write_phone
    made.filters["iso_date"] = filters.write_iso_date
    made.filters["ago"] = filters.write_ago
    made.filters["worded"] = filters.write_worded
    made.filters["with_query"] = filters.with_query
    return made


def product_version() -> str:
    """Return the installed version of Kinebridge, or `dev` when it runs from a folder that was never installed."""
    try:
        return version("kinebridge")
    except PackageNotFoundError:
        return "dev"


def page(request: Request, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """Render a template, named relative to `templates/` (`clients/list.html`), into an HTML answer."""
    viewer = getattr(request.state, "viewer", None)
    word = viewer.patient_word if viewer else PATIENT
    values = {
        "request": request,
        "viewer": viewer,
        "word": word,
        "Word": word.capitalize(),
        "made_by": MADE_BY_FIELD.format(viewer.membership_id) if viewer else "",
        "saved_notice": find_notice(request.query_params.get(NOTICE_PARAMETER)),
        **context,
        "here": current_path(request),
    }
    return HTMLResponse(environment().get_template(template).render(values), status_code=status)


def current_path(request: Request) -> str:
    """Return this page's own path and query, without its notice, ready to be a `next`."""
    kept = [item for item in request.query_params.multi_items() if item[0] != NOTICE_PARAMETER]
    path = quote(request.scope["path"])
    return local_path(f"{path}?{urlencode(kept)}" if kept else path, "/")


def redirect(url: str, *, notice: str | None = None) -> RedirectResponse:
    """Send the browser on (303) to one of our own paths, there to show the notice of that code.

    Raises ValueError when the address is not local (pass what came from outside through `local_path` first) and
    KeyError when `notices.NOTICES` has no such code.
    """
    if local_path(url, "") != url:
        raise ValueError("redirects lead to local paths only")
    if notice is not None:
        NOTICES[notice]  # a misspelt code is an error here, not a silent nothing on the next page
        url = filters.with_query(url, **{NOTICE_PARAMETER: notice})
    return RedirectResponse(url, status_code=303)


def with_next(url: str, path: str) -> str:
    """Return one of our own paths with `path` as its `next`; without it where `path` is none or has grown too long."""
    return local_path(filters.with_query(url, next=path), url) if local_path(path, "") else url


def local_path(value: str | None, default: str) -> str:
    """Return `value` if it is safe to send a browser to as a path on this site, else `default`.

    Safe is: one leading slash, no second slash or backslash that browsers would read as another host, nothing
    unprintable (browsers drop tabs and newlines before they parse), nothing that parses as scheme
    or host, at most 2000 characters.
    """
    if not value or len(value) > LONGEST_LOCAL_PATH:
        return default
    if not value.startswith("/") or value.startswith("//") or "\\" in value or not value.isprintable():
        return default
    try:
        parts = urlsplit(value)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else value
