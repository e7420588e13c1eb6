"""The landing page: draw, upload or photograph numbers, and see what they are."""

from pathlib import Path

import streamlit as st

from lekh import images
from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import SCRIPTS, to_numerals
from views import answers, batch, canvas, kept, own_models, samples, scripts, sources, whole
from views.sources import Source
from views.strings import literal, text

NAMED = 3  # files that a button names


def page() -> None:
    """The whole page; a widget reruns only the part under the title."""
    _reader()


@st.fragment
def _reader() -> None:
    model, problem = _model()
    mode, script, single = _choices(model)
    if "sample" not in st.session_state:
        _pick(samples.first(script, scripts.of(model)))
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=canvas.WIDTH):
            given = _INPUTS[mode](script, single)
            side = st.container(gap="xsmall")
        with st.container():
            if problem is not None:
                answers.show_error(problem)
            else:
                _answer(side, given, mode, script, single, model)
            samples.row(script, model, _pick)


def _model() -> tuple[Model | None, LekhError | None]:
    try:
        return answers.current_model(), None
    except LekhError as error:
        return None, error


def _choices(model: Model | None) -> tuple[str, str, bool]:
    def other_script() -> None:
        if st.session_state.sample is not None:
            _pick(samples.first(st.session_state[scripts.KEY], scripts.of(model)))

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        mode = st.segmented_control(
            text("mode.label"),
            list(_INPUTS),
            required=True,
            format_func=lambda name: text(f"mode.{name}"),
            key=kept.begin("mode", "draw"),
            on_change=_other_mode,
            label_visibility="collapsed",
        )
        single = st.toggle(text("amount.one"), key=kept.begin("single", False), width="content")
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", width="content"):
            script = scripts.choose(model, other_script)
            scripts.card(script, model)
        own_models.choose("read-model")
    return mode, script, single


def _draw(script: str, single: bool) -> list[Source]:
    hint = "draw.hint_one" if single else "draw.hint"
    if script not in SCRIPTS:
        st.caption(text(f"{hint}_any"))
    else:
        st.caption(text(hint, first=to_numerals("0", script), last=to_numerals("9", script)))
    if canvas.draw():
        _forget_sample()
    png = canvas.sheet().png
    return [] if png is None else [sources.from_bytes(text("draw.source"), png)]


def _upload(script: str, single: bool) -> list[Source]:
    files = st.file_uploader(
        text("upload.label_one" if single else "upload.label"),
        type=sources.PICTURES,
        accept_multiple_files=True,
        max_upload_size=images.MAX_BYTES // 2**20,
        key="upload",
        on_change=_other_files,
        args=("uploaded",),
    )
    given = _kept("uploaded", [sources.from_upload(file) for file in files])
    if given and not files:
        names = [literal(source.name) for source in given[:NAMED]] + ["…"] * (len(given) > NAMED)
        st.button(
            text("upload.forget", names=", ".join(names)),
            icon=":material/close:",
            type="tertiary",
            key="forget",
            on_click=_other_files,
            args=("uploaded",),
        )
    return given


def _photograph(script: str, single: bool) -> list[Source]:
    picture = st.camera_input(
        text("camera.label_one" if single else "camera.label"),
        resolution="1080p",
        key="camera",
        on_change=_other_files,
        args=("photographed",),
    )
    return _kept("photographed", [sources.from_bytes(text("camera.source"), picture.getvalue())] if picture else [])


def _kept(place: str, given: list[Source]) -> list[Source]:
    """What was given, also after a look at another input: Streamlit's own inputs forget when they are not shown."""
    if given:
        st.session_state[place] = given
    return st.session_state.get(place, [])


def _other_files(place: str) -> None:
    st.session_state[place] = []
    _forget_sample()


_INPUTS = {"draw": _draw, "upload": _upload, "camera": _photograph}


def _answer(side, given: list[Source], mode: str, script: str, single: bool, model: Model) -> None:
    """Shows what the sample says, if one was picked, else what was `given`."""
    sample = st.session_state.sample
    if sample is not None:
        given = [sources.from_bytes(text("samples.source", name=samples.name(sample)), sample.read_bytes())]
    if not given:
        st.info(text(f"{mode}.blank"), icon=":material/info:")
        return
    source = batch.show(side, given, script, single, model) if len(given) > 1 else given[0]
    try:
        whole.show(side, source, script, single, model)
    except LekhError as error:
        st.caption(literal(source.name))
        answers.show_error(error)


def _pick(sample: Path | None) -> None:
    st.session_state.sample = sample


def _forget_sample() -> None:
    _pick(None)


def _other_mode() -> None:
    _forget_sample()
    canvas.sheet().put_away()
