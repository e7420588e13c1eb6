"""A wrong answer set right in one tap where it was read; the digit is kept for Teach, as far as that is allowed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from lekh import clipping, images
from lekh.collection import OWN
from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import SCRIPTS
from lekh.reading import Box
from views import collected, corrections, kept
from views.answers import Answer
from views.sources import Source
from views.strings import explained, literal, text

KEPT = "told-kept"
MOST = 5000  # digits whose corrections a session remembers


@dataclass(frozen=True)
class _Done:
    """What was made of one correction: its class, its pixels where it was kept, and why not where it was not."""

    script: str
    label: str
    sha256: str | None
    problem: str = ""


def row(
    key: str, symbols: list[str], told: int | None, on_say: Callable[[int], None], on_none: Callable[[], None]
) -> None:
    """Shows the digits of a script to tap, and what is none of them.

    Args:
        key: of the digit; one that changes with what it is said to be begins anew.
        symbols: how each class is written.
        told: what the person says already.
        on_say: called before the next run with the place among `symbols` that was tapped.
        on_none: called before the next run where it is said to be no digit.
    """
    key = f"told-{key}-{told}"

    def said() -> None:
        if st.session_state[key] is None:  # the one that it is was tapped, and stays
            st.session_state[key] = told
        else:
            on_say(st.session_state[key])

    st.session_state.setdefault(key, told)  # no default beside it: a widget has its value from one place
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        st.pills(
            text("told.label" if told is None else "closer.told"),
            list(range(len(symbols))),
            format_func=lambda place: f"**{literal(symbols[place])}**",
            key=key,
            on_change=said,
            wrap=True,
        )
        st.button(text("told.none"), icon=":material/close:", on_click=on_none, key="delete-box")


def of_one(answer: Answer, source: Source, script: str, model: Model) -> None:
    """The row for an answer of one digit."""
    (box,) = corrections.shown_boxes(answer, source)
    mine = corrections.of(source)

    def say(place: int) -> None:
        mine.change((replace(box, digit=place),))

    with st.container(gap="xsmall"):
        row(f"{source.digest}-one", model.card.symbols(script), box.digit, say, lambda: mine.change(()))
    note(answer, source, script, model)


def none(source: Source) -> None:
    """Says that there was no digit, as the person says; and how to take that back."""
    for place in [place for place in _done() if place[0] == source.digest]:
        _forget(_done().pop(place))
    st.info(text("told.is_none"), icon=":material/info:")
    st.button(text("told.back"), icon=":material/undo:", key="told-back", on_click=corrections.of(source).undo)


def note(answer: Answer, source: Source, script: str, model: Model) -> None:
    """Keeps what was corrected on this picture, forgets what was taken back, and says so beside the answer."""
    problem = _follow(answer, source, script, model)
    if problem:
        st.caption(problem)
    if any(done.sha256 for (digest, _), done in _done().items() if digest == source.digest):
        from views import teach  # it draws with the same parts

        st.page_link(
            st.Page(teach.page, title=text("teach.title"), url_path="teach"),
            label=text("told.kept"),
            icon=":material/school:",
            width="content",
        )


def _done() -> dict[tuple, _Done]:
    return st.session_state.setdefault(KEPT, {})


def _follow(answer: Answer, source: Source, script: str, model: Model) -> str:
    """Brings the collection to what is said of the picture; returns why the last of it could not be kept, if so."""
    done, problem = _done(), ""
    boxes = corrections.shown_boxes(answer, source)
    told = {box.box_xywh: _label(box, script, model) for box in boxes if box.digit is not None}
    for place in [place for place in done if place[0] == source.digest]:
        if told.get(place[1]) != done[place].label or done[place].script != script:
            _forget(done.pop(place))
    missing = {box: label for box, label in told.items() if (source.digest, box) not in done}
    grey = images.to_grey(source.content) if missing else None
    for box, label in missing.items():
        others = [other.box_xywh for other in boxes if other.box_xywh != box]
        done[source.digest, box] = _kept(script, label, grey, box, others)
        problem = done[source.digest, box].problem
        if not problem and script in (*SCRIPTS, OWN):
            kept.next_time(collected.SCRIPT, script)  # there it is looked for
    while len(done) > MOST:
        done.pop(next(iter(done)))
    return problem


def _label(box: Box, script: str, model: Model) -> str:
    return str(box.digit) if script in SCRIPTS else model.card.symbols(script)[box.digit]


def _kept(script: str, label: str, grey, box, others) -> _Done:
    try:
        clip = clipping.cut(grey, box, others)
        collected.of(script).add(label, clip, "correction", collected.agreed())
    except LekhError as error:
        return _Done(script, label, None, explained(error))
    return _Done(script, label, clipping.digest(clip))


def _forget(done: _Done) -> None:
    if done.sha256:
        collection = collected.of(done.script)
        collection.remove([example for example in collection.examples(done.label) if example.sha256 == done.sha256])
