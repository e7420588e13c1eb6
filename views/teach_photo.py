"""Teach from a photo: its boxes with what was read, to set right one by one or by line, and to keep all at once."""

from dataclasses import replace

import streamlit as st

from lekh import images, layout
from lekh.collection import Collection
from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import DOTTED
from lekh.reading import AUTO, Box
from views import answers, collected, corrections, photo, sources
from views.answers import Answer
from views.corrections import Xywh
from views.photo import Mark
from views.sources import Source
from views.strings import explained, text

UPLOAD, GIVEN, CHOSEN, WHOLE_LINE, SAID = (
    f"teach-{name}" for name in ("photo-file", "photo", "chosen", "line", "photo-said")
)
HEIGHT = 400  # pixels of the photo
Labels = dict[Xywh, str | None]


def show(collection: Collection, model: Model | None, narrow: bool) -> None:
    """Shows the photo with a label over each box, and what changes and keeps them."""
    source = _given(collection)
    if model is None or source is None:
        st.caption(text("teach.photo_hint"))
        return
    try:
        asked = collection.script if collection.script in model.card.scripts else AUTO
        read = answers.answer(source, asked, False, model)
        answer = corrections.applied(read, source, asked, model)
    except LekhError as error:
        answers.show_error(error)
        return
    labels = _labels(answer, source, collection, model if asked != AUTO else None)
    if st.session_state.get(CHOSEN) not in labels:
        st.session_state[CHOSEN] = None
    _boxes(answer, source, collection, labels)
    _said()
    if not labels:
        st.info(text("whole.none"), icon=":material/info:")
        return
    _keep_all(source, collection, labels)
    _chosen(answer, source, collection, labels)


def _given(collection: Collection) -> Source | None:
    """The photo, also after a look at another page; its corrections here are none of those on the page that reads."""
    file = st.file_uploader(
        text("teach.photo_file"), type=sources.PICTURES, max_upload_size=images.MAX_BYTES // 2**20, key=UPLOAD,
        on_change=_other,
    )  # fmt: skip
    if file is not None:
        st.session_state[GIVEN] = sources.from_upload(file)
    source = st.session_state.get(GIVEN)
    return replace(source, digest=f"{source.digest}-{collection.script}") if source else None


def _other() -> None:
    st.session_state[GIVEN] = st.session_state[CHOSEN] = None


def _labels(answer: Answer, source: Source, collection: Collection, model: Model | None) -> Labels:
    """The class of each box in reading order: what the person says, else what a model of this script reads."""
    classes = collection.classes
    symbols = [] if model is None else _classes_of(model, collection)
    labels = {}
    for box, digit in zip(corrections.shown_boxes(answer, source), answer.reading.digits, strict=True):
        if box.digit is not None:
            labels[box.box_xywh] = classes[box.digit] if box.digit < len(classes) else None
        else:
            known = digit.digit < len(symbols) and symbols[digit.digit] in classes and not digit.rejected
            labels[box.box_xywh] = symbols[digit.digit] if known else None
    return labels


def _classes_of(model: Model, collection: Collection) -> list[str]:
    """What the collection calls the classes of a model."""
    symbols = model.card.symbols(collection.script)
    ten = collected.is_digits(collection.script)
    return [str(place) if ten else symbol for place, symbol in enumerate(symbols)]


def _boxes(answer: Answer, source: Source, collection: Collection, labels: Labels) -> None:
    mine, classes = corrections.of(source), collection.classes

    def choose(choice) -> None:
        st.session_state[CHOSEN] = photo.chosen_box(choice)

    def correct(edits) -> None:
        st.session_state[CHOSEN] = corrections.take(edits, answer, source, len(classes))

    told = {box.box_xywh for box in mine.boxes or () if box.digit is not None}
    photo.show(
        key=f"photo-{source.digest}",
        picture=answer.page or answer.photo,
        size_wh=answer.size_wh,
        height=HEIGHT,
        marks=[Mark(box, _written(label, collection), _kind(box, label, told)) for box, label in labels.items()],
        chosen=st.session_state[CHOSEN],
        numerals=[collected.written(label, collection.script) for label in classes],
        correcting=True,
        applied=mine.applied,
        on_choice=choose,
        on_edits=correct,
    )
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption(text("teach.photo_boxes"), width="stretch")
        for name, icon, action, idle in (
            ("correct.undo", ":material/undo:", mine.undo, not mine.past),
            ("correct.reset", ":material/restart_alt:", mine.reset, mine.boxes is None),
        ):
            st.button("", icon=icon, help=text(name), key=f"teach.{name}", on_click=action, disabled=idle)


def _written(label: str | None, collection: Collection) -> str:
    return "?" if label is None else collected.written(label, collection.script)


def _kind(box: Xywh, label: str | None, told: set[Xywh]) -> int:
    if label is None:
        return photo.REJECTED
    return photo.TOLD if box in told else photo.SURE


def _chosen(answer: Answer, source: Source, collection: Collection, labels: Labels) -> None:
    """What the chosen box is, or all boxes of its line."""
    chosen, classes = st.session_state[CHOSEN], collection.classes
    if chosen is None:
        st.caption(text("teach.photo_choose"))
        return
    whole = st.toggle(text("teach.line"), key=WHOLE_LINE)
    place = classes.index(labels[chosen]) if labels[chosen] in classes else None
    key = f"teach-told-{source.digest}-{chosen}-{place}-{whole}"

    def targets() -> set[Xywh]:
        lines = layout.lines_of(list(labels), dotted=answer.reading.script == DOTTED)
        return next({box for number in line for box in number} for line in lines if any(chosen in n for n in line))

    def say() -> None:
        said, meant = st.session_state[key], targets() if whole else {chosen}
        boxes = corrections.shown_boxes(answer, source)
        corrections.of(source).change(
            tuple(replace(box, digit=said) if box.box_xywh in meant else box for box in boxes)
        )

    def leave_out() -> None:
        meant = targets() if whole else {chosen}
        boxes = corrections.shown_boxes(answer, source)
        corrections.of(source).change(tuple(box for box in boxes if box.box_xywh not in meant))

    st.pills(
        text("teach.line_is" if whole else "closer.told"),
        list(range(len(classes))),
        default=place,
        format_func=lambda place: f"**{collected.named(classes[place], collection.script)}**",
        key=key,
        on_change=say,
    )
    st.button(text("teach.leave_out"), icon=":material/close:", key="teach-leave-out", on_click=leave_out)


def _keep_all(source: Source, collection: Collection, labels: Labels) -> None:
    """One button for all boxes that have a class."""
    told = [Box(box, collection.classes.index(label)) for box, label in labels.items() if label is not None]
    others = list(labels)

    def keep() -> None:
        try:
            kept = collection.add_boxes(source.content, told, others, "photo", collected.agreed())
        except LekhError as error:
            st.session_state[SAID] = error
            return
        st.session_state[SAID] = kept

    st.button(
        text("teach.keep_one") if len(told) == 1 else text("teach.keep_all", n=len(told)),
        icon=":material/add:",
        type="primary",
        width="stretch",
        key="teach-keep-all",
        disabled=not told,
        on_click=keep,
    )


def _said() -> None:
    said = st.session_state.pop(SAID, None)
    if isinstance(said, LekhError):
        st.error(explained(said), icon=":material/error:")
    elif said is not None:
        st.success(text("teach.taken", new=said.new, known=said.known, blank=said.blank), icon=":material/check:")
