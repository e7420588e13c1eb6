"""What a person corrected on a photo: the boxes, how to take a step back, and the reading that follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import streamlit as st

from lekh.model import Model
from lekh.reading import Box
from views import answers
from views.answers import Answer
from views.sources import Source

STATE = "corrections"
KEPT = 64  # photos whose corrections a session keeps
STEPS = 200  # that can be taken back
LARGEST = 9  # digits of a number that the browser may send: bounds and sequence numbers alike

Xywh = tuple[int, int, int, int]


@dataclass
class Corrections:
    """What was done to one photo.

    Attributes:
        boxes: as they are now; `None` while they are the machine's.
        past: the boxes before each step, the latest last.
        applied: number of the browser's last correction that is in `boxes`.
        read: the last answer that followed, before what the person says is set over it, and the question it answers.
    """

    boxes: tuple[Box, ...] | None = None
    past: list[tuple[Box, ...] | None] = field(default_factory=list)
    applied: int = 0
    read: tuple[tuple, Answer] | None = None

    def change(self, boxes: tuple[Box, ...] | None) -> None:
        """Takes one step."""
        self.past = [*self.past, self.boxes][-STEPS:]
        self.boxes = boxes

    def undo(self) -> None:
        """Takes the last step back."""
        if self.past:
            self.boxes = self.past.pop()

    def reset(self) -> None:
        """Brings the machine's boxes back; that can be undone too."""
        self.change(None)


def of(source: Source) -> Corrections:
    """The session's corrections of a photo, those of other photos kept as far as there is room."""
    kept = st.session_state.setdefault(STATE, {})
    found = kept.pop(source.digest, None) or Corrections()
    kept[source.digest] = found
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
    return found


def alone(source: Source) -> Source:
    """The picture as one digit, whose corrections are other ones than those of the whole."""
    return replace(source, digest=f"{source.digest}-alone")


def applied(answer: Answer, source: Source, script: str, model: Model) -> Answer:
    """The answer as the person corrected it; the machine's own where nothing was corrected."""
    mine = of(source)
    if mine.boxes is None:
        return answer
    question = (script, str(model.folder), answer.stamp)
    before = mine.read[1] if mine.read and mine.read[0] == question else answer
    places = [Box(box.box_xywh) for box in mine.boxes]
    if {box.box_xywh for box in places} != {digit.box_xywh for digit in before.reading.digits}:
        before = answers.reread(before, source, places, script, model)
    mine.read = (question, before)
    if all(box.digit is None for box in mine.boxes):
        return before
    return answers.reread(before, source, mine.boxes, script, model)


def shown_boxes(answer: Answer, source: Source) -> tuple[Box, ...]:
    """The boxes of the answer on the page, each with what the person says of it."""
    told = {box.box_xywh: box.digit for box in of(source).boxes or ()}
    return tuple(Box(digit.box_xywh, told.get(digit.box_xywh)) for digit in answer.reading.digits)


def take(edits, answer: Answer, source: Source, classes: int) -> Xywh | None:
    """Takes the corrections that the browser sends and that are not in the answer yet.

    Args:
        edits: list of `{"seq", "kind": "move" | "add" | "delete" | "label", "from", "to", "digit"}`; what is not of
            this form is left out.
        answer: what the page showed.
        source: the photo.
        classes: how many a digit can be said to be.

    Returns:
        The box that was changed last; `None` when it was deleted.
    """
    mine, boxes, last = of(source), shown_boxes(answer, source), None
    for edit in edits if isinstance(edits, Sequence) else ():
        if not isinstance(edit, dict) or not _is_count(edit.get("seq")) or edit["seq"] <= mine.applied:
            continue
        mine.applied = edit["seq"]
        after = change(boxes, edit, answer.size_wh, classes)
        if after != boxes:
            mine.change(after)
            boxes = after
        last = _bounded(edit.get("to") or edit.get("from"), answer.size_wh) if edit.get("kind") != "delete" else None
    return last


def change(boxes: tuple[Box, ...], edit: dict, size_wh: tuple[int, int], classes: int) -> tuple[Box, ...]:
    """`boxes` after one correction, kept within the page; the same when it makes no sense."""
    kind, to = edit.get("kind"), _bounded(edit.get("to"), size_wh)
    if kind == "add":
        return boxes if to is None or any(box.box_xywh == to for box in boxes) else (*boxes, Box(to))
    place = _find(boxes, edit.get("from"))
    if place is None:
        return boxes
    before, box, after = boxes[:place], boxes[place], boxes[place + 1 :]
    if kind == "delete":
        return before + after
    if kind == "move" and to is not None and all(other.box_xywh != to for other in before + after):
        return (*before, replace(box, box_xywh=to), *after)
    digit = edit.get("digit")
    if kind == "label" and (digit is None or (_is_count(digit) and digit < classes)):
        return (*before, replace(box, digit=digit), *after)
    return boxes


def _find(boxes: tuple[Box, ...], box_xywh) -> int | None:
    wanted = tuple(box_xywh) if isinstance(box_xywh, Sequence) else None
    return next((place for place, box in enumerate(boxes) if box.box_xywh == wanted), None)


def _bounded(box_xywh, size_wh: tuple[int, int]) -> Xywh | None:
    """Whole pixels inside the page, at least one each way; `None` when it is no box at all."""
    if not isinstance(box_xywh, Sequence) or len(box_xywh) != 4 or not all(map(_is_number, box_xywh)):
        return None
    x, y, w, h = (round(value) for value in box_xywh)
    left, top = (min(max(start, 0), length - 1) for start, length in ((x, size_wh[0]), (y, size_wh[1])))
    right, bottom = min(x + w, size_wh[0]), min(y + h, size_wh[1])
    return left, top, max(right - left, 1), max(bottom - top, 1)


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**LARGEST


def _is_count(value) -> bool:
    return isinstance(value, int) and _is_number(value) and value >= 0
