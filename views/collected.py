"""The session's collected digits: in its memory, or on the disk where the host allows that and the person agreed.

The host allows it with `[lekh] collect = true` in `.streamlit/secrets.toml`, or `LEKH_COLLECT=true` in the environment.
Streamlit's own `config.toml` has no room for it: an unknown section is a warning there, and is not read.
"""

import os

import streamlit as st

from lekh.collection import Collection
from lekh.errors import LekhError
from lekh.images import to_grey
from lekh.numerals import SCRIPTS
from views.strings import explained, literal, text

SETTING = "LEKH_COLLECT"
CONSENT, CONSENT_BOX = "collect-consent", "collect-consent-box"  # what was agreed to, and the box that is ticked
SCRIPT = "teach-script"  # whose digits Teach shows, the key of the choice there
PROBLEM = "collect-problem"  # why it could not be done
_KEPT = "collections"


def allowed() -> bool:
    """Whether the host allows that digits are kept on its disk."""
    said = os.environ.get(SETTING, "").strip().lower()
    if said:
        return said in ("1", "true", "yes", "on")
    if not st.secrets.load_if_toml_exists():
        return False
    section = st.secrets.get("lekh", {})
    return hasattr(section, "get") and section.get("collect") is True


def agreed() -> bool:
    """Whether what is collected now goes to the disk."""
    return bool(st.session_state.get(CONSENT)) and allowed()


def of(script: str) -> Collection:
    """The collection of a script, as far as this session may see it."""
    kept = st.session_state.setdefault(_KEPT, {})
    place = script, agreed()
    if place not in kept:
        kept[place] = Collection.on_disk(script) if place[1] else Collection(script)
    kept[place].refresh()
    return kept[place]


def ask() -> None:
    """Says where the digits are kept, and asks for consent where there is a choice."""
    if not allowed():
        st.caption(text("teach.session"))
        return
    if CONSENT_BOX not in st.session_state:
        st.session_state[CONSENT_BOX] = agreed()
    st.checkbox(text("teach.consent"), key=CONSENT_BOX, on_change=_answered, help=text("teach.consent_help"))
    problem = st.session_state.pop(PROBLEM, None)
    if problem is not None:
        st.error(explained(problem), icon=":material/error:")


def attempt(change, *args) -> None:
    """Makes a change that a disk may refuse; why it did is said under the consent."""
    try:
        change(*args)
    except LekhError as error:
        st.session_state[PROBLEM] = error


def _answered() -> None:
    """Moves what the session has to the disk, once that is agreed to; what cannot be moved stays in the session."""
    st.session_state[CONSENT] = st.session_state[CONSENT_BOX]
    if not agreed():
        return
    try:
        for (script, on_disk), collection in list(st.session_state.get(_KEPT, {}).items()):
            if not on_disk:
                move(collection, of(script))
    except LekhError as error:
        st.session_state[PROBLEM] = error
        st.session_state[CONSENT] = st.session_state[CONSENT_BOX] = False


def move(collection: Collection, to: Collection) -> None:
    """Moves all examples; their writer has agreed that they are kept."""
    to.name_classes(collection.classes)
    for example in collection.examples():
        to.add(example.label, to_grey(collection.picture(example)), example.source, True, example.date)
        collection.remove([example])


def is_digits(script: str) -> bool:
    """Whether its classes are the ten digits."""
    return script in SCRIPTS


def written(label: str, script: str) -> str:
    """How a class is written: the script's own numeral, or the name of a symbol."""
    return SCRIPTS[script].digits[int(label)] if script in SCRIPTS else label


def named(label: str, script: str) -> str:
    """The same for a place that reads Markdown."""
    return literal(written(label, script))
