"""An image's bytes -> what the page says of it, kept between reruns; and how one answer is shown."""

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from lekh import model as models
from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import to_numerals
from lekh.reading import Digit, read
from views import charts, pictures
from views.strings import text

KEPT = 256  # answers kept for all sessions together, about 20 kB each
CLOSE = 0.1  # a runner-up with at least this probability is named
CERTAINTY = (  # least confidence, words, colour
    (0.99, "answer.very_sure", "green"),
    (0.9, "answer.sure", "green"),
    (0.6, "answer.fairly_sure", "orange"),
    (0.0, "answer.unsure", "red"),
)


@dataclass(frozen=True)
class Answer:
    """What the page shows of one image.

    Attributes:
        digit: `None` when no ink was found.
        milliseconds: how long reading took, the first time.
        photo, ink, seen: pictures of the steps, as `data:` addresses; `ink` and `seen` are `None` without ink.
        side: width of the network's input in pixels.
    """

    digit: Digit | None
    milliseconds: float
    photo: str
    ink: str | None
    seen: str | None
    side: int


def current_model() -> Model:
    """The model of the folder in `LEKH_MODEL`, else of the repository's own; loaded once and again when it changes.

    Raises:
        LekhError: the folder holds no complete model.
    """
    folder = Path(os.environ.get("LEKH_MODEL") or models.DEFAULT_FOLDER)
    return _model(str(folder), _stamp(folder))


def answer(content: bytes, script: str, model: Model) -> Answer:
    """Reads one image file; the same file with the same model is not read twice.

    Raises:
        LekhError: the file is no readable image.
    """
    return _answer(content, script, str(model.folder), _stamp(model.folder), model)


def _stamp(folder: Path) -> tuple[int, ...]:
    files = (folder / name for name in (models.CARD, models.TFLITE))
    return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)


@st.cache_resource(max_entries=2, show_spinner=False)
def _model(folder: str, stamp: tuple[int, ...]) -> Model:
    return models.load(folder)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _answer(content: bytes, script: str, folder: str, stamp: tuple[int, ...], _model: Model) -> Answer:
    reading = read(content, _model, script)
    found = bool(reading.digits)
    return Answer(
        digit=reading.digits[0] if found else None,
        milliseconds=reading.milliseconds,
        photo=pictures.photo(reading.grey),
        ink=pictures.ink(reading.ink) if found else None,
        seen=pictures.network_input(reading.inputs[0]) if found else None,
        side=_model.card.normalization.size,
    )


def numeral(place: int, script: str, model: Model) -> str:
    """How a class is written for a person: `"5"`, or `"៥ (5)"` where the script has numerals of its own."""
    own = model.card.symbols(script)[place]
    return f"{own} ({place})" if _has_numerals(script) else own


def _has_numerals(script: str) -> bool:
    return to_numerals("0", script) != "0"


def show(result: Answer, script: str, model: Model) -> None:
    """Shows one answer: the digit, how sure, every probability, and the steps that led there."""
    if result.digit is None:
        st.info(text("answer.no_ink"), icon=":material/info:")
        _steps(result)
        return
    answered, steps = st.columns([5, 1], gap="medium")
    with answered:
        _headline(result, script, model)
        _bars(result.digit, script, model)
    with steps:
        _steps(result)


def show_error(error: LekhError) -> None:
    """Shows what a person can mend, in one place and one form."""
    st.error(str(error), icon=":material/error:")


def _headline(result: Answer, script: str, model: Model) -> None:
    digit = result.digit
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if digit.rejected:
            st.metric(text("answer.rejected"), text("answer.rejected_value"), width="content")
        else:
            _numerals(digit.digit, script, model)
        with st.container(width="stretch" if digit.rejected else 150, gap="xsmall"):
            _certainty(digit, script, model)
            st.caption(text("answer.milliseconds", milliseconds=max(1, result.milliseconds)))


def _numerals(place: int, script: str, model: Model) -> None:
    own = model.card.symbols(script)[place]
    if _has_numerals(script):
        title = text("answer.own_digit", script=model.card.title(script))
        st.metric(title, text("answer.both", own=own, western=place), width="content")
    else:
        st.metric(text("answer.digit"), own, width="content")


def _certainty(digit: Digit, script: str, model: Model) -> None:
    if digit.rejected:
        best = numeral(digit.digit, script, model)
        st.markdown(text("answer.nearest", numeral=best, percent=charts.percent(digit.confidence)))
        st.caption(text("answer.retry"))
        return
    words, colour = next((words, colour) for least, words, colour in CERTAINTY if digit.confidence >= least)
    st.badge(text("answer.confidence", words=text(words), percent=charts.percent(digit.confidence)), color=colour)
    second, share = digit.runner_up
    if share >= CLOSE:
        st.markdown(text("answer.runner_up", numeral=numeral(second, script, model), percent=charts.percent(share)))


def _bars(digit: Digit, script: str, model: Model) -> None:
    labels = [numeral(place, script, model) for place in range(len(digit.probabilities))]
    st.altair_chart(
        charts.probability_bars(digit.probabilities, labels, None if digit.rejected else digit.digit),
        width="stretch",
        alt=text("chart.alt", best=labels[digit.digit]),
    )


def _steps(result: Answer) -> None:
    steps = (
        (result.photo, text("steps.photo"), text("steps.alt_photo")),
        (result.ink, text("steps.ink"), text("steps.alt_ink")),
        (result.seen, text("steps.input", size=result.side), text("steps.alt_input")),
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for picture, caption, alternative in steps:
            if picture is not None:
                with st.container(width=84):
                    st.image(picture, caption=caption, width="stretch", alt=alternative)
