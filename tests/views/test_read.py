"""Every branch of the page, without a browser."""

import io
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from drawn import draw
from PIL import Image
from streamlit.testing.v1 import AppTest

from lekh import model as models
from lekh.reading import Digit, Line, Reading
from views import answers, canvas, samples
from views.strings import text

ROOT = Path(__file__).resolve().parents[2]
PNG = "image/png"


@pytest.fixture(autouse=True)
def _tiny_model_and_no_canvas(tiny_model_folder, monkeypatch):
    """The canvas needs a running server in some versions of Streamlit; the browser tests draw on the real one."""
    monkeypatch.setenv("LEKH_MODEL", str(tiny_model_folder))
    blank_canvas = SimpleNamespace(st_canvas=lambda **_: SimpleNamespace(json_data=None, image_bytes=None))
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", blank_canvas)
    st.cache_data.clear()


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


def a_reading(probabilities: list[float], rejected: bool = False, script: str = "latin") -> Reading:
    shares = np.array(probabilities)
    digit = Digit(int(shares.argmax()), float(shares.max()), rejected, (1, 2, 3, 4), tuple(map(float, shares)))
    grey, ink, inputs = np.full((9, 7), 200, np.uint8), np.zeros((9, 7), np.float32), np.zeros((1, 8, 8, 1), np.float32)
    return Reading(script, (Line((digit,)),), 3.0, grey, ink, inputs)


# A first visit


def test_a_first_visit_shows_a_sample_that_is_read(page):
    page.run()
    assert not page.exception and not page.error
    assert len(page.metric) == 1
    assert messages(page.caption).startswith(text("draw.hint", first="0", last="9"))
    assert text("samples.source", name=samples.name(samples.first("latin"))) in messages(page.caption)
    assert [choice.value for choice in page.segmented_control] == ["draw", "latin", "draw.medium"]


def test_one_chart_stands_beside_the_answer(page):
    assert len(charts(page.run())) == 1


# Samples and scripts


def test_a_sample_is_read_on_a_click(page):
    page.run()
    chosen = samples.of_script("latin")[2]
    page.button(key=chosen.name).click().run()
    assert text("samples.source", name=samples.name(chosen)) in messages(page.caption)
    assert not page.exception and not page.error


def test_another_script_shows_its_own_samples_and_numerals(page):
    page.run()
    page.segmented_control(key="script").set_value("khmer").run()
    assert page.session_state["sample"] == samples.first("khmer")
    assert page.metric[0].label == text("answer.own_digit", script="Khmer")
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
    assert samples.of_script("martian") == [] and samples.first("martian") is None


def test_samples_that_browsers_cannot_show_are_left_out():
    assert {path.suffix for script in ("latin", "khmer") for path in samples.of_script(script)} <= {".jpg", ".png"}
    assert all(4 <= len(samples.of_script(script)) <= 6 for script in ("latin", "khmer"))


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
    assert list(table["digit"]) == ["7", "", "", "2"]
    assert list(table["note"].astype(bool)) == [False, True, True, False]
    assert text("batch.summary", read=2, total=4) in messages(page.markdown)
    assert not page.error


def test_several_files_are_not_read_again_on_a_rerun(page, monkeypatch):
    counted = []
    monkeypatch.setattr(answers, "read", lambda *arguments: counted.append(1) or a_reading([1.0] + [0.0] * 9))
    uploaded(page, ("a.png", png(), PNG), ("b.png", png(digit=1), PNG))
    page.run()
    assert len(counted) == 2


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
    assert (row["digit"], row["note"]) == ("", text("batch.rejected"))
    assert row["runner_up"] == "១ (1) 25.0 %"


# The model folder


def test_a_missing_model_is_one_sentence_and_the_inputs_stay(page, monkeypatch, tmp_path):
    monkeypatch.setenv("LEKH_MODEL", str(tmp_path / "nothing"))
    page.run()
    assert not page.exception and len(page.error) == 1 and "card.json" in page.error[0].value
    assert [choice.key for choice in page.segmented_control] == ["mode", "script", "pen"]
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
    assert not page.error and len(page.metric) == 1


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
        assert len(page.metric) == 1 and not page.exception
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
