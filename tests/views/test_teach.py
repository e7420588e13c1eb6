"""Teach without a browser: what is collected by drawing, from a photo and on the page that reads; where it is kept."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from drawn import draw
from PIL import Image
from streamlit import config
from streamlit.runtime.secrets import Secrets
from streamlit.testing.v1 import AppTest

from lekh import collection_zip
from lekh.collection import OWN, Collection
from lekh.errors import LekhError
from views import canvas, collected, scripts, teach, teach_draw, teach_look, teach_photo
from views.strings import text

ROOT = Path(__file__).resolve().parents[2]


def app() -> None:
    from views import teach

    teach.page()


@pytest.fixture(autouse=True)
def _tiny_model_and_no_canvas(tiny_model_folder, monkeypatch, tmp_path):
    """The sheet is filled by hand; what is kept on the disk is kept elsewhere."""
    monkeypatch.setenv("LEKH_MODEL", str(tiny_model_folder))
    monkeypatch.delenv(collected.SETTING, raising=False)
    monkeypatch.setattr("views.canvas.draw", lambda *_, **__: False)
    monkeypatch.setattr("views.screen._screen", lambda **_: {"width": 1280})
    monkeypatch.setattr(Collection.on_disk.__func__, "__defaults__", (tmp_path / "collected", ()))
    st.cache_data.clear()


@pytest.fixture
def page():
    """A function that opens Teach, with what its session holds."""

    def opened(script: str = "latin", mode: str = "draw", **session) -> AppTest:
        made = AppTest.from_function(app, default_timeout=30)
        made.session_state[teach.SCRIPT], made.session_state[teach.MODE] = script, mode
        for key, value in session.items():
            made.session_state[key.replace("_", "-")] = value
        return run(made)

    return opened


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize(("address", "kept"), [("khmer", "khmer"), ("martian", "thai"), (None, "thai")])
def test_the_script_that_the_address_names_is_taught_and_goes_to_the_other_pages(address, kept):
    made = AppTest.from_function(app, default_timeout=30)
    made.session_state[scripts.KEPT] = "thai"
    if address:
        made.query_params[scripts.KEY] = address
    run(made)
    assert made.session_state[teach.SCRIPT] == made.session_state[scripts.KEPT] == kept


@pytest.mark.parametrize(
    ("before", "elsewhere", "taught"),
    [("latin", "thai", "thai"), ("khmer", "auto", "khmer"), ("khmer", None, "khmer"), (OWN, "thai", OWN)],
)
def test_it_opens_with_the_script_of_the_other_pages_or_that_of_the_last_digit_kept(before, elsewhere, taught):
    made = AppTest.from_function(app, default_timeout=30)
    made.session_state[f"{teach.SCRIPT}-kept"] = before
    if elsewhere:
        made.session_state[scripts.KEPT] = elsewhere
    run(made)
    assert made.session_state[teach.SCRIPT] == taught


def test_steps_of_another_script_cannot_be_taken_back(page):
    shown = page(teach_taught="khmer", teach_kept=["a step"])
    assert shown.session_state[teach_draw.KEPT] == [] and shown.button(key="teach-undo").disabled


def test_the_script_that_is_taught_is_that_of_the_other_pages_but_for_own_symbols(page):
    shown = page("latin")
    for script, elsewhere in (("khmer", "khmer"), (OWN, "khmer")):
        shown.selectbox(key=teach.SCRIPT).set_value(script)
        run(shown)
        assert shown.session_state[scripts.KEPT] == elsewhere
        assert shown.query_params[scripts.KEY] in (elsewhere, [elsewhere])


def png(digit: int, seed: int | None = None) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(draw("latin", digit, seed)).save(buffer, "PNG")
    return buffer.getvalue()


def sheet(digit: int, seed: int | None = None) -> canvas.Sheet:
    return canvas.Sheet(strokes=[{"type": "Path"}], png=png(digit, seed))


def keep(page: AppTest, digit: int, seed: int | None = None) -> AppTest:
    page.session_state[teach_draw.SHEET] = sheet(digit, seed)
    run(page)
    page.button(key="teach-keep").click()
    return run(page)


def of(page: AppTest, script: str = "latin", on_disk: bool = False) -> Collection:
    return page.session_state["collections"][script, on_disk]


def counts(collection: Collection) -> dict[str, int]:
    return {label: count for label, count in collection.counts().items() if count}


def messages(elements) -> str:
    return " ".join(element.value for element in elements)


def html(page: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in page.get("html"))


# Drawing


def test_drawings_are_kept_in_turn_and_taken_back(page):
    shown = page("khmer")
    assert shown.button(key="teach-keep").disabled and shown.button(key="teach-undo").disabled
    assert messages(shown.caption).count(text("teach.none")) == 1
    for digit in range(3):
        keep(shown, digit, digit)
    assert counts(of(shown, "khmer")) == {"0": 1, "1": 1, "2": 1}
    assert shown.session_state[teach_draw.CLASS] == "3" and "<b>៣</b>" in html(shown)
    assert shown.session_state[teach_draw.SHEET].png is None
    assert html(shown).count("data:image/png") == 3
    shown.button(key="teach-undo").click()
    run(shown)
    assert counts(of(shown, "khmer")) == {"0": 1, "1": 1} and shown.session_state[teach_draw.CLASS] == "2"


def test_the_last_class_is_followed_by_the_first(page):
    shown = keep(page("latin", teach_class="9"), 9)
    assert shown.session_state[teach_draw.CLASS] == "0"


@pytest.mark.parametrize("drawn", ["twice", "blank"])
def test_a_drawing_that_teaches_nothing_is_said_to(page, drawn):
    shown = keep(page(teach_class="7"), 7)
    if drawn == "blank":
        blank = io.BytesIO()
        Image.new("L", (300, 200), 255).save(blank, "PNG")
        shown.session_state[teach_draw.SHEET] = canvas.Sheet(strokes=[{}], png=blank.getvalue())
    else:
        shown.session_state[teach_draw.SHEET] = sheet(7)
    shown.session_state[teach_draw.CLASS] = "7"
    run(shown)
    shown.button(key="teach-keep").click()
    run(shown)
    expected = text("teach.twice") if drawn == "twice" else text("error.no_ink_was_found_in_the_picture")
    assert messages(shown.warning) == expected and counts(of(shown)) == {"7": 1}


def test_symbols_of_ones_own_are_named_and_drawn(page):
    shown = page(OWN)
    assert messages(shown.info) == text("teach.name_first")
    shown.text_input(key=teach.NAMES).set_value("star، moon,, ផ្កា , star")
    run(shown)
    assert of(shown, OWN).classes == ("star", "moon", "ផ្កា")
    for digit in (3, 4, 5, 6):
        keep(shown, digit)
    assert counts(of(shown, OWN)) == {"star": 2, "moon": 1, "ផ្កា": 1}
    assert "<b>moon</b>" in html(shown)


@pytest.mark.parametrize("name", ["../up", "a\u202eb", "con", "a, A", ", ".join(f"s{n}" for n in range(41))])
def test_a_name_that_cannot_be_is_one_sentence(page, name):
    shown = page(OWN)
    shown.text_input(key=teach.NAMES).set_value(name)
    run(shown)
    assert len(shown.error) == 1 and of(shown, OWN).classes == ()


def test_a_name_is_shown_as_it_is_typed(page):
    shown = page(OWN)
    shown.text_input(key=teach.NAMES).set_value("x&b, [y]")
    run(shown)
    assert "<b>x&amp;b</b>" in html(shown) and not shown.error
    (pills,) = shown.pills
    assert [option.content for option in pills.proto.options] == ["**x&b** · 0", r"**\[y\]** · 0"]


# What is there


def filled(*digits: int, script: str = "latin") -> dict:
    made = Collection(script)
    for place, digit in enumerate(digits):
        made.add_picture(str(digit), png(digit, place), "drawn")
    return {(script, False): made}


def test_examples_are_deleted_one_by_one_by_class_and_all(page):
    shown = page(collections=filled(1, 1, 1, 2, 3))
    assert text("teach.collected", n=5) in messages(shown.markdown)
    shown.button(key=f"delete-{of(shown).examples('1')[0].sha256}").click()
    run(shown)
    assert counts(of(shown)) == {"1": 2, "2": 1, "3": 1}
    shown.button(key="delete-class").click()
    run(shown)
    assert counts(of(shown)) == {"2": 1, "3": 1}
    shown.button(key="delete-all").click()
    run(shown)
    assert len(of(shown)) == 0 and text("teach.none") in messages(shown.caption)


def test_many_examples_are_looked_through_page_by_page(page, monkeypatch):
    monkeypatch.setattr(teach_look, "EACH", 2)
    shown = page(collections=filled(1, 1, 1, 1, 1))
    assert sum(button.key.startswith("delete-") for button in shown.button) == 2 + 2
    shown.number_input(key=teach_look.PAGE).set_value(3)
    run(shown)
    assert sum(button.key.startswith("delete-") for button in shown.button) == 1 + 2


def test_a_zip_is_taken_once_and_what_came_of_it_is_said(page):
    made = filled(4, 4, 6)["latin", False]
    shown = page()
    shown.file_uploader(key=teach_look.UPLOADED).set_value(("mine.zip", collection_zip.pack(made), "application/zip"))
    run(shown)
    assert messages(shown.success) == text("teach.taken", new=3, known=0, blank=0)
    run(shown)
    assert messages(shown.success) == text("teach.taken", new=3, known=0, blank=0)
    assert counts(of(shown)) == {"4": 2, "6": 1}


def test_a_hostile_zip_is_one_sentence_and_the_page_goes_on(page):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../7/a.png", png(7))
    shown = page()
    shown.file_uploader(key=teach_look.UPLOADED).set_value(("bad.zip", buffer.getvalue(), "application/zip"))
    run(shown)
    problem = text("error.this_zip_holds_a_file_that_would_land_outside_its_folder")
    assert messages(shown.error) == problem and len(of(shown)) == 0


# A photo


def photographed(page: AppTest, content: bytes) -> AppTest:
    page.file_uploader(key=teach_photo.UPLOAD).set_value(("page.png", content, "image/png"))
    return run(page)


def two_lines() -> bytes:
    rows = [np.hstack([draw("latin", digit, size=140) for digit in row]) for row in ((1, 2, 7), (3, 0, 4))]
    buffer = io.BytesIO()
    Image.fromarray(np.pad(np.vstack(rows), 60, constant_values=255)).save(buffer, "PNG")
    return buffer.getvalue()


def test_the_boxes_of_a_photo_are_kept_as_they_are_read(page):
    shown = photographed(page(mode="photo"), two_lines())
    assert shown.button(key="teach-keep-all").label == text("teach.keep_all", n=6)
    shown.button(key="teach-keep-all").click()
    run(shown)
    assert counts(of(shown)) == dict.fromkeys("012347", 1)
    assert {example.source for example in of(shown).examples()} == {"photo"}
    assert messages(shown.success) == text("teach.taken", new=6, known=0, blank=0)
    shown.button(key="teach-keep-all").click()
    run(shown)
    assert len(of(shown)) == 6


def test_a_whole_line_is_said_at_once_and_a_box_left_out(page, monkeypatch):
    seen = []
    monkeypatch.setattr("views.photo.show", lambda **given: seen.append(given))
    shown = photographed(page(mode="photo"), two_lines())
    boxes = [mark.box_xywh for mark in seen[-1]["marks"]]
    shown.session_state[teach_photo.CHOSEN] = boxes[4]
    run(shown)
    shown.toggle(key=teach_photo.WHOLE_LINE).set_value(True)
    run(shown)
    (pills,) = [part for part in shown.pills if part.key.startswith("teach-told-")]
    pills.set_value(5)
    run(shown)
    assert [mark.label for mark in seen[-1]["marks"]] == ["1", "2", "7", "5", "5", "5"]
    shown.toggle(key=teach_photo.WHOLE_LINE).set_value(False)
    run(shown)
    shown.button(key="teach-leave-out").click()
    run(shown)
    shown.button(key="teach-keep-all").click()
    run(shown)
    assert counts(of(shown)) == {"1": 1, "2": 1, "7": 1, "5": 2}


def test_boxes_of_symbols_of_ones_own_have_no_class_before_they_are_told(page, monkeypatch):
    seen = []
    monkeypatch.setattr("views.photo.show", lambda **given: seen.append(given))
    made = Collection(OWN, [f"s{n}" for n in range(12)])
    shown = photographed(page(OWN, "photo", collections={(OWN, False): made}), two_lines())
    assert [mark.label for mark in seen[-1]["marks"]] == ["?"] * 6 and shown.button(key="teach-keep-all").disabled
    shown.session_state[teach_photo.CHOSEN] = seen[-1]["marks"][0].box_xywh
    run(shown)
    (pills,) = [part for part in shown.pills if part.key.startswith("teach-told-")]
    pills.set_value(11)
    run(shown)
    shown.button(key="teach-keep-all").click()
    run(shown)
    assert counts(of(shown, OWN)) == {"s11": 1}


def test_a_broken_photo_is_one_sentence(page):
    shown = photographed(page(mode="photo"), b"no picture")
    assert len(shown.error) == 1


# Where it is kept


@pytest.mark.parametrize(
    ("said", "offered"), [(None, False), ("true", True), ("1", True), ("false", False), ("perhaps", False)]
)
def test_the_disk_is_offered_only_where_the_host_allows_it(page, monkeypatch, said, offered):
    if said is not None:
        monkeypatch.setenv(collected.SETTING, said)
    shown = page()
    assert bool([box for box in shown.checkbox if box.key == collected.CONSENT_BOX]) is offered
    assert (text("teach.session") in messages(shown.caption)) is not offered


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("[lekh]\ncollect = true\n", True),
        ("[lekh]\ncollect = 'no'\n", False),
        ("lekh = 1\n", False),
        ("x = 1\n", False),
    ],
)
def test_the_host_allows_it_in_the_configuration(tmp_path, monkeypatch, written, allowed):
    (tmp_path / "secrets.toml").write_text(written)
    monkeypatch.setattr(st, "secrets", Secrets())
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(tmp_path / "secrets.toml")])
    try:
        assert collected.allowed() is allowed
    finally:
        config.set_option("secrets.files", before)


def test_nothing_is_on_the_disk_before_consent_and_all_of_it_after(page, monkeypatch, tmp_path):
    monkeypatch.setenv(collected.SETTING, "true")
    shown = keep(page(), 0)
    assert not (tmp_path / "collected").exists()
    shown.checkbox(key=collected.CONSENT_BOX).check()
    run(shown)
    keep(shown, 1)
    kept = Collection.on_disk("latin")
    assert counts(kept) == {"0": 1, "1": 1} and all(example.consent for example in kept.examples())
    assert kept.folder == tmp_path / "collected" / "latin" and len(of(shown)) == 0
    shown.checkbox(key=collected.CONSENT_BOX).uncheck()
    run(shown)
    keep(shown, 2)
    assert counts(of(shown)) == {str(2): 1} and len(Collection.on_disk("latin")) == 2


def test_what_a_disk_refuses_stays_in_the_session(page, monkeypatch):
    def refuse(*_):
        raise LekhError("A digit could not be kept on the disk", "Make room, or check the folder")

    monkeypatch.setenv(collected.SETTING, "true")
    shown = keep(page(), 0)
    monkeypatch.setattr(collected, "move", refuse)
    shown.checkbox(key=collected.CONSENT_BOX).check()
    run(shown)
    assert "could not be kept" in shown.error[0].value and not shown.checkbox(key=collected.CONSENT_BOX).value
    assert counts(of(shown)) == {"0": 1}
    run(shown)
    assert not shown.error


def test_a_host_that_no_longer_allows_it_gets_nothing(page, monkeypatch, tmp_path):
    monkeypatch.setenv(collected.SETTING, "false")
    keep(page(**{collected.CONSENT: True}), 3)
    assert not (tmp_path / "collected").exists()


# Where it was read


@pytest.fixture
def reader(monkeypatch) -> AppTest:
    """The page that reads, with a drawing of a seven."""
    made = AppTest.from_file(str(ROOT / "main_app.py"), default_timeout=60)
    made.session_state["script"], made.session_state["sample"] = "latin", None
    made.session_state[canvas.SHEET] = sheet(7)
    return run(made)


def tap(page: AppTest, digit: int) -> AppTest:
    (pills,) = [part for part in page.pills if part.key and part.key.startswith("told-")]
    pills.set_value(digit)
    return run(page)


@pytest.mark.parametrize("single", [False, True])
def test_a_tap_corrects_one_digit_and_keeps_it(reader, single):
    if single:
        reader.toggle(key="single").set_value(True)
        run(reader)
    assert reader.metric[0].value == "7"
    tap(reader, 3)
    assert reader.metric[0].value == "3" and counts(of(reader)) == {"3": 1}
    assert of(reader).examples()[0].source == "correction"
    assert text("closer.by_you") in messages(reader.markdown)
    tap(reader, 1)  # the last word counts
    assert counts(of(reader)) == {"1": 1}
    reader.button(key="delete-box").click()
    run(reader)
    assert messages(reader.info) == text("told.is_none") and len(of(reader)) == 0
    reader.button(key="told-back").click()
    run(reader)
    assert reader.metric[0].value == "1" and counts(of(reader)) == {"1": 1}


def test_what_was_kept_is_what_teach_opens_with(reader):
    tap(reader, 3)
    assert reader.session_state[f"{teach.SCRIPT}-kept"] == "latin"


def test_what_was_deleted_from_the_collection_does_not_come_back(reader):
    tap(reader, 3)
    of(reader).clear()
    run(reader)
    assert len(of(reader)) == 0


def test_a_digit_of_a_page_is_corrected_in_one_tap_and_kept(reader, monkeypatch):
    reader.session_state[canvas.SHEET] = canvas.Sheet(strokes=[{"type": "Path"}], png=two_lines())
    run(reader)
    row = reader.dataframe[0].value.iloc[1]
    reader.session_state["chosen"] = tuple(int(row[name]) for name in ("x", "y", "width", "height"))
    run(reader)
    tap(reader, 9)
    assert reader.code[0].value.replace(" ", "").startswith("197")
    assert counts(of(reader)) == {"9": 1}
    reader.button(key="correct.undo").click()
    run(reader)
    assert reader.code[0].value.replace(" ", "").startswith("127") and len(of(reader)) == 0
