"""Play: learn the numerals, solve sums, calculate, all with drawn digits; for children."""

from pathlib import Path

import streamlit as st

from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import SCRIPTS
from views import answers, canvas, play_calculator, play_game, play_learn, screen, scripts
from views.strings import language, text

MODES = {"learn": play_learn.show, "game": play_game.show, "calculator": play_calculator.show}
MODE, SCRIPT = "play-mode", "play-script"  # of the choices in the session
_MODE_KEPT = "play-mode-kept"  # the same, when another page was open in between
AT_HOME = {"km": "khmer"}  # the script that a language begins with
WIDTH = 106  # pixels of the list of scripts, which stands beside the modes on a phone
STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def page() -> None:
    """The whole page."""
    st.html(f"<style>{STYLE}</style>")
    try:
        model = answers.current_model()
    except LekhError as error:
        answers.show_error(error)
        return
    mode, script, narrow = _choices(model)
    try:
        MODES[mode](script, model, narrow)
    except LekhError as error:
        answers.show_error(error)


def _choices(model: Model) -> tuple[str, str, bool]:
    """What is played, in which script, and whether the window is a phone's."""
    readable = [script for script in scripts.of(model) if script in SCRIPTS]
    if st.session_state.get(SCRIPT) not in readable:
        wanted = (st.query_params.get(scripts.KEY), st.session_state.get(scripts.KEPT), AT_HOME.get(language()))
        st.session_state[SCRIPT] = next((script for script in wanted if script in readable), readable[0])
    if st.session_state.get(MODE) not in MODES:
        st.session_state[MODE] = st.session_state.get(_MODE_KEPT, next(iter(MODES)))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        mode = st.segmented_control(
            text("play.mode"),
            list(MODES),
            required=True,
            format_func=lambda name: text(f"play.{name}"),
            key=MODE,
            on_change=_other_mode,
            label_visibility="collapsed",
        )
        script = st.selectbox(
            text("script.label"),
            readable,
            format_func=lambda name: scripts.title(name, model),
            key=SCRIPT,
            on_change=lambda: scripts.take(st.session_state[SCRIPT]),
            label_visibility="collapsed",
            filter_mode=None,  # no keyboard comes up on a phone
            width=WIDTH,
        )
        narrow = screen.is_narrow()
    return mode, script, narrow


def _other_mode() -> None:
    st.session_state[_MODE_KEPT] = st.session_state[MODE]
    canvas.put_all_away()
