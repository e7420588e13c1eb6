"""Play, as a child plays it: with a finger on a phone, in two scripts and two languages, right and wrong answers."""

import os
import re
from itertools import pairwise

import pytest
from hands import rest, tap
from pens import strokes
from playwright.sync_api import Page, expect

from lekh import expression, model
from lekh.game import QUESTIONS, SECONDS
from lekh.numerals import to_numerals, to_western
from views.strings import CATALOGUES

SHEET = (328, 230)  # of the game on a phone
WIDE = (720, 200)  # of the calculator
SETTLED = 300  # milliseconds after which a cleared canvas is drawn on
APPLY = {"+": lambda a, b: a + b, "−": lambda a, b: a - b, "×": lambda a, b: a * b, "÷": lambda a, b: a // b}


def says(language: str, key: str, **values) -> str:
    return CATALOGUES[language][key].format(**values)


def play(page: Page, language: str, mode: str) -> None:
    """From the landing page to a mode of Play, in a language that is chosen on the way."""
    if language != "en":
        menu = page.get_by_test_id("stMenuButtonButton")
        tap(menu)
        tap(page.get_by_role("menuitem", name=says(language, "language.name")))
        expect(menu).to_contain_text(says(language, "language.short"))
    tap(page.get_by_role("link", name=says(language, "play.title"), exact=True))
    radio = page.get_by_role("radio", name=says(language, f"play.{mode}"), exact=True)
    radio.wait_for()
    tap(radio)
    expect(radio).to_be_checked()


def corner(page: Page) -> dict:
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    return canvas.bounding_box()


def finger(page: Page, written: list[list[tuple[int, int]]]) -> None:
    """Draws strokes with a finger; Playwright itself can only tap."""
    place = corner(page)
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touched = [{"x": place["x"] + x, "y": place["y"] + y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    for stroke in written:
        send("touchStart", stroke[0])
        for (x0, y0), (x1, y1) in pairwise(stroke):
            for part in (0.5, 1):
                send("touchMove", (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part))
        send("touchEnd")


def mouse(page: Page, written: list[list[tuple[int, int]]]) -> None:
    place = corner(page)
    for stroke in written:
        page.mouse.move(place["x"] + stroke[0][0], place["y"] + stroke[0][1])
        page.mouse.down()
        for x, y in stroke[1:]:
            page.mouse.move(place["x"] + x, place["y"] + y, steps=2)
        page.mouse.up()


def question(page: Page) -> tuple[str, int]:
    """The equation that is asked, and its answer."""
    rest(page)
    shown = page.locator(".sum").first.inner_text()
    left, sign, right, _, result = to_western(shown).replace("\u200e", "").split()
    numbers = {number: int(number) for number in (left, right, result) if number != "?"}
    solutions = [
        guess
        for guess in range(100)
        if (sign != "÷" or numbers.get(right, guess) != 0)
        and APPLY[sign](numbers.get(left, guess), numbers.get(right, guess)) == numbers.get(result, guess)
        and (sign != "÷" or numbers.get(left, guess) % numbers.get(right, guess) == 0)
    ]
    assert len(solutions) == 1, shown
    return shown, solutions[0]


def answer(page: Page, number: int, language: str, script: str) -> None:
    """Draws a number, waits until it is read, and has it checked."""
    page.get_by_text(says(language, "game.hint")).wait_for()
    page.wait_for_timeout(SETTLED)
    finger(page, strokes(str(number), script, SHEET, 130))
    read = says(language, "game.read", number=to_numerals(str(number), script))
    page.get_by_text(read, exact=True).wait_for()
    tap(page.get_by_role("button", name=says(language, "game.check")))


def to_next(page: Page, language: str) -> None:
    before = page.locator(".stMain").get_by_text(re.compile(place(language, ".*"))).first.inner_text()
    tap(page.get_by_role("button", name=says(language, "game.next")))
    expect(page.get_by_text(before, exact=True)).to_have_count(0)


def place(language: str, number) -> str:
    return says(language, "game.place", place=number, count=QUESTIONS)


def start(page: Page, language: str, timed: bool) -> None:
    if timed:
        tap(page.get_by_text(says(language, "game.clock", seconds=60)))
    tap(page.get_by_role("button", name=says(language, "game.start")))
    page.get_by_text(place(language, 1)).wait_for()


def test_a_whole_game_with_latin_digits_right_and_wrong(open_page):
    page = open_page(375, 812, touch=True)
    play(page, "en", "game")
    start(page, "en", timed=False)

    _, right = question(page)  # a wrong answer, then the right one
    answer(page, 7 if right != 7 else 4, "en", "latin")
    page.get_by_text(says("en", "game.wrong", number=7 if right != 7 else 4)).wait_for()
    tap(page.get_by_role("button", name=says("en", "game.again")))
    page.get_by_text(says("en", "game.hint")).wait_for()
    answer(page, right, "en", "latin")
    page.get_by_text(re.compile("^Yes! ")).wait_for()
    to_next(page, "en")

    _, right = question(page)  # misread, as the child says
    answer(page, 7 if right != 7 else 4, "en", "latin")
    radio = page.get_by_test_id("stMain").get_by_role("radio", name=str(right), exact=True)
    tap(radio.or_(page.get_by_test_id("stButtonGroup").get_by_role("button", name=str(right), exact=True)))
    page.get_by_text(re.compile("^Yes! ")).wait_for()
    page.get_by_text(re.compile(says("en", "game.score", score=1))).wait_for()
    to_next(page, "en")

    tap(page.get_by_role("button", name=says("en", "game.skip")))
    for turn in range(4, QUESTIONS + 1):
        page.get_by_text(place("en", turn)).wait_for()
        answer(page, question(page)[1], "en", "latin")
        page.get_by_text(re.compile("^Yes! ")).wait_for()
        tap(page.get_by_role("button", name=says("en", "game.next")))
    page.get_by_text(says("en", "game.done")).wait_for()
    page.get_by_text(says("en", "game.points", score=QUESTIONS - 2, count=QUESTIONS)).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_whole_game_with_khmer_digits_in_khmer_against_the_clock(open_page):
    idle = open_page(375, 812, touch=True)  # somebody who begins at the same time and answers nothing
    play(idle, "en", "game")
    start(idle, "en", timed=True)
    _, missed = question(idle)

    page = open_page(375, 812, theme="dark", touch=True, script="khmer")
    play(page, "km", "game")
    assert "lang=km" in page.url
    start(page, "km", timed=True)
    seconds = page.get_by_test_id("stProgress")
    first = seconds.inner_text()
    page.locator("canvas.upper-canvas").wait_for()
    page.evaluate(  # whatever is put in or taken out while the clock runs, but for the clock
        """() => { window.changes = 0; new MutationObserver(all => { for (const one of all)
        if (!one.target.parentElement?.closest('[data-testid=stProgress]') && one.target.nodeName !== 'BODY')
        window.changes += [...one.addedNodes, ...one.removedNodes].filter(n => n.nodeName === 'CANVAS'
        || n.nodeName === 'BUTTON' || n.querySelector?.('canvas, button')).length; })
        .observe(document.querySelector('[data-testid=stMain]'), { childList: true, subtree: true }); }"""
    )
    expect(seconds).not_to_have_text(first)
    page.wait_for_timeout(2500)
    assert page.evaluate("window.changes") == 0, "The page flickers while the clock runs"
    for turn in range(1, QUESTIONS + 1):
        page.get_by_text(place("km", turn)).wait_for()
        shown, right = question(page)
        assert not re.search("[0-9]", shown)
        wrong = turn == 2
        answer(page, (3 if right != 3 else 2) if wrong else right, "km", "khmer")
        key, values = (
            ("game.wrong", {"number": "៣" if right != 3 else "២"}) if wrong else ("game.right", {"equation": ""})
        )
        page.get_by_text(says("km", key, **values).strip()).first.wait_for()
        tap(page.get_by_role("button", name=says("km", "game.next")))
    page.get_by_text(says("km", "game.done")).wait_for()
    page.get_by_text(says("km", "game.points", score=QUESTIONS - 1, count=QUESTIONS)).wait_for()

    late = idle.get_by_text(re.compile(f"^{says('en', 'game.late', equation='')}"))
    late.wait_for(timeout=1000 * (SECONDS + 30))
    assert str(missed) in late.inner_text()
    to_next(idle, "en")
    idle.get_by_text(place("en", 2)).wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_numeral_written_over_the_grey_one_earns_its_star(open_page, theme):
    page = open_page(375, 812, theme=theme, touch=True, script="khmer")
    play(page, "en", "learn")
    tap(page.get_by_text("៧ ☆"))
    page.get_by_text(says("en", "learn.trace", numeral="៧")).wait_for()
    finger(page, strokes("7", "khmer", (328, 250), 150))
    page.get_by_text(says("en", "learn.good", numeral="៧")).wait_for()
    page.get_by_text("៧ ★").wait_for()
    tap(page.get_by_role("button", name=says("en", "learn.next")))
    page.get_by_text(says("en", "learn.trace", numeral="៨")).wait_for()


@pytest.mark.parametrize(("written", "value"), [("12+7=", "19"), ("90/6=", "15")])
def test_a_drawn_calculation_is_computed(open_page, written, value):
    if not expression.reads(model.load(os.environ.get("LEKH_MODEL") or model.DEFAULT_FOLDER)):
        pytest.skip("The model does not know the signs of arithmetic")
    page = open_page(1280, 800)
    play(page, "en", "calculator")
    page.locator(f"canvas.upper-canvas[width='{WIDE[0]}']").wait_for()
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)  # those of the page before are gone
    mouse(page, strokes(written, "latin", WIDE, 100))
    expect(page.locator(".sum b")).to_have_text(value)


def test_the_page_keeps_its_language_from_page_to_page(open_page):
    page = open_page()
    play(page, "km", "learn")
    tap(page.get_by_role("link", name=says("km", "read.title"), exact=True))
    page.get_by_role("radio", name=says("km", "mode.upload"), exact=True).wait_for()
    assert "lang=km" in page.url
    loaded = "document.fonts.ready.then(() => document.fonts.check('16px \"Lekh Khmer\"', 'លេខ'))"
    assert page.evaluate(loaded)
