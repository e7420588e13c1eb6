"""The calculator: a drawn calculation, its signs to correct, and its exact value."""

import streamlit as st

from lekh import expression
from lekh.arithmetic import decimal_text, evaluate, printed, value_text
from lekh.errors import LekhError
from lekh.expression import Expression
from lekh.lone import shared
from lekh.model import TFLITE, Model
from lekh.numerals import to_numerals
from views import canvas, sources
from views.strings import explained, text

SHEET = "calculation"
WIDE, SMALL = (720, 200), (canvas.WIDTH, 190)  # of the sheet in pixels
PENS = (9, 6)
KEPT = 32  # expressions kept for all sessions together, some kB each
SURE = 0.7  # a sign with less is marked
EXAMPLE = "12 + 7 × 3 ="
SYMBOLS = (*"0123456789", "+", "-", "×", "÷", "=", ".")
NOTHING = ""
CORRECTED = "calculation-corrected"  # in the session: what is said of a sign, by script and box
SAME = 0.8  # share of either box that lies in the other, where a sign is still what it was


def show(script: str, model: Model, narrow: bool) -> None:
    """Shows the sheet and, under it, what was read and what it makes."""
    if not expression.reads(model):
        st.info(text("play.no_signs"), icon=":material/info:")
        return
    size = SMALL if narrow else WIDE
    with st.container(width=size[0], gap="xsmall"):
        st.caption(text("calculator.hint", example=printed(EXAMPLE, script)))
        canvas.draw(SHEET, size, PENS[narrow], key=f"canvas-{SHEET}-{'narrow' if narrow else 'wide'}")
        png = canvas.sheet(SHEET).png
        if png is None:
            st.session_state.pop(CORRECTED, None)
            st.info(text("calculator.blank"), icon=":material/calculate:")
            return
        source = sources.from_bytes(SHEET, png)
        try:
            read = _read(source.digest, script, model.card.raw["files"][TFLITE]["sha256"], model, png)
        except LekhError as error:
            st.info(explained(error), icon=":material/info:")
            return
        _value(_signs(read, source.digest, script), script)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _read(digest: str, script: str, network: str, _model: Model, _png: bytes) -> Expression:
    return expression.read_expression(_png, _model, script)


def _signs(read: Expression, digest: str, script: str) -> str:
    """Shows each sign to be corrected; returns the calculation as it then stands."""
    corrections = {
        place: symbol
        for place, token in enumerate(read.tokens)
        for sign, symbol in st.session_state.get(CORRECTED, {}).items()
        if _is_same(sign, (script, token.box_xywh))
    }
    symbols = [
        corrections.get(place, expression.UNREAD if token.rejected else token.symbol)
        for place, token in enumerate(read.tokens)
    ]

    def label(place: int) -> str:
        # The browser tells by the words which one was tapped: those of equal signs differ by what nobody sees.
        symbol = _printed(symbols[place], script) + "\u2060" * symbols[:place].count(symbols[place])
        if place in corrections:
            return f":blue[**{symbol or '·'}**]"
        return f":orange[**{symbol}**]" if read.tokens[place].confidence < SURE else f"**{symbol}**"

    chosen = st.pills(
        text("calculator.correct"),
        list(range(len(symbols))),
        format_func=label,
        key=f"signs-{digest}-{script}",
    )
    if chosen is not None:
        _correct(chosen, symbols, digest, read.tokens[chosen].box_xywh, script)
    return "".join(symbols)


def _correct(chosen: int, symbols: list[str], digest: str, box_xywh: tuple[int, ...], script: str) -> None:
    key = f"sign-{digest}-{script}-{chosen}"
    shown = symbols[chosen] if symbols[chosen] in SYMBOLS else None

    def say() -> None:
        if st.session_state[key] is None:  # the one that it is was tapped, and stays
            st.session_state[key] = shown
            return
        said, sign = st.session_state.get(CORRECTED, {}), (script, box_xywh)
        others = {place: symbol for place, symbol in said.items() if not _is_same(place, sign)}
        st.session_state[CORRECTED] = {**others, sign: st.session_state[key]}

    st.session_state.setdefault(key, shown)
    st.pills(
        text("calculator.sign"),
        [*SYMBOLS, NOTHING],
        format_func=lambda symbol: f"**{_printed(symbol, script)}**" if symbol else text("calculator.delete"),
        key=key,
        on_change=say,
    )


def _is_same(one: tuple, other: tuple) -> bool:
    """Whether script and box are those of one sign, also after more was drawn beside it."""
    return one[0] == other[0] and min(shared(one[1], other[1]), shared(other[1], one[1])) >= SAME


def _printed(symbol: str, script: str) -> str:
    return to_numerals(symbol, script).replace("-", "−")


def _value(written: str, script: str) -> None:
    spaced = "".join(f" {sign} " if sign in "+-×÷/=" else sign for sign in written).strip().removesuffix("=").strip()
    try:
        value = evaluate(written)
    except LekhError as error:
        st.html(f'<div class="sum long">{printed(spaced, script)}</div>')
        st.info(explained(error), icon=":material/info:")
        return
    st.html(f'<div class="sum long">{printed(f"{spaced} = ", script)}<b>{value_text(value, script)}</b></div>')
    if value.denominator > 1:
        st.caption(text("calculator.about", decimal=decimal_text(value, script)))
