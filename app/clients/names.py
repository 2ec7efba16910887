"""A client's name as people read it (awkward case 17)."""

import regex


def display_name(first_name: str, preferred_first_name: str, last_name: str) -> str:
    """Return "Preferred (First) Last", or "First Last" where no other name is preferred; never empty."""
    first, preferred, last = (" ".join(part.split()) for part in (first_name, preferred_first_name, last_name))
    if preferred and preferred.casefold() != first.casefold():
        first = f"{preferred} ({first})" if first else preferred
    return " ".join(part for part in (first, last) if part) or "Unnamed"


def initials(first_name: str, last_name: str) -> str:
    """Return "O.H." for Olivia Hart, in any script: all that a mail may say of a client. "" where there is no name."""
    letters = (regex.search(r"\p{L}\p{M}*", part) for part in (first_name, last_name))
    return "".join(f"{found[0].upper()}." for found in letters if found)
