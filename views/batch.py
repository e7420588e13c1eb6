"""Several pictures at once: a progress bar, a row a file, all of it as CSV and JSON, and one of them to look at."""

from collections.abc import Sequence

import streamlit as st

from lekh.addresses import as_name
from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import to_numerals
from views import answers, corrections, kept, scripts, tables
from views.sources import Source
from views.strings import explained, language, text

COLUMNS = ("picture", "text", "numerals", "script", "digits", "confidence", "note")
HEIGHT = 250  # pixels of the table at most; more rows scroll
ROW = 35  # pixels


def show(side, sources: Sequence[Source], script: str, single: bool, model: Model) -> Source | None:
    """Reads the pictures and shows a row each.

    Args:
        side: container under the input, for what is done with all of them.
        sources: the pictures.
        script, single: how to read them.
        model: a loaded model folder.

    Returns:
        The picture that was chosen to be looked at.
    """
    rows = _rows(sources, script, single, model)
    tables.show(rows, _shown(rows), height=min(HEIGHT, ROW * (len(rows) + 1) + 3))
    with side:
        st.markdown(text("batch.summary", read=sum(row["text"] != "" for row in rows), total=len(rows)))
        with st.container(horizontal=True, gap="xsmall"):
            tables.download("batch.csv", text("batch.csv_file"), lambda: tables.to_csv(rows, COLUMNS))
            tables.download("batch.json", text("batch.json_file"), lambda: _json(sources, script, single, model))
        place = st.selectbox(
            text("batch.look"),
            range(len(sources)),
            format_func=lambda place: f"{place + 1}. {sources[place].name}",
            key=_first_of(sources),
        )
    return sources[place]


def _first_of(sources: Sequence[Source]) -> str:
    """The key of the picture that is looked at; other pictures begin with the first."""
    key = f"look-{hash(tuple(source.digest for source in sources))}"
    return kept.begin(key, 0)


def _shown(rows: Sequence[dict]) -> list[str]:
    """The columns without that of a script's own numerals where there are none."""
    own = any(row["numerals"] != row["text"] for row in rows)
    return [name for name in COLUMNS if own or name != "numerals"]


def _rows(sources: Sequence[Source], script: str, single: bool, model: Model) -> list[dict]:
    """A row a picture; kept until other pictures come, or another language, each until it is corrected."""
    batch = (tuple((source.digest, source.name) for source in sources), script, single, model, language())
    if st.session_state.get("batch") != batch:
        st.session_state.batch_rows = _read_all(sources, script, single, model)
        st.session_state.batch = batch
    return [
        row if corrections.of(_corrected(source, single)).boxes is None else _row(source, script, single, model)
        for source, row in zip(sources, st.session_state.batch_rows, strict=True)
    ]


def _corrected(source: Source, single: bool) -> Source:
    """The picture whose corrections hold."""
    return corrections.alone(source) if single else source


def _read_all(sources: Sequence[Source], script: str, single: bool, model: Model) -> list[dict]:
    progress = st.progress(0.0)
    rows = []
    for done, source in enumerate(sources):
        progress.progress(done / len(sources), text("batch.progress", done=done + 1, total=len(sources)))
        rows.append(_row(source, script, single, model))
    progress.empty()
    return rows


def _row(source: Source, script: str, single: bool, model: Model) -> dict:
    row = dict.fromkeys(COLUMNS, "") | {"picture": as_name(source.name), "confidence": None}
    try:
        reading = _answer(source, script, single, model).reading
    except LekhError as error:
        return row | {"note": explained(error)}
    rejected = sum(digit.rejected for digit in reading.digits)
    row |= {"text": reading.text.replace("\n", " / "), "digits": str(len(reading.digits) - rejected)}
    if reading.text:
        row |= {"numerals": to_numerals(row["text"], reading.script), "script": scripts.title(reading.script, model)}
    if not reading.digits:
        return row | {"note": text("answer.no_ink")}
    if reading.text:  # of what was not read there is nothing to be sure of
        row["confidence"] = min(digit.confidence for digit in reading.digits)
    return row | {"note": text("batch.rejected", n=rejected)} if rejected else row


def _json(sources: Sequence[Source], script: str, single: bool, model: Model) -> str:
    """An object a line, as `python -m lekh read --json` prints several files."""
    lines = []
    for source in sources:
        try:
            lines.append(tables.to_json(source.name, _answer(source, script, single, model).reading))
        except LekhError as error:
            lines.append(tables.error_to_json(source.name, str(error)))
    return "\n".join(lines) + "\n"


def _answer(source: Source, script: str, single: bool, model: Model) -> answers.Answer:
    answer = answers.answer(source, script, single, model)
    return corrections.applied(answer, _corrected(source, single), script, model)
