"""The landing page: draw, upload or photograph numbers, and see what they are."""

from pathlib import Path

import streamlit as st

from lekh import images
from lekh.errors import LekhError
from lekh.model import Model
from lekh.numerals import SCRIPTS, to_numerals
from views import answers, batch, canvas, samples, sources, whole
from views.sources import Source
from views.strings import text

WIDTH = 340  # pixels of the input column; fits a phone of 375
AMOUNTS = ("numbers", "one")
PICTURES = ["image", "heic", "heif"]  # some browsers do not count HEIC among the images


def page() -> None:
    """The whole page; a widget reruns only the part under the title."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(text("page.title"), anchor=False, width="content")
        st.markdown(text("page.lead"), width="content")
    _reader()


@st.fragment
def _reader() -> None:
    model, problem = _model()
    mode, script, single = _choices(model)
    if "sample" not in st.session_state:
        _pick(samples.first(script))
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=WIDTH):
            given = _INPUTS[mode](script, single)
            side = st.container()
        with st.container():
            if problem is not None:
                answers.show_error(problem)
            else:
                _answer(side, given, mode, script, single, model)
    samples.row(script, _title(script, model), _pick)


def _model() -> tuple[Model | None, LekhError | None]:
    try:
        return answers.current_model(), None
    except LekhError as error:
        return None, error


def _choices(model: Model | None) -> tuple[str, str, bool]:
    scripts = model.card.scripts if model else tuple(SCRIPTS)
    with st.container(horizontal=True, gap="small"):
        mode = st.segmented_control(
            text("mode.label"),
            list(_INPUTS),
            default="draw",
            required=True,
            format_func=lambda name: text(f"mode.{name}"),
            key="mode",
            on_change=_other_mode,
            label_visibility="collapsed",
        )
        script = st.segmented_control(
            text("script.label"),
            scripts,
            default=scripts[0],
            required=True,
            format_func=lambda name: _title(name, model),
            key="script",
            on_change=_other_script,
            label_visibility="collapsed",
        )
        amount = st.segmented_control(
            text("amount.label"),
            AMOUNTS,
            default=AMOUNTS[0],
            required=True,
            format_func=lambda name: text(f"amount.{name}"),
            key="amount",
            label_visibility="collapsed",
        )
    return mode, script, amount == "one"


def _title(script: str, model: Model | None) -> str:
    return model.card.title(script) if model else SCRIPTS[script].title


def _draw(script: str, single: bool) -> list[Source]:
    first, last = to_numerals("0", script), to_numerals("9", script)
    st.caption(text("draw.hint_one" if single else "draw.hint", first=first, last=last))
    if canvas.draw():
        _forget_sample()
    png = canvas.sheet().png
    return [] if png is None else [sources.from_bytes(text("draw.source"), png)]


def _upload(script: str, single: bool) -> list[Source]:
    files = st.file_uploader(
        text("upload.label_one" if single else "upload.label"),
        type=PICTURES,
        accept_multiple_files=True,
        max_upload_size=images.MAX_BYTES // 2**20,
        key="upload",
        on_change=_forget_sample,
    )
    return [sources.from_upload(file) for file in files]


def _photograph(script: str, single: bool) -> list[Source]:
    picture = st.camera_input(
        text("camera.label_one" if single else "camera.label"),
        resolution="1080p",
        key="camera",
        on_change=_forget_sample,
    )
    return [] if picture is None else [sources.from_bytes(text("camera.source"), picture.getvalue())]


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
        st.caption(source.name)
        answers.show_error(error)


def _pick(sample: Path | None) -> None:
    st.session_state.sample = sample


def _forget_sample() -> None:
    _pick(None)


def _other_mode() -> None:
    _forget_sample()
    canvas.sheet().put_away()


def _other_script() -> None:
    if st.session_state.sample is not None:
        _pick(samples.first(st.session_state.script))
