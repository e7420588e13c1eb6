import csv
import io
import json

import numpy as np
import pytest

from lekh.reading import Digit, Line, Number, Reading
from views import tables

EMPTY = np.zeros((0, 0), np.float32)


def digit(value: int, left: int, rejected: bool = False) -> Digit:
    shares = [0.05] * 10
    shares[value], shares[(value + 1) % 10] = 0.45, 0.15
    return Digit(value, 0.45, rejected, (left, 2, 3, 4), tuple(shares))


def reading() -> Reading:
    lines = (
        Line((Number((digit(1, 0), digit(2, 5))), Number((digit(3, 30),)))),
        Line((Number((digit(4, 0, rejected=True),)),)),
    )
    return Reading((("khmer", 1.0),), lines, EMPTY, EMPTY, EMPTY, milliseconds=3.0)


def row(**changed) -> dict:
    return {"picture": "a.png", "text": "15 3", "digits": 3, "confidence": 0.98765, "note": ""} | changed


def read_back(rows: list[dict], columns: tuple[str, ...] = ("picture", "text", "digits", "confidence", "note")):
    content = tables.to_csv(rows, columns)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_opens_in_a_spreadsheet():
    assert read_back([row()])[1] == ["a.png", "15 3", "3", "0.9877", ""]


def test_csv_leaves_the_unknown_empty():
    assert read_back([row(confidence=None, digits=None)])[1][2:4] == ["", ""]


@pytest.mark.parametrize(
    "name", ["=1+1.png", "+a.png", "-a.png", "@a.png", "\ta.png", "\ra.png", "\na.png", "＝1.png", "'=1.png"]
)
def test_csv_holds_no_formula(name):
    assert read_back([row(picture=name)])[1][0] == f"'{name}"


def test_csv_quotes_what_would_break_a_row():
    assert read_back([row(picture='a,"b"\n.png')])[1][0] == 'a,"b"\n.png'


def test_a_row_a_digit_counts_lines_and_numbers_and_says_what_was_not_read(tiny_model):
    rows = tables.digit_rows(reading(), "khmer", tiny_model)
    assert [(row["line"], row["number"], row["digit"]) for row in rows] == [
        (1, 1, "1"),
        (1, 1, "2"),
        (1, 2, "3"),
        (2, 1, ""),
    ]
    assert [row["numeral"] for row in rows] == ["១", "២", "៣", ""]
    assert rows[0]["runner_up"] == "២ (2) 15.0 %"
    assert [rows[1][name] for name in ("x", "y", "width", "height")] == [5, 2, 3, 4]
    assert [bool(row["note"]) for row in rows] == [False, False, False, True]
    assert read_back(rows, tables.DIGIT_COLUMNS)[1][:4] == ["1", "1", "1", "១"]


def test_json_is_that_of_the_command_line():
    written = json.loads(tables.to_json("a.png", reading()))
    assert list(written) == ["file", "error", "script", "text", "lines", "milliseconds"]
    assert (written["file"], written["error"], written["text"]) == ("a.png", None, "12 3")
    assert written["lines"][0]["digits"][1]["box_xywh"] == [5, 2, 3, 4]
    assert list(json.loads(tables.error_to_json("b.png", "No."))) == list(written)
