"""Every branch of the page, without a browser."""

import base64
import io
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from drawn import draw
from PIL import Image
from streamlit.testing.v1 import AppTest

from lekh import model as models
from lekh.hand import Hand
from lekh.numerals import SCRIPTS
from lekh.reading import AUTO, Digit, Line, Number, Reading
from views import answers, canvas, corrections, photo, pictures, samples, scripts, sources, whole
from views.strings import text

ROOT = Path(__file__).resolve().parents[2]
PNG = "image/png"


pytestmark = pytest.mark.usefixtures("tiny_page")


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(str(ROOT / "main_app.py"), default_timeout=60)


def png(script: str = "latin", digit: int = 7) -> bytes:
    return _png(draw(script, digit))


def blank() -> bytes:
    return _png(np.full((120, 90), 255, np.uint8))


def _png(grey: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG")
    return buffer.getvalue()


def uploaded(page: AppTest, *files: tuple[str, bytes, str], script: str = "latin") -> AppTest:
    page.session_state["script"] = script
    page.session_state["mode"] = "upload"
    page.session_state["sample"] = None
    page.run()
    page.file_uploader[0].set_value(list(files)).run()
    assert not page.exception
    return page


def messages(elements) -> str:
    return " ".join(element.value for element in elements)


def charts(page: AppTest) -> list:
    return list(page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart"))  # the second in Streamlit 1.65


def a_reading(probabilities: list[float], rejected: bool = False, script: str = "latin", side: int = 32) -> Reading:
    shares = np.array(probabilities)
    digit = Digit(int(shares.argmax()), float(shares.max()), rejected, (1, 2, 3, 4), tuple(map(float, shares)))
    grey, ink, inputs = (
        np.full((9, 7), 200, np.uint8),
        np.zeros((9, 7), np.float32),
        np.zeros((1, side, side, 1), np.float32),
    )
    return Reading(((script, 1.0),), (Line((Number((digit,)),)),), grey, ink, inputs)


# A first visit


def test_a_first_visit_shows_a_sample_that_is_read(page):
    page.run()
    assert not page.exception and not page.error
    assert page.code[0].value.count("\n") >= 2  # a page of several lines
    assert text("draw.hint", first="0", last="9") in messages(page.caption)
    assert text("samples.source", name=samples.name(samples.of_script("latin")[0])) in messages(page.caption)
    assert [choice.value for choice in page.segmented_control] == ["draw", "latin", "draw.medium"]


def test_one_chart_stands_beside_the_answer_of_one_digit(page):
    assert len(charts(uploaded(page, ("photo.png", png(), PNG)))) == 1


# Samples and scripts


def test_a_sample_is_read_on_a_click(page):
    page.run()
    chosen = samples.of_script("latin")[-1]
    page.button(key=chosen.name).click().run()
    assert text("samples.source", name=samples.name(chosen)) in messages(page.caption)
    assert not page.exception and not page.error


def test_another_script_shows_its_own_samples_and_numerals(page):
    page.run()
    page.segmented_control(key="script").set_value("khmer").run()
    assert page.session_state["sample"] == samples.of_script("khmer")[0]
    assert text("draw.hint", first="០", last="៩") in messages(page.caption)
    assert [button.key for button in page.button if button.key.startswith("latin")] == []


def test_another_script_reads_the_same_drawing_again(page):
    page.session_state["sample"] = None
    page.session_state[canvas.SHEET] = canvas.Sheet(strokes=[{"type": "Path"}], png=png("khmer", 8))
    page.run()
    page.segmented_control(key="script").set_value("khmer").run()
    assert page.session_state["sample"] is None
    assert page.metric[0].value == text("answer.both", own="៨", western=8)


def test_a_script_without_samples_shows_none():
    assert samples.of_script("martian") == [] and samples.first("martian", ["martian"]) is None


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_samples_that_a_browser_can_show_a_number_first(script):
    found = samples.of_script(script)
    assert {path.suffix for path in found} <= {".jpg", ".png"}
    assert 2 <= len(found) <= samples.IN_A_ROW
    assert found[0].stem.split("_")[-1] in samples.WHOLE and samples.name(found[0])


def test_one_sample_of_each_script_is_offered_while_none_is_chosen():
    assert [path.stem.split("_")[0] for path in samples.offered(AUTO, list(SCRIPTS))] == list(SCRIPTS)


# Upload


@pytest.mark.parametrize(("script", "digit", "value"), [("latin", 7, "7"), ("khmer", 8, "៨ = 8")])
def test_one_file_gets_the_full_answer(page, script, digit, value):
    uploaded(page, ("photo.png", png(script, digit), PNG), script=script)
    assert [metric.value for metric in page.metric] == [value]
    assert "photo.png" in messages(page.caption)
    pictures = page.get("image") or page.get("imgs")  # the second is the name in Streamlit 1.65
    captions = [picture.proto.imgs[0].caption for picture in pictures]
    assert [caption for caption in captions if caption] == [
        text("steps.photo"),
        text("steps.ink"),
        text("steps.input", size=32),
    ]


def test_heic_is_read_even_when_the_browser_does_not_know_it(page):
    heic = (samples.FOLDER / "khmer_8_pencil.heic").read_bytes()
    uploaded(page, ("khmer_8_pencil.heic", heic, "application/octet-stream"), script="khmer")
    assert len(page.metric) == 1 and not page.error


@pytest.mark.parametrize("content", [b"", b"not a picture", png()[:60]], ids=["empty", "text", "cut off"])
def test_a_file_that_cannot_be_read_gives_one_sentence_and_the_page_goes_on(page, content):
    uploaded(page, ("broken.png", content, PNG))
    assert len(page.error) == 1 and "not a picture" not in page.error[0].value.lower().replace("is not a picture", "")
    assert not page.metric
    uploaded(page, ("seven.png", png(), PNG))
    assert page.metric[0].value == "7" and not page.error


def test_blank_paper_says_what_to_do(page):
    uploaded(page, ("blank.png", blank(), PNG))
    assert messages(page.info) == text("answer.no_ink")
    assert not page.metric and not charts(page)


def test_without_a_file_the_page_says_what_to_do(page):
    page.run()
    page.segmented_control(key="mode").set_value("upload").run()
    assert messages(page.info) == text("upload.blank")


def test_several_files_get_a_row_each_and_one_bad_file_does_not_stop_them(page):
    files = [("7.png", png(), PNG), ("bad.png", b"?", PNG), ("blank.png", blank(), PNG), ("2.png", png(digit=2), PNG)]
    uploaded(page, *files)
    table = page.dataframe[0].value
    assert list(table["picture"]) == [name for name, _, _ in files]
    assert list(table["text"]) == ["7", "", "", "2"]
    assert list(table["note"].astype(bool)) == [False, True, True, False]
    assert text("batch.summary", read=2, total=4) in messages(page.markdown)
    assert page.metric[0].value == "7"  # the first is looked at
    assert not page.error


def test_several_files_are_not_read_again_on_a_rerun(page, monkeypatch):
    counted = []
    monkeypatch.setattr(answers, "read", lambda *arguments: counted.append(1) or a_reading([1.0] + [0.0] * 9))
    uploaded(page, ("a.png", png(), PNG), ("b.png", png(digit=1), PNG))
    page.run()
    assert len(counted) == 2


# Whole pages


def page_of(rows: tuple[str, ...], milliseconds: float = 3.0) -> Reading:
    """What reading such a page may give: each row one number, the zeros unsure and the nines rejected."""
    lines = []
    for row, written in enumerate(rows):
        digits = []
        for column, character in enumerate(written):
            value = int(character)
            best = {0: 0.7, 9: 0.3}.get(value, 0.95)
            shares = [(1 - best) / 9] * 10
            shares[value] = best
            digits.append(Digit(value, best, value == 9, (30 + 90 * column, 30 + 90 * row, 60, 80), tuple(shares)))
        lines.append(Line((Number(tuple(digits)),)))
    count = sum(map(len, rows))
    shape = 60 + 90 * len(rows), 60 + 90 * max(map(len, rows))
    inputs = np.linspace(0, 1, count * 64, dtype=np.float32).reshape(count, 8, 8, 1)
    return Reading(
        (("latin", 1.0),),
        tuple(lines),
        np.full(shape, 200, np.uint8),
        np.zeros(shape, np.float32),
        inputs,
        milliseconds=milliseconds,
    )


def test_an_odd_hand_is_told(page, monkeypatch):
    reading = page_of(("127", "3094"))
    inputs = np.zeros((7, 32, 32, 1), np.float32)
    monkeypatch.setattr(answers, "read", lambda *arguments: replace(reading, inputs=inputs, hand=Hand(slant=-0.4)))
    page = uploaded(page, ("sheet.png", png(), PNG))
    assert text("whole.straightened", how="slanted by -40 %") in messages(page.caption)


@pytest.fixture
def whole_page(page, monkeypatch) -> AppTest:
    """The page with a photo of two lines; the card of the tiny model says 32 pixels, so do the inputs."""
    reading = page_of(("127", "3094"))
    inputs = np.zeros((7, 32, 32, 1), np.float32)
    monkeypatch.setattr(answers, "read", lambda *arguments: replace(reading, inputs=inputs))
    return uploaded(page, ("sheet.png", png(), PNG))


def choose(page: AppTest, place: int) -> AppTest:
    row = page.dataframe[0].value.iloc[place]
    page.session_state[whole.CHOSEN] = tuple(int(row[name]) for name in ("x", "y", "width", "height"))
    page.run()
    assert not page.exception
    return page


def test_a_page_gives_its_text_to_copy_and_every_digit_a_row(whole_page):
    assert whole_page.code[0].value == "127\n304"
    summary = messages(whole_page.caption)
    assert text("whole.count", digits=7) in summary and text("whole.lines", n=2) in summary
    assert text("whole.doubtful", n=2) in summary
    assert list(whole_page.dataframe[0].value["digit"]) == ["1", "2", "7", "3", "0", "", "4"]
    assert not whole_page.metric


def test_a_digit_of_a_page_is_looked_at_closely(whole_page):
    assert not charts(whole_page) and text("closer.legend") in messages(whole_page.markdown)
    choose(whole_page, 4)
    assert len(charts(whole_page)) == 1
    assert text("answer.confidence", words=text("answer.fairly_sure"), percent="70.0 %") in messages(
        whole_page.markdown
    )


def test_the_doubtful_digits_are_found_one_after_the_other(whole_page):
    for place in (4, 5, 4):
        whole_page.button(key="next-doubtful").click().run()
        assert whole_page.selectbox(key=whole.CHOSEN).index == place


def correcting(page: AppTest) -> AppTest:
    page.toggle(key=whole.CORRECTING).set_value(True).run()
    return page


def test_what_a_person_says_of_a_digit_goes_into_text_and_table_until_reset(whole_page):
    correcting(choose(whole_page, 5))
    whole_page.pills[0].set_value(6).run()
    assert not whole_page.exception
    assert whole_page.code[0].value.replace(" ", "") == "127\n3064"
    whole_page.button(key="correct.undo").click().run()
    assert whole_page.code[0].value == "127\n304"
    whole_page.button(key="delete-box").click().run()
    assert list(whole_page.dataframe[0].value["digit"]) == ["1", "2", "7", "3", "0", "4"]
    whole_page.button(key="correct.reset").click().run()
    assert len(whole_page.dataframe[0].value) == 7


def test_corrections_survive_another_input_and_another_script(whole_page):
    correcting(choose(whole_page, 0))
    whole_page.button(key="delete-box").click().run()
    whole_page.segmented_control(key="script").set_value("khmer").run()
    whole_page.segmented_control(key="script").set_value("latin").run()
    assert whole_page.code[0].value.replace(" ", "") == "27\n304"


def test_the_last_box_can_be_deleted_and_the_page_says_what_to_do(page, monkeypatch):
    monkeypatch.setattr(answers, "read", lambda *arguments: a_reading([1.0] + [0.0] * 9, side=32))
    uploaded(page, ("a.png", png(), PNG))
    correcting(page)
    choose(page, 0)
    page.button(key="delete-box").click().run()
    assert messages(page.info) == text("whole.none") and not page.exception


def test_one_digit_can_be_asked_for(page, monkeypatch):
    asked = []

    def read(content, model, script, single):
        asked.append(single)
        return a_reading([1.0] + [0.0] * 9)

    monkeypatch.setattr(answers, "read", read)
    uploaded(page, ("a.png", png(), PNG))
    page.toggle(key="single").set_value(True).run()
    assert asked == [False, True] and page.metric[0].value == "0"
    assert [toggle.key for toggle in page.toggle] == ["single", "why"]  # nothing to correct


def test_an_answer_is_small_however_large_the_photo():
    grey = np.random.default_rng(0).integers(150, 255, (3000, 4000), np.uint8)
    reading = replace(
        page_of(("0123456789",) * 130), grey=grey, inputs=np.random.default_rng(0).random((1300, 32, 32, 1))
    )
    answered = answers.shown(reading, side=32, stamp=(), single=False)
    assert len(pickle.dumps(answered)) < 4e6
    assert answered.size_wh == (4000, 3000) and answered.reading.grey.size == 0


def test_marks_tell_doubt_from_certainty(whole_page, monkeypatch):
    shown = []
    monkeypatch.setattr(photo, "show", lambda **arguments: shown.append(arguments))
    whole_page.run()
    marks = shown[0]["marks"]
    assert [mark.label for mark in marks] == ["1", "2", "7", "3", "0?", "?", "4"]
    assert [mark.kind for mark in marks][3:] == [photo.SURE, photo.UNSURE, photo.REJECTED, photo.SURE]
    assert shown[0]["size_wh"] == (420, 240)


def test_what_the_browser_corrects_is_taken_once(whole_page, monkeypatch):
    shown = []
    monkeypatch.setattr(photo, "show", lambda **arguments: shown.append(arguments))
    whole_page.run()
    monkeypatch.setattr(st, "session_state", {corrections.STATE: {}, "chosen": None})
    edits = [
        {"seq": 1, "kind": "delete", "from": [30, 30, 60, 80]},
        {"seq": 2, "kind": "label", "from": [120, 30, 60, 80], "to": None, "digit": 5},
        "nonsense",
        {"seq": "3", "kind": "delete", "from": [30, 120, 60, 80]},
    ]
    shown[0]["on_edits"](edits)
    (mine,) = st.session_state[corrections.STATE].values()
    assert (len(mine.boxes), mine.applied, mine.boxes[0].digit) == (6, 2, 5)
    assert st.session_state[whole.CHOSEN] == (120, 30, 60, 80)
    shown[0]["on_edits"](edits)
    assert len(mine.past) == 2


# Draw


def test_a_drawing_is_read(page):
    page.session_state["sample"] = None
    page.session_state[canvas.SHEET] = canvas.Sheet(strokes=[{"type": "Path"}], png=png(digit=4))
    page.run()
    assert page.metric[0].value == "4"
    assert text("draw.source") in messages(page.caption)


def test_clear_leaves_a_blank_sheet_that_says_what_to_do(page):
    page.session_state["sample"] = None
    page.session_state[canvas.SHEET] = canvas.Sheet(strokes=[{"type": "Path"}], png=png())
    page.run()
    page.button(key="draw.clear").click().run()
    assert messages(page.info) == text("draw.blank")
    assert page.button(key="draw.clear").disabled and page.button(key="draw.undo").disabled


# Camera


def test_a_picture_from_the_camera_is_read(page):
    if not hasattr(page, "camera_input"):
        pytest.skip("this Streamlit's AppTest has no camera")
    page.run()
    page.segmented_control(key="mode").set_value("camera").run()
    assert messages(page.info) == text("camera.blank")
    assert page.camera_input[0].resolution == "1080p"
    buffer = io.BytesIO()
    Image.fromarray(draw("latin", 7)).save(buffer, "JPEG", quality=95)
    page.camera_input[0].set_value(("shot.jpg", buffer.getvalue(), "image/jpeg")).run()
    assert page.metric[0].value == "7" and text("camera.source") in messages(page.caption)


# How sure


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.995, "answer.very_sure"), (0.95, "answer.sure"), (0.7, "answer.fairly_sure"), (0.4, "answer.unsure")],
)
def test_confidence_is_put_in_words(page, monkeypatch, confidence, words):
    others = [(1 - confidence) / 9] * 9
    monkeypatch.setattr(answers, "read", lambda *arguments: a_reading([confidence, *others]))
    page.run()
    assert text(words) in messages(page.markdown)


@pytest.mark.parametrize(("second", "named"), [(0.2, True), (0.05, False)])
def test_a_close_runner_up_is_named(page, monkeypatch, second, named):
    rest = [0.0] * 8
    monkeypatch.setattr(answers, "read", lambda *arguments: a_reading([1 - second, second, *rest]))
    page.run()
    shown = messages(page.markdown)
    assert (text("answer.runner_up", numeral="1", percent=f"{100 * second:.1f} %") in shown) is named


def test_a_rejected_digit_is_shown_as_not_read(page, monkeypatch):
    monkeypatch.setattr(answers, "read", lambda *arguments: a_reading([0.2] + [0.8 / 9] * 9, rejected=True))
    page.run()
    assert page.metric[0].label == text("answer.rejected") and page.metric[0].value == text("answer.rejected_value")
    assert text("answer.retry") in messages(page.caption)


def test_a_rejected_digit_of_several_is_no_digit_in_the_table(page, monkeypatch):
    monkeypatch.setattr(
        answers, "read", lambda *arguments: a_reading([0.3, 0.25] + [0.45 / 8] * 8, rejected=True, script="khmer")
    )
    uploaded(page, ("a.png", png(), PNG), ("b.png", png(digit=1), PNG), script="khmer")
    row = page.dataframe[0].value.iloc[0]
    assert (row["text"], row["note"]) == ("", text("batch.rejected", n=1))


def test_a_picture_in_which_nothing_was_read_has_no_confidence_in_the_table(page, monkeypatch):
    monkeypatch.setattr(answers, "read", lambda *arguments: a_reading([0.9] + [0.1 / 9] * 9, rejected=True, side=32))
    uploaded(page, ("a.png", png(), PNG), ("b.png", png(digit=1), PNG))
    assert page.dataframe[0].value["confidence"].isna().all()


def test_confidence_in_a_table_is_in_percent_and_never_certain(page, monkeypatch):
    monkeypatch.setattr(answers, "read", lambda *arguments: a_reading([1.0] + [0.0] * 9))
    uploaded(page, ("a.png", png(), PNG), ("b.png", png(digit=1), PNG))
    assert list(page.dataframe[0].value["confidence"]) == [99.9, 99.9]


@pytest.mark.parametrize("make", [pictures.photo, lambda grey: pictures.ink(grey / 255)], ids=["photo", "ink"])
def test_a_strip_of_paper_does_not_fill_the_screen(make):
    def shown(height, width):
        address = make(np.full((height, width), 200, np.uint8))
        with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as picture:
            return picture.size

    assert shown(30000, 30) == (60, 240) and shown(30, 30000) == (240, 1) and shown(400, 200) == (120, 240)


def test_of_many_files_the_button_that_removes_them_names_some(page):
    page.session_state["uploaded"] = [sources.from_bytes(f"{place}.png", png()) for place in range(5)]
    page.session_state["mode"] = "upload"
    page.run()
    assert page.button(key="forget").label == text("upload.forget", names="0.png, 1.png, 2.png, …")


def test_the_way_back_to_another_address_shows_its_script(many):
    many.query_params["script"] = "latin"
    many.run()
    many.query_params["script"] = "khmer"
    many.run()
    assert many.selectbox(key="script").value == "khmer" and not many.exception


def test_what_is_no_digit_is_said_to_be_so_and_its_bars_are_put_away(page, monkeypatch):
    monkeypatch.setattr(answers, "read", lambda *arguments: a_reading([0.9] + [0.1 / 9] * 9, rejected=True, side=32))
    uploaded(page, ("a.png", png(), PNG))
    assert page.subheader[0].value == text("answer.no_digit") and not page.metric
    (guess,) = [part for part in page.expander if part.label == text("answer.best_guess", numeral="0")]
    assert not guess.proto.expanded


# The script, where there are many


@pytest.fixture
def many(page, monkeypatch) -> AppTest:
    """The page with a model of so many scripts that they are found."""
    monkeypatch.setattr(scripts, "FEW", 1)
    return page


def by_script(monkeypatch, *shares: tuple[str, float], elsewhere=(), **more) -> None:
    """Every picture is a zero, in scripts as probable as that, in others `elsewhere` perhaps another digit."""
    answer = replace(a_reading([0.9] + [0.1 / 9] * 9, side=32, **more), scripts=shares)
    digit = replace(answer.digits[0], elsewhere=elsewhere)
    answer = replace(answer, lines=(Line((Number((digit,)),)),))
    monkeypatch.setattr(answers, "read", lambda *arguments: answer)


def test_the_script_is_found_and_said(many):
    uploaded(many, ("8.png", png("khmer", 8), PNG), script=AUTO)
    assert many.metric[0].value == "៨ = 8"
    assert text("script.khmer") in messages(many.caption)
    assert "script" not in many.query_params


def test_how_sure_the_script_is_never_reads_as_certain(many, monkeypatch):
    by_script(monkeypatch, ("khmer", 0.9999), ("latin", 0.0001))
    uploaded(many, ("a.png", png(), PNG), script=AUTO)
    assert text("script.found", script="Khmer", percent=99) in messages(many.caption)


def test_a_shape_of_several_scripts_is_said_to_be_so_and_a_tap_chooses(many, monkeypatch):
    by_script(monkeypatch, ("latin", 0.55), ("khmer", 0.45))
    uploaded(many, ("a.png", png(), PNG), script=AUTO)
    assert text("script.shared") in messages(many.caption)
    offered = [button for button in many.button if button.key.startswith("shared-")]
    assert [button.key for button in offered] == ["shared-latin", "shared-khmer"]
    assert offered[1].label.startswith("Khmer ")
    offered[1].click().run()
    assert many.selectbox(key="script").value == "khmer" and many.query_params["script"] in ("khmer", ["khmer"])
    assert "a.png" in messages(many.caption)


@pytest.mark.parametrize(
    ("khmer", "shown"),
    [pytest.param(0, ["0"], id="one digit in both"), pytest.param(6, ["0 or 6"], id="another digit in each")],
)
def test_all_that_a_shape_may_be_is_said(many, monkeypatch, khmer, shown):
    by_script(monkeypatch, ("latin", 0.55), ("khmer", 0.45), elsewhere=(("latin", 0), ("khmer", khmer)))
    uploaded(many, ("a.png", png(), PNG), script=AUTO)
    assert [metric.value for metric in many.metric] == shown
    said = text("answer.confidence", words=text("answer.sure"), percent="90.0 %")
    assert (said in messages(many.markdown)) is (shown == ["0"])
    assert (text("answer.own_digit", script=text("script.latin")) in messages(many.caption)) is (shown != ["0"])


@pytest.mark.parametrize(("khmer", "perhaps"), [(0.5, True), (0.001, False)])
def test_a_number_that_several_scripts_share_is_said_to_be_perhaps_that(many, monkeypatch, khmer, perhaps):
    reading = replace(page_of(("71",)), inputs=np.zeros((2, 32, 32, 1), np.float32))
    monkeypatch.setattr(answers, "read", lambda *_: replace(reading, scripts=(("latin", 1 - khmer), ("khmer", khmer))))
    uploaded(many, ("a.png", png(), PNG), script=AUTO)
    key = "whole.perhaps_number" if perhaps else "whole.number"
    assert (many.metric[0].label, many.metric[0].value) == (text(key, script=text("script.latin")), "71")


def test_a_chosen_script_is_not_said_to_be_found(many, monkeypatch):
    by_script(monkeypatch, ("khmer", 1.0))
    uploaded(many, ("a.png", png(), PNG), script="khmer")
    assert text("script.found", script="Khmer", percent=99) not in messages(many.caption)


def test_nothing_is_said_of_the_script_of_what_is_no_digit(many, monkeypatch):
    by_script(monkeypatch, ("latin", 0.55), ("khmer", 0.45), rejected=True)
    uploaded(many, ("a.png", png(), PNG), script=AUTO)
    assert text("script.shared") not in messages(many.caption)


@pytest.mark.parametrize(("address", "chosen"), [("khmer", "khmer"), ("auto", AUTO), ("martian", AUTO), (None, AUTO)])
def test_the_address_chooses_the_script(many, address, chosen):
    if address:
        many.query_params["script"] = address
    many.run()
    assert many.selectbox(key="script").value == chosen
    assert many.session_state["sample"] == samples.first(chosen, ["latin", "khmer"])


def test_several_files_say_the_script_of_each_and_its_numerals(many):
    uploaded(many, ("7.png", png(), PNG), ("8.png", png("khmer", 8), PNG), script=AUTO)
    table = many.dataframe[0].value
    assert list(table["script"]) == ["Latin", "Khmer"]
    assert list(table["text"]) == ["7", "8"] and list(table["numerals"]) == ["7", "៨"]


def test_the_card_shows_every_digit_the_chosen_script_first(many):
    many.query_params["script"] = "khmer"
    many.run()
    card = many.get("html")[0].proto.body
    assert all(numeral in card for script in ("latin", "khmer") for numeral in SCRIPTS[script].digits)
    assert card.index(SCRIPTS["khmer"].digits[9]) < card.index("Latin")


# The model folder


def test_a_missing_model_is_one_sentence_and_the_inputs_stay(page, monkeypatch, tmp_path):
    monkeypatch.setenv("LEKH_MODEL", str(tmp_path / "nothing"))
    page.run()
    assert not page.exception and len(page.error) == 1 and "card.json" in page.error[0].value
    assert [choice.key for choice in page.segmented_control] == ["mode", "pen"]
    assert page.selectbox(key="script").value == AUTO
    for mode in ("upload", "camera"):
        page.segmented_control(key="mode").set_value(mode).run()
        assert not page.exception and len(page.error) == 1


def test_a_damaged_network_is_one_sentence_until_it_is_mended(page, monkeypatch, tmp_path, tiny_model_folder):
    folder = tmp_path / "model"
    shutil.copytree(tiny_model_folder, folder)
    monkeypatch.setenv("LEKH_MODEL", str(folder))
    (folder / models.TFLITE).write_bytes(b"damaged")
    page.run()
    assert not page.exception and len(page.error) == 1
    shutil.copy(tiny_model_folder / models.TFLITE, folder / models.TFLITE)
    page.run()
    assert not page.error and len(page.code) == 1


def test_a_fault_of_the_program_stays_visible(page, monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(answers, "read", broken)
    page.run()
    assert page.exception


def test_an_image_is_read_once_however_often_the_page_runs(page, monkeypatch):
    counted = []
    monkeypatch.setattr(answers, "read", lambda *arguments: counted.append(1) or a_reading([1.0] + [0.0] * 9))
    page.run()
    page.run()
    page.segmented_control(key="pen").set_value("draw.thick").run()
    assert len(counted) == 1


# What the server carries


def test_the_page_answers_without_tensorflow_and_within_300_mb(tiny_model_folder):
    script = f"""
import sys, psutil
sys.path.insert(0, {str(ROOT)!r})
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({str(ROOT / "main_app.py")!r}, default_timeout=60)
page.session_state["mode"] = "upload"
page.run()
for script in ("latin", "khmer"):
    page.segmented_control(key="script").set_value(script).run()
    for button in [button for button in page.button if button.key.startswith(script)]:
        page.button(key=button.key).click().run()
        assert not page.exception and not page.error
carried = [name for name in ("tensorflow", "keras", "sklearn", "matplotlib") if name in sys.modules]
memory = psutil.Process().memory_info().rss
print(carried, memory)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    carried, memory = done.stdout.strip().splitlines()[-1].rsplit(" ", 1)
    assert carried == "[]"
    assert int(memory) < 300e6


def test_views_do_no_image_processing_of_their_own():
    for path in [ROOT / "main_app.py", *(ROOT / "views").glob("*.py")]:
        assert "cv2" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize(
    ("hand", "words"),
    [((12, 0, 1), "turned by +12°"), ((0.2, -0.3, 0.8), "slanted by -30 %, at 80 % of its width")],
)
def test_only_what_is_unusual_about_a_hand_is_told(hand, words):
    assert answers.straightening(Hand(*hand)) == words
