"""What mails about requests for access say, in the practice's word: no more of a client than the initials. Pure."""

from app.accounts.models import Access, Practitioner
from app.mail.letter import Letter


def write_asked(reader: Practitioner, asker: str, initials: str, link: str, *, word: str, is_own: bool) -> Letter:
    """Return the letter that asks the owner, or after them who runs the practice, to answer a request."""
    who = f" ({initials})" if initials else ""
    what = f"one of your {word}s{who}" if is_own else f"a {word}{who} whose owner has not answered"
    return _letter(
        reader,
        f"a colleague asks to see a {word}",
        f"{asker} asks to see {what} in Kinebridge.",
        f"Open this link to let them view or edit the {word}, or to decline. It asks you to sign in.",
        link,
        "After seven days without an answer, the owners and admins of the practice may answer too."
        if is_own
        else "The owner may still answer as well; the first answer counts.",
    )


def write_answer(asker: Practitioner, by: str | None, access: Access, link: str, *, word: str) -> Letter:
    """Return the letter that tells who asked what became of it; whose client it is only with a yes."""
    if access is Access.NONE:
        said = f"Your request to see a {word} in Kinebridge was declined. You can ask again in a week."
        return _letter(asker, "your request was declined", said, link)
    may = "edit" if access is Access.EDIT else "view"
    return _letter(asker, "your request was granted", f"{by} lets you {may} the {word} you asked for.", link)


def _letter(reader: Practitioner, subject: str, *parts: str) -> Letter:
    return Letter(reader.email, f"Kinebridge: {subject}", "\n\n".join([f"Hello {reader.name},", *parts]) + "\n")
