"""My account > Settings: the Cliniko key, what to enter in Cliniko, and the practitioner's own title."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.connecting import keys
from app.accounts.connecting.bookmarklet import bookmarklet
from app.accounts.connecting.connections import find_connection
from app.accounts.form_fields import FormTarget, FormText, QueryTarget
from app.accounts.form_page import form_page
from app.accounts.forms import FormError, read_title
from app.accounts.models import Connection, ConnectionState, Practice
from app.accounts.practices import letterheads
from app.accounts.security import credentials
from app.accounts.tools import Tools
from app.cliniko.types import ROLES_WITHOUT_FILES
from app.regions import APP_PATH
from app.web.rendering import local_path, redirect

router = APIRouter(prefix="/account/settings")

SETTINGS_PAGE = "/account/settings"


@router.get("")
async def show_settings(
    request: Request, session: Database, tools: ToolsDep, member: SignedIn, target: QueryTarget = ""
) -> Response:
    """Show the connection to Cliniko, the form for its key and the one for the title."""
    return await _settings_page(request, session, tools, member, target)


@router.post("")
async def save_settings(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    api_key: FormText = "",
    password: FormText = "",
    action: FormText = "",
    target: FormTarget = "",
) -> Response:
    """Save a pasted key, or ask Cliniko about the saved one again; then lead on to where the person was going."""
    is_check = action == "check"
    try:
        if is_check:
            connection = await keys.check_again(session, tools, member)
        else:
            key = keys.read_key(api_key)
            await keys.confirm_change(session, tools, member, password)
            connection = await keys.save_key(session, tools, member, key)
    except FormError as error:
        # Only what was entered, and what Cliniko has judged: a saved key that it rejects leaves a line of its own.
        if keys.FIELD in error.fields and not (is_check or isinstance(error, keys.NotCheckedError)):
            audit.record_by(session, member, "connection.refused", at=tools.clock())
        return await _settings_page(request, session, tools, member, target, refusal=error)
    path = local_path(target, SETTINGS_PAGE)
    # The settings page itself warns of a role without files; any other page has only the notice to say it.
    is_limited = connection.state == ConnectionState.NOT_PERMITTED and path != SETTINGS_PAGE
    saved = "key-checked" if is_check else "key-saved"
    return redirect(path, notice="key-saved-limited" if is_limited else saved)


@router.post("/title")
async def save_title(
    request: Request, session: Database, tools: ToolsDep, member: SignedIn, title: FormText = ""
) -> Response:
    """Save what stands after the practitioner's name on programs of this practice."""
    try:
        await letterheads.save_title(session, member, read_title(title), tools.clock())
    except FormError as error:
        return await _settings_page(request, session, tools, member, "", title=title, refusal=error)
    return redirect(SETTINGS_PAGE, notice="title-saved")


@router.post("/remove-key")
async def remove_key(
    request: Request, session: Database, tools: ToolsDep, member: SignedIn, password: FormText = ""
) -> Response:
    """Forget the saved key."""
    try:
        await keys.confirm_change(session, tools, member, password)
    except FormError as error:
        return await _settings_page(request, session, tools, member, "", refusal=error, is_removing=True)
    removed = await keys.remove_key(session, tools, member)
    return redirect(SETTINGS_PAGE, notice="key-removed" if removed else "nothing-changed")


async def _settings_page(
    request: Request,
    session: Database,
    tools: Tools,
    member: Member,
    target: str,
    *,
    title: str | None = None,
    refusal: FormError | None = None,
    is_removing: bool = False,
) -> Response:
    connection = await find_connection(session, member.membership_id)
    practice = await session.get_one(Practice, member.practice_id, populate_existing=True)
    return form_page(
        request,
        "accounts/settings.html",
        refusal,
        target=local_path(target, ""),
        practice=practice,
        connection=connection,
        title=await letterheads.get_title(session, member.membership_id) if title is None else title,
        role_words=_role_words(connection) if connection else "",
        app_url=tools.settings.public_url + APP_PATH,
        has_regions=bool(tools.settings.regions),
        bookmark=bookmarklet(tools.settings.public_url, tools.settings.cliniko_api_url),
        asks_password=connection is not None and not credentials.is_fresh(member, tools.clock()),
        is_removing=is_removing,
        is_not_checked=isinstance(refusal, keys.NotCheckedError),
    )


def _role_words(connection: Connection) -> str:
    """Return the role in words; one that Cliniko has contradicted since by refusing a file is not told as today's."""
    words = connection.cliniko_role.replace("_", " ").capitalize()
    is_contradicted = (
        connection.state == ConnectionState.NOT_PERMITTED and connection.cliniko_role not in ROLES_WITHOUT_FILES
    )
    return f"{words}, when Cliniko was last asked" if words and is_contradicted else words
