"""The game: sums whose missing number is drawn."""

import time

import numpy as np
import streamlit as st

from lekh.arithmetic import BLANK, LEVELS, OPERATIONS, Question
from lekh.game import ASKING, LATE, QUESTIONS, RIGHT, SECONDS, WRONG, Game, may_have_meant
from lekh.model import Model
from lekh.numerals import to_numerals
from lekh.reading import Reading
from views import answers, canvas, kept, sources
from views.strings import text

GAME, BEST, MEANT = "game", "game-best", "game-meant"
CHOSEN, LEVEL, TIMED = "game-operations", "game-level", "game-timed"  # before a game
SHEET = "answer"
SIZES = {True: (canvas.WIDTH, 230), False: (440, 300)}  # of the sheet in pixels, on a phone and elsewhere
PEN = 12
COLUMN = canvas.WIDTH


def show(script: str, model: Model, narrow: bool) -> None:
    """Shows the game that is played, else what there is to choose."""
    game = st.session_state.get(GAME)
    if game is None:
        _choices()
    elif game.over:
        _summary(game, script)
    else:
        _question(game, script, model, SIZES[narrow])


def _choices() -> None:
    with st.container(width=2 * COLUMN):
        st.pills(
            text("game.operations"),
            OPERATIONS,
            selection_mode="multi",
            format_func=lambda sign: f"**{'−' if sign == '-' else sign}**",
            key=kept.begin(CHOSEN, OPERATIONS[:2]),
        )
        st.segmented_control(
            text("game.level"),
            LEVELS,
            required=True,
            format_func=lambda name: text(f"game.level.{name}"),
            key=kept.begin(LEVEL, LEVELS[0]),
        )
        st.toggle(text("game.clock", seconds=SECONDS), key=kept.begin(TIMED, False))
        st.button(
            text("game.start"),
            icon=":material/play_arrow:",
            type="primary",
            width="stretch",
            key="game-start",
            disabled=not st.session_state[CHOSEN],
            on_click=_start_chosen,
        )


def _start_chosen() -> None:
    """Takes what is chosen now: a quick finger starts before the page has run again with its last choice."""
    chosen = st.session_state
    if chosen[CHOSEN]:
        _start(tuple(chosen[CHOSEN]), chosen[LEVEL], chosen[TIMED])


def _start(operations: tuple[str, ...], level: str, timed: bool) -> None:
    st.session_state[GAME] = Game(operations, level, timed, np.random.default_rng(), time.monotonic())
    canvas.sheet(SHEET).clear()


# A question


def _question(game: Game, script: str, model: Model, size: tuple[int, int]) -> None:
    game.late(time.monotonic())
    if game.phase == WRONG and canvas.sheet(SHEET).png is None:  # the sheet was cleared to draw anew
        game.again(time.monotonic())
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=COLUMN, gap="xsmall"):
            _standing(game)
            st.html(equation(game.question, script))
            said = st.container(gap="xsmall")
        with st.container(width=size[0], gap="xsmall"):
            canvas.draw(SHEET, size, PEN, key=f"canvas-{SHEET}-{size[0]}")
            below = st.container(gap="xsmall")
    if game.phase == ASKING:
        if game.timed:
            with said:
                _clock(game)
        with below:
            _check(game, _read(script, model), script)
    else:
        with said:
            _verdict(game, script)


def equation(question: Question, script: str) -> str:
    """The equation as HTML, with a frame where the number is missing."""
    return f'<div class="sum">{question.printed(script).replace(BLANK, """<span class="gap">?</span>""")}</div>'


def _standing(game: Game) -> None:
    st.caption(
        " · ".join(
            (
                text("game.place", place=game.place + 1, count=QUESTIONS),
                text("game.score", score=game.score),
                text("game.streak", streak=game.streak),
            )
        )
    )


@st.fragment(run_every=1.0)
def _clock(game: Game) -> None:
    """The time that is left; nothing else runs while it does."""
    left = game.seconds_left(time.monotonic())
    st.progress(left / SECONDS, text("game.seconds", seconds=int(left)))
    if left <= 0 and game.phase == ASKING:
        st.rerun()


def _read(script: str, model: Model) -> Reading | None:
    png = canvas.sheet(SHEET).png
    return answers.answer(sources.from_bytes(SHEET, png), script, False, model).reading if png else None


def _number(reading: Reading | None) -> str | None:
    """All digits as one number in Western form; None while one of them is not read."""
    if reading is None or not reading.digits or any(digit.rejected for digit in reading.digits):
        return None
    return "".join(str(digit.digit) for digit in reading.digits)


def _check(game: Game, reading: Reading | None, script: str) -> None:
    number = _number(reading)
    if reading is None:
        st.caption(text("game.hint"))
    elif number is None:
        st.caption(text("game.unclear"))
    else:
        st.html(f'<div class="sum">{text("game.read", number=to_numerals(number, script))}</div>')
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            text("game.check"), icon=":material/check:", type="primary", width="stretch", key="game-check",
            disabled=number is None, on_click=game.answer,
            args=(number, [digit.probabilities for digit in reading.digits] if reading else []),
        )  # fmt: skip
        st.button(text("game.skip"), key="game-skip", width="stretch", on_click=_next, args=(game, game.place))
        st.button(text("game.stop"), key="game-stop", width="stretch", on_click=_stop)


def _verdict(game: Game, script: str) -> None:
    if game.phase == RIGHT:
        st.success(text("game.right", equation=game.question.solved(script)), icon=":material/star:")
        if not game.is_first_try:
            st.caption(text("game.first_try"))
    elif game.phase == LATE:
        st.info(text("game.late", equation=game.question.solved(script)), icon=":material/hourglass_empty:")
    else:
        st.info(text("game.wrong", number=to_numerals(game.said, script)), icon=":material/lightbulb:")
        _meant(game, script)
    with st.container(horizontal=True, gap="xsmall"):
        if game.phase == WRONG:
            st.button(
                text("game.again"), icon=":material/replay:", width="stretch", key="game-again",
                on_click=_again, args=(game,),
            )  # fmt: skip
        st.button(
            text("game.next"), icon=":material/arrow_forward:", type="primary", width="stretch", key="game-next",
            on_click=_next, args=(game, game.place),
        )  # fmt: skip
        st.button(text("game.stop"), key="game-stop", width="stretch", on_click=_stop)


def _meant(game: Game, script: str) -> None:
    """What else the drawing may say, for the child to tell."""
    key = f"{MEANT}-{game.place}"

    def say() -> None:
        if st.session_state[key] is not None:
            game.meant(st.session_state[key])

    said = st.pills(
        text("game.meant"),
        may_have_meant(game.drawn, game.said),
        format_func=lambda number: f"**{to_numerals(number, script)}**",
        key=key,
        on_change=say,
    )
    if said is not None:
        st.caption(text("game.still", number=to_numerals(said, script)))


def _again(game: Game) -> None:
    game.again(time.monotonic())
    canvas.sheet(SHEET).clear()


def _next(game: Game, place: int) -> None:
    if game.place != place:  # tapped twice
        return
    game.next(time.monotonic())
    canvas.sheet(SHEET).clear()
    if game.over:
        st.session_state[BEST] = max(game.score, st.session_state.get(BEST, 0))


def _stop() -> None:
    st.session_state[GAME] = None


# The end


def _summary(game: Game, script: str) -> None:
    with st.container(width=2 * COLUMN):
        st.subheader(text("game.done" if 2 * game.score >= QUESTIONS else "game.over"), anchor=False)
        stars = "".join("<i>★</i>" if place < game.score else '<i class="not">★</i>' for place in range(QUESTIONS))
        st.html(f'<div class="stars">{stars}</div>')
        st.markdown(
            " · ".join(
                (
                    f"**{text('game.points', score=game.score, count=QUESTIONS)}**",
                    text("game.longest", longest=game.longest),
                    text("game.best", best=st.session_state.get(BEST, game.score)),
                )
            )
        )
        with st.container(horizontal=True, gap="xsmall"):
            st.button(
                text("game.once_more"), icon=":material/replay:", type="primary", width="stretch", key="game-once-more",
                on_click=_start, args=(game.operations, game.level, game.timed),
            )  # fmt: skip
            st.button(text("game.other"), width="stretch", key="game-other", on_click=_stop)
        if game.missed:
            st.caption(text("game.missed"))
            st.html("".join(f'<div class="sum long">{question.solved(script)}</div>' for question in game.missed))
