"""Play without a browser: what stands on the page in each mode, language and script."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lekh import arithmetic
from lekh.arithmetic import evaluate
from lekh.errors import LekhError
from lekh.game import QUESTIONS, Game
from lekh.numerals import SCRIPTS
from views import canvas, play_game, play_learn
from views.play_game import BEST, GAME, equation
from views.strings import CATALOGUES, DEFAULT, explained, text


def app() -> None:
    from views import play

    play.page()


@pytest.fixture
def page(tiny_model_folder, monkeypatch):
    """A function that opens Play with the tiny model; the canvas stays blank unless its sheet is filled."""
    monkeypatch.setenv("LEKH_MODEL", str(tiny_model_folder))
    monkeypatch.setattr("views.canvas.draw", lambda *_, **__: False)
    monkeypatch.setattr("views.screen._screen", lambda **_: {"width": 375})

    def opened(mode: str, script: str = "latin", **session) -> AppTest:
        made = AppTest.from_function(app, default_timeout=30)
        made.session_state["play-mode"], made.session_state["play-script"] = mode, script
        for key, value in session.items():
            made.session_state[key.replace("_", "-")] = value
        made.run()
        assert not made.exception
        return made

    return opened


def html(page: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in page.get("html"))


def button(page: AppTest, key: str):
    return page.button(key=key)


@pytest.mark.parametrize("script", ["latin", "khmer"])
def test_learn_shows_each_numeral_with_its_name(page, script):
    shown = page("learn", script)
    assert f"<b>{SCRIPTS[script].digits[0]}</b>" in html(shown)
    assert text("learn.trace", numeral=SCRIPTS[script].digits[0]) in shown.info[0].value


def test_a_game_is_chosen_and_begins(page):
    shown = page("game")
    button(shown, "game-start").click().run()
    assert not shown.exception
    assert shown.session_state[GAME].place == 0
    assert text("game.place", place=1, count=QUESTIONS) in shown.caption[-2].value
    assert button(shown, "game-check").disabled


def test_right_answers_lead_to_the_summary(page):
    played = Game(("+",), "one", False, np.random.default_rng(1), 0.0)
    shown = page("game", game=played)
    for _ in range(QUESTIONS):
        shown.session_state[GAME].answer(str(shown.session_state[GAME].question.answer))
        shown.run()
        assert len(shown.success) == 1
        button(shown, "game-next").click().run()
    assert shown.subheader[0].value == text("game.done")
    assert shown.session_state[BEST] == QUESTIONS
    button(shown, "game-other").click().run()
    assert button(shown, "game-start")


def test_what_comes_next_stands_above_a_long_list_of_missed_sums(page):
    played = Game(("+",), "one", False, np.random.default_rng(1), 0.0)
    shown = page("game", game=played)
    for _ in range(QUESTIONS):
        button(shown, "game-skip").click().run()
    order = [
        part.key if part.type == "button" else part.value for part in shown.main if part.type in ("button", "caption")
    ]
    assert order.index("game-once-more") < order.index(text("game.missed"))


def test_a_wrong_answer_is_told_as_it_was_given_until_the_sheet_is_cleared(page):
    played = Game(("+",), "one", False, np.random.default_rng(1), 0.0)
    wrong = str((played.question.answer + 1) % 10)
    shown = page("game", game=played, answer=canvas.Sheet(strokes=[{}], png=b"another drawing by now"))
    played.answer(wrong, [[0.1] * 10])
    shown.run()
    assert not shown.exception and shown.info[0].value == text("game.wrong", number=wrong)
    assert text("game.meant") in [pills.label for pills in shown.get("button_group")]
    shown.session_state["answer"].clear()
    shown.run()
    assert not shown.exception and shown.session_state[GAME].phase == "asking" and not shown.info


def test_two_taps_on_next_skip_one_question():
    played = Game(("+",), "one", False, np.random.default_rng(1), 0.0)
    for _ in range(2):
        play_game._next(played, 0)
    assert (played.place, len(played.missed)) == (1, 1)


def test_the_time_that_is_up_is_said_gently(page):
    played = Game(("+",), "one", True, np.random.default_rng(1), -1e9)
    shown = page("game", game=played)
    assert shown.info[0].value == text("game.late", equation=played.question.solved("latin"))


def test_the_equation_has_a_frame_where_the_number_is_missing():
    shown = equation(arithmetic.Question(7, "+", 5, 12, 1), "khmer")
    assert "៧ + " in shown and '<span class="gap">?</span>' in shown and " = ១២" in shown


def test_the_calculator_asks_for_a_model_with_signs(page):
    assert page("calculator").info[0].value == text("play.no_signs")


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script != "latin"])
def test_every_script_has_a_font_to_trace(script):
    assert (play_learn.FONTS / f"NotoSans{play_learn.FONT[script]}-digits.woff").exists()


@pytest.mark.parametrize("written", ["", "1" * 61, "1=2", "1.2.3", "1÷0", "1+", "+×2"])
def test_every_mistake_in_a_calculation_is_in_the_catalogue(written):
    with pytest.raises(LekhError) as raised:
        evaluate(written)
    assert explained(raised.value) in CATALOGUES[DEFAULT].values()
