"""What a person does: upload, draw with a mouse or a finger, look at the answer, in both themes and on a phone."""

import io
import json
import os
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest
from drawn import draw
from hands import tap
from PIL import Image
from playwright.sync_api import Page, expect

from lekh import model, reading
from lekh.numerals import SCRIPTS
from views import samples
from views.strings import text

SEVEN = [(60, 50), (210, 50), (120, 240)]
ACROSS = [(95, 140), (190, 140)]
ONE = [(140, 40), (140, 240)]
CIRCLE = [(170 + round(75 * np.sin(turn)), 140 - round(90 * np.cos(turn))) for turn in np.linspace(0, 6.3, 25)]
DOODLE = [(40, 50), (60, 250), (220, 60), (240, 240), (50, 150), (290, 120), (300, 260), (20, 30), (320, 20), (140, 10),
          (240, 200), (20, 200), (140, 10), (120, 270)]  # fmt: skip
UNDO, REDO, CLEAR = (f".st-key-draw-{name} button >> nth=0" for name in ("undo", "redo", "clear"))


TAKE_BACK, RESET = (f".st-key-correct-{name} button >> nth=0" for name in ("undo", "reset"))
PAGE = samples.FOLDER / "latin_page.jpg"
SEEN = text("steps.input", size=32)


def photo(digit: int) -> dict:
    return jpeg(f"photo_{digit}.jpg", draw("latin", digit, size=400))


def jpeg(name: str, grey: np.ndarray) -> dict:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "JPEG", quality=95)
    return {"name": name, "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def choose_input(page: Page, mode: str) -> None:
    tap(page.get_by_role("radio", name=text(f"mode.{mode}"), exact=True))


def upload(page: Page, *files) -> None:
    choose_input(page, "upload")
    page.locator("input[type=file]").set_input_files(list(files))


def upload_page(page: Page) -> reading.Reading:
    """Uploads a page of 29 digits; returns what the library says of it."""
    upload(page, PAGE)
    source(page, PAGE.name)
    expect(boxes(page)).to_have_count(len(expected().digits))
    return expected()


def loaded() -> model.Model:
    return model.load(os.environ.get("LEKH_MODEL") or model.DEFAULT_FOLDER)


def expected() -> reading.Reading:
    return reading.read(PAGE, loaded(), "latin")


def boxes(page: Page):
    return page.locator(".photo svg g rect")


def written(page: Page):
    return page.get_by_test_id("stCode").locator("code")


def saved(page: Page, label: str) -> str:
    with page.expect_download() as download:
        tap(page.get_by_role("button", name=label, exact=True))
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def middle(locator) -> tuple[float, float]:
    while (box := locator.bounding_box()) is None:  # it is being drawn anew
        locator.wait_for()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def stroke(page: Page, points: list[tuple[int, int]]) -> None:
    """Draws with the mouse; points in pixels of the canvas."""
    corner = _corner(page)
    page.mouse.move(corner["x"] + points[0][0], corner["y"] + points[0][1])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(corner["x"] + x, corner["y"] + y, steps=8)
    page.mouse.up()


def finger(page: Page, points: list[tuple[int, int]]) -> None:
    """Draws with a finger; Playwright itself can only tap."""
    corner = _corner(page)
    touch = page.context.new_cdp_session(page)
    places = [(points[0], points[0]), *pairwise(points)]
    for number, (start, end) in enumerate(places):
        for part in range(1, 9):
            x, y = (corner[axis] + s + (e - s) * part / 8 for axis, s, e in zip("xy", start, end, strict=True))
            kind = "touchStart" if number == 0 and part == 1 else "touchMove"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _corner(page: Page) -> dict:
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    return canvas.bounding_box()


def digit(page: Page):
    return page.get_by_test_id("stMetricValue")


def source(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).first.wait_for()


def numbers(page: Page) -> list[str]:
    """What stands beside the bars, from zero to nine."""
    chart = page.get_by_test_id("stVegaLiteChart")
    chart.locator("svg").wait_for()
    return chart.locator("svg text").filter(has_text="%").all_text_contents()


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right."""
    return page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every(part => part.scrollWidth <= part.clientWidth)"
    )


def test_an_uploaded_photo_is_read_and_its_chart_drawn(open_page):
    page = open_page()
    upload(page, photo(7))
    source(page, "photo_7.jpg")
    expect(digit(page)).to_have_text("7")
    shares = numbers(page)
    assert len(shares) == 10
    assert float(re.search(r"[\d.]+", shares[7]).group()) > 50
    assert page.get_by_test_id("stImage").count() >= 3


def test_a_broken_file_is_one_sentence_and_the_next_file_is_read(open_page):
    page = open_page()
    upload(page, {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"})
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    tap(page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button"))
    upload(page, photo(7))
    expect(digit(page)).to_have_text("7")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_several_files_fill_a_table_that_can_be_saved_and_one_is_looked_at(open_page):
    page = open_page()
    upload(page, photo(7), {"name": PAGE.name, "mimeType": "image/jpeg", "buffer": PAGE.read_bytes()})
    page.get_by_text(text("batch.summary", read=2, total=2)).wait_for()
    rows = [line.split(",") for line in saved(page, text("batch.csv")).splitlines()]
    assert [row[:2] for row in rows[1:]] == [["photo_7.jpg", "7"], [PAGE.name, expected().text.replace("\n", " / ")]]
    expect(digit(page)).to_have_text("7")
    tap(page.get_by_role("combobox", name=text("batch.look")))
    tap(page.get_by_role("option", name=PAGE.name))
    expect(boxes(page)).to_have_count(len(expected().digits))


# Whole pages


def test_a_page_is_read_and_a_digit_of_it_looked_at(open_page):
    page = open_page()
    answer = upload_page(page)
    expect(written(page)).to_have_text(answer.text)
    tap(boxes(page).nth(5))
    page.get_by_text(SEEN, exact=True).wait_for()
    assert len(numbers(page)) == 10
    chosen = page.get_by_role("combobox", name=text("closer.label"))
    expect(chosen).to_have_value(text("closer.place", line=1, place=6, digit=answer.digits[5].digit))
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_value(text("closer.place", line=1, place=7, digit=answer.digits[6].digit))
    assert page.locator(".photo g.chosen").count() == 1


def test_a_page_is_saved_as_the_command_line_prints_it(open_page):
    page = open_page()
    answer = upload_page(page)
    written_json = json.loads(saved(page, text("whole.json")))
    known = {"file": PAGE.name, "error": None, **answer.as_dict()}
    assert list(written_json) == list(known)
    for result in (written_json, known):
        result.pop("milliseconds")
    assert written_json == json.loads(json.dumps(known))
    table = saved(page, text("whole.csv")).splitlines()
    assert len(table) == 1 + len(answer.digits)


def test_a_digit_is_corrected_by_key_and_the_text_follows_until_reset(open_page):
    page = open_page()
    answer = upload_page(page)
    first = answer.text[0]
    said = str((int(first) + 5) % 10)
    tap(page.get_by_text(text("correct.toggle"), exact=True))
    page.get_by_text(text("correct.hint")).wait_for()
    tap(boxes(page).nth(0))
    page.keyboard.press(said)
    expect(written(page)).to_have_text(said + answer.text[1:])
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1000)
    expect(written(page)).to_have_text(said + answer.text[1:])
    choose_input(page, "draw")
    choose_input(page, "upload")
    expect(written(page)).to_have_text(said + answer.text[1:])
    tap(page.locator(RESET))
    expect(written(page)).to_have_text(answer.text)


def test_boxes_are_moved_added_and_deleted_on_the_photo(open_page):
    page = open_page()
    answer = upload_page(page)
    count = len(answer.digits)
    tap(page.get_by_text(text("correct.toggle"), exact=True))
    page.get_by_text(text("correct.hint")).wait_for()
    area = page.locator(".photo svg").bounding_box()
    low = area["y"] + 0.93 * area["height"]  # no writing down there
    drag(page, (area["x"] + 100, low - 10), (area["x"] + 130, low + 10))
    expect(boxes(page)).to_have_count(count + 1)
    page.get_by_text(re.compile("^" + text("whole.count", digits=count + 1))).wait_for()
    page.keyboard.press("4")
    expect(written(page)).to_have_text(re.compile(r"(.*\n)*.*4.*$"))
    page.keyboard.press("Delete")
    expect(boxes(page)).to_have_count(count)
    page.get_by_text(re.compile("^" + text("whole.count", digits=count))).wait_for()
    x, y = middle(boxes(page).nth(0))
    drag(page, (x, y), (x + 12, y + 4))
    undo = page.locator(TAKE_BACK)
    for _ in range(6):  # added, told, deleted, moved: as many steps as there were
        if not undo.is_enabled():
            break
        tap(undo)
        page.wait_for_timeout(1000)
    expect(undo).to_be_disabled()
    expect(written(page)).to_have_text(answer.text)
    expect(boxes(page)).to_have_count(count)


def test_a_page_on_a_phone(open_page):
    page = open_page(width=375, height=812, touch=True)
    answer = upload_page(page)
    assert fits(page)
    tops = [
        part.bounding_box()["y"] for part in (written(page), page.locator(".photo"), page.get_by_test_id("stExpander"))
    ]
    assert tops == sorted(tops) and tops[0] < 600
    boxes(page).nth(3).tap()
    page.get_by_text(SEEN, exact=True).wait_for()
    assert fits(page)
    expect(written(page)).to_have_text(answer.text)


def test_1300_digits_stay_usable(open_page):
    rng = np.random.default_rng(0)
    tiles = [[draw("latin", int(rng.integers(10)), size=72) for _ in range(32)] for _ in range(40)]
    page = open_page()
    upload(page, jpeg("crowd.jpg", np.pad(np.vstack([np.hstack(row) for row in tiles]), 40, constant_values=255)))
    source(page, "crowd.jpg")
    boxes(page).nth(1200).wait_for(state="attached")
    tap(boxes(page).nth(600))
    page.get_by_text(SEEN, exact=True).wait_for(timeout=5000)
    tap(page.get_by_role("button", name=text("photo.larger")))
    assert fits(page)


# Drawing


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_drawing_is_read_after_each_stroke(open_page, theme):
    page = open_page(theme=theme)
    stroke(page, SEVEN)
    source(page, text("draw.source"))
    expect(digit(page)).to_have_text("7")
    assert len(numbers(page)) == 10
    stroke(page, ACROSS)
    expect(page.locator(UNDO)).to_be_enabled()
    expect(digit(page)).to_have_text("7")


def test_a_stroke_ends_where_the_mouse_is_let_go_over_a_tool_that_is_idle(open_page):
    page = open_page()
    below = middle(page.locator(UNDO))
    corner = _corner(page)
    page.mouse.move(corner["x"] + 60, corner["y"] + 50)
    page.mouse.down()
    page.mouse.move(corner["x"] + 230, corner["y"] + 50, steps=8)
    page.mouse.move(*below, steps=8)
    page.mouse.up()
    source(page, text("draw.source"))
    expect(page.locator(UNDO)).to_be_enabled()
    expect(digit(page)).to_have_text("7")


def test_two_digits_are_a_number(open_page):
    page = open_page()
    stroke(page, [(30, 50), (120, 50), (70, 220)])
    expect(digit(page)).to_have_text("7")
    stroke(page, [(220, 50), (218, 220)])
    expect(digit(page)).to_have_text("71")
    expect(boxes(page)).to_have_count(2)
    tap(page.get_by_text(text("amount.one"), exact=True))
    expect(digit(page).filter(has_text="71")).to_have_count(0)


def test_undo_redo_and_clear(open_page):
    page = open_page()
    expect(page.locator(UNDO)).to_be_disabled()
    stroke(page, ONE)
    expect(digit(page)).to_have_text("1")
    tap(page.locator(UNDO))
    page.get_by_text(text("draw.blank")).wait_for()
    tap(page.locator(REDO))
    expect(digit(page)).to_have_text("1")
    for _ in range(2):  # the second sheet is as blank as the first
        tap(page.locator(CLEAR))
        page.get_by_text(text("draw.blank")).wait_for()
        stroke(page, SEVEN)
        expect(digit(page)).to_have_text("7")


def test_a_drawing_is_still_there_after_a_look_at_another_input(open_page):
    page = open_page()
    stroke(page, SEVEN)
    source(page, text("draw.source"))
    choose_input(page, "upload")
    page.get_by_text(text("upload.blank")).wait_for()
    choose_input(page, "draw")
    source(page, text("draw.source"))
    expect(digit(page)).to_have_text("7")
    stroke(page, ACROSS)
    page.wait_for_timeout(1000)  # nothing on the page tells that the second stroke has arrived
    tap(page.locator(UNDO))
    expect(page.locator(REDO)).to_be_enabled()
    expect(digit(page)).to_have_text("7")
    expect(page.locator(UNDO)).to_be_enabled()


def test_on_a_phone_a_finger_draws_and_nothing_sticks_out(open_page):
    page = open_page(width=375, height=812, touch=True)
    assert fits(page)
    finger(page, SEVEN)
    source(page, text("draw.source"))
    expect(digit(page)).to_have_text("7")
    expect(written(page)).to_have_count(0)  # the sample is gone
    box = digit(page).bounding_box()
    assert box["y"] + 0.8 * box["height"] <= 812  # the digit shows without scrolling; under it the line is empty
    order = [
        page.locator("canvas.upper-canvas"),
        digit(page),
        page.get_by_test_id("stVegaLiteChart"),
        page.get_by_text(text("steps.ink"), exact=True),
        page.get_by_text(text("samples.label")),
    ]
    tops = [part.bounding_box()["y"] for part in order]
    assert tops == sorted(tops)
    for mode in ("upload", "camera"):
        choose_input(page, mode)
        page.get_by_text(text(f"{mode}.blank")).wait_for()
        assert fits(page)


def test_on_a_narrow_phone_the_sheet_and_its_tools_fit(open_page):
    page = open_page(width=360, height=780, touch=True)
    sheet = page.locator("canvas.upper-canvas").bounding_box()
    assert fits(page) and sheet["x"] + sheet["width"] <= 360 - sheet["x"]
    tools = [page.locator(f".st-key-draw-{name} button:visible").first for name in ("undo", "redo", "clear")]
    assert len({round(tool.bounding_box()["y"]) for tool in tools}) == 1


def test_on_a_desktop_all_that_matters_is_above_the_fold(open_page):
    page = open_page()

    def all_seen(*parts) -> bool:
        ends = [part.bounding_box() for part in parts]
        return all(box["y"] + box["height"] <= 800 for box in ends) and fits(page)

    assert all_seen(page.locator(".photo"), written(page))
    tap(page.locator(f".st-key-{samples.of_script('latin')[-1].name.replace('.', '-')} button"))
    digit(page).wait_for()
    assert all_seen(page.get_by_test_id("stVegaLiteChart"), page.get_by_text(SEEN, exact=True))
    upload_page(page)
    assert all_seen(page.locator(".photo"), written(page))


def test_khmer_numerals_come_with_the_page(open_page):
    page = open_page(script="khmer")
    tap(page.get_by_text("១២៣", exact=True))
    expect(written(page)).to_have_text(re.compile(r"^[០-៩ \n]+$"))
    tap(page.locator(".st-key-khmer_1_pencil-jpg button"))
    page.get_by_test_id("stMetric").get_by_text(text("answer.own_digit", script="Khmer")).wait_for()
    expect(digit(page)).to_have_text("១ = 1")
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('20px \"Lekh Numerals\"', '៥'))")


# Scripts


@pytest.fixture
def open_any(open_page):
    """A function that opens the page with no script chosen, where the model knows all of them."""
    if set(loaded().card.scripts) != set(SCRIPTS):
        pytest.skip("the model does not read every script")
    return lambda **window: open_page(script=None, **window)


def choice(page: Page):
    return page.get_by_role("combobox", name=text("script.label"), exact=True)


def test_the_script_is_found_and_its_numerals_shown(open_any):
    page = open_any()
    page.get_by_text(re.compile("^" + text("script.found", script="Latin", percent=99))).wait_for()
    tap(page.locator(".st-key-devanagari_number-jpg button"))
    expect(digit(page)).to_have_text("२०४७")
    page.get_by_text(text("whole.western", western="2047"), exact=True).wait_for()
    page.get_by_text(re.compile("^" + text("script.found", script="Devanagari", percent=99))).wait_for()
    expect(choice(page)).to_have_value(text("script.auto"))


def test_a_script_is_looked_for_by_its_name_and_kept_in_the_address(open_any):
    page = open_any()
    tap(choice(page))
    page.keyboard.type("guj")
    page.keyboard.press("Enter")
    page.get_by_text(text("draw.hint", first="૦", last="૯")).wait_for()
    page.wait_for_url("**/?script=gujarati")
    expect(digit(page)).to_have_text("૫૨૮૪")  # all has arrived, or the browser complains of what the reload cuts off
    page.reload()
    page.get_by_text(text("draw.hint", first="૦", last="૯")).wait_for()
    expect(digit(page)).to_have_text("૫૨૮૪")  # a sample of that script
    tap(choice(page))
    tap(page.get_by_role("option", name=text("script.auto")))
    page.get_by_text(text("draw.hint_any")).wait_for()
    assert "script" not in page.url


@pytest.mark.parametrize("width", [1280, 375])
def test_the_card_shows_the_digits_of_every_script_in_fonts_of_the_page(open_any, width):
    page = open_any(width=width, height=800)
    tap(page.get_by_role("button", name=text("script.card"), exact=True))
    digits = page.locator(".digits b")
    expect(digits).to_have_count(10 * len(SCRIPTS))
    digits.last.scroll_into_view_if_needed()
    expect(digits.last).to_be_in_viewport()
    assert fits(page)
    page.evaluate("document.fonts.ready")
    numerals = "[...document.fonts].filter(face => face.family.includes('Lekh Numerals')).map(face => face.status)"
    assert page.evaluate(numerals) == ["loaded"] * (len(SCRIPTS) - 1)  # Latin has Streamlit's own


def test_a_shape_of_several_scripts_is_said_to_be_so_and_a_tap_chooses_one(open_any):
    page = open_any()
    stroke(page, CIRCLE)
    page.get_by_text(text("script.shared")).wait_for()
    offered = page.locator("[class*=st-key-shared-] button")
    assert offered.count() > 1
    name = offered.last.inner_text().split()[0]
    tap(offered.last)
    expect(choice(page)).to_have_value(re.compile(f"^{name}"))
    expect(digit(page)).to_have_text(re.compile("0"))
    source(page, text("draw.source"))
    page.get_by_text(text("script.shared")).wait_for(state="detached")


def test_a_doodle_is_no_digit_and_its_bars_are_put_away(open_any):
    page = open_any()
    stroke(page, DOODLE)
    page.get_by_text(text("answer.no_digit")).wait_for()
    assert not page.get_by_test_id("stVegaLiteChart").is_visible()
    tap(page.get_by_test_id("stExpander"))
    assert len(numbers(page)) == 10


def test_a_sample_of_each_script_is_read(open_any):
    page = open_any()
    for script in [name for name in SCRIPTS if name != "latin"]:
        path = samples.of_script(script)[0]
        tap(page.locator(f".st-key-{path.name.replace('.', '-')} button"))
        source(page, text("samples.source", name=samples.name(path)))
        found = text("script.found", script=text(f"script.{script}"), percent="PERCENT")
        page.get_by_text(re.compile("^" + found.replace("PERCENT", r"\d+"))).wait_for()


def test_the_server_stays_small(fresh_server, open_page):
    address, process = fresh_server
    page = open_page(address=address)
    for _ in range(5):  # two predictions each
        for points in (SEVEN, ACROSS):
            stroke(page, points)
            source(page, text("draw.source"))
        tap(page.locator(CLEAR))
        page.get_by_text(text("draw.blank")).wait_for()
    assert psutil.Process(process.pid).memory_info().rss < 300e6
