"""Several files at once: a progress bar, a table, and the table as CSV."""

import csv
import io
from collections.abc import Sequence

import streamlit as st

from lekh.errors import LekhError
from lekh.model import Model
from views import answers, charts
from views.strings import text

COLUMNS = ("picture", "digit", "numeral", "confidence", "runner_up", "note")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula


def show(files: Sequence, script: str, model: Model) -> None:
    """Reads the uploaded `files`, shows one row each and offers them as CSV."""
    rows = _rows(files, script, model)
    read = sum(not row["note"] for row in rows)
    st.markdown(text("batch.summary", read=read, total=len(rows)))
    st.dataframe(
        rows,
        hide_index=True,
        column_order=COLUMNS,
        column_config={
            **{name: st.column_config.Column(text(f"batch.{name}")) for name in COLUMNS},
            "confidence": st.column_config.ProgressColumn(
                text("batch.confidence"), format="percent", min_value=0, max_value=1
            ),
        },
    )
    st.download_button(
        text("batch.download"),
        to_csv(rows),
        file_name=text("batch.file"),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def to_csv(rows: Sequence[dict]) -> bytes:
    """The rows as CSV in UTF-8 with its mark, so that a spreadsheet shows Khmer; no cell starts a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([text(f"batch.{name}") for name in COLUMNS])
    writer.writerows([[_harmless(row[name]) for name in COLUMNS] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")


def _harmless(cell) -> str:
    written = "" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell)
    return f"'{written}" if written.startswith(FORMULA) else written


def _rows(files: Sequence, script: str, model: Model) -> list[dict]:
    batch = (tuple(file.file_id for file in files), script, model)
    if st.session_state.get("batch") != batch:
        st.session_state.batch_rows = _read_all(files, script, model)
        st.session_state.batch = batch
    return st.session_state.batch_rows


def _read_all(files: Sequence, script: str, model: Model) -> list[dict]:
    progress = st.progress(0.0)
    rows = []
    for done, file in enumerate(files, 1):
        progress.progress(done / len(files), text("batch.progress", done=done, total=len(files)))
        rows.append(_row(file, script, model))
    progress.empty()
    return rows


def _row(file, script: str, model: Model) -> dict:
    row = dict.fromkeys(COLUMNS, "") | {"picture": file.name, "confidence": None}
    try:
        digit = answers.answer(file.getvalue(), script, model).digit
    except LekhError as error:
        return row | {"note": str(error)}
    if digit is None:
        return row | {"note": text("answer.no_ink")}
    symbols = model.card.symbols(script)
    second, share = digit.runner_up
    row["confidence"] = digit.confidence
    if share >= answers.CLOSE:
        row["runner_up"] = f"{answers.numeral(second, script, model)} {charts.percent(share)}"
    if digit.rejected:
        return row | {"note": text("batch.rejected")}
    return row | {"digit": str(digit.digit), "numeral": symbols[digit.digit]}
