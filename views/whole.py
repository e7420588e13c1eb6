"""A picture of several digits: its text to copy and to save, the photo with its boxes, one digit looked at closely."""

import streamlit as st

from lekh.model import Model
from lekh.numerals import to_numerals
from lekh.reading import Digit
from views import answers, corrections, kept, one_digit, photo, scripts, tables, told, why
from views.answers import Answer
from views.photo import Mark
from views.sources import Source
from views.strings import literal, text

CHOSEN = "chosen"
CORRECTING = "correcting"
LINES = 12  # of text; more of them scroll
TEXT_HEIGHT = 300  # pixels
SHORT = 8  # digits that a headline holds on a phone
HIGH, LOW = 520, 350  # pixels of the photo; the lower one under a headline
NUMBER = 330  # pixels of what stands beside the headline
PANEL = 260  # pixels of the column beside the photo


def show(side, source: Source, asked: str, single: bool, model: Model) -> None:
    """Reads the picture and shows all there is to say of it.

    Args:
        side: container under the input, for the text.
        source: the picture.
        asked, single: how to read it; the script is one of the model's or `AUTO`.
        model: a loaded model folder.

    Raises:
        LekhError: the file is no readable image.
    """
    answer = answers.answer(source, asked, single, model)
    if single:
        st.caption(literal(source.name))
        alone = corrections.alone(source)
        one_digit.show(corrections.applied(answer, alone, asked, model), asked, model, alone)
        return
    answer = corrections.applied(answer, source, asked, model)
    script = answers.script_of(answer, model)
    correcting = _tools(source)
    if len(answer.reading.digits) > 1 or correcting:
        if _is_short(answer):
            _number(answer, source, script, asked, model)
        else:
            with side:
                _text(answer, source, script, asked, model)
        _photo(answer, source, script, model, correcting)
    else:
        one_digit.show(answer, asked, model, source)


# What stands over and under the input


def _tools(source: Source) -> bool:
    """Shows the picture's name and what corrects its boxes; returns whether they can be changed."""
    mine = corrections.of(source)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption(literal(source.name), width="stretch")
        correcting = st.toggle(text("correct.toggle"), key=kept.begin(CORRECTING, False), help=text("correct.help"))
        if correcting or mine.boxes is not None:
            with st.container(horizontal=True, gap="xsmall", width="content"):  # on a phone they wrap together
                for name, icon, action, idle in (
                    ("correct.undo", ":material/undo:", mine.undo, not mine.past),
                    ("correct.reset", ":material/restart_alt:", mine.reset, mine.boxes is None),
                ):
                    st.button("", icon=icon, help=text(name), key=name, on_click=action, disabled=idle)
    if correcting:
        st.caption(text("correct.hint"))
    return correcting


def _is_short(answer: Answer) -> bool:
    """Whether the text is one line that a headline can hold."""
    return 0 < len(answer.reading.text) <= SHORT and "\n" not in answer.reading.text


def _number(answer: Answer, source: Source, script: str, asked: str, model: Model) -> None:
    with st.container(horizontal=True, gap="medium"):
        western = answer.reading.text
        own = to_numerals(western, script)
        same = None if own == western else text("whole.western", western=western)
        open_to_doubt = scripts.readings(answer, asked) and corrections.of(source).boxes is None
        title = text("whole.perhaps_number" if open_to_doubt else "whole.number", script=scripts.title(script, model))
        st.metric(title, own, delta=same, delta_color="off", delta_arrow="off", width="content")
        with st.container(width=NUMBER):
            _text(answer, source, script, asked, model)


def _text(answer: Answer, source: Source, script: str, asked: str, model: Model) -> None:
    reading = answer.reading
    if not reading.digits:
        st.info(text("whole.none"), icon=":material/info:")
        return
    if not reading.text:
        no_digit = 2 * sum(answers.is_no_digit(digit, model) for digit in reading.digits) >= len(reading.digits)
        st.info(text("whole.no_digit" if no_digit else "whole.unsure"), icon=":material/info:")
        return
    found = scripts.found(answer, asked, model)
    st.caption(f"{found}  \n{_summary(answer)}" if found else _summary(answer))
    if corrections.of(source).boxes is None:
        scripts.shared(scripts.readings(answer, asked), model)
    above = st.container()
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        numerals = _numerals(script)
        tables.download("whole.csv", _name(source, "csv"), lambda: _csv(answer, script, model))
        tables.download("whole.json", _name(source, "json"), lambda: tables.to_json(source.name, reading))
    copied = to_numerals(reading.text, script) if numerals else reading.text
    lines = copied.count("\n") + 1
    above.code(copied, language=None, height=TEXT_HEIGHT if lines > LINES else "content")


def _summary(answer: Answer) -> str:
    digits, hand = answer.reading.digits, answer.reading.hand
    doubtful = sum(_kind(digit) in (photo.UNSURE, photo.REJECTED) for digit in digits)
    return " · ".join(
        (
            text("whole.count_one") if len(digits) == 1 else text("whole.count", digits=len(digits)),
            text("whole.line") if len(answer.reading.lines) == 1 else text("whole.lines", n=len(answer.reading.lines)),
            text("whole.doubtful", n=doubtful) if doubtful else text("whole.all_sure"),
            *([text("whole.straightened", how=answers.straightening(hand))] if hand else []),
            text("answer.milliseconds", milliseconds=max(1, answer.reading.milliseconds)),
        )
    )


def _numerals(script: str) -> bool:
    """Whether the text is wanted in the script's own numerals."""
    if not answers.has_numerals(script):
        return False
    ways = {False: "123", True: to_numerals("123", script)}
    return st.segmented_control(
        text("whole.numerals"),
        list(ways),
        required=True,
        format_func=ways.get,
        key=kept.begin("numerals", False),
        label_visibility="collapsed",
    )


def _csv(answer: Answer, script: str, model: Model) -> bytes:
    return tables.to_csv(tables.digit_rows(answer.reading, script, model), tables.DIGIT_COLUMNS)


def _name(source: Source, ending: str) -> str:
    return f"{source.name.rpartition('.')[0] or source.name}.{ending}"


# The photo


def _photo(answer: Answer, source: Source, script: str, model: Model, correcting: bool) -> None:
    digits = {digit.box_xywh: digit for digit in answer.reading.digits}
    chosen = st.session_state.get(CHOSEN)
    st.session_state[CHOSEN] = chosen if chosen in digits else None  # said anew: its words change with what is read
    with st.container(horizontal=True, gap="medium"):
        with st.container():
            _boxes(answer, source, script, model, correcting)
            if st.session_state[CHOSEN] is not None:  # here, where there is room beside the bars
                place = list(digits).index(st.session_state[CHOSEN])
                why.show(answer, place, script, model, corrections.shown_boxes(answer, source)[place].digit)
        with st.container(width=PANEL, gap="small"):
            _closer(answer, source, script, model, correcting)
    with st.expander(text("whole.table", digits=len(digits)), icon=":material/table:"):
        tables.show(tables.digit_rows(answer.reading, script, model), tables.DIGIT_COLUMNS, height=320)


def _boxes(answer: Answer, source: Source, script: str, model: Model, correcting: bool) -> None:
    symbols = model.card.symbols(script)

    def choose(choice) -> None:
        st.session_state[CHOSEN] = photo.chosen_box(choice)

    def correct(edits) -> None:
        st.session_state[CHOSEN] = corrections.take(edits, answer, source, len(symbols))

    photo.show(
        key=f"photo-{source.digest}",
        picture=answer.page or answer.photo,
        size_wh=answer.size_wh,
        height=LOW if _is_short(answer) else HIGH,
        marks=[
            Mark(box.box_xywh, _label(digit, symbols), photo.TOLD if box.digit is not None else _kind(digit))
            for box, digit in zip(corrections.shown_boxes(answer, source), answer.reading.digits, strict=True)
        ],
        chosen=st.session_state[CHOSEN],
        numerals=symbols,
        correcting=correcting,
        applied=corrections.of(source).applied,
        on_choice=choose,
        on_edits=correct,
    )


def _kind(digit: Digit) -> int:
    if digit.rejected:
        return photo.REJECTED
    return photo.SURE if digit.confidence >= answers.SURE else photo.UNSURE


def _label(digit: Digit, symbols: list[str]) -> str:
    if digit.rejected:
        return "?"
    return symbols[digit.digit] if digit.confidence >= answers.SURE else f"{symbols[digit.digit]}?"


# One digit of it


def _closer(answer: Answer, source: Source, script: str, model: Model, correcting: bool) -> None:
    places = _places(answer, script, model)
    st.selectbox(
        text("closer.label"),
        list(places),
        index=None,
        format_func=places.get,
        key=CHOSEN,
        placeholder=text("closer.placeholder"),
        label_visibility="collapsed",
        disabled=not places,
    )
    chosen = st.session_state[CHOSEN]
    _next_doubtful(answer, chosen)
    told.note(answer, source, script, model)
    if chosen is None:
        st.markdown(text("closer.legend"))
        return
    place = list(places).index(chosen)
    digit = answer.reading.digits[place]
    said = corrections.shown_boxes(answer, source)[place].digit
    with st.container(gap="xsmall"):  # as high as it needs to be, what follows keeps its place
        if said is None:
            answers.certainty(digit, script, model)
        else:
            st.badge(text("closer.by_you"), color="blue")
    if said is None:  # of what a person said there is no probability
        answers.bars(digit, script, model, narrow=True)
    _relabel(digit, said, answer, source, script, model)
    with st.container(width=84):
        st.image(
            answer.seen(place),
            caption=text("steps.input", size=answer.side),
            width="stretch",
            alt=text("steps.alt_input"),
        )


def _places(answer: Answer, script: str, model: Model) -> dict[tuple[int, int, int, int], str]:
    """Every box with what a person reads for it."""

    def read(digit: Digit) -> str:
        return "?" if digit.rejected else answers.numeral(digit.digit, script, model)

    return {
        digit.box_xywh: text("closer.place", line=row, place=column, digit=read(digit))
        for row, line in enumerate(answer.reading.lines, 1)
        for column, digit in enumerate(line.digits, 1)
    }


def _next_doubtful(answer: Answer, chosen) -> None:
    boxes = [digit.box_xywh for digit in answer.reading.digits]
    doubtful = [
        place for place, digit in enumerate(answer.reading.digits) if _kind(digit) in (photo.UNSURE, photo.REJECTED)
    ]
    if not doubtful or not answer.reading.text:
        return
    here = boxes.index(chosen) if chosen in boxes else -1
    following = next((place for place in doubtful if place > here), doubtful[0])

    def go() -> None:
        st.session_state[CHOSEN] = boxes[following]

    st.button(text("closer.next", n=len(doubtful)), icon=":material/arrow_forward:", on_click=go, key="next-doubtful")


def _relabel(digit: Digit, said: int | None, answer: Answer, source: Source, script: str, model: Model) -> None:
    symbols = model.card.symbols(script)

    def say(place: int) -> None:
        _correct(answer, source, len(symbols), {"kind": "label", "from": digit.box_xywh, "digit": place})

    def delete() -> None:
        _correct(answer, source, len(symbols), {"kind": "delete", "from": digit.box_xywh})

    told.row(f"{source.digest}-{digit.box_xywh}", symbols, said, say, delete)


def _correct(answer: Answer, source: Source, classes: int, edit: dict) -> None:
    boxes = corrections.shown_boxes(answer, source)
    after = corrections.change(boxes, edit, answer.size_wh, classes)
    if after != boxes:
        corrections.of(source).change(after)
