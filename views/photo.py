"""The photo with a box around each digit: the one element of the page that Streamlit does not have.

A click or a key chooses a digit. Where boxes may be corrected, they are moved, resized, added, deleted and relabelled
on the photo itself, with a mouse, a finger or the keyboard. What the browser draws is in `photo.js`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from views.strings import text

HERE = Path(__file__).resolve().parent
SURE, UNSURE, REJECTED, TOLD = range(4)  # how a box is marked; the order is that of `photo.js`
WORDS = ("photo", "boxes", "smaller", "larger", "sure", "unsure", "rejected", "told")

_boxes = st.components.v2.component(
    "lekh_photo", **{kind: (HERE / f"photo.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
)
_picture = st.components.v2.component("lekh_picture", js=(HERE / "picture.js").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Mark:
    """One box on the photo: where, what stands over it, and one of `SURE`, `UNSURE`, `REJECTED` and `TOLD`."""

    box_xywh: tuple[int, int, int, int]
    label: str
    kind: int


def chosen_box(choice) -> tuple | None:
    """The box that the browser says was chosen; `None` for anything that is no four numbers."""
    box = choice.get("box") if isinstance(choice, dict) else None
    four = isinstance(box, list | tuple) and len(box) == 4 and all(isinstance(value, int | float) for value in box)
    return tuple(box) if four else None


def show(
    key: str,
    picture: str,
    size_wh: tuple[int, int],
    height: int,
    marks: list[Mark],
    chosen: tuple[int, int, int, int] | None,
    numerals: list[str],
    correcting: bool,
    applied: int,
    on_choice: Callable[[object], None],
    on_edits: Callable[[object], None],
) -> None:
    """Shows the photo.

    Args:
        key: one a photo; its state in the browser goes with it.
        picture: `data:` address, in any resolution.
        size_wh: of the page that the boxes belong to, in pixels.
        height: on the screen, in pixels at most; less in a low window.
        marks: the boxes, in reading order.
        chosen: the box that stands out.
        numerals: how the ten digits are written over their boxes.
        correcting: whether boxes can be changed.
        applied: number of the last correction that the marks contain.
        on_choice: called before the next run with what the browser says was chosen, `{"box": [x, y, w, h] | None}`.
        on_edits: called before the next run with the corrections that the browser has made, oldest first.
    """
    with st.container(gap=None):
        _picture(key=f"{key}-picture", data={"name": key, "picture": picture}, height=1)
        _boxes(
            key=key,
            data={
                "picture": key,
                "width": size_wh[0],
                "height": size_wh[1],
                "most": height,
                "boxes": [[mark.box_xywh, mark.label, mark.kind] for mark in marks],
                "chosen": chosen,
                "numerals": numerals,
                "correcting": correcting,
                "applied": applied,
                "words": {word: text(f"photo.{word}") for word in WORDS},
            },
            default={"edits": []},
            on_choice_change=lambda: on_choice(st.session_state[key].get("choice")),
            on_edits_change=lambda: on_edits(st.session_state[key].get("edits")),
        )
