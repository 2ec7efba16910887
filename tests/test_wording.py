"""One voice in every sentence that people read: plain, short, Australian and without blame."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import typer

from app.activity.sentences import SENTENCES
from app.alerts.causes import WORDS
from app.alerts.mails import Item, Reader, write_alert, write_digest
from app.cli import cli
from app.delivery.reasons import REASONS
from app.guidance import PAGES
from app.guide.reading import PAGE_FOLDER
from app.privacy.retention import RULES
from app.web.notices import NOTICES
from app.web.rendering import TEMPLATE_FOLDER

APP = TEMPLATE_FOLDER.parent.parent
SENTENCE = re.compile(r"[A-Z“{\d][^\n]* [^\n]*")
PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
SQL = re.compile(r"\b(SELECT|UPDATE|DELETE|INSERT|ALTER ROLE|IS NULL|IN \(|BETWEEN|READ)\b|::")

AMERICAN = (
    "organiz|recogniz|coloring|colored|favorite|center(?!ed)|analyz|behavior|canceled|canceling|catalog |customiz|"
    "license |labeled|traveled|practicing|program me|gray|apologiz|authoriz|initializ|fulfill|check mark|zip code"
)
FORBIDDEN = {
    "email is one word": r"\be-mail",
    "British and Australian spelling": rf"\b(?:{AMERICAN})",
    "nobody is begged": r"\bplease\b",
    "nothing is shouted": r"!(?!=)",
    "machine talk": r"\b(?:invalid|failed to|an? error occurred|abort(?:ed)?|illegal|forbidden|malformed)\b",
    "blame": r"\byou (?:typed|entered|made) (?:it |an? |the )?(?:wrong|mistake|incorrect)|\byour (?:mistake|error)\b",
    "two spaces": r"(?<=[a-z.,;:])  +(?=\w)",
    "quotes are curly": r"(?<![=\w])\"[A-Za-z][^\"<>=]*\"(?![\w=])",
}
# What may stand all the same, with its reason.
SPARED = {
    'aria-invalid="true"': "for screen readers",
    "403 forbidden": "what other programs say, by which the guide is searched",
    "401 unauthorised": "what other programs say, by which the guide is searched",
}

# Where "patient" or "client" is meant itself, not the practice's word for either.
OWN_WORDS = {
    "accounts/practice.html": "where the word is chosen",
    "styleguide.html": "only developers see it",
}
# Whatever becomes a mail stands here.
MAILS = re.compile(r"letters\.py$|^alerts/(mails|causes|telling)\.py$|^mail/")
CLINIKOS = ("Connected patient apps",)  # a label of Cliniko's settings


def cut_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)


def said_by_template(path: Path) -> Iterator[str]:
    """What a template says itself: its text between tags, and the literals in its expressions that are words."""
    text = cut_comments(path.read_text())
    code = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
    for literal in re.findall(r'"([^"]*)"', " ".join(code.findall(text))):
        if SENTENCE.match(literal) or (" " in literal and not literal.startswith("/")):
            yield literal
    for line in re.sub(r"<[^>]*>", "\n", code.sub("{}", text)).splitlines():
        if line.strip():
            yield line.strip()


def said_by_module(path: Path) -> Iterator[str]:
    """The sentences among the texts of a module; docstrings are for developers."""
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr)):
                waiting.extend(ast.iter_child_nodes(node))
            continue
        if SENTENCE.match(text) and not SQL.search(text):
            yield text


@cache
def said() -> list[tuple[str, str]]:
    """Everything people may read that stands in the code: (file, text); read once, by whoever asks."""
    return list(_said())


def _said() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATE_FOLDER.rglob("*.html")):
        yield from ((path.relative_to(TEMPLATE_FOLDER).as_posix(), text) for text in said_by_template(path))
    for path in sorted(PAGE_FOLDER.glob("*.md")):
        yield from ((path.name, line) for line in PICTURE.sub(r"\1", path.read_text()).splitlines())
    for path in sorted(APP.rglob("*.py")):
        if "demo" in path.parts:  # the stand-in answers as Cliniko and its storage do
            continue
        yield from ((path.relative_to(APP).as_posix(), text) for text in said_by_module(path))


def test_what_is_read_here_is_what_people_read() -> None:
    texts = {text for _, text in said()}
    assert len(texts) > 1500
    for sample in (*NOTICES.values(),):
        assert sample.text in texts
    for sentence in (*REASONS.values(), *SENTENCES.values(), *(page.summary for page in PAGES)):
        assert sentence in texts or not SENTENCE.match(sentence)


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_sentence_breaks_the_rule(rule: str) -> None:
    pattern = re.compile(FORBIDDEN[rule], re.IGNORECASE)
    broken = [
        (file, text)
        for file, text in said()
        if pattern.search(text)
        and not any(spared in text for spared in SPARED)
        and not (rule == "quotes are curly" and file.endswith(".py"))
    ]
    assert not broken, broken


def test_pages_say_the_practices_own_word_for_patient() -> None:
    literal = re.compile(r"\b(?:[Pp]atient|[Cc]lient)s?\b")
    broken = [
        (file, text)
        for file, text in said()
        if file.endswith(".html") and file not in OWN_WORDS and literal.search(text)
        if not any(label in text for label in CLINIKOS)
    ]
    assert not broken, broken


def test_mails_say_the_practices_own_word_for_patient() -> None:
    # Pages have words that stand in the code put right by `worded`; nothing does so for mails.
    literal = re.compile(r"\b(?:[Pp]atient|[Cc]lient)s?\b")
    mails = [(file, text) for file, text in said() if MAILS.search(file)]
    assert len(mails) > 80
    assert not [each for each in mails if literal.search(each[1])]
    assert not [each for each in mails if re.search(FORBIDDEN["quotes are curly"], each[1])]


@pytest.mark.parametrize("cause", [*WORDS, "of a newer release"])
def test_alert_mails_and_digests_are_short_and_in_the_same_voice(cause: str) -> None:
    reader = Reader(name="Ana Ruiz", practice="Harbour Physio", public_url="https://kinebridge.example.org")
    for name in ("", "Ben Cole"):
        items = [Item(cause, name, programs, "24 Nov 2026, 9:30 am") for programs in (1, 12)]
        letters = [write_alert(reader, items, items), write_alert(reader, [], items[:1]), write_digest(reader, items)]
        for subject, text in letters:
            assert not [rule for rule, pattern in FORBIDDEN.items() if re.search(pattern, f"{subject}\n{text}", re.I)]
            assert len(subject) <= 80 and "{" not in subject + text
            sentences = re.split(r"[.?:] |\n", text)
            assert not [each for each in sentences if len(each.split()) > 25]


def said_by_command(command: click.Command) -> Iterator[str]:
    """The help of a command and of its options, and of those below it."""
    yield command.help or ""
    yield from (getattr(option, "help", None) or "" for option in command.params)
    for below in getattr(command, "commands", {}).values():
        yield from said_by_command(below)


def test_the_commands_explain_themselves_in_the_same_voice() -> None:
    texts = [" ".join(text.split()) for text in said_by_command(typer.main.get_command(cli)) if text]
    assert len(texts) > 15
    broken = [(rule, text) for rule, pattern in FORBIDDEN.items() for text in texts if re.search(pattern, text, re.I)]
    assert not broken
    assert not [text for text in texts if len(text.split(". ")[0].split()) > 30]


def test_every_reason_a_pdf_waits_is_told_in_at_most_three_sentences() -> None:
    for reason, text in REASONS.items():
        assert len(re.findall(r"[.?](?= |$)", text)) <= 3, reason
        assert all(len(sentence.split()) <= 25 for sentence in re.split(r"[.?] ", text)), reason


def test_what_is_removed_is_said_in_the_practices_own_word() -> None:
    # `worded` changes small letters only, since capitals may be names.
    assert not [rule.words for rule in RULES if re.search(r"\b(?:Clients?|Patients?)\b", rule.words)]
