"""What a person chose, kept while another page is open: Streamlit forgets a widget that is not shown."""

import streamlit as st

KEYS = (
    "mode", "single", "pen", "numerals", "play-mode", "game-operations", "game-level", "game-timed",
    "teach-script", "teach-mode", "model-section",
)  # fmt: skip


def hold() -> None:
    """Has the choices outlive their widgets; call it once a run, before anything is shown."""
    for key in KEYS:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]  # what a page sets itself is not cleared away


def begin(key: str, value) -> str:
    """The key of a widget that begins with `value`, for one that keeps what was chosen before."""
    if st.session_state.get(key) is None:
        st.session_state[key] = value
    return key
