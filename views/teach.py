"""Teach: digits of one's own, collected by drawing or from a photo, seen, deleted, saved, and learnt from."""

from pathlib import Path

import streamlit as st

from lekh.collection import OWN, Collection
from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import SCRIPTS
from views import answers, canvas, collected, kept, screen, scripts, teach_draw, teach_look, teach_photo, teach_train
from views.collected import SCRIPT
from views.strings import explained, text

MODE, NAMES = "teach-mode", "teach-names"  # of the choices in the session
TAUGHT = "teach-taught"  # the script that the steps to take back belong to
MODES = {"draw": teach_draw.show, "photo": teach_photo.show}
WIDTH = 192  # pixels of the list of scripts; what is beside it fits on a phone
COLUMN = 400  # pixels of the list of names
SEPARATORS = ",،၊、\n"  # commas of several scripts
STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def page() -> None:
    """The whole page."""
    st.html(f"<style>{STYLE}</style>")
    _teacher()


@st.fragment
def _teacher() -> None:
    model = _model()
    script, mode = _choices(model)
    if st.session_state.setdefault(TAUGHT, script) != script:  # chosen on another page
        _changed()
        st.session_state[TAUGHT] = script
    collection = collected.of(script)
    narrow = screen.is_narrow()
    if script == OWN:
        _name(collection)
    if collection.classes:
        with st.container(horizontal=not narrow, gap="large"):
            with st.container(width="stretch" if narrow or mode == "photo" else teach_draw.COLUMN, gap="xsmall"):
                MODES[mode](collection, model, narrow)
            with st.container(width="stretch", gap="xsmall"):
                teach_look.show(collection)
    else:
        st.info(text("teach.name_first"), icon=":material/edit:")
        teach_look.files(collection)
    teach_train.section(collection, model, narrow)


def _model() -> Model | None:
    try:
        return answers.current_model()
    except LekhError as error:
        answers.show_error(error)
        return None


def _choices(model: Model | None) -> tuple[str, str]:
    """The script that is taught, and how its digits are given."""
    options = [*SCRIPTS, OWN]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        script = st.selectbox(
            text("script.label"),
            options,
            format_func=scripts.title,
            key=_script(),
            on_change=_other_script,
            label_visibility="collapsed",
            width=WIDTH,
        )
        mode = st.segmented_control(
            text("teach.mode"),
            list(MODES),
            required=True,
            format_func=lambda name: text(f"teach.{name}"),
            key=kept.begin(MODE, next(iter(MODES))),
            on_change=_changed,
            label_visibility="collapsed",
        )
        collected.ask()
    return script, mode


def _script() -> str:
    """The key of the list of scripts, which follows the script of the other pages, but not away from own symbols."""
    first = scripts.first(list(SCRIPTS))  # before the next line: it takes the address's
    elsewhere = st.session_state.get(scripts.KEPT)
    if st.session_state.get(SCRIPT) is None and elsewhere in SCRIPTS and kept.before(SCRIPT) != OWN:
        kept.next_time(SCRIPT, elsewhere)
    return kept.begin(SCRIPT, first)


def _other_script() -> None:
    _changed()
    if st.session_state[SCRIPT] in SCRIPTS:
        scripts.take(st.session_state[SCRIPT])


def _changed() -> None:
    teach_draw.begin_anew()
    canvas.put_all_away()


def _name(collection: Collection) -> None:
    """The names of one's own symbols."""
    if NAMES not in st.session_state:
        st.session_state[NAMES] = ", ".join(collection.classes)
    typed = st.text_input(
        text("teach.names"), key=NAMES, placeholder=text("teach.names_example"), max_chars=1200, width=2 * COLUMN
    )
    for separator in SEPARATORS[1:]:
        typed = typed.replace(separator, SEPARATORS[0])
    try:
        collection.name_classes([name for name in typed.split(SEPARATORS[0]) if name.strip()])
    except LekhError as error:
        st.error(explained(error), icon=":material/error:")
