"""What a person does: upload, draw with a mouse or a finger, look at the answer, in both themes and on a phone."""

import io
import re
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from drawn import draw
from PIL import Image
from playwright.sync_api import Page, expect

from views.strings import text

SEVEN = [(60, 50), (210, 50), (120, 240)]
ACROSS = [(95, 140), (190, 140)]
ONE = [(140, 40), (140, 240)]
UNDO, REDO, CLEAR = (f".st-key-draw-{name} button >> nth=0" for name in ("undo", "redo", "clear"))


def photo(digit: int) -> dict:
    buffer = io.BytesIO()
    Image.fromarray(draw("latin", digit, size=400)).save(buffer, "JPEG", quality=95)
    return {"name": f"photo_{digit}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


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
    page.get_by_text(text("mode.upload"), exact=True).click()
    page.locator("input[type=file]").set_input_files(photo(7))
    source(page, "photo_7.jpg")
    expect(digit(page)).to_have_text("7")
    written = numbers(page)
    assert len(written) == 10
    assert float(re.search(r"[\d.]+", written[7]).group()) > 50
    assert page.get_by_test_id("stImage").count() >= 3


def test_several_photos_fill_a_table_that_can_be_saved(open_page):
    page = open_page()
    page.get_by_text(text("mode.upload"), exact=True).click()
    page.locator("input[type=file]").set_input_files([photo(7), photo(1)])
    page.get_by_text(text("batch.summary", read=2, total=2)).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name=text("batch.download")).click()
    saved = download.value
    assert saved.suggested_filename == text("batch.file")
    rows = [line.split(",") for line in Path(saved.path()).read_text(encoding="utf-8-sig").splitlines()]
    assert [row[:2] for row in rows[1:]] == [["photo_7.jpg", "7"], ["photo_1.jpg", "1"]]


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


def test_undo_redo_and_clear(open_page):
    page = open_page()
    expect(page.locator(UNDO)).to_be_disabled()
    stroke(page, ONE)
    expect(digit(page)).to_have_text("1")
    page.locator(UNDO).click()
    page.get_by_text(text("draw.blank")).wait_for()
    page.locator(REDO).click()
    expect(digit(page)).to_have_text("1")
    for _ in range(2):  # the second sheet is as blank as the first
        page.locator(CLEAR).click()
        page.get_by_text(text("draw.blank")).wait_for()
        stroke(page, SEVEN)
        expect(digit(page)).to_have_text("7")


def test_a_drawing_is_still_there_after_a_look_at_another_input(open_page):
    page = open_page()
    stroke(page, SEVEN)
    source(page, text("draw.source"))
    page.get_by_text(text("mode.upload"), exact=True).click()
    page.get_by_text(text("upload.blank")).wait_for()
    page.get_by_text(text("mode.draw"), exact=True).click()
    source(page, text("draw.source"))
    expect(digit(page)).to_have_text("7")
    stroke(page, ACROSS)
    page.wait_for_timeout(1000)  # nothing on the page tells that the second stroke has arrived
    page.locator(UNDO).click()
    expect(page.locator(REDO)).to_be_enabled()
    expect(digit(page)).to_have_text("7")
    expect(page.locator(UNDO)).to_be_enabled()


def test_on_a_phone_a_finger_draws_and_nothing_sticks_out(open_page):
    page = open_page(width=375, height=812, touch=True)
    assert fits(page)
    finger(page, SEVEN)
    source(page, text("draw.source"))
    expect(digit(page)).to_have_text("7")
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
        page.get_by_text(text(f"mode.{mode}"), exact=True).click()
        page.get_by_text(text(f"{mode}.blank")).wait_for()
        assert fits(page)


def test_on_a_desktop_all_that_matters_is_above_the_fold(open_page):
    page = open_page()
    for part in (page.get_by_test_id("stVegaLiteChart"), page.get_by_text(text("steps.input", size=32))):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 800
    assert fits(page)


def test_khmer_numerals_come_with_the_page(open_page):
    page = open_page()
    page.get_by_text("Khmer", exact=True).click()
    page.get_by_test_id("stMetric").get_by_text(text("answer.own_digit", script="Khmer")).wait_for()
    expect(digit(page)).to_have_text("១ = 1")
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('20px \"Lekh Khmer\"', '៥'))")
    loaded = "[...document.fonts].filter(face => face.family.includes('Lekh Khmer')).map(face => face.status)"
    assert page.evaluate(loaded) == ["loaded"]


def test_the_server_stays_small(open_page, server):
    page = open_page()
    for _ in range(5):
        stroke(page, SEVEN)
        source(page, text("draw.source"))
        page.locator(CLEAR).click()
        page.get_by_text(text("draw.blank")).wait_for()
    assert psutil.Process(server[1].pid).memory_info().rss < 300e6
