"""Why a digit was read so, on the page, without a browser: every branch."""

import io
import shutil
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from drawn import draw
from PIL import Image
from streamlit.testing.v1 import AppTest

from lekh import explain, layers, neighbours, reading
from lekh import model as models
from lekh.explain import REST, Explanation
from views import answers, pictures, samples, why
from views.strings import text

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("tiny_page")


@pytest.fixture(scope="module")
def tiny(tiny_model_folder) -> models.Model:
    return models.load(tiny_model_folder)


def uploaded(script: str = "latin", digit: int = 7, **state) -> AppTest:
    """The page with one digit on it."""
    page = AppTest.from_file(str(ROOT / "main_app.py"), default_timeout=60)
    for key, value in {"script": script, "mode": "upload", "sample": None, **state}.items():
        page.session_state[key] = value
    page.run()
    picture = io.BytesIO()
    Image.fromarray(draw(script, digit)).save(picture, "PNG")
    page.file_uploader[0].set_value([("photo.png", picture.getvalue(), "image/png")]).run()
    assert not page.exception and not page.error
    return page


def asked(page: AppTest, part: str = "strokes") -> AppTest:
    page.toggle(key=why.OPEN).set_value(True).run()
    if part != "strokes":
        page.segmented_control(key=why.PART).set_value(part).run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return " ".join(element.value for kind in (page.markdown, page.caption, page.error) for element in kind)


def alone(answer: answers.Answer, model: models.Model, told: int | None = None) -> AppTest:
    """Nothing but the explanation of one answer."""

    def shown(answer, model, told):
        from views import answers, why

        why.show(answer, 0, answers.script_of(answer, model), model, told)

    page = AppTest.from_function(shown, args=(answer, model, told), default_timeout=60)
    page.session_state[why.OPEN] = True
    page.run()
    assert not page.exception
    return page


def answered(model: models.Model, script: str = "khmer", digit: int = 5, **changes) -> answers.Answer:
    read = reading.read(draw(script, digit), model, script, single=True)
    lines = (reading.Line((reading.Number((replace(read.digits[0], **changes),)),)),)
    return answers.shown(replace(read, lines=lines), model.card.normalization.size, (1,), single=True)


# When it is asked for


def test_nothing_is_computed_before_somebody_asks(monkeypatch):
    def never(*_):
        raise AssertionError("nobody asked")

    for module, name in ((explain, "explain"), (layers, "walk"), (neighbours, "album")):
        monkeypatch.setattr(module, name, never)
    page = uploaded()
    assert page.toggle(key=why.OPEN).value is False
    assert text("why.how") not in words(page)


def test_a_picture_without_a_digit_has_no_why():
    page = AppTest.from_file(str(ROOT / "main_app.py"), default_timeout=60)
    page.session_state["script"], page.session_state["sample"] = "latin", samples.FOLDER / "blank_paper.jpg"
    page.run()
    assert why.OPEN not in {toggle.key for toggle in page.toggle}


def test_a_page_has_a_why_once_a_digit_is_chosen():
    page = AppTest.from_file(str(ROOT / "main_app.py"), default_timeout=60)
    page.session_state["script"], page.session_state["sample"] = "latin", samples.FOLDER / "latin_table.jpg"
    page.run()
    assert why.OPEN not in {toggle.key for toggle in page.toggle}
    page.selectbox(key="chosen").set_value(_places()[3]).run()
    assert text("why.how") in words(asked(page))


def _places() -> list:
    model = answers.current_model()
    table = SimpleNamespace(digest="table", content=(samples.FOLDER / "latin_table.jpg").read_bytes())
    return [digit.box_xywh for digit in answers.answer(table, "latin", False, model).reading.digits]


# The strokes


@pytest.mark.parametrize("script", ["latin", "khmer"])
def test_the_strokes_name_the_answer_and_its_runner_up(script, tiny):
    page = asked(uploaded(script, 4))
    read = reading.read(draw(script, 4), tiny, script).digits[0]
    best, second = (f"**{answers.numeral(place, script, tiny)}**" for place in (read.digit, read.runner_up[0]))
    assert text("why.for", answer=best, rival=second) in words(page)
    assert text("why.how") in words(page)


def test_in_khmer_the_words_are_khmer():
    page = uploaded("khmer", 4)
    page.query_params["lang"] = "km"
    shown = words(asked(page))
    assert "ពណ៌ខៀវ" in shown and "Grey ink" not in shown


def test_a_rejected_digit_says_that_it_was_not_read(tiny):
    shown = words(alone(answered(tiny, rejected=True, confidence=0.2), tiny))
    assert text("why.rejected", answer="**៥ (5)**") in shown


def test_what_is_no_digit_is_weighed_against_no_digit(tiny):
    shown = words(alone(answered(tiny, rejected=True), tiny))
    assert text("why.rest") in shown


def test_a_corrected_digit_is_weighed_as_the_person_says(tiny):
    shown = words(alone(answered(tiny), tiny, told=3))
    assert text("why.told", answer="**៣ (3)**") in shown
    assert text("why.alone", rival="**៥ (5)**") in shown


def test_a_box_without_ink_has_nothing_to_explain(tiny):
    empty = answered(tiny)
    read = replace(empty.reading, inputs=np.zeros((1, 32, 32, 1), np.float32))
    page = alone(answers._with(empty, read), tiny)
    assert words(page) == text("why.no_ink") and not page.segmented_control


def an_explanation(evidence=(1.0, -1.0), margin: float = 2.0, without: int = 5) -> Explanation:
    weights = np.zeros((8, 8), np.float32)
    weights[0, :4], weights[7, 4:] = evidence
    return Explanation((weights != 0).astype(np.float32), "khmer", 5, 6, margin, weights, without)


TOP = text("why.where.00")


@pytest.mark.parametrize(
    ("found", "expected", "missing"),
    [
        pytest.param(an_explanation(), text("why.still", where=TOP, answer="**៥ (5)**"), "why.alone", id="still so"),
        pytest.param(
            an_explanation(without=6), text("why.without", where=TOP, other="**៦ (6)**"), "why.alone", id="another"
        ),
        pytest.param(
            an_explanation(without=REST), text("why.without", where=TOP, other=text("why.rest")), "why.alone",
            id="no digit any more",
        ),
        pytest.param(an_explanation(margin=-1), text("why.alone", rival="**៦ (6)**"), "why.still", id="by others"),
        pytest.param(
            an_explanation((1, -0.01)), text("why.nothing_against", rival="**៦ (6)**"), "why.against", id="none against"
        ),
        pytest.param(
            an_explanation((-0.01, -1)), text("why.nothing_for", answer="**៥ (5)**"), "why.still", id="none for"
        ),
    ],
)  # fmt: skip
def test_the_sentences(tiny, found, expected, missing):
    digit = reading.Digit(5, 0.9, False, (0, 0, 8, 8), (0.1,) * 10)
    said = " ".join(why._said(found, digit, tiny, None))
    assert expected in said
    assert text(missing, rival="**៦ (6)**", where=TOP, answer="**៥ (5)**") not in said


# Inside


def test_every_layer_can_be_walked_to(tiny):
    page = asked(uploaded(), "inside")
    slider = page.select_slider(key="why-layer-5")
    assert len(slider.options) == 5 and slider.value == 1
    described = []
    for place in range(5):
        page.select_slider(key="why-layer-5").set_value(place).run()
        assert not page.exception and not page.error
        described.append(words(page))
    assert text("why.does.filters", n=8, w=3, h=3) in described[1]
    assert text("why.maps", n=16, w=7, h=7) in described[2]
    assert text("why.numbers", n=20) in described[3] and text("why.does.weights", n=20) in described[3]
    assert "Latin 7 " in described[4].partition(text("why.largest", classes=""))[2]


@pytest.mark.parametrize(
    ("kind", "shape", "key", "values"),
    [
        pytest.param(layers.FILTERS, (64, 4, 4), "why.maps_some", {"w": 4, "h": 4, "shown": 32}, id="many maps"),
        pytest.param(layers.MEAN, (300, 1, 1), "why.numbers_some", {"shown": 256}, id="many numbers"),
        pytest.param(layers.FILTERS, (4, 4, 4), "why.maps", {"w": 4, "h": 4}, id="few maps"),
    ],
)
def test_of_many_maps_the_strongest_are_counted(kind, shape, key, values):
    layer = layers.Layer(kind, np.ones(shape, np.float32))
    assert why._counted(layer, values.get("shown", shape[0])) == text(key, n=shape[0], **values)


def test_filters_of_unknown_size_are_some_step():
    layer = layers.Layer(layers.FILTERS, np.ones((4, 2, 2), np.float32))
    assert why._described(layer) == text("why.does.other", n=4)


def test_every_kind_of_layer_has_a_name_and_a_sentence():
    for kind in layers.KINDS:
        assert text(f"why.kind.{kind}") and text(f"why.does.{kind}", n=1, w=1, h=1)


def test_classes_that_are_no_digits_are_named_too():
    model = models.load()
    names = {why._class(model, place) for place in range(len(model.card.classes))}
    assert {"Khmer ៥", text("why.no_digit"), text("why.sign", symbol="+")} <= names


def test_a_network_whose_file_vanished_is_still_walked_through(tiny, tiny_model_folder, tmp_path):
    folder = tmp_path / "gone"
    shutil.copytree(tiny_model_folder, folder)
    model = models.load(folder)
    (folder / models.TFLITE).unlink()
    page = alone(answered(model), model)
    page.segmented_control(key=why.PART).set_value("inside").run()
    assert not page.exception and not page.error


# The drawings


def test_the_drawings_most_alike_are_named(monkeypatch):
    page = asked(uploaded("khmer", 5), "alike")
    shown = words(page)
    assert text("why.alike_how") in shown and shown.count("% alike") == why.NEAREST


def test_without_drawings_that_is_said(monkeypatch):
    st.cache_resource.clear()
    monkeypatch.setattr(neighbours, "album", lambda _: neighbours.Album((), np.zeros((0, 0), np.float32)))
    assert text("why.no_drawings") in words(asked(uploaded("khmer", 5), "alike"))
    st.cache_resource.clear()


# The pictures


def picture(address: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(b64decode(address.partition(",")[2]))).convert("RGB")).astype(int)


def test_ink_for_is_blue_ink_against_orange_and_the_rest_grey():
    ink, weights = np.zeros((32, 32), np.float32), np.zeros((32, 32), np.float32)
    ink[:, 2:6] = ink[:, 14:18] = ink[:, 26:30] = 1
    weights[:, 2:6], weights[:, 26:30] = 3, -3
    shown = picture(pictures.evidence(ink, weights))
    times = shown.shape[0] // 32
    middle = shown[16 * times, [4 * times, 16 * times, 28 * times, 10 * times]]
    for found, colour in zip(middle, (pictures.FOR, pictures.LITTLE, pictures.AGAINST, (255,) * 3), strict=True):
        assert np.abs(found - colour).max() < 12


def test_what_is_not_spoken_of_is_grey():
    ink, weights = np.zeros((32, 32), np.float32), np.zeros((32, 32), np.float32)
    ink[4:28, 2:10] = ink[4:28, 22:30] = 1
    weights[:, :16], weights[:, 16:] = 1, -0.09
    shown = picture(pictures.evidence(ink, weights))
    times = shown.shape[0] // 32
    assert np.abs(shown[16 * times, 26 * times] - pictures.LITTLE).max() < 3
    assert np.abs(shown[16 * times, 6 * times] - pictures.FOR).max() < 3


def test_a_digit_about_which_nothing_is_known_is_grey():
    ink = np.zeros((32, 32), np.float32)
    ink[8:24, 8:24] = 1
    shown = picture(pictures.evidence(ink, np.zeros_like(ink)))
    assert np.abs(shown[shown.shape[0] // 2, shown.shape[1] // 2] - pictures.LITTLE).max() < 3


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 8, 1), (8, 8, 1), (9, 8, 2), (129, 16, 9)])
def test_maps_stand_in_rows(count, columns, rows):
    values = np.zeros((count, 2, 2), np.float32)
    values[-1, 0, 1], values[-1, 1, 0] = 5, -5
    shown = picture(pictures.maps(values, 5.0, columns))
    blue, orange = ((shown == colour).all(axis=2) for colour in (pictures.FOR, pictures.AGAINST))
    assert blue.any() and orange.any()
    assert np.nonzero(blue)[0].mean() < np.nonzero(orange)[0].mean()  # as they stand in the map
    assert np.nonzero(blue)[1].mean() > np.nonzero(orange)[1].mean()
    assert np.nonzero(blue)[0].min() >= (rows - 1) * shown.shape[0] // rows
    assert (shown[-1, -1] == 255).all()  # beyond the last map as on it
