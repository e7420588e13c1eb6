"""Lekh's page. Start it with `make app`, or `streamlit run main_app.py`."""

import streamlit as st

from views import read
from views.strings import keep_language, text

keep_language()
st.set_page_config(page_title=text("page.title"), page_icon="static/icon.png", layout="wide")
st.navigation([st.Page(read.page, title=text("read.title"), url_path="read", default=True)], position="top").run()
