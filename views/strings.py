"""Every sentence of the page, by key, in the language of the address (`?lang=km`).

A language is one file, `views/messages/<code>.json`, with the keys and the `{placeholders}` of `en.json`.
"""

import json
import re
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lekh.errors import LekhError
from views import kept

FOLDER = Path(__file__).resolve().parent / "messages"
CATALOGUES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
DEFAULT = "en"
ADDRESS = "lang"  # the address's parameter
CHOSEN = "language"  # the same for the session: the address loses its parameters when another page is opened
MENU = "language-menu"
_VALUE = re.compile(r"[\w-]*[./][\w./-]*|\d[\d,]*\d|\d")  # the name of a file, a decimal, a number


def text(key: str, **values) -> str:
    """The sentence for `key` in the page's language, with `values` filled in."""
    return CATALOGUES[language()][key].format(**values)


def language() -> str:
    """The page's language: the address's, else the one chosen before, else the browser's, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:  # no page is running
        return DEFAULT
    wanted = (
        st.query_params.get(ADDRESS),
        st.session_state.get(CHOSEN),
        (st.context.locale or "").partition("-")[0],
    )
    return next((code for code in wanted if code in CATALOGUES), DEFAULT)


def keep_language() -> None:
    """Writes the chosen language into the address again; call it once a run, before anything is shown."""
    given = st.query_params.get(ADDRESS)
    if given in CATALOGUES:
        st.session_state[CHOSEN] = given
    elif CHOSEN in st.session_state:
        st.query_params[ADDRESS] = st.session_state[CHOSEN]


def choose_language() -> None:
    """A small menu of the languages, each under its own name."""
    st.menu_button(
        text("language.short"),
        list(CATALOGUES),
        format_func=lambda code: CATALOGUES[code]["language.name"],
        icon=":material/language:",
        type="tertiary",
        key=MENU,
        on_click=_chosen,
    )


def _chosen() -> None:
    st.query_params[ADDRESS] = st.session_state[CHOSEN] = st.session_state[MENU]
    kept.say_again()


def explained(error: LekhError) -> str:
    """An error in the language of the page, where the catalogue has it; else as the library says it."""
    return _known("error", error.problem) or str(error)


def named(kind: str, words: str) -> str:
    """Words that a model folder brings along, in the language of the page; as they are where the catalogue lacks them.

    Args:
        kind: `"set"`, the title of a data set; `"report"`, what is told of other networks; `"whose"`, a figure is;
            `"licence"`.
        words: in English; several parts are parted by `"; "`.
    """
    return _known(kind, words) or "; ".join(_known(kind, part) or part for part in words.split("; "))


def _known(kind: str, words: str) -> str | None:
    """The catalogue's sentence whose key is made of these words; the names and numbers in them fill `{0}`, `{1}` ..."""
    key = f"{kind}." + "_".join(re.findall("[a-z]+", _VALUE.sub(" ", words.lower())))
    try:
        return CATALOGUES[language()][key].format(*_VALUE.findall(words))
    except (KeyError, IndexError):  # no such sentence, or these are other words that make the same key
        return None


def literal(words: str) -> str:
    """Words from outside, e.g. a file's name, for a place where the page reads Markdown: shown as they are."""
    return re.sub(r"[\\`*_\[\]$<>~]|:(?=\w)", r"\\\g<0>", words)
