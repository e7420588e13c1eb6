import csv
import io

import pytest

from views import batch


def rows(**changed) -> list[dict]:
    row = {"picture": "a.png", "digit": "5", "numeral": "៥", "confidence": 0.98765, "runner_up": "", "note": ""}
    return [row | changed]


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_keeps_numerals_and_opens_in_a_spreadsheet():
    content = batch.to_csv(rows())
    assert content.startswith(b"\xef\xbb\xbf")
    assert read_back(content)[1] == ["a.png", "5", "៥", "0.9877", "", ""]


def test_csv_leaves_an_unknown_confidence_empty():
    assert read_back(batch.to_csv(rows(confidence=None)))[1][3] == ""


@pytest.mark.parametrize("name", ["=1+1.png", "+a.png", "-a.png", "@a.png", "\ta.png", "\ra.png"])
def test_csv_holds_no_formula(name):
    assert read_back(batch.to_csv(rows(picture=name)))[1][0] == f"'{name}"


def test_csv_quotes_what_would_break_a_row():
    assert read_back(batch.to_csv(rows(picture='a,"b"\n.png')))[1][0] == 'a,"b"\n.png'
