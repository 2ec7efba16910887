"""Exercises as CSV: a round trip changes nothing, spreadsheets of any kind are read, faults are named."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exercises.dose import Dose
from app.exercises.exchange.columns import COLUMNS, find_column, write_cells
from app.exercises.exchange.csv_reader import CsvRow, read_csv
from app.exercises.exchange.csv_writer import write_csv
from app.exercises.exchange.refusal import FileRefusedError
from app.exercises.own import OwnExercise, check
from app.spreadsheet import guard, unguard
from tests.exercises.exchange.samples import FULL, own_exercises

BLANK = OwnExercise("")


def read(data: bytes | str, most_rows: int = 1000) -> list[CsvRow]:
    """The rows of a file, given as bytes or as a text in UTF-8."""
    return list(read_csv(data.encode() if isinstance(data, str) else data, most_rows=most_rows).rows)


def only(data: bytes | str) -> OwnExercise:
    """The exercise of a file's only row, read without a problem into a new one."""
    (row,) = read(data)
    filled = row.fill(BLANK)
    assert not filled.problems and not row.problem
    return filled.exercise


def problems(data: str) -> str:
    """What is said of a file's only row."""
    (row,) = read(data)
    return " ".join(row.fill(BLANK).problems)


def refusal(data: bytes | str, most_rows: int = 1000) -> str:
    """What is said of a file that is refused."""
    with pytest.raises(FileRefusedError) as caught:
        read(data, most_rows)
    return caught.value.message


@settings(max_examples=60, deadline=None)
@given(st.lists(own_exercises, min_size=1, max_size=4))
def test_what_is_exported_comes_back_the_same(exercises: list[OwnExercise]) -> None:
    rows = read(write_csv(exercises))
    assert [row.fill(BLANK).exercise for row in rows] == exercises
    assert [row.fill(exercise).exercise for row, exercise in zip(rows, exercises, strict=True)] == exercises


@settings(max_examples=300)
@given(st.text(st.sampled_from("'=+-@\t\r\n a＝")))
def test_a_formula_is_defused_and_the_text_comes_back(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert guard(cell)[:1] not in tuple("=+-@\t\r\n＝")


def test_a_spreadsheet_is_never_given_a_formula() -> None:
    exported = write_csv([OwnExercise('=HYPERLINK("https://evil.example")', steps=("@now",), purpose="-1+2")])
    cells = list(csv.reader(io.StringIO(exported.decode("utf-8-sig"))))[1]
    assert [cell for cell in cells if cell] == ['\'=HYPERLINK("https://evil.example")', "'-1+2", "'@now", "No"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_end_is_read(encoding: str, delimiter: str, line_end: str) -> None:
    lines = [["Steps", "Name", "Feels like"], ['"Sit, or\nstand; well"', "Pliés", '"Say ""é"""']]
    data = line_end.join(delimiter.join(line) for line in lines).encode(encoding)
    exercise = only(data)
    assert (exercise.name, exercise.steps, exercise.feels_like) == ("Pliés", ("Sit, or", "stand; well"), 'Say "é"')


def test_a_line_that_names_the_delimiter_is_understood() -> None:
    (row,) = read("sep=;\nname;goal\nSquat;Strength\n")
    assert (row.number, row.name, row.fill(BLANK).exercise.goal) == (3, "Squat", "strength")


def test_headers_are_found_in_any_order_case_and_spelling() -> None:
    exercise = only("HOLD, feels_like ,BODY REGION,name,Aka\n30 s,Firm,Low back,Bridge,Glute bridge;Hip lift\n")
    assert exercise == OwnExercise(
        "Bridge",
        also_known_as=("Glute bridge", "Hip lift"),
        regions=("low-back",),
        feels_like="Firm",
        dose=exercise.dose,
    )
    assert exercise.dose.hold_seconds == 30


def test_headers_without_a_meaning_are_named_and_do_no_harm() -> None:
    read_file = read_csv(b"Name,Colour,,Price\nBridge,red,,3\n", most_rows=10)
    assert read_file.unknown_headers == ["Colour", "Price"]
    assert [row.name for row in read_file.rows] == ["Bridge"]


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        ("low-back", ("low-back",)),
        ("Low back", ("low-back",)),
        ("LOW BACK; neck", ("low-back", "neck")),
        ("Neck, Elbow, wrist and hand, knee", ("neck", "elbow-wrist-hand", "knee")),
        ("hip|hip|knee", ("hip", "knee")),
        (" ; ", ()),
    ],
)
def test_choices_are_taken_by_key_or_label(cell: str, keys: tuple[str, ...]) -> None:
    assert only(f'Name,Regions\nBridge,"{cell}"\n').regions == keys


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("Regions", "Neck; Tail", "Regions: “Tail” is not in the list"),
        ("Goal", "Fame", "Goal: “Fame” is not in the list"),
        ("Shared", "perhaps", "Shared: Write yes or no"),
        ("Sets", "many", "Sets must be a whole number from 1 to 20."),
        ("Days", "Someday", "Days must be days of the week"),
    ],
)
def test_a_wrong_cell_is_named(header: str, cell: str, words: str) -> None:
    assert words in problems(f"Name,{header}\nBridge,{cell}\n")


def test_columns_that_are_missing_keep_what_there_is_and_empty_cells_clear_it() -> None:
    (row,) = read('Name,Purpose,Sets,Shared\n"Wall slide, slow",,4,\n')
    exercise = row.fill(FULL).exercise
    assert exercise.purpose == ""
    assert exercise.dose.sets == 4 and exercise.dose.hold_seconds == 5
    assert exercise.steps == FULL.steps
    assert exercise.is_shared, "an empty cell does not say whether it is shared"


def test_blank_rows_are_passed_over_and_the_others_keep_their_numbers() -> None:
    rows = read("Name,Goal\n,\n\nBridge,\n , \nSquat\n")
    assert [(row.number, row.name) for row in rows] == [(4, "Bridge"), (6, "Squat")]


def test_a_row_with_more_cells_than_headers_is_refused_by_itself() -> None:
    first, second = read("Name,Purpose\nBridge,Lifts, and holds\nSquat,Bends,,\n")
    assert "more cells than there are headers" in first.problem and first.name == "Bridge"
    assert not second.problem


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"\n\n,,\n", "The file is empty"),
        (b"Goal,Purpose\nStrength,x\n", "names no column “Name”"),
        (b"Name,name\nA,B\n", "“Name” stands in the file twice"),
        (b"Region,Body region,Name\nA,B,C\n", "“Regions” stands in the file twice"),
        (b'Name,Purpose\nBridge,"never closed\nSquat,x\n', "a text in quotes is not closed"),
        (b"Name\n" + b"x" * 200_000 + b"\n", "longer than 100,000 characters"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a CSV"),
        (b"\xff\xfeN", "not text that can be read"),
        (b"Name\nBr\x81dge\n", "not text that can be read"),
        (b"," * 300 + b"Name\nBridge\n", "more than 200 columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_too_many_exercises_are_refused_and_as_many_as_allowed_are_not() -> None:
    assert len(read("Name\n" + "Bridge\n" * 20, most_rows=20)) == 20
    assert "more than 20 exercises" in refusal("Name\n" + "Bridge\n" * 21, most_rows=20)
    assert "too many rows" in refusal("Name\nBridge\n" + ",\n" * 20_000, most_rows=20)


def test_texts_too_long_are_refused_not_cut() -> None:
    exercise = only("Name,Steps\nBridge,%s\n" % ("x " * 600))
    assert len(exercise.steps[0]) == 1199
    assert "at most 1,000 characters" in check(exercise)["steps"]


def test_every_column_is_found_by_its_header_and_holds_what_is_exported() -> None:
    assert [find_column(column.header) for column in COLUMNS] == list(COLUMNS)
    assert write_cells(FULL).keys() == {column.key for column in COLUMNS}


def test_cells_with_thousands_of_parts_are_refused() -> None:
    cell = "a|" * 50_000
    (row,) = read(f"Name,Steps,Regions\nBridge,{cell},{cell}\n")
    filled = row.fill(BLANK)
    assert filled.problems == ("Regions: This is too long.",)
    assert "at most 30 steps" in check(filled.exercise)["steps"]


def test_what_no_form_would_have_stored_comes_back_unchanged_too() -> None:
    stored = OwnExercise("Squat", purpose="Two  spaces", steps=(" Bend ",), dose=Dose(load="2kg", tempo="3 - 1"))
    (row,) = read(write_csv([stored]))
    assert row.fill(stored).exercise == stored
