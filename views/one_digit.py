"""A picture of one digit: the digit, how sure, every probability, and the steps that led there."""

from functools import reduce

import streamlit as st

from lekh.model import Model
from views import answers, corrections, scripts, told, why
from views.answers import Answer
from views.sources import Source
from views.strings import text

ALTERNATIVES = 3  # digits that a headline holds


def show(result: Answer, asked: str, model: Model, source: Source) -> None:
    """Shows the answer for a picture that holds one digit, or none.

    Args:
        result: the answer, as the person corrected it.
        asked: the script it was read in, or `AUTO`.
        model: a loaded model folder.
        source: by which the corrections are found.
    """
    if corrections.of(source).boxes == ():
        told.none(source)
        return
    if not result.reading.digits:
        st.info(text("answer.no_ink"), icon=":material/info:")
        _steps(result)
        return
    digit, script = result.reading.digits[0], answers.script_of(result, model)
    answered, steps = st.columns([5, 1], gap="medium")
    with answered:
        if answers.is_no_digit(digit, model):
            st.subheader(text("answer.no_digit"), anchor=False)
            st.caption(text("answer.retry"))
        else:
            read = scripts.readings(result, asked)
            undecided = len(set(read.values())) > 1 and not _is_told(result, source)
            _headline(result, script, asked, model, source, read if undecided else {})
            scripts.shared(read, model)
            if undecided:
                st.caption(text("answer.own_digit", script=scripts.title(script, model)))
        if not _is_told(result, source):  # of what a person said there is no probability
            answers.bars(digit, script, model)
        told.of_one(result, source, script, model)
    with steps:
        _steps(result)
    why.show(result, 0, script, model, corrections.shown_boxes(result, source)[0].digit)


def _is_told(result: Answer, source: Source) -> bool:
    """Whether the person said which digit it is."""
    return corrections.shown_boxes(result, source)[0].digit is not None


def _headline(result: Answer, script: str, asked: str, model: Model, source: Source, undecided: dict[str, str]) -> None:
    """Shows the digit; all that it may be, where it is `undecided`: another digit in another script."""
    digit = result.reading.digits[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if digit.rejected:
            st.metric(text("answer.rejected"), text("answer.rejected_value"), width="content")
        elif undecided:
            likeliest = _different(undecided)
            titles = _either([scripts.title(each, model) for each in likeliest])
            st.metric(titles, _either([undecided[each] for each in likeliest]), width="content")
        else:
            _numerals(digit.digit, script, len(result.reading.shared) > 1, model)
        with st.container(width="stretch" if digit.rejected else 150, gap="xsmall"):
            if _is_told(result, source):
                st.badge(text("closer.by_you"), color="blue")
            elif not undecided:
                answers.certainty(digit, script, model)
            if digit.rejected:
                st.caption(text("answer.retry"))
            found = scripts.found(result, asked, model)
            if found:
                st.caption(found)
            st.caption(text("answer.milliseconds", milliseconds=max(1, result.reading.milliseconds)))


def _numerals(place: int, script: str, shared: bool, model: Model) -> None:
    own = model.card.symbols(script)[place]
    if answers.has_numerals(script):
        title = text("answer.perhaps_digit" if shared else "answer.own_digit", script=scripts.title(script, model))
        st.metric(title, text("answer.both", own=own, western=place), width="content")
    else:
        st.metric(text("answer.digit"), own, width="content")


def _either(words: list[str]) -> str:
    return reduce(lambda one, other: text("answer.either", one=one, other=other), words)


def _different(read: dict[str, str]) -> list[str]:
    """The likeliest script of each digit that a shape may be; few at the most."""
    scripts_of = {}
    for script, western in read.items():
        scripts_of.setdefault(western, script)
    return list(scripts_of.values())[:ALTERNATIVES]


def _steps(result: Answer) -> None:
    seen = result.seen(0) if result.reading.digits else None
    steps = (
        (result.photo, text("steps.photo"), text("steps.alt_photo")),
        (result.ink, text("steps.ink"), text("steps.alt_ink")),
        (seen, text("steps.input", size=result.side), text("steps.alt_input")),
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for picture, caption, alternative in steps:
            if picture is not None:
                with st.container(width=84):
                    st.image(picture, caption=caption, width="stretch", alt=alternative)
