"""A picture -> what the page says of it, kept between reruns."""

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import streamlit as st

from lekh import images
from lekh import model as models
from lekh.errors import LekhError
from lekh.hand import Hand
from lekh.model import Model
from lekh.numerals import to_numerals
from lekh.reading import Box, Digit, Reading, read, read_boxes
from views import charts, own_models, pictures
from views.strings import explained, text

KEPT = 96  # answers kept for all sessions together: 50 kB for a digit, 0.3 MB for a page, 1 MB for one of 1300 digits
CLOSE = 0.1  # a runner-up with at least this probability is named
SURE = 0.9
CERTAINTY = (  # least confidence, words, colour
    (0.99, "answer.very_sure", "green"),
    (SURE, "answer.sure", "green"),
    (0.6, "answer.fairly_sure", "orange"),
    (0.0, "answer.unsure", "red"),
)
NOTHING = np.zeros((0, 0), np.uint8)


@dataclass(frozen=True)
class Answer:
    """What the page shows of one picture: small, whatever the picture's size.

    Attributes:
        reading: without its arrays.
        size_wh: of the page in pixels.
        photo: a small picture of the page, as a `data:` address.
        page: the same, large enough to find each digit; `None` where one digit was looked for.
        ink: a small picture of what was taken for ink, where that is one digit.
        side: width of the network's input in pixels.
        inputs: what the network saw of each digit, uint8 `(N, side, side)`, 255 ink, compressed.
        stamp: of the model that read it.
    """

    reading: Reading
    size_wh: tuple[int, int]
    photo: str
    page: str | None
    ink: str | None
    side: int
    inputs: bytes = field(repr=False)
    stamp: tuple[int, ...]

    def seen(self, place: int) -> str:
        """What the network saw of one digit, as a `data:` address."""
        return pictures.network_input(self.input(place))

    def input(self, place: int) -> np.ndarray:
        """What the network saw of one digit, float32 `(side, side, 1)`, 0 paper .. 1 ink."""
        return _unpacked(self.inputs, self.side)[place]


def current_model() -> Model:
    """The session's own model where it chose one, else that of the folder in `LEKH_MODEL`, else the repository's own.

    Each is loaded once, and again when it changes.

    Raises:
        LekhError: the folder holds no complete model.
    """
    folder = own_models.chosen() or Path(os.environ.get("LEKH_MODEL") or models.DEFAULT_FOLDER)
    return _model(str(folder), _stamp(folder))


def answer(source, script: str, single: bool, model: Model) -> Answer:
    """Reads one picture, the whole of it or as one digit; the same one with the same model is not read twice.

    Raises:
        LekhError: the file is no readable image.
    """
    return _answer(source.digest, script, single, str(model.folder), _stamp(model.folder), model, source.content)


def reread(before: Answer, source, boxes: Sequence[Box], script: str, model: Model) -> Answer:
    """The answer for exactly these boxes; the picture is decoded again only when one of them is new.

    Raises:
        LekhError: the model does not read `script`.
    """
    known = {digit.box_xywh for digit in before.reading.digits}
    new = any(box.box_xywh not in known for box in boxes)
    whole = replace(
        before.reading,
        grey=images.to_grey(source.content) if new else NOTHING,
        inputs=_unpacked(before.inputs, before.side),
    )
    return _with(before, read_boxes(whole, boxes, model, script))


def _stamp(folder: Path) -> tuple[int, ...]:
    files = (folder / models.CARD, *sorted(folder.glob("*.tflite")))
    return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)


@st.cache_resource(max_entries=4, show_spinner=False)
def _model(folder: str, stamp: tuple[int, ...]) -> Model:
    return models.load(folder)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _answer(
    digest: str, script: str, single: bool, folder: str, stamp: tuple[int, ...], _model: Model, _content: bytes
) -> Answer:
    return shown(read(_content, _model, script, single), _model.card.normalization.size, stamp, single)


def shown(reading: Reading, side: int, stamp: tuple[int, ...], single: bool) -> Answer:
    """What the page keeps of a reading."""
    answered = Answer(
        reading=reading,
        size_wh=reading.grey.shape[::-1],
        photo=pictures.photo(reading.grey),
        page=None if single else pictures.page(reading.grey),
        ink=pictures.ink(reading.ink) if len(reading.digits) == 1 else None,
        side=side,
        inputs=b"",
        stamp=stamp,
    )
    return _with(answered, reading)


def _with(answered: Answer, reading: Reading) -> Answer:
    """The answer with another reading of the same page."""
    packed = zlib.compress(np.uint8(np.round(255 * np.clip(reading.inputs, 0, 1))).tobytes(), level=1)
    return replace(answered, reading=replace(reading, grey=NOTHING, ink=NOTHING, inputs=NOTHING), inputs=packed)


def _unpacked(packed: bytes, side: int) -> np.ndarray:
    """float32 `(N, side, side, 1)`, 0 .. 1."""
    return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(-1, side, side, 1).astype(np.float32) / 255


def numeral(place: int, script: str, model: Model) -> str:
    """How a class is written for a person: `"5"`, or `"៥ (5)"` where the script has numerals of its own."""
    own = model.card.symbols(script)[place]
    return f"{own} ({place})" if has_numerals(script) else own


def has_numerals(script: str) -> bool:
    """Whether the script writes its digits in its own way."""
    return to_numerals("0", script) != "0"


def script_of(answered: Answer, model: Model) -> str:
    """The script in which the digits are shown: the one that was asked for or found; any, where there is no digit."""
    return answered.reading.script or model.card.scripts[0]


def is_no_digit(digit: Digit, model: Model) -> bool:
    """Whether it was rejected because it does not look like a digit, not for doubt which one it is."""
    return digit.rejected and digit.confidence >= model.card.rejection_threshold


def is_nothing(digit: Digit) -> bool:
    """Whether no ink was found in a box that a person drew: no digit is then more probable than another."""
    return digit.rejected and min(digit.probabilities) == max(digit.probabilities)


def certainty(digit: Digit, script: str, model: Model) -> None:
    """Shows how sure the answer is, and what else it could be."""
    if is_no_digit(digit, model):
        st.markdown(text("answer.no_digit"))
        return
    if is_nothing(digit):
        st.markdown(text("answer.nothing"))
        return
    if digit.rejected:
        best = numeral(digit.digit, script, model)
        st.markdown(text("answer.nearest", numeral=best, percent=charts.percent(digit.confidence)))
        return
    words, colour = next((words, colour) for least, words, colour in CERTAINTY if digit.confidence >= least)
    st.badge(text("answer.confidence", words=text(words), percent=charts.percent(digit.confidence)), color=colour)
    second, share = digit.runner_up
    if share >= CLOSE:
        st.markdown(text("answer.runner_up", numeral=numeral(second, script, model), percent=charts.percent(share)))


def bars(digit: Digit, script: str, model: Model, narrow: bool = False) -> None:
    """Shows the probability of every class; of what is no digit only to those who ask."""
    if is_nothing(digit):
        return
    if is_no_digit(digit, model):
        with st.expander(text("answer.best_guess", numeral=numeral(digit.digit, script, model))):
            _bars(digit, script, model, narrow)
    else:
        _bars(digit, script, model, narrow)


def _bars(digit: Digit, script: str, model: Model, narrow: bool) -> None:
    labels = [numeral(place, script, model) for place in range(len(digit.probabilities))]
    st.altair_chart(
        charts.probability_bars(
            digit.probabilities, labels, None if digit.rejected else digit.digit, room=0.4 if narrow else 0.18
        ),
        width="stretch",
        alt=text("chart.alt", best=labels[digit.digit]),
    )


def straightening(hand: Hand) -> str:
    """What is done to the digits of a hand: only what is out of the usual in it."""
    turn, slant, width = round(hand.turn), round(100 * hand.slant), round(100 * hand.aspect)
    parts = [text("hand.turned", turn=f"{turn:+d}")] if turn else []
    parts += [text("hand.slanted", slant=f"{slant:+d}")] if slant else []
    parts += [text("hand.wide", width=width)] if width != 100 else []
    return ", ".join(parts)


def show_error(error: LekhError) -> None:
    """Shows what a person can mend, in one place and one form."""
    st.error(explained(error), icon=":material/error:")
