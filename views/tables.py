"""Readings as rows, CSV and JSON."""

import csv
import io
import json
from collections.abc import Sequence

import streamlit as st

from lekh.addresses import as_name
from lekh.model import Model
from lekh.reading import Reading
from lekh.rows import answered, as_cell, refused
from views import answers, charts
from views.strings import text

DIGIT_COLUMNS = ("line", "number", "digit", "numeral", "confidence", "runner_up", "x", "y", "width", "height", "note")
WIDTHS = {  # pixels of columns that would be too wide or narrow; all of them beside each other fit a desktop's page
    "picture": 120, "text": 135, "numerals": 105, "script": 85, "digits": 55, "confidence": 100, "note": 145,
}  # fmt: skip
MIMES = {"csv": "text/csv", "json": "application/json", "jsonl": "application/jsonl"}


def digit_rows(reading: Reading, script: str, model: Model) -> list[dict]:
    """A row a digit, in reading order; lines and numbers are counted from 1."""
    symbols = model.card.symbols(script)
    rows = []
    for line_place, line in enumerate(reading.lines, 1):
        for number_place, number in enumerate(line.numbers, 1):
            for digit in number.digits:
                second, share = digit.runner_up
                rows.append(
                    {
                        "line": line_place,
                        "number": number_place,
                        "digit": "" if digit.rejected else str(digit.digit),
                        "numeral": "" if digit.rejected else symbols[digit.digit],
                        "confidence": digit.confidence,
                        "runner_up": named(second, share, script, model),
                        **dict(zip(("x", "y", "width", "height"), digit.box_xywh, strict=True)),
                        "note": text("table.rejected") if digit.rejected else "",
                    }
                )
    return rows


def named(place: int, share: float, script: str, model: Model) -> str:
    """A runner-up worth naming, with its probability; else nothing."""
    return f"{answers.numeral(place, script, model)} {charts.percent(share)}" if share >= answers.CLOSE else ""


def show(rows: Sequence[dict], columns: Sequence[str], height: int | str = "auto") -> None:
    """Shows rows under the names that people read; no confidence reads as certain."""
    shown = [row | {"confidence": None if row["confidence"] is None else min(99.9, 100 * row["confidence"])}
             for row in rows]  # fmt: skip
    st.dataframe(
        shown,
        hide_index=True,
        height=height,
        column_order=columns,
        column_config={
            **{name: st.column_config.Column(text(f"table.{name}"), width=WIDTHS.get(name)) for name in columns},
            "confidence": st.column_config.ProgressColumn(
                text("table.confidence"),
                help=text("table.confidence_help"),
                format="%.1f %%",
                min_value=0,
                max_value=100,
                width=WIDTHS["confidence"],
            ),
        },
    )


def to_csv(rows: Sequence[dict], columns: Sequence[str]) -> bytes:
    """The rows as CSV in UTF-8 with its mark, so that a spreadsheet shows Khmer; no cell starts a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([text(f"table.{name}") for name in columns])
    writer.writerows([[_cell(row[name]) for name in columns] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")


def to_json(name: str, reading: Reading) -> str:
    """The reading as `python -m lekh read --json` prints it."""
    return json.dumps(answered(as_name(name), reading))


def error_to_json(name: str, error: str) -> str:
    """A file that could not be read, as `python -m lekh read --json` prints it."""
    return json.dumps(refused(as_name(name), error))


def download(key: str, file_name: str, make) -> None:
    """A button whose file `make` returns when it is asked for; its words are those of `key`."""
    st.download_button(
        text(key),
        make,
        file_name=file_name,
        mime=MIMES[file_name.rpartition(".")[2]],
        icon=":material/download:",
        on_click="ignore",
        key=key,
    )


def _cell(value) -> str:
    return as_cell(f"{value:.4f}" if isinstance(value, float) else value)
