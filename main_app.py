"""Lekh's page. Start it with `make app`, or `streamlit run main_app.py`."""

import streamlit as st

from views import canvas, header, model, play, read, scripts, teach
from views.strings import keep_language, text

keep_language()
scripts.keep()
st.set_page_config(page_title=text("page.title"), page_icon="static/icon.png", layout="wide")
pages = [
    st.Page(read.page, title=text("read.title"), url_path="read", default=True),
    st.Page(play.page, title=text("play.title"), url_path="play"),
    st.Page(teach.page, title=text("teach.title"), url_path="teach"),
    st.Page(model.page, title=text("model.title"), url_path="model"),
]
page = st.navigation(pages, position="hidden")
if st.session_state.get("open-page") != page.url_path:
    st.session_state["open-page"] = page.url_path
    canvas.put_all_away()
canvas.style()
header.show(pages)
page.run()
