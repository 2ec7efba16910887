"""The order of text on a line that runs from right to left, or both ways (Unicode Standard Annex 9).

Marks, embeddings and isolates are no part of it: texts are cleaned of them, so that none can disguise a name.
"""

import itertools
import unicodedata
from collections.abc import Iterator

import regex

_RIGHT_TO_LEFT = regex.compile(r"[\p{bc=R}\p{bc=AL}\p{bc=AN}]")
_STRONG = regex.compile(r"[\p{bc=L}\p{bc=R}\p{bc=AL}]")
_PAIRS = "()[]{}⁅⁆⁽⁾₍₎❨❩❪❫❬❭❰❱❲❳❴❵⟦⟧⟨⟩⟪⟫"
_CLOSING = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_NEUTRAL = frozenset(("B", "S", "WS", "ON"))
_DEEPEST = 63  # brackets within brackets that are paired (BD16)


def has_rtl(text: str) -> bool:
    """Say whether any of it is read from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def is_rtl(paragraph: str) -> bool:
    """Say whether a paragraph runs from right to left: as its first letter does (rules P2 and P3)."""
    first = _STRONG.search(paragraph)
    return first is not None and unicodedata.bidirectional(first[0]) != "L"


def visual_runs(line: str, base_is_rtl: bool) -> Iterator[tuple[str, bool]]:
    """Return the pieces of a line from left to right, each with whether it is read from right to left."""
    found = levels(line, int(base_is_rtl))
    runs = [(level, "".join(c for c, _ in run)) for level, run in _grouped(line, found)]
    # Rule L2: from the deepest level down, whatever is at least that deep is turned round.
    for depth in range(max(found, default=0), 0, -1):
        turned: list[tuple[int, str]] = []
        for is_deep, group in itertools.groupby(runs, key=lambda run, depth=depth: run[0] >= depth):  # type: ignore[misc]
            together = list(group)
            turned += reversed(together) if is_deep else together
        runs = turned
    return ((piece, level % 2 == 1) for level, piece in runs)


def levels(line: str, base: int) -> list[int]:
    """Return the level of each character: even ones are read from left to right; `base` is the paragraph's, 0 or 1."""
    kinds = [unicodedata.bidirectional(character) or "L" for character in line]
    edge = "R" if base else "L"
    _resolve_weak(kinds, edge)
    _resolve_brackets(line, kinds, edge)
    _resolve_neutral(kinds, edge)
    found = [_level(kind, base) for kind in kinds]
    # Rule L1: the space at the end of a line stands at the paragraph's own end.
    for i in range(len(line.rstrip()), len(line)):
        found[i] = base
    return found


def _grouped(line: str, found: list[int]) -> Iterator[tuple[int, list[tuple[str, int]]]]:
    for level, run in itertools.groupby(zip(line, found, strict=True), key=lambda each: each[1]):
        yield level, list(run)


def _level(kind: str, base: int) -> int:
    """Rules I1 and I2."""
    if base:
        return 1 if kind == "R" else 2
    return {"L": 0, "R": 1}.get(kind, 2)


def _resolve_weak(kinds: list[str], edge: str) -> None:
    """Rules W1 to W7: numbers and what belongs to them, and marks on letters."""
    before, strong = edge, edge
    for i, kind in enumerate(kinds):
        if kind in ("NSM", "BN"):
            kind = before
        elif kind == "EN" and strong == "AL":
            kind = "AN"
        elif kind in ("L", "R", "AL"):
            strong = kind
        kinds[i] = before = kind
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for i in range(1, len(kinds) - 1):
        left, kind, right = kinds[i - 1 : i + 2]
        if left == right and ((kind == "CS" and left in ("EN", "AN")) or (kind == "ES" and left == "EN")):
            kinds[i] = left
    _spread_numbers(kinds)
    strong = edge
    for i, kind in enumerate(kinds):
        if kind in ("ET", "ES", "CS"):
            kinds[i] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"


def _spread_numbers(kinds: list[str]) -> None:
    """Rule W5: signs such as % and $ belong to the number beside them."""
    start = 0
    for kind, run in itertools.groupby(list(kinds)):
        end = start + len(list(run))
        if kind == "ET" and "EN" in (kinds[start - 1] if start else "", kinds[end] if end < len(kinds) else ""):
            kinds[start:end] = ["EN"] * (end - start)
        start = end


def _resolve_brackets(line: str, kinds: list[str], edge: str) -> None:
    """Rule N0: a pair of brackets goes with what is inside it, or with what stands before it."""
    for start, end in _bracket_pairs(line, kinds):
        inside = {_strength(kind) for kind in kinds[start + 1 : end]}
        other = "L" if edge == "R" else "R"
        if edge in inside:
            direction = edge
        elif other in inside:
            before = next((_strength(k) for k in reversed(kinds[:start]) if _strength(k)), edge)
            direction = other if before == other else edge
        else:
            continue
        kinds[start] = kinds[end] = direction
        for bracket in (start, end):  # marks on a bracket go with it
            for i in range(bracket + 1, len(line)):
                if unicodedata.bidirectional(line[i]) != "NSM":
                    break
                kinds[i] = direction


def _bracket_pairs(line: str, kinds: list[str]) -> list[tuple[int, int]]:
    """Return where brackets that belong together stand, in the order of the opening ones (BD16)."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for i, character in enumerate(line):
        if kinds[i] != "ON":
            continue
        if character in _CLOSING:
            if len(waiting) == _DEEPEST:
                break
            waiting.append((_CLOSING[character], i))
        for place in range(len(waiting) - 1, -1, -1):
            if waiting[place][0] == character:
                pairs.append((waiting[place][1], i))
                del waiting[place:]
                break
    return sorted(pairs)


def _strength(kind: str) -> str:
    """Return "L" or "R" for what has a direction: numbers count as R here (rules N0 and N1)."""
    return kind if kind == "L" else "R" if kind in ("R", "EN", "AN") else ""


def _resolve_neutral(kinds: list[str], edge: str) -> None:
    """Rules N1 and N2: what has no direction takes that of both its neighbours, or else the paragraph's."""
    start = 0
    for is_neutral, run in itertools.groupby(list(kinds), key=lambda kind: kind in _NEUTRAL):
        end = start + len(list(run))
        if is_neutral:
            left = _strength(kinds[start - 1]) if start else edge
            right = _strength(kinds[end]) if end < len(kinds) else edge
            kinds[start:end] = [left if left == right else edge] * (end - start)
        start = end
