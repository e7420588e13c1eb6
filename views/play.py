"""Play: learn the numerals, solve sums, calculate, all with drawn digits; for children."""

from pathlib import Path

import streamlit as st

from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import SCRIPTS
from views import answers, canvas, kept, play_calculator, play_game, play_learn, screen, scripts
from views.strings import text

MODES = {"learn": play_learn.show, "game": play_game.show, "calculator": play_calculator.show}
MODE, SCRIPT = "play-mode", "play-script"  # of the choices in the session
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
        st.session_state[SCRIPT] = scripts.first(readable)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        mode = st.segmented_control(
            text("play.mode"),
            list(MODES),
            required=True,
            format_func=lambda name: text(f"play.{name}"),
            key=kept.begin(MODE, next(iter(MODES))),
            on_change=canvas.put_all_away,
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
