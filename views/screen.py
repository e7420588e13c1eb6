"""How wide the window is: a sheet to draw on has a size in pixels, and a phone has no room for a tablet's."""

from pathlib import Path

import streamlit as st

NARROW = 760  # pixels; a narrower window has room for one column
WIDTH = "screen-width"
_KEY = "screen"
_screen = st.components.v2.component("lekh_screen", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"))


def is_narrow() -> bool:
    """Whether the window is a phone's; true until the browser has answered. Call it once a run."""
    known = st.session_state.get(WIDTH)
    answer = _screen(key=_KEY, data={"known": known}, default={"width": known}, on_width_change=_told, height=1)
    width = answer.get("width") or known
    return width is None or width < NARROW


def _told() -> None:
    width = st.session_state.get(_KEY, {}).get("width")  # on another page by now, it is not known any more
    if width is not None:
        st.session_state[WIDTH] = width
