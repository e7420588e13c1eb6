"""The pipeline: every door leads to the same reading, and a blank page is no digit."""

import dataclasses
import io
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from drawn import draw
from PIL import Image

from lekh import ink_page, layout, model, normalize, photo, reading
from lekh.errors import LekhError
from tests.composed import compose

BLANK = {
    "white": np.full((80, 60), 255, np.uint8),
    "black": np.zeros((80, 60), np.uint8),
    "grey": np.full((80, 60), 127, np.uint8),
    "one pixel": np.zeros((1, 1), np.uint8),
    "a row": np.full((1, 300), 200, np.uint8),
    "untouched canvas": np.zeros((280, 280, 4), np.uint8),
    "paper grain": np.random.default_rng(0).normal(200, 3, (300, 300)).astype(np.uint8),
}


def on_a_page(digit, left=500, top=300):
    """uint8 `(900, 1200)`: a digit of 200 pixels somewhere on a grey sheet."""
    page = np.full((900, 1200), 230, np.uint8)
    page[top : top + 200, left : left + 200] = np.minimum(digit, 230)
    return page


def png(page):
    stream = io.BytesIO()
    Image.fromarray(page).save(stream, "PNG")
    return stream.getvalue()


def transparent_canvas(page):
    """uint8 `(H, W, 4)`: black strokes whose alpha is the ink."""
    canvas = np.zeros((*page.shape, 4), np.uint8)
    canvas[..., 3] = 255 - page
    return canvas


def test_one_digit_on_a_photo_is_the_one_that_the_page_shows(tiny_model):
    """However small, and beside a shadow that is larger and darker; alone and among others alike."""
    page = on_a_page(draw("latin", 4))
    page[:, 1100:] = 60
    (one,) = reading.read(page, tiny_model, "latin", single=True).digits
    (among,) = next(iter(reading.read_each([page], tiny_model, "latin"))).digits
    assert (one.digit, one.rejected) == (among.digit, among.rejected) == (4, False)
    assert 480 < one.box_xywh[0] < 720


def test_of_two_digits_the_larger_is_the_one(tiny_model):
    page = on_a_page(draw("latin", 4))
    page[60:160, 80:180] = np.minimum(cv2.resize(draw("latin", 2), (100, 100), interpolation=cv2.INTER_AREA), 230)
    found = reading.read(page, tiny_model, "latin").only_largest()
    assert found.text == "4" and found.inputs.shape[0] == 1
    assert found.ink.any() and max(found.ink.shape) < 400


@pytest.mark.parametrize("script", ["latin", "khmer"])
@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_read(tiny_model, script, digit):
    found = reading.read(draw(script, digit), tiny_model, script)
    assert found.text == str(digit)
    assert found.script == script
    assert found.digits[0].confidence > 0.5


def test_auto_finds_the_script(tiny_model):
    for script in tiny_model.card.scripts:
        for digit in (2, 3, 4):
            found = reading.read(draw(script, digit, 2000 + digit), tiny_model)
            assert (found.script, found.text) == (script, str(digit))


def test_every_door_leads_to_the_same_reading(tiny_model, tmp_path):
    page = draw("latin", 4)
    (tmp_path / "four.png").write_bytes(png(page))
    doors = {
        "array": page,
        "bytes": png(page),
        "file": io.BytesIO(png(page)),
        "path": tmp_path / "four.png",
        "name": str(tmp_path / "four.png"),
        "picture": Image.fromarray(page),
        "colour": np.stack([page] * 3, axis=2),
        "canvas": np.dstack([page, page, page, np.full_like(page, 255)]),
    }
    expected = reading.read(page, tiny_model, "latin")
    for door, source in doors.items():
        found = reading.read(source, tiny_model, "latin")
        assert found.lines == expected.lines, door
        np.testing.assert_array_equal(found.inputs, expected.inputs)


def test_light_on_dark_and_a_transparent_canvas_read_alike(tiny_model):
    page = draw("khmer", 3)
    for source in (255 - page, transparent_canvas(page)):
        assert reading.read(source, tiny_model, "khmer").text == "3"


@pytest.mark.parametrize("source", BLANK.values(), ids=BLANK)
@pytest.mark.parametrize("script", ["auto", "latin"])
def test_a_blank_page_is_no_digit(tiny_model, source, script):
    found = reading.read(source, tiny_model, script)
    assert (found.text, found.lines, found.digits, found.script) == ("", (), (), None)
    assert found.inputs.shape == (0, 32, 32, 1)
    assert found.ink.max() == 0
    assert found.as_dict()["lines"] == []


def test_the_box_is_in_pixels_of_the_page(tiny_model):
    digit = draw("latin", 5)
    rows, columns = np.flatnonzero((digit < 128).any(axis=1)), np.flatnonzero((digit < 128).any(axis=0))
    found = reading.read(on_a_page(digit), tiny_model, "latin")
    x, y, w, h = found.digits[0].box_xywh
    assert found.text == "5"
    assert (x, y) == pytest.approx((500 + columns[0], 300 + rows[0]), abs=6)
    assert (w, h) == pytest.approx((np.ptp(columns), np.ptp(rows)), abs=10)


def test_the_box_follows_exif(tiny_model):
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: shown upright after a quarter turn to the right
    Image.fromarray(np.rot90(on_a_page(draw("latin", 5)))).save(stream, "JPEG", exif=exif)
    found = reading.read(stream.getvalue(), tiny_model, "latin")
    assert found.text == "5"
    assert found.grey.shape == (900, 1200)
    assert found.digits[0].box_xywh[0] > 500


def test_the_source_is_not_modified(tiny_model):
    page = draw("latin", 2)
    kept = page.copy()
    reading.read(page, tiny_model)
    np.testing.assert_array_equal(page, kept)


def test_probabilities_are_of_one_script(tiny_model):
    found = reading.read(draw("latin", 8), tiny_model, "khmer").digits[0]
    assert len(found.probabilities) == 10
    assert sum(found.probabilities) == pytest.approx(1, abs=1e-6)
    assert found.confidence == max(found.probabilities)
    assert found.runner_up[1] == sorted(found.probabilities)[-2]
    assert found.runner_up[0] != found.digit


def test_a_rejected_digit_is_in_no_text(tiny_model):
    strict = model.Model(tiny_model.folder, dataclasses.replace(tiny_model.card, rejection_threshold=1.1), b"")
    strict.predict = tiny_model.predict
    found = reading.read(draw("latin", 8), strict, "latin")
    assert found.digits[0].rejected
    assert (found.digits[0].digit, found.text, found.lines[0].text) == (8, "", "")


def test_unknown_script_is_said_before_any_work(tiny_model):
    with pytest.raises(LekhError, match="does not read the script 'tamil'"):
        reading.read(b"no picture either", tiny_model, "tamil")


def test_unreadable_source(tiny_model):
    with pytest.raises(LekhError):
        reading.read(b"no picture", tiny_model)


def test_as_dict_is_what_the_command_line_promises(tiny_model):
    said = reading.read(draw("latin", 6), tiny_model, "latin").as_dict()
    assert list(said) == ["script", "text", "lines", "milliseconds"]
    (line,) = said["lines"]
    assert list(line) == ["text", "digits"]
    (digit,) = line["digits"]
    assert list(digit) == ["digit", "confidence", "rejected", "box_xywh", "probabilities"]
    assert (said["text"], line["text"], digit["digit"], digit["rejected"]) == ("6", "6", 6, False)
    assert [type(value) for value in digit["box_xywh"]] == [int] * 4
    assert said["milliseconds"] > 0


def test_lines_are_joined_by_a_line_feed():
    def digit(value, rejected=False):
        return reading.Digit(value, 0.9, rejected, (0, 0, 1, 1), (0.9, 0.1))

    def number(*digits):
        return reading.Number(digits)

    lines = (
        reading.Line((number(digit(1), digit(2, rejected=True), digit(0)), number(digit(4)))),
        reading.Line((number(digit(3, rejected=True)),)),
        reading.Line((number(digit(7)),)),
    )
    found = reading.Reading((("latin", 1.0),), lines, *(np.zeros((1, 1)),) * 3)
    assert found.text == "10 4\n7"
    assert [one.digit for one in found.digits] == [1, 2, 0, 4, 3, 7]


# Whole pages


def sheet(*rows, script="latin", size=60, apart=52, between=110):
    """uint8 page with rows of digits; a space in a row is a wide gap."""
    page = np.full((between * len(rows) + 60, 80 + apart * max(map(len, rows))), 245, np.uint8)
    for place, row in enumerate(rows):
        for column, sign in enumerate(row):
            if sign != " ":
                x, y = 40 + apart * column, 40 + between * place
                part = page[y : y + size, x : x + size]
                np.minimum(part, draw(script, int(sign), size=size), out=part)
    return page


@pytest.mark.parametrize("script", ["latin", "khmer"])
def test_a_page_is_read_line_by_line(tiny_model, script):
    found = reading.read(sheet("274  35", "8", "936", script=script), tiny_model, script)
    assert found.text == "274 35\n8\n936"
    assert [len(line.numbers) for line in found.lines] == [2, 1, 1]
    assert len(found.inputs) == len(found.digits) == 9


def test_boxes_lie_on_the_digits_in_pixels_of_the_image(tiny_model):
    for factor in (1, 3):
        page = np.kron(sheet("43", "52"), np.ones((factor, factor), np.uint8))
        found = reading.read(page, tiny_model, "latin")
        assert found.text == "43\n52"
        for place, digit in enumerate(found.digits):
            x, y, w, h = digit.box_xywh
            column, row = place % 2, place // 2
            assert 40 + 52 * column <= x / factor < (x + w) / factor <= 40 + 52 * column + 60
            assert 40 + 110 * row <= y / factor < (y + h) / factor <= 40 + 110 * row + 60
            assert h / factor > 25


def in_poor_light(ink, contrast, seed=3):
    """uint8 page of pencil, dim, under coarse grain."""
    grain = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, ink.shape), (0, 0), 0.6)
    return np.clip(105 * (1 - contrast * ink) + 8 / grain.std() * grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("contrast", [0.35, 0.4])
def test_pencil_is_seen_through_grain(tiny_model, contrast):
    rows = ["120 3457 98", "6 52 7301", "4444 12 09"]
    page = in_poor_light(compose(rows, shape=(700, 1000))[0], contrast)
    assert not layout.find_lines(ink_page.find_page(page).ink)
    found = reading.read(page, tiny_model, "latin")
    assert len(found.digits) == 24 and found.text == "\n".join(rows)


def test_small_pencil_on_a_large_page_is_seen_through_grain_as_finely_as_any(tiny_model):
    rows = ["120 3457 98", "6 52 7301", "4444 12 09"]
    page = in_poor_light(compose(rows, shape=(1400, 2000), height=36)[0], 0.4)
    assert reading.read(page, tiny_model, "latin").text == "\n".join(rows)


@pytest.mark.parametrize(
    "turned, level, chosen",
    [
        ((49, 117), (6, 9), "turned"),
        ((20, 45), (12, 25), "turned"),
        ((20, 38), (32, 41), "level"),
        (None, (5, 9), "level"),
    ],
    ids=["a form's print beside", "more digits", "fewer digits", "no rules"],
)
def test_a_turned_page_is_what_shows_more_digits(monkeypatch, turned, level, chosen):
    def shown(counts, name):
        return counts and SimpleNamespace(accepted=counts[0], digits=[None] * counts[1], name=name)

    monkeypatch.setattr(reading, "skew_of", lambda *given: 8.0)
    monkeypatch.setattr(reading, "_read_turned", lambda *given: shown(turned, "turned"))
    monkeypatch.setattr(reading, "_read_level", lambda *given: shown(level, "level"))
    assert reading._read_page(None, None, "latin").name == chosen


def test_grain_alone_is_not_read(tiny_model):
    for seed in range(4):
        page = in_poor_light(np.zeros((700, 1000), np.float32), 0, seed)
        assert not reading.read(page, tiny_model, "latin").text


def test_a_page_can_be_taken_for_one_digit(tiny_model):
    assert len(reading.read(sheet("27"), tiny_model, "latin", single=True).digits) == 1
    assert len(reading.read(sheet("27"), tiny_model, "latin").digits) == 2


def test_the_script_is_found_from_all_digits_of_a_page(tiny_model):
    for script in tiny_model.card.scripts:
        found = reading.read(sheet("2345", "96", script=script), tiny_model)
        assert (found.script, found.text) == (script, "2345\n96")


# Corrections


@pytest.fixture(scope="module")
def page_reading(tiny_model):
    return reading.read(sheet("43", "52"), tiny_model, "latin")


def boxes_of(found):
    return [reading.Box(digit.box_xywh) for digit in found.digits]


def test_untouched_boxes_keep_their_digits(tiny_model, page_reading):
    again = reading.read_boxes(page_reading, boxes_of(page_reading)[::-1], tiny_model, "latin")
    assert again.lines == page_reading.lines
    np.testing.assert_array_equal(again.inputs, page_reading.inputs)


def test_a_box_can_be_taken_away_moved_and_told(tiny_model, page_reading):
    four, three, _, two = boxes_of(page_reading)
    x, y, w, h = two.box_xywh
    moved = reading.Box((x - 4, y - 3, w + 8, h + 6))
    again = reading.read_boxes(page_reading, [four, reading.Box(three.box_xywh, 8), moved], tiny_model, "latin")
    assert again.text == "48\n2"
    told, looked_at = again.digits[1], again.digits[2]
    assert (told.confidence, told.rejected, told.probabilities[8]) == (1.0, False, 1.0)
    assert looked_at.box_xywh == moved.box_xywh
    assert len(again.inputs) == 3


def test_digits_in_the_boxes_of_a_form_stay_one_number(tiny_model):
    form = np.full((220, 560), 245, np.uint8)
    for column, digit in enumerate((3, 0, 2, 5, 4)):
        x = 20 + 104 * column
        cv2.rectangle(form, (x, 50), (x + 104, 150), 90, 2)
        part = form[72:132, x + 22 : x + 82]
        np.minimum(part, draw("latin", digit, size=60), out=part)
    found = reading.read(form, tiny_model, "latin")
    assert found.text == "30254"
    boxes = [reading.Box(digit.box_xywh) for digit in found.digits]
    x, y, w, h = boxes[2].box_xywh
    again = reading.read_boxes(
        found, [*boxes[:2], reading.Box((x + 3, y - 2, w, h), 7), *boxes[3:]], tiny_model, "latin"
    )
    assert again.text == "30754"


def test_a_box_on_bare_paper_is_rejected_unless_it_is_told(tiny_model, page_reading):
    bare = (5, 5, 20, 20)
    for box in (bare, (-30, -30, 10, 10), (10**6, 3, 5, 5)):
        again = reading.read_boxes(page_reading, [reading.Box(box)], tiny_model, "latin")
        assert (again.text, again.digits[0].rejected) == ("", True)
    assert reading.read_boxes(page_reading, [reading.Box(bare, 7)], tiny_model, "latin").text == "7"


def test_no_box_is_an_empty_reading(tiny_model, page_reading):
    again = reading.read_boxes(page_reading, [], tiny_model, "latin")
    assert (again.lines, again.text, again.inputs.shape[0]) == ((), "", 0)


@pytest.mark.parametrize(
    ("chances", "shared"),
    [
        pytest.param([("latin", 0.9), ("khmer", 0.1)], (), id="decided"),
        pytest.param([("latin", 0.6), ("khmer", 0.35), ("odia", 0.05)], ("latin", "khmer"), id="two of three"),
        pytest.param([], (), id="no ink"),
    ],
)
def test_a_shape_of_several_scripts_is_said_to_be_so(chances, shared):
    found = reading.Reading(tuple(chances), (), *(np.zeros((1, 1)),) * 3)
    assert found.shared == shared


def test_the_digits_of_such_a_shape_in_each_script_come_with_the_reading(tiny_model, monkeypatch):
    def a_latin_4_or_a_khmer_7(batch):
        answers = np.full((len(batch), 20), 1e-6, np.float32)
        answers[:, 4] = answers[:, 17] = 0.5
        return answers

    monkeypatch.setattr(tiny_model, "predict", a_latin_4_or_a_khmer_7)
    found = reading.read(draw("latin", 4), tiny_model, single=True)
    assert set(found.shared) == {"latin", "khmer"}
    assert {script: found.as_in(script) for script in found.shared} == {"latin": "4", "khmer": "7"}
    box = reading.Box(found.digits[0].box_xywh, 2)
    told = reading.read_boxes(found, [box], tiny_model)
    assert {told.as_in(script) for script in found.shared} == {"2"}
    assert not reading.read(draw("latin", 4), tiny_model, "latin", single=True).digits[0].elsewhere


def test_a_digit_of_another_script_is_rejected(tiny_model, monkeypatch):
    def sure_of_khmer(batch):
        answers = np.full((len(batch), 20), 1e-6, np.float32)
        answers[:, 14] = 1
        return answers

    monkeypatch.setattr(tiny_model, "predict", sure_of_khmer)
    page = draw("khmer", 4)
    assert reading.read(page, tiny_model, "latin", single=True).digits[0].rejected
    assert not reading.read(page, tiny_model, "khmer", single=True).digits[0].rejected


@pytest.mark.parametrize(("digit", "rejected"), [(0, False), (5, True)], ids=["a circle", "a 5"])
def test_a_shape_that_two_scripts_share_is_a_digit_of_either(tiny_model, monkeypatch, digit, rejected):
    def sure_of_latin(batch):
        answers = np.zeros((len(batch), 20), np.float32)
        answers[:, digit] = 1
        answers[:, 10 + digit] = 1e-6
        return answers

    monkeypatch.setattr(tiny_model, "predict", sure_of_latin)
    found = reading.read(draw("khmer", digit), tiny_model, "khmer", single=True).digits[0]
    assert (found.digit, found.rejected) == (digit, rejected)


@pytest.mark.parametrize(
    ("script", "shares", "looks"),
    [
        pytest.param("latin", {4: 0.99}, [1], id="sure"),
        pytest.param("latin", {4: 0.5, 7: 0.5}, [1, 4], id="a 4 or a 7"),
        pytest.param("auto", {4: 0.5, 14: 0.5}, [1, 4], id="a 4, but of which script"),
        pytest.param("latin", {4: 0.5, 14: 0.5}, [1], id="a 4 of the script that was asked for"),
        pytest.param("latin", {14: 0.99, 4: 0.01}, [1, 4], id="hardly one of the script that was asked for"),
    ],
)
def test_a_doubtful_digit_is_looked_at_in_every_way(tiny_model, monkeypatch, script, shares, looks):
    asked = []

    def predict(batch):
        asked.append(len(batch))
        answers = np.zeros((len(batch), 20), np.float32)
        answers[:, list(shares)] = list(shares.values())
        return answers

    monkeypatch.setattr(tiny_model, "predict", predict)
    reading.read(draw("latin", 4), tiny_model, script, single=True)
    assert asked == looks


class Says:
    """Stands in for a network that is sure of one class, and counts the digits that it is asked of."""

    def __init__(self, place):
        self.place, self.asked = place, 0

    def predict(self, batch):
        self.asked += len(batch)
        return np.eye(20, dtype=np.float32)[[self.place] * len(batch)]


@pytest.mark.parametrize(("confident", "asked", "says"), [(0.99, False, 4), (0.6, True, 7)])
@pytest.mark.parametrize("single", [True, False])
def test_a_second_network_is_asked_of_a_doubtful_digit(tiny_model, monkeypatch, confident, asked, says, single):
    def predict(batch):
        answers = np.zeros((len(batch), 20), np.float32)
        answers[:, [4, 7]] = confident, 1 - confident
        return answers

    monkeypatch.setattr(tiny_model, "predict", predict)
    monkeypatch.setattr(tiny_model, "second", Says(7))
    (digit,) = reading.read(draw("latin", 4), tiny_model, "latin", single=single).digits
    assert (digit.digit, tiny_model.second.asked > 0) == (says, asked)
    weight = 0.5 if asked else 0.0  # of the second's word; the first's, in all views, has as much
    assert digit.probabilities[7] == pytest.approx((1 - weight) * (1 - confident) + weight, abs=1e-5)


def test_a_leaning_stroke_is_a_sign_only_between_digits(monkeypatch):
    loaded = model.load()
    slash = next(place for place, label in enumerate(loaded.card.classes) if label.symbol == "/")

    def undecided(batch):
        answers = np.full((len(batch), len(loaded.card.classes)), 1e-6, np.float32)
        answers[:, loaded.card.indices("latin")[1]], answers[:, slash] = 0.6, 0.4
        return answers

    monkeypatch.setattr(loaded, "predict", undecided)
    monkeypatch.setattr(loaded, "second", None)
    monkeypatch.setitem(vars(loaded), "sequence", None)
    assert reading.read(sheet("1"), loaded, "latin", single=True).text == "1"
    assert [digit.rejected for digit in reading.read(sheet("444"), loaded, "latin").digits] == [False, True, False]


def test_a_margin_beside_the_paper_is_no_digit():
    page = np.full((208, 119), 190, np.uint8)
    page[:, :20] = 12
    assert reading.read(page, model.load(), "latin").text == ""


def test_crumbs_beside_a_black_margin_are_no_digits():
    page = np.full((206, 141), 235, np.uint8)
    page[:, :45] = 10
    for top in (40, 120):
        page[top : top + 16, 55:58] = 90
    for place in (72, 98):
        digit = draw("latin", 3, size=40)
        page[80:120, place : place + 40] = np.minimum(page[80:120, place : place + 40], digit)
    assert reading.read(page, model.load(), "latin").text == "33"


def on_a_note(digit, picture=(300, 400), note=(210, 260), size=70, seed=4):
    """uint8: a small picture of a note on a dark desk, with a digit on it, and the digit's left and top there."""
    rng = np.random.default_rng(seed)
    page = rng.normal(75, 4, picture)
    top, left = ((side - part) // 2 for side, part in zip(picture, note, strict=True))
    page[top : top + note[0], left : left + note[1]] = rng.normal(215, 2, note)
    y, x = top + 90, left + 40
    ink = (255 - cv2.resize(draw("latin", digit), (size, size), interpolation=cv2.INTER_AREA)) / 255
    page[y : y + size, x : x + size] *= 1 - 0.7 * ink
    return np.clip(page, 0, 255).astype(np.uint8), (x, y, size)


@pytest.mark.parametrize("digit", [2, 4, 5, 9])
def test_a_digit_on_a_note_of_a_small_picture_is_read_where_it_stands(digit):
    page, (left, top, size) = on_a_note(digit)
    found = reading.read(page, model.load(), "latin")
    assert found.text == str(digit) and found.grey.shape == page.shape
    x, y, w, h = found.digits[0].box_xywh
    assert left <= x and x + w <= left + size + 1 and top <= y and y + h <= top + size + 1


def test_the_surer_of_two_looks_at_one_digit_counts(tiny_model, monkeypatch):
    page = on_a_page(draw("latin", 7))
    sure = reading.read(page, tiny_model, "latin")
    (digit,) = sure.digits
    other = dataclasses.replace(digit, digit=1, confidence=0.81)
    doubted = dataclasses.replace(sure, lines=(reading.Line((reading.Number((other,)),)),))
    monkeypatch.setattr(reading, "read_found", lambda *_: doubted)
    assert reading.read(page, tiny_model, "latin").text == "7"


def test_what_learns_from_a_photo_learns_the_ink_that_is_read(tiny_model):
    page = on_a_page(draw("latin", 4))
    page[:, 1100:] = 60
    read = reading.read(page, tiny_model, "latin", single=True)
    found = photo.find_digit(page)
    assert found.box_xywh == pytest.approx(read.digits[0].box_xywh, abs=4)
    learnt = normalize.to_input(found.ink, tiny_model.card.normalization)
    assert np.abs(learnt - read.inputs[0]).mean() < 0.02


def test_a_large_digit_is_read_where_the_page_has_crumbs_that_look_like_digits():
    page = np.full((1200, 1600), 215.0) + np.random.default_rng(0).normal(0, 2, (1200, 1600))
    ink = (255 - cv2.resize(draw("latin", 3), (560, 560), interpolation=cv2.INTER_AREA)) / 255
    page[300:860, 500:1060] *= 1 - 0.7 * ink
    for left, top in ((200, 130), (1300, 200), (350, 1000), (1200, 1050)):
        page[top : top + 60, left : left + 9] *= 0.5
    assert reading.read(np.uint8(page), model.load(), "latin").text == "3"


@pytest.mark.parametrize("size, is_read", [(1200, True), (160, False)], ids=["page", "cut-out"])
def test_what_was_left_out_of_a_cut_out_is_not_looked_at_again(tiny_model, size, is_read):
    grey = cv2.resize(draw("latin", 3), (size, size), interpolation=cv2.INTER_AREA)
    grey = np.pad(grey, size // 4, constant_values=255)
    found = reading.read_large(grey, ink_page.find_page(grey), (), tiny_model, "latin")
    assert (found is not None) == is_read
