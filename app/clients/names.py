"""A client's name as people read it (awkward case 17)."""


def display_name(first_name: str, preferred_first_name: str, last_name: str) -> str:
    """Return "Preferred (First) Last", or "First Last" where no other name is preferred; never empty."""
    first, preferred, last = (" ".join(part.split()) for part in (first_name, preferred_first_name, last_name))
    if preferred and preferred.casefold() != first.casefold():
        first = f"{preferred} ({first})" if first else preferred
    return " ".join(part for part in (first, last) if part) or "Unnamed"
