"""What the routes take, as OpenAPI says it, with the ids that exist among the choices so that requests get far."""

import copy
from typing import Any

from fastapi import FastAPI

from app.clients.forms import LONGEST as CLIENT_FIELDS
from app.exercises.own_form import FORM_FIELDS
from app.main import ROUTERS

# Fields of the forms that a route reads itself, which FastAPI therefore knows nothing of.
_EXERCISE = ("name", "also_known_as", "purpose", "steps", "feels_like", "cautions", "regions", "equipment", "goals")
_EXERCISE += ("figure_slug", "video_url", "shared", "key", "copied_from", "text_version", *FORM_FIELDS)
_CLIENT = (*CLIENT_FIELDS, "date_of_birth", "email", "phone_numbers", "key", "phone_type-0", "phone-0")
_CLIENT += tuple(f"was_{name}" for name in _CLIENT)
_EDITOR = ("title", "note", "starts_on", "review_on", "action", "template", "find", "revision", "tab", "page")
_EDITOR += tuple(f"{part}-0" for part in ("slug", "id", "section", "note", "turn", *FORM_FIELDS))
_EDITOR += ("slug-1", "confirm_archived")
_LETTERHEAD = ("colour", "address", "phone", "footer", "stop_when", "layout", "large", "paper", "remove_logo")
READ_BY_THE_ROUTE = {
    "/exercises/new": _EXERCISE,
    "/exercises/{slug}/edit": _EXERCISE,
    "/clients/new": _CLIENT,
    "/clients/{client_id}/edit": _CLIENT,
    "/clients/{client_id}/programs/{program_id}/edit": _EDITOR,
    "/account/letterhead": _LETTERHEAD,
}
FILES = {"/exercises/import": "file", "/exercises/{slug}/photos": "photos", "/account/letterhead": "logo"}
# What some fields are looked at for.
WORDS = {
    "action": [
        "save",
        "assign",
        "autosave",
        "add:bridge",
        "remove:0",
        "up:0",
        "undo",
        "take",
        "keep",
        "start",
        "replace",
    ],
    "revision": ["0", "1", "2"],
    "rule": ["nobody", "practice", "chosen", "default"],
    "access": ["view", "edit", "none", ""],
    "role": ["owner", "admin", "practitioner"],
    "state": ["active", "paused", "ended", "failed", "waiting", "all"],
    "slug-0": ["pendulum-swing", "bridge"],
    "until": ["2030-01-01", "2020-13-45", "9999-12-31"],
    "next": ["/clients", "//evil.example", "/\\evil.example"],
    "layout": ["full", "compact", "cards"],
    "colour": ["#14595a", "red"],
    "page": ["1", "0", "-1", "99999999999999999999"],
    "after": ["1", "99999999999999999999"],
    "patient_id": ["1", "99999999999999999999999"],
    "from": ["2026-01-01", "0001-01-01"],
    "to": ["2026-12-31", "9999-12-31"],
    "day": ["2026-11-25", "0001-01-01", "9999-12-31"],
    "version": ["1", "99999999999"],
    "practice": [""],
}


def made_schema(known: dict[str, list[str]]) -> dict[str, Any]:
    """Return OpenAPI for every route; ``known`` names what exists, by the names of parameters and fields."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    schema = copy.deepcopy(app.openapi())
    words = {name: [*WORDS.get(name, ()), *known.get(name, ())] for name in WORDS.keys() | known.keys()}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _offer(parameter["name"], parameter["schema"], words)
            if method == "post" and (fields := _fields(path)):
                operation["requestBody"] = {"required": True, "content": fields}
    for model in schema["components"]["schemas"].values():
        properties = model.get("properties", {})
        for name, what in properties.items():
            properties[name] = _offer(name, what, words)
    for path, names in READ_BY_THE_ROUTE.items():
        for content in schema["paths"][path]["post"]["requestBody"]["content"].values():
            for name in names:
                content["schema"]["properties"][name] = _offer(name, {"type": "string"}, words)
    return schema


def _fields(path: str) -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in READ_BY_THE_ROUTE.get(path, ())}
    if path in FILES:
        files = {FILES[path]: {"type": "string", "format": "binary"}}
        return {"multipart/form-data": {"schema": {"type": "object", "properties": {**texts, **files}}}}
    kind = "application/x-www-form-urlencoded"
    return {kind: {"schema": {"type": "object", "properties": texts}}} if texts else {}


def _offer(name: str, what: dict[str, Any], words: dict[str, list[str]]) -> dict[str, Any]:
    """Return the schema of a value with what exists beside what might be made up."""
    return {"anyOf": [{"enum": words[name]}, {"enum": words[name]}, what]} if words.get(name) else what
