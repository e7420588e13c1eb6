"""Why a digit was read as it was: its strokes weighed, the network walked through, the drawings most like it.

Nothing is computed before a person asks.
"""

import streamlit as st

from lekh import explain, layers, neighbours
from lekh.errors import LekhError
from lekh.explain import REST, Explanation
from lekh.layers import Layer
from lekh.model import Model
from lekh.numerals import SCRIPTS
from lekh.reading import Digit
from views import answers, charts, pictures, scripts
from views.answers import Answer
from views.strings import text

OPEN, PART = "why", "why-part"
PICTURE = 200  # pixels of the coloured digit
WIDTH = 480  # pixels of a sheet of maps
SHOWN = 32  # maps of a layer; the strongest of more
NUMBERS = 256  # of a layer without a where; the strongest of more
IN_A_ROW, NUMBERS_IN_A_ROW = 8, 16
NEAREST = 5
NAMED = 3  # classes with the largest numbers


def show(answer: Answer, place: int, script: str, model: Model, told: int | None = None) -> None:
    """Offers to say why one digit was read as it was.

    Args:
        answer: of the picture.
        place: of the digit in reading order.
        script: in which it is shown, one of the model's.
        model: a loaded model folder.
        told: what a person says it is.
    """
    if not st.toggle(text("why.toggle"), key=OPEN, help=text("why.help")):
        return
    if not answer.input(place).any():
        st.caption(text("why.no_ink"))
        return
    part = st.segmented_control(
        text("why.part"),
        list(_PARTS),
        default=next(iter(_PARTS)),
        required=True,
        format_func=lambda name: text(f"why.{name}"),
        key=PART,
        label_visibility="collapsed",
    )
    try:
        _PARTS[part](answer, place, script, model, told)
    except LekhError as error:
        answers.show_error(error)


# The strokes


def _strokes(answer: Answer, place: int, script: str, model: Model, told: int | None) -> None:
    digit = answer.reading.digits[place]
    best, rival = _weighed(digit, model, told)
    found = explain.explain(answer.input(place), model, script, best, rival)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=PICTURE):
            st.image(pictures.evidence(found.seen, found.evidence), width="stretch", alt=text("why.alt_strokes"))
        with st.container(width="stretch", gap="small"):
            st.markdown(" ".join(_said(found, digit, model, told)))
            st.caption(text("why.how"))


def _weighed(digit: Digit, model: Model, told: int | None) -> tuple[int, int | None]:
    """The answer and what it is weighed against; `None` leaves that to the network."""
    if told is not None:
        return told, None
    if answers.is_no_digit(digit, model):
        return digit.digit, REST
    return digit.digit, digit.runner_up[0]


def _said(found: Explanation, digit: Digit, model: Model, told: int | None) -> list[str]:
    """What the colours mean, in sentences."""
    best, rival = _name(found.answer, found, model), _name(found.rival, found, model)
    if told is not None:
        lines = [text("why.told", answer=best)]
    elif digit.rejected:
        lines = [text("why.rejected", answer=best)]
    else:
        lines = []
    lines.append(
        text("why.for", answer=best, rival=rival) if found.speaks_for else text("why.nothing_for", answer=best)
    )
    lines.append(text("why.against", rival=rival) if found.speaks_against else text("why.nothing_against", rival=rival))
    if found.margin < 0:
        lines.append(text("why.alone", rival=rival))
    elif found.speaks_for:
        row, column = explain.where(found.strongest, found.seen)
        where = text(f"why.where.{row}{column}")
        if found.without == found.answer:
            lines.append(text("why.still", where=where, answer=best))
        else:
            lines.append(text("why.without", where=where, other=_name(found.without, found, model)))
    return lines


def _name(place: int, found: Explanation, model: Model) -> str:
    return text("why.rest") if place == REST else f"**{answers.numeral(place, found.script, model)}**"


# The layers


def _inside(answer: Answer, place: int, script: str, model: Model, told: int | None) -> None:
    found = layers.walk(answer.input(place), model)
    names = [text("why.layer", n=n, kind=text(f"why.kind.{layer.kind}")) for n, layer in enumerate(found)]
    key = f"why-layer-{len(found)}"
    if st.session_state.get(key) not in range(len(found)):
        st.session_state[key] = min(1, len(found) - 1)
    chosen = st.select_slider(
        text("why.layers"), range(len(found)), format_func=names.__getitem__, key=key, label_visibility="collapsed"
    )
    layer = found[chosen]
    st.markdown(_described(layer))
    most = NUMBERS if layer.is_numbers else SHOWN
    strength = abs(layer.maps).max(axis=(1, 2))
    shown = sorted(strength.argsort(kind="stable")[::-1][:most])
    columns = NUMBERS_IN_A_ROW if layer.is_numbers else IN_A_ROW
    alone = len(layer.maps) == 1
    with st.container(width=PICTURE if alone else WIDTH):
        st.image(
            pictures.maps(layer.maps[shown], layer.reach, columns),
            width="stretch",
            alt=text("why.alt_maps", layer=names[chosen]),
        )
    st.caption(_counted(layer, len(shown)))
    if layer.is_numbers and len(layer.maps) == len(model.card.classes):
        st.caption(text("why.largest", classes=_largest(layer, model)))


def _described(layer: Layer) -> str:
    """What this layer does, in one sentence."""
    if layer.kind == layers.FILTERS and layer.window_wh is not None:
        wide, high = layer.window_wh
        return text("why.does.filters", n=len(layer.maps), w=wide, h=high)
    return text(f"why.does.{'other' if layer.kind == layers.FILTERS else layer.kind}", n=len(layer.maps))


def _counted(layer: Layer, shown: int) -> str:
    count, height, width = layer.maps.shape
    if layer.is_numbers:
        return text("why.numbers" if shown == count else "why.numbers_some", n=count, shown=shown)
    return text("why.maps" if shown == count else "why.maps_some", n=count, w=width, h=height, shown=shown)


def _largest(layer: Layer, model: Model) -> str:
    values = layer.maps[:, 0, 0]
    order = values.argsort(kind="stable")[::-1][:NAMED]
    form = charts.percent if layer.kind == layers.PROBABILITIES else "{:.1f}".format
    return ", ".join(f"{_class(model, place)} {form(values[place])}" for place in order)


def _class(model: Model, place: int) -> str:
    label = model.card.classes[place]
    if label.script not in model.card.scripts:
        return text("why.sign", symbol=label.symbol) if label.script != "none" else text("why.no_digit")
    return text("why.class", script=scripts.title(label.script, model), symbol=label.symbol)


# The drawings


def _alike(answer: Answer, place: int, script: str, model: Model, told: int | None) -> None:
    with st.spinner(text("why.looking"), show_time=False):
        album = _album(str(model.folder), answer.stamp, model)
    found = album.nearest(answer.input(place), model, NEAREST)
    if not found:
        st.caption(text("why.no_drawings"))
        return
    st.caption(text("why.alike_how"))
    with st.container(horizontal=True, gap="small"):
        for drawing, alike in found:
            name = _drawn(drawing.script, drawing.digit)
            with st.container(width=96, gap=None):
                st.image(pictures.network_input(drawing.seen), width="stretch", alt=name)
                st.caption(text("why.drawn", name=name, percent=round(100 * alike)))


def _drawn(script: str, digit: int) -> str:
    return text("why.class", script=text(f"script.{script}"), symbol=SCRIPTS[script].digits[digit])


@st.cache_resource(max_entries=2, show_spinner=False)
def _album(folder: str, stamp: tuple[int, ...], _model: Model) -> neighbours.Album:
    return neighbours.album(_model)


_PARTS = {"strokes": _strokes, "inside": _inside, "alike": _alike}
