"""Teach by drawing: which class is next, a sheet, and a step back."""

import html

import streamlit as st

from lekh.collection import Collection
from lekh.errors import LekhError
from lekh.model import Model
from views import canvas, collected
from views.strings import explained, text

SHEET = "teach"
COLUMN = 400  # pixels
SIZES = {True: (canvas.WIDTH, 250), False: (400, 290)}  # of the sheet in pixels, on a phone and elsewhere
CLASS, KEPT, SAID = "teach-class", "teach-kept", "teach-said"
STEPS = 50  # that can be taken back


def show(collection: Collection, model: Model | None, narrow: bool) -> None:
    """Shows the class that is next, the sheet, and what to do with the drawing."""
    wanted = _chosen(collection)
    _prompt(collection, wanted)
    size = SIZES[narrow]
    canvas.draw(SHEET, size, key=f"canvas-{SHEET}-{size[0]}")
    drawn = canvas.sheet(SHEET).png is not None
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            text("teach.keep"), icon=":material/add:", type="primary", width="stretch", key="teach-keep",
            disabled=not drawn, on_click=_keep, args=(collection, wanted),
        )  # fmt: skip
        st.button(
            text("teach.undo"), icon=":material/undo:", key="teach-undo",
            disabled=not st.session_state.get(KEPT), on_click=_undo, args=(collection,),
        )  # fmt: skip
    said = st.session_state.pop(SAID, None)
    if said:
        st.warning(said, icon=":material/info:")


def begin_anew() -> None:
    """Forgets the drawing and the steps; for when another script is taught."""
    st.session_state[KEPT] = []
    st.session_state.pop(CLASS, None)
    canvas.sheet(SHEET).clear()


def _chosen(collection: Collection) -> str:
    counts = collection.counts()
    if st.session_state.get(CLASS) not in counts:
        st.session_state[CLASS] = min(counts, key=counts.get)  # the first of those with the fewest
    return st.pills(
        text("teach.class"),
        list(counts),
        required=True,
        format_func=lambda label: f"**{collected.named(label, collection.script)}** · {counts[label]}",
        key=CLASS,
        label_visibility="collapsed",
    )


def _prompt(collection: Collection, wanted: str) -> None:
    own = html.escape(collected.written(wanted, collection.script))
    place = text("teach.place", place=len(collection.examples(wanted)) + 1)
    st.html(f'<div class="next"><span>{text("teach.draw_this")}</span><b>{own}</b><span>{place}</span></div>')


def _keep(collection: Collection, label: str) -> None:
    """Keeps the drawing and goes on to the next class in turn."""
    png = canvas.sheet(SHEET).png
    if png is None:  # kept already, by the first of two taps
        return
    try:
        example = collection.add_picture(label, png, "drawn", collected.agreed())
    except LekhError as error:
        st.session_state[SAID] = explained(error)
        return
    canvas.sheet(SHEET).clear()
    if example is None:
        st.session_state[SAID] = text("teach.twice")
        return
    st.session_state[KEPT] = [*st.session_state.get(KEPT, []), example][-STEPS:]
    labels = collection.classes
    st.session_state[CLASS] = labels[(labels.index(label) + 1) % len(labels)]


def _undo(collection: Collection) -> None:
    """Forgets the drawing that was kept last, and asks for its class again."""
    if not st.session_state.get(KEPT):
        return
    last = st.session_state[KEPT].pop()
    collected.attempt(collection.remove, [last])
    if last.label in collection.classes:
        st.session_state[CLASS] = last.label
