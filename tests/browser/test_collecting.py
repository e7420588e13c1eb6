"""Teaching in the real page: symbols of one's own drawn and saved, a wrong answer set right where it was read."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hands import tap
from playwright.sync_api import Page, expect

from lekh import datasets
from lekh.collection import OWN
from views.strings import text

STAR = [(170, 40), (110, 220), (260, 100), (80, 100), (230, 220), (170, 40)]
MOON = [(220, 50), (120, 80), (100, 150), (140, 220), (230, 230)]
SEVEN = [(60, 50), (210, 50), (120, 240)]
KEEP, UNDO = ".st-key-teach-keep button", ".st-key-teach-undo button"


def go(page: Page, name: str) -> None:
    tap(page.get_by_role("link", name=text(f"{name}.title"), exact=True))


def draw(page: Page, points: list[tuple[int, int]], wider: float = 1.0) -> None:
    """Draws with the mouse, `wider` times as wide; points in pixels of the canvas."""
    sheet = page.locator("canvas.upper-canvas")
    sheet.wait_for()
    sheet.scroll_into_view_if_needed()
    corner = sheet.bounding_box()
    places = [(corner["x"] + wider * x, corner["y"] + y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def next_is(page: Page, label: str, place: int) -> None:
    """Waits until the page asks for a class."""
    expect(page.locator(".next")).to_have_text(f"{text('teach.draw_this')}{label}{text('teach.place', place=place)}")


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right."""
    return page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".every(part => part.scrollWidth <= part.clientWidth)"
    )


@pytest.mark.parametrize("width", [1280, 375])
def test_two_symbols_are_drawn_three_times_and_saved_as_a_data_set(open_page, tmp_path, width):
    page = open_page(width=width, height=812)
    go(page, "teach")
    tap(page.get_by_role("combobox", name=text("script.label"), exact=True))
    tap(page.get_by_role("option", name=text("teach.own")))
    page.get_by_label(text("teach.names")).fill("star, moon")
    page.keyboard.press("Enter")
    for turn in range(3):
        for label, points in (("star", STAR), ("moon", MOON)):
            next_is(page, label, turn + 1)
            expect(page.locator(KEEP)).to_be_disabled()
            draw(page, points, 1 + 0.1 * turn)
            expect(page.locator(KEEP)).to_be_enabled()
            tap(page.locator(KEEP))
    next_is(page, "star", 4)
    expect(page.locator(".kept img")).to_have_count(6)
    assert fits(page)
    tap(page.locator(UNDO))
    next_is(page, "moon", 3)
    expect(page.locator(".kept img")).to_have_count(5)
    with page.expect_download() as download:
        tap(page.get_by_role("button", name=text("teach.download")))
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        archive.extractall(tmp_path)
    saved = datasets.load(tmp_path / OWN, OWN)
    assert saved.class_names == ("moon", "star") and saved.labels.tolist() == [0, 0, 1, 1, 1]
    lines = [json.loads(line) for line in (tmp_path / OWN / "metadata.jsonl").read_text("utf-8").splitlines()]
    assert {line["source"] for line in lines} == {"drawn"} and {line["consent"] for line in lines} == {False}


@pytest.mark.parametrize("width", [1280, 375])
def test_a_wrong_answer_is_set_right_in_one_tap_and_kept(open_page, width):
    page = open_page(width=width, height=812)
    draw(page, SEVEN)
    digit = page.get_by_test_id("stMetricValue")
    expect(digit).to_have_text("7")
    tap(
        page.locator("[class*=st-key-told-]")
        .get_by_role("radio", name="3", exact=True)
        .or_(page.locator("[class*=st-key-told-]").get_by_role("button", name="3", exact=True))
        .first
    )
    expect(digit).to_have_text("3")
    page.get_by_text(text("closer.by_you"), exact=True).wait_for()
    assert fits(page)
    tap(page.get_by_role("link", name=text("told.kept")))
    page.get_by_text(text("teach.collected_one"), exact=True).wait_for()
    expect(page.locator(".kept")).to_contain_text("3")
    expect(page.locator(".kept img")).to_have_count(1)
    go(page, "read")
    expect(digit).to_have_text("3")
    tap(page.locator(".st-key-delete-box button"))
    page.get_by_text(text("told.is_none")).wait_for()
    tap(page.locator(".st-key-told-back button"))
    expect(digit).to_have_text("3")
