"""What is chosen stays chosen: on another page and back, in another language, in a window of another size."""

from hands import rest, tap
from playwright.sync_api import Page, expect

from views.strings import CATALOGUES, MENU, text


def go(page: Page, name: str) -> None:
    tap(page.get_by_role("link", name=text(f"{name}.title"), exact=True))


def choose(page: Page, words: str) -> None:
    tap(page.get_by_role("radio", name=words, exact=True))


def chosen(page: Page, words: str) -> None:
    expect(page.get_by_role("radio", name=words, exact=True)).to_be_checked()


def test_choices_outlive_a_look_at_every_other_page(open_page):
    page = open_page()
    choose(page, text("mode.upload"))
    page.get_by_text(text("upload.blank")).wait_for()
    tap(page.get_by_text(text("amount.one"), exact=True))
    page.get_by_text(text("upload.label_one")).wait_for()
    go(page, "teach")
    choose(page, text("teach.photo"))
    page.get_by_text(text("teach.photo_hint")).wait_for()
    go(page, "model")
    choose(page, text("model.learning"))
    page.get_by_text(text("model.learning_note")).wait_for()
    go(page, "play")
    page.get_by_role("radio", name=text("play.learn"), exact=True).wait_for()
    go(page, "read")
    chosen(page, text("mode.upload"))
    page.get_by_text(text("upload.label_one")).wait_for()
    go(page, "teach")
    chosen(page, text("teach.photo"))
    go(page, "model")
    chosen(page, text("model.learning"))


def test_another_language_keeps_the_script(open_page):
    page = open_page(script="khmer")
    tap(page.locator(f".st-key-{MENU} button").first)
    tap(page.get_by_role("menuitem", name=CATALOGUES["km"]["language.name"]).or_(
        page.get_by_text(CATALOGUES["km"]["language.name"], exact=True)).first)  # fmt: skip
    label = CATALOGUES["km"]["amount.one"]
    tap(page.get_by_text(label, exact=True))
    page.get_by_text(CATALOGUES["km"]["draw.hint_one"].format(first="០", last="៩")).wait_for()
    assert "script=khmer" in page.url


def test_the_script_stays_in_the_address_of_every_page_and_the_way_back_is_open(open_page):
    page = open_page(script="khmer")
    for name in ("play", "model", "teach"):
        go(page, name)
        page.wait_for_url(f"**/{name}?script=khmer")
    expect(page.get_by_role("combobox", name=text("script.label"), exact=True)).to_have_value(text("script.khmer"))
    for name in ("model", "play"):
        rest(page)
        page.go_back()
        page.wait_for_url(f"**/{name}?script=khmer")


def test_a_window_that_changes_on_a_page_after_those_with_sheets(open_page):
    page = open_page()
    for name in ("play", "teach"):
        go(page, name)
        expect(page.locator("canvas.upper-canvas")).to_have_count(1)  # for a moment there is that of another width too
    go(page, "read")
    page.get_by_role("radio", name=text("mode.upload"), exact=True).wait_for()
    page.set_viewport_size({"width": 700, "height": 800})
    choose(page, text("mode.upload"))
    page.get_by_text(text("upload.blank")).wait_for()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_digit_that_was_set_right_stays_chosen(open_page):
    page = open_page()
    tap(page.locator(".photo svg g rect").nth(3))
    told = page.get_by_role("radio", name="4", exact=True)
    tap(told)
    page.get_by_text(text("closer.by_you"), exact=True).wait_for()
    tap(page.get_by_text(text("why.toggle"), exact=True))
    page.get_by_text(text("why.strokes"), exact=True).wait_for()
    expect(page.get_by_text(text("closer.by_you"), exact=True)).to_be_visible()
