"""Learn: each numeral large, with its name, to write over a grey one; a star for each that was read."""

import base64
from pathlib import Path

import streamlit as st

from lekh.model import Model
from lekh.numerals import NAMES, SCRIPTS
from lekh.reading import Digit
from views import answers, canvas, sources
from views.strings import text

SHEET = "learn"
SURE = 0.6  # confidence that earns a star
PEN = 16
SIZES = {True: (canvas.WIDTH, 250), False: (440, 340)}  # of the sheet in pixels, on a phone and elsewhere
COLUMN = canvas.WIDTH
FONTS = Path(__file__).resolve().parent.parent / "static"
FONT = {
    "khmer": "Khmer", "devanagari": "Devanagari", "bangla": "Bengali", "telugu": "Telugu", "odia": "Oriya",
    "kannada": "Kannada", "gujarati": "Gujarati", "gurmukhi": "Gurmukhi", "arabic": "Arabic", "thai": "Thai",
    "burmese": "Myanmar",
}  # fmt: skip
SIZE_AND_FOOT = {"burmese": (0.62, 0.6)}  # of the numeral to trace, as shares of the sheet's height
USUAL = (0.8, 0.75)
GREY = {"light": ("#ffffff", "#d3dcda"), "dark": ("#202a29", "#44524f")}  # paper, and the numeral to write over


def show(script: str, model: Model, narrow: bool) -> None:
    """Shows the numeral that is learnt, the sheet, and what was read."""
    stars = st.session_state.setdefault(f"stars-{script}", set())
    key, size = f"learn-{script}", SIZES[narrow]
    wanted = _chosen(key, SCRIPTS[script].digits, stars)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=COLUMN, gap="xsmall"):
            _card(script, wanted)
            beside = st.container(gap="xsmall")
        with st.container(width=size[0], gap="xsmall"):
            behind = _to_trace(SCRIPTS[script].digits[wanted], script, *size, _theme())
            canvas.draw(SHEET, size, PEN, behind, key=f"canvas-{SHEET}-{size[0]}")
            under = st.container(gap="xsmall")
    with under if narrow else beside:
        _verdict(script, model, wanted, stars, key)


def _chosen(key: str, numerals: str, stars: set[int]) -> int:
    if st.session_state.get(key) is None:
        st.session_state[key] = 0
    return st.pills(
        text("learn.choose"),
        list(range(10)),
        required=True,
        format_func=lambda digit: f"**{numerals[digit]}** {':orange[★]' if digit in stars else '☆'}",
        key=key,
        on_change=canvas.sheet(SHEET).clear,
        label_visibility="collapsed",
    )


def _card(script: str, wanted: int) -> None:
    name, sound = NAMES[script][wanted]
    meaning = text(f"number.{NAMES['latin'][wanted][0]}")
    own = "" if name == meaning else f"<span>{name}</span>"
    said = text("learn.sound", sound=sound)
    numeral = SCRIPTS[script].digits[wanted]
    value = "" if script == "latin" else f"{wanted} = "
    st.html(
        f'<div class="big"><b>{numeral}</b><div>{own}<span>{value}{meaning}</span><small>{said}</small></div></div>'
    )


def _verdict(script: str, model: Model, wanted: int, stars: set[int], key: str) -> None:
    numerals = SCRIPTS[script].digits
    png = canvas.sheet(SHEET).png
    if png is None:
        st.info(text("learn.trace", numeral=numerals[wanted]), icon=":material/draw:")
    else:
        source = sources.from_bytes(SHEET, png)
        digits = answers.answer(source, script, True, model).reading.digits
        _said(digits[0] if digits else None, numerals, wanted, stars)
    if wanted in stars:
        done = len(stars) == 10
        st.button(
            text("learn.again" if done else "learn.next"),
            icon=":material/replay:" if done else ":material/arrow_forward:",
            type="primary",
            key="learn-next",
            on_click=_restart if done else _next,
            args=(key, stars),
            width="stretch",
        )


def _said(digit: Digit | None, numerals: str, wanted: int, stars: set[int]) -> None:
    if digit is None or digit.rejected:
        st.info(text("learn.unclear"), icon=":material/draw:")
    elif digit.digit != wanted:
        st.info(text("learn.seen", numeral=numerals[digit.digit]), icon=":material/draw:")
    elif digit.confidence < SURE:
        st.info(text("learn.close", numeral=numerals[wanted]), icon=":material/draw:")
    else:
        if wanted not in stars:
            stars.add(wanted)
            st.rerun()  # the star stands over this
        st.success(
            text("learn.all") if len(stars) == 10 else text("learn.good", numeral=numerals[wanted]),
            icon=":material/star:",
        )


def _next(key: str, stars: set[int]) -> None:
    """Goes to the next numeral that has no star."""
    here = st.session_state[key]
    st.session_state[key] = next(digit % 10 for digit in range(here + 1, here + 11) if digit % 10 not in stars)
    canvas.sheet(SHEET).clear()


def _restart(key: str, stars: set[int]) -> None:
    stars.clear()
    st.session_state[key] = 0
    canvas.sheet(SHEET).clear()


def _theme() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"


@st.cache_data(max_entries=256, show_spinner=False)
def _to_trace(numeral: str, script: str, width: int, height: int, theme: str) -> str:
    """A picture of the numeral in its own font, as a `data:` address."""
    paper, grey = GREY[theme]
    face, family = "", "sans-serif"
    size, foot = (share * height for share in SIZE_AND_FOOT.get(script, USUAL))
    if script in FONT:
        font = base64.b64encode((FONTS / f"NotoSans{FONT[script]}-digits.woff").read_bytes()).decode()
        face = f"<style>@font-face{{font-family:own;src:url(data:font/woff;base64,{font})}}</style>"
        family = "own"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{face}'
        f'<rect width="100%" height="100%" fill="{paper}"/>'
        f'<text x="50%" y="{foot:.0f}" text-anchor="middle" font-family="{family}" '
        f'font-size="{size:.0f}" fill="{grey}">{numeral}</text></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
