"""What stands above every page: the name, the way to the other pages, the language."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from views.strings import choose_language, text


def show(pages: Sequence[StreamlitPage]) -> None:
    """Shows it; all pages stay in sight on a phone too, where Streamlit's own navigation hides in a panel."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.title(text("page.title"), anchor=False, width="content")
        for page in pages:
            st.page_link(page, width="content")
        choose_language()
