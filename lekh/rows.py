"""What was read of a picture, as an object for programs, or as a row of a table, whatever opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lekh.reading import Reading

COLUMNS = ("file", "script", "text", "confidence", "runner_up", "milliseconds", "error")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # how a spreadsheet's formula can begin


def answered(name: str, reading: Reading) -> dict:
    """What `read --json` prints of a picture."""
    return {"file": name, "error": None, **reading.as_dict()}


def refused(name: str, why: str) -> dict:
    """What `read --json` prints of a picture that cannot be read."""
    return {"file": name, "error": why, "script": None, "text": "", "lines": [], "milliseconds": None}


def row(answer: dict) -> list:
    """A row of `COLUMNS`.

    Args:
        answer: what `read --json` prints of one picture.
    """
    found = digits(answer)
    runner_up = ""
    if len(found) == 1:
        shares = found[0]["probabilities"]
        runner_up = sorted(range(len(shares)), key=shares.__getitem__)[-2] if len(shares) > 1 else ""
    confidence = round(min(digit["confidence"] for digit in found), 4) if found else ""
    milliseconds = "" if answer["milliseconds"] is None else round(answer["milliseconds"], 2)
    return [answer["file"], answer["script"], answer["text"], confidence, runner_up, milliseconds, answer["error"]]


def digits(answer: dict) -> list[dict]:
    """All digits of an answer, in reading order."""
    return [digit for line in answer["lines"] for digit in line["digits"]]


def as_cell(value) -> str:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe.

    So does text that begins with apostrophes and then like one: no two texts make the same cell.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text
