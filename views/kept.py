"""What a person chose, kept while another page is open: Streamlit forgets a widget that is not shown."""

import streamlit as st

# Lists whose words the language changes. The browser knows what is chosen by its words, so it has to be told anew.
_LISTS = ("script", "play-script", "teach-script", "chosen", "model-set", "model-script")


def begin(key: str, value):
    """The key of a widget that begins with `value`, or with what was chosen before; call it with each run."""
    place = f"{key}-kept"
    if st.session_state.get(key) is None:
        st.session_state[key] = st.session_state.get(place, value)
    st.session_state[place] = st.session_state[key]
    return key


def next_time(key: str, value) -> None:
    """Has a widget that is not shown begin with `value` when it is."""
    st.session_state[f"{key}-kept"] = value


def before(key: str):
    """What was chosen when the widget was last shown, or `next_time` chose; `None` where that was never."""
    return st.session_state.get(f"{key}-kept")


def say_again() -> None:
    """Has the lists show what is chosen in other words."""
    for key in _LISTS:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
