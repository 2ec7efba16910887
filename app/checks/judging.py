"""From what was seen to what it means and how to mend it. Pure."""

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.checks.seen import Answer, Database, Disk, Mail, OwnAnswer, Queue, Secrets, Stored
from app.findings import Finding, fail, ok, warn
from app.jobs.state import STUCK_AFTER_MINUTES
from app.migrations import Standing
from app.settings import SHORTEST_SECRET, Settings

OLDEST_SERVER = 15
# A web process takes 30 connections at most, a worker 8 and one that listens (``db.make_engine``, ``jobs.worker``).
CONNECTIONS_OF_US = 40
MOST_SKEW = timedelta(seconds=30)
NO_BYTES = 10**8
# Nobody's address (RFC 5737): sent as X-Forwarded-For, as a visitor would who wants to be somebody else.
MADE_UP_ADDRESS = "192.0.2.1"

TROUBLES = {
    "refused": "nothing listens there",
    "name": "the name is not known",
    "certificate": "its certificate is not trusted",
    "tls": "no TLS could be agreed on",
    "time": "no answer in time",
}


NO_DATABASE_YET = warn("database", "there is none yet.", "kinebridge serve makes the embedded one at its first start.")


def judge_database(seen: Database | None, settings: Settings) -> Finding:
    """Say whether the database answers and lets us do our work."""
    name = "database"
    if seen is None:
        return fail(
            name,
            "does not answer, or refuses the user.",
            "Check KINEBRIDGE_DATABASE_URL, that the server runs, and its log." if settings.database_url
            else "Look into the file log in the data folder's postgres, and who owns that folder.",
        )  # fmt: skip
    version = f"PostgreSQL {seen.version // 10000}.{seen.version % 10000}"
    if seen.version // 10000 < OLDEST_SERVER:
        return fail(name, f"{version} is too old.", f"Use PostgreSQL {OLDEST_SERVER} or newer.")
    if seen.encoding != "UTF8":
        return fail(name, f"is encoded in {seen.encoding}.", "Make it anew with ENCODING 'UTF8': names need it.")
    if seen.tables_denied:
        mend = "Run kinebridge migrate and the service with the same login, or grant it all rights on the tables."
        return fail(name, f"{version}; the login may not read and write {seen.tables_denied} of our tables.", mend)
    if not seen.may_create:
        mend = "GRANT CREATE ON SCHEMA public to the login that runs kinebridge migrate."
        return warn(name, f"{version}; the login may not make tables.", mend)
    if seen.is_remote and not seen.is_encrypted:
        mend = "Add ?sslmode=verify-full to KINEBRIDGE_DATABASE_URL, and set TLS up on the server."
        return warn(name, f"{version}, reached over the network without TLS.", mend)
    free = seen.most_connections - seen.connections
    if seen.most_connections < 2 * CONNECTIONS_OF_US or free < CONNECTIONS_OF_US // 2:
        mend = f"Raise max_connections: a web process takes up to {CONNECTIONS_OF_US}, a worker up to 10."
        return warn(name, f"{version}; {seen.connections} of {seen.most_connections} connections are in use.", mend)
    return ok(name, f"{version}; {seen.connections} of {seen.most_connections} connections are in use.")


def judge_schema(standing: Standing | None) -> Finding | None:
    """Say whether the database has this release's schema; None where it could not be asked."""
    if standing is None:
        return None
    told = f"at {standing.revision or 'none'}, this release has {standing.newest}"
    mend = "Run kinebridge migrate."
    words = {
        "current": ok("schema", f"is this release's ({standing.newest})."),
        "ahead": warn("schema", f"is a newer release's ({told}).", "Put the newer release here too, in the end."),
        "empty": fail("schema", "is not there: the database is empty.", mend),
        "behind": fail("schema", f"is an older release's ({told}).", mend),
        "unknown": fail(
            "schema", f"is none that this release knows ({told}).", "Is KINEBRIDGE_DATABASE_URL that of Kinebridge?"
        ),
    }
    return words[standing.state]


def judge_secrets(seen: Secrets | None, settings: Settings) -> Finding:
    """Say whether the operator's secrets are there, long enough, and readable by nobody else."""
    name = "secrets"
    if seen is None:
        if settings.secret_keys is None and not settings.database_url:
            return warn(name, "there are none yet.", "kinebridge serve makes them at its first start.")
        return fail(name, "cannot be read.", "Run this as the user that runs Kinebridge, who owns the data folder.")
    if seen.mode is not None and seen.mode & 0o077:
        return fail(name, f"the file {seen.file} may be read by others (mode {seen.mode:o}).", f"chmod 600 {seen.file}")
    if seen.count == 0 or seen.shortest < SHORTEST_SECRET:
        mend = "Put back the file from your backup; delete it only if no Cliniko key is stored yet."
        return fail(name, f"the file {seen.file} is empty or cut short.", mend)
    where = f"in {seen.file}, mode {seen.mode:o}" if seen.mode is not None else "from KINEBRIDGE_SECRET_KEYS"
    return ok(name, f"{seen.count} {where}.")


def judge_stored(seen: Stored | None) -> Finding | None:
    """Say whether the stored keys can be read, and how many wait for ``admin rotate-keys``."""
    if seen is None:
        return None
    name = "stored keys"
    more = "" if seen.is_whole else " of those looked at (there are more)"
    if seen.unreadable:
        mend = "Put the secret they were stored under back into KINEBRIDGE_SECRET_KEYS, after the newest."
        return fail(name, f"{seen.unreadable}{more} cannot be read with these secrets.", mend)
    if seen.older:
        mend = "Run kinebridge admin rotate-keys before an older secret is removed."
        return warn(name, f"{seen.older}{more} are under an older secret, {seen.newest} under the newest.", mend)
    return ok(name, f"{seen.newest}{more} are under the newest secret, none under an older one.")


def judge_mail(seen: Mail | None, settings: Settings) -> Finding:
    """Say whether mails can go out."""
    name = "mail"
    if seen is None:
        if settings.is_local:
            return ok(name, "no mail server is set: mails are printed, as the public URL is this machine.")
        mend = "Set KINEBRIDGE_SMTP_HOST and KINEBRIDGE_MAIL_FROM; until then pass links on yourself."
        return warn(name, "no mail server is set: invitations, resets and alerts are not sent.", mend)
    where = f"{seen.host}, port {seen.port}"
    mends = {
        "refused": "Check KINEBRIDGE_SMTP_HOST and KINEBRIDGE_SMTP_PORT, and that nothing between blocks it.",
        "name": "Check KINEBRIDGE_SMTP_HOST.",
        "time": "Check KINEBRIDGE_SMTP_PORT and the firewall; port 465 wants KINEBRIDGE_SMTP_TLS=tls.",
        "certificate": "Use the name that stands in its certificate, or have the certificate renewed.",
        "tls": "Set KINEBRIDGE_SMTP_TLS to tls for port 465, to starttls for port 587.",
        "login": "Check KINEBRIDGE_SMTP_USER and KINEBRIDGE_SMTP_PASSWORD.",
        "message": "The server refused the message: check KINEBRIDGE_MAIL_FROM and the address.",
    }
    if seen.trouble:
        words = {"login": "refuses the user or password", "message": "took no message", **TROUBLES}
        status = f" ({seen.status})" if seen.status else ""
        found = f"{where}: {words.get(seen.trouble, 'does not answer as a mail server')}{status}."
        return fail(name, found, mends.get(seen.trouble, "Check KINEBRIDGE_SMTP_HOST, _PORT and _TLS."))
    if seen.sent_to:
        return ok(name, f"{where}: took a message; look whether it arrives.")
    return ok(name, f"{where}: answers{' and lets us in' if settings.smtp_user else ''}; nothing was sent.")


def judge_cliniko(seen: Answer) -> Finding:
    """Say whether Cliniko's API can be reached; without a key it answers 401, which is as it should be."""
    name = "cliniko"
    if seen.trouble:
        mends = {
            "certificate": "Something between opens the traffic, or the clock or the list of authorities (package "
            "ca-certificates) is wrong.",
            "name": "Check the name server, and KINEBRIDGE_CLINIKO_API_URL if it is set.",
        }
        mend = mends.get(seen.trouble, "Let this machine reach it on port 443: Kinebridge uses no HTTP proxy.")
        return fail(name, f"{seen.host}: {TROUBLES[seen.trouble]}.", mend)
    if seen.status is not None and (seen.status >= 500 or seen.status == 429):
        return warn(name, f"{seen.host}: answers {seen.status}.", "Look at Cliniko's status page; deliveries wait.")
    if seen.status in (401, 403, 200):
        return ok(name, f"{seen.host}: reachable (asked without a key: {seen.status}).")
    mend = "Check KINEBRIDGE_CLINIKO_API_URL: without a key Cliniko answers 401."
    return warn(name, f"{seen.host}: answers {seen.status}.", mend)


def judge_public(seen: OwnAnswer, settings: Settings, version: str) -> Finding:
    """Say whether browsers reach this release by the public URL."""
    name = "public url"
    answer = seen.answer
    if not settings.is_https and not settings.is_local:
        mend = "Put a proxy with TLS in front and set KINEBRIDGE_PUBLIC_URL to https://..."
        return fail(name, f"{settings.public_url} is not https: passwords and records travel in the open.", mend)
    if answer.trouble:
        mend = "Start kinebridge serve; check KINEBRIDGE_PUBLIC_URL, the proxy, its certificate and the DNS."
        found = f"{settings.public_url}: {TROUBLES[answer.trouble]}."
        return (warn if settings.is_local else fail)(name, found, mend)
    if answer.status != 200 or seen.version is None:
        mend = "Something else than this release answers there: check the proxy and KINEBRIDGE_PUBLIC_URL."
        return fail(name, f"{settings.public_url}/healthz answers {answer.status}, without a version.", mend)
    if seen.version != version:
        mend = "Restart the web processes with this release, or run the check of theirs."
        return warn(name, f"{settings.public_url} is at {seen.version}, this is {version}.", mend)
    return ok(name, f"{settings.public_url} answers, at {version}.")


def judge_forwarding(seen: OwnAnswer, settings: Settings) -> Finding | None:
    """Say whether visitors are told apart by the proxy's word, and only by the proxy's; None where nobody could say."""
    name = "visitors"
    if seen.seen_as is None or seen.forwarded is None:
        if settings.is_local or seen.answer.status != 200 or seen.version is None:
            return None
        mend = "Run the check with the secrets and the release of the web processes."
        return warn(name, "could not be asked whose request was seen.", mend)
    told = [part.strip() for part in seen.forwarded.split(",") if part.strip()]
    if seen.seen_as == MADE_UP_ADDRESS:
        if settings.is_local:
            return None  # asked straight from this machine, which is believed
        mend = "Have the proxy set X-Forwarded-For itself; name only its address in KINEBRIDGE_TRUSTED_PROXIES."
        return fail(name, "whoever makes up an X-Forwarded-For is taken for somebody else.", mend)
    if settings.is_local:
        return None
    if not [each for each in told if each != MADE_UP_ADDRESS]:
        mend = "Let the proxy send X-Forwarded-For: all visitors share one limit of wrong passwords now."
        return fail(name, f"the proxy does not say who asks: everybody is {seen.seen_as}.", mend)
    if seen.seen_as not in told:
        mend = f"Add {seen.seen_as} (the proxy) to KINEBRIDGE_TRUSTED_PROXIES."
        return fail(name, f"the proxy's word is not believed: everybody is {seen.seen_as}.", mend)
    return ok(name, "are told apart by the proxy's X-Forwarded-For, and a made-up one is not believed.")


def judge_proxies(settings: Settings, forwarded_allow_ips: str | None) -> Finding:
    """Say whose X-Forwarded-For is believed."""
    name = "proxies"
    if settings.trusted_proxies:
        wide = [each for each in settings.trusted_proxies if ipaddress.ip_network(each).num_addresses > 2**24]
        if wide:
            return warn(name, f"{', '.join(wide)} is believed: that is very many.", "Name the proxy's own address.")
        return ok(name, f"believed: {', '.join(settings.trusted_proxies)}.")
    if forwarded_allow_ips and "*" in forwarded_allow_ips:
        mend = "Set KINEBRIDGE_TRUSTED_PROXIES to your proxy's address instead of FORWARDED_ALLOW_IPS."
        return fail(name, "everybody is believed (FORWARDED_ALLOW_IPS has *).", mend)
    if settings.is_local or forwarded_allow_ips:
        return ok(name, f"believed: {forwarded_allow_ips or 'this machine'}.")
    mend = "Right if the proxy runs on this machine; else set KINEBRIDGE_TRUSTED_PROXIES to its address."
    return warn(name, "only a proxy on this machine is believed.", mend)


def judge_clock(name: str, skew: timedelta | None) -> Finding | None:
    """Say whether our clock and another one agree (``skew``: ours minus theirs); None where it was not told."""
    if skew is None:
        return None
    seconds = round(skew.total_seconds())
    if abs(skew) > MOST_SKEW:
        mend = "Let both machines keep their time by NTP (timedatectl set-ntp true): two-factor codes and links fail."
        return fail("clock", f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} {name}.", mend)
    return ok("clock", f"within {abs(seconds) or 1} s of {name}.")


def skew_of(answer: Answer) -> timedelta | None:
    """Return by how much our clock is ahead of the one behind an answer, whose Date has whole seconds."""
    if answer.date is None or answer.at is None:
        return None
    return answer.at - answer.took / 2 - answer.date


def judge_disk(seen: Disk) -> Finding:
    """Say whether there is room where something is written."""
    name = "disk"
    where = f"{seen.use} ({seen.folder})"
    if seen.free_bytes is None:
        return fail(name, f"{where} cannot be written to.", "Give the user that runs Kinebridge the folder.")
    free = f"{seen.free_bytes / 10**9:.1f} GB free"
    if seen.free_bytes < NO_BYTES:
        return fail(name, f"{where}: {free}.", "Make room: uploads, exports and the database stop when it is full.")
    if seen.free_bytes < seen.low_bytes:
        little = f"{seen.low_bytes / 10**9:g} GB"
        return warn(name, f"{where}: {free}.", f"Make room soon: less than {little} is little.")
    return ok(name, f"{where}: {free}.")


def judge_queue(seen: Queue | None) -> Finding | None:
    """Say whether background jobs are done."""
    if seen is None:
        return None
    told = f"{seen.workers} alive, {seen.due} jobs due"
    if seen.is_stuck:
        mend = "Start kinebridge worker (or serve without --no-worker), or look into its log."
        return fail("worker", f"{told}, and none was done for {STUCK_AFTER_MINUTES} minutes.", mend)
    if not seen.workers:
        return warn("worker", f"{told}: no file reaches Cliniko.", "Start kinebridge serve, or kinebridge worker.")
    return ok("worker", f"{told}.")


def judge_user(*, is_root: bool, settings: Settings) -> Finding | None:
    """Say whether it runs as somebody who may do too much."""
    if not is_root:
        return None
    if settings.database_url:
        return warn("user", "is root.", "Run Kinebridge as a user of its own: it needs no rights of the system.")
    mend = "Run Kinebridge as a user of its own, who owns the data folder."
    return warn("user", "is root: the embedded database opens the folders above its data for reading.", mend)


def judge_names(environment: Mapping[str, str]) -> Finding:
    """Say whether a setting is given that there is none of, such as a misspelt one."""
    given = {name for name in environment if name.startswith("KINEBRIDGE_")}
    strange = sorted(given - {f"KINEBRIDGE_{name.upper()}" for name in Settings.model_fields})
    if strange:
        return warn("settings", f"there is no {', '.join(strange)}.", "Compare with the table of settings in README.")
    return ok("settings", f"{len(given)} from the environment, none of them wrong.")


def judge_mistakes(mistakes: Sequence[str]) -> list[Finding]:
    """Return one failure for each mistake in the settings."""
    return [fail("settings", each, "See the table of settings in README.") for each in mistakes]
