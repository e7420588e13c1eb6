"""The script: chosen by the person, or found; which one it was; and the digits of each to look up."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from lekh.collection import OWN
from lekh.model import Model
from lekh.numerals import SCRIPTS, to_numerals
from lekh.reading import AUTO
from views.answers import Answer
from views.strings import language, text

KEY = "script"  # of the choice in the session, and of its name in the page's address
KEPT = "script-kept"  # the same, when another page of the app was open in between
AT_HOME = {"km": "khmer"}  # the script that a language begins with
FEW = 2  # scripts that are chosen side by side; more of them are found, or chosen from a list
WIDTH = 236  # pixels of the list
NAMED = 5  # scripts that share a shape
CARD = Path(__file__).with_name("digits.css")


def of(model: Model | None) -> tuple[str, ...]:
    """The scripts that there are to choose from."""
    return model.card.scripts if model else tuple(SCRIPTS)


def title(script: str, model: Model | None = None) -> str:
    """What a person reads for a script."""
    if script == OWN:
        return text("teach.own")
    if script in SCRIPTS:
        return text(f"script.{script}")
    return model.card.title(script) if model else script


def keep() -> None:
    """Writes the chosen script into the address again, which loses it when another page is opened; call it once a run,
    before anything is shown."""
    named = st.query_params.get(KEY)
    if named in SCRIPTS:
        st.session_state[KEPT] = named
    elif st.session_state.get(KEPT) in SCRIPTS:
        st.query_params[KEY] = st.session_state[KEPT]


def choose(model: Model | None, on_change) -> str:
    """Shows the choice, which begins with what the page's address says; returns a script or `AUTO`."""
    scripts = of(model)
    options = scripts if len(scripts) <= FEW else (AUTO, *scripts)
    named = st.query_params.get(KEY)
    if st.session_state.get(KEY) not in options or (named in options and named != st.session_state[KEY]):
        wanted = (named, st.session_state.get(KEPT), options[0])
        take(next(script for script in wanted if script in options))

    def changed() -> None:
        take(st.session_state[KEY])
        on_change()

    if len(options) <= FEW:
        return st.segmented_control(
            text("script.label"),
            options,
            required=True,
            format_func=lambda name: title(name, model),
            key=KEY,
            on_change=changed,
            label_visibility="collapsed",
        )
    return st.selectbox(
        text("script.label"),
        options,
        format_func=lambda name: _option(name, model),
        key=KEY,
        on_change=changed,
        label_visibility="collapsed",
        width=WIDTH,
    )


def first(offered: Sequence[str]) -> str:
    """The script that was chosen on another page, else that of the language, else the first of `offered`."""
    named = st.query_params.get(KEY)
    if named in offered:
        st.session_state[KEPT] = named  # the address of the next page does not name it any more
    wanted = (named, st.session_state.get(KEPT), AT_HOME.get(language()))
    return next((script for script in wanted if script in offered), offered[0])


def take(script: str) -> None:
    """Chooses a script, and keeps it in the page's address, so that a link can be shared."""
    st.session_state[KEY] = st.session_state[KEPT] = script
    if script == AUTO:
        st.query_params.pop(KEY, None)
    else:
        st.query_params[KEY] = script


def _option(script: str, model: Model | None) -> str:
    if script == AUTO:
        return text("script.auto")
    if script not in SCRIPTS:
        return title(script, model)
    return text("script.option", title=title(script, model), numerals=to_numerals("0123", script))


def found(answer: Answer, asked: str, model: Model) -> str:
    """The script that was found and how sure that is; nothing where it was chosen, or is one of several."""
    reading = answer.reading
    if asked != AUTO or not reading.text or len(reading.shared) > 1:
        return ""
    script, share = reading.scripts[0]
    return text("script.found", script=title(script, model), percent=min(99, round(100 * share)))  # never a full 100


def readings(answer: Answer, asked: str) -> dict[str, str]:
    """What was read as each script would have it, in Western digits, where several have such shapes; else nothing."""
    reading = answer.reading
    if asked != AUTO or not reading.text or len(reading.shared) < 2:
        return {}
    return {script: reading.as_in(script) for script in reading.shared[:NAMED]}


def shared(read: dict[str, str], model: Model) -> None:
    """Says which scripts have such digits, by `readings`; a tap chooses one of these."""
    if not read:
        return
    st.caption(text("script.shared"))
    with st.container(horizontal=True, gap="xsmall"):
        for script, western in read.items():
            own = to_numerals(western, script)
            written = western if own == western else text("answer.both", own=own, western=western)
            st.button(
                text("script.as_read", title=title(script, model), written=written),
                key=f"shared-{script}",
                on_click=take,
                args=(script,),
            )


def card(chosen: str, model: Model | None) -> None:
    """Shows the ten digits of every script with numerals, those of the chosen one first."""
    shown = [script for script in of(model) if script in SCRIPTS]
    shown.sort(key=lambda script: script != chosen)
    if shown:
        with st.popover(text("script.card"), help=text("script.card_help")):
            st.html(f"<style>{_style()}</style>" + "".join(_digits(script) for script in shown))


@st.cache_data(show_spinner=False)
def _style() -> str:
    return CARD.read_text(encoding="utf-8")


def _digits(script: str) -> str:
    numerals = SCRIPTS[script].digits
    cells = "".join(
        f"<li><b>{numeral}</b>" + (f"<span>{value}</span></li>" if numeral != str(value) else "</li>")
        for value, numeral in enumerate(numerals)
    )
    return f'<section class="digits"><h3>{text(f"script.{script}")}</h3><ol>{cells}</ol></section>'
