"""The reading of the boxes that a person has set right."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lekh import ink, layout
from lekh.judging import digit_of
from lekh.looking import looked_at
from lekh.model import Model
from lekh.numerals import AUTO, DOTTED
from lekh.result import Box, Digit, Line, Number, Reading


def read_boxes(reading: Reading, boxes: Sequence[Box], model: Model, script: str = AUTO) -> Reading:
    """The reading of exactly these boxes, as a person corrected them; lines and numbers are found anew.

    What stands where a number was is one still: digits in the boxes of a form are far apart.

    Args:
        reading: of the page; its `grey` is looked at again where a box is new.
        boxes: a box that the reading has too keeps its digit.
        model: a loaded model folder.
        script: as for `reading.read`.

    Raises:
        LekhError: the model does not read `script`.
    """
    start = time.perf_counter()
    known = dict(
        zip([digit.box_xywh for digit in reading.digits], zip(reading.digits, reading.inputs, strict=True), strict=True)
    )
    size = model.card.normalization.size
    script = (reading.script or model.card.scripts[0]) if script == AUTO else script
    digits, inputs = {}, {}
    for box in boxes:
        place = tuple(round(value) for value in box.box_xywh)
        if place in known:
            digit, seen = known[place]
        else:
            digit, seen = _looked_into(reading.grey, place, model, script, reading.hand)
        if box.digit is not None:
            digit = _told(digit, box.digit)
        digits[place], inputs[place] = digit, seen
    numbers = [layout.around([digit.box_xywh for digit in number.digits])
               for line in reading.lines for number in line.numbers]  # fmt: skip
    order = layout.lines_of(list(digits), numbers, script == DOTTED)
    lines = tuple(Line(tuple(Number(tuple(digits[place] for place in number)) for number in line)) for line in order)
    seen = [inputs[digit.box_xywh] for line in lines for digit in line.digits]
    seen = np.stack(seen) if seen else np.zeros((0, size, size, 1), np.float32)
    return replace(reading, lines=lines, inputs=seen, milliseconds=1000 * (time.perf_counter() - start))


def _looked_into(grey, box, model, script, hand):
    """The digit in a box that a person drew, and its input; rejected where nothing is found in it."""
    x, y, w, h = box
    found = ink.find_digit(grey[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)])
    if found is None:
        size, classes = model.card.normalization.size, len(model.card.indices(script))
        return Digit(0, 1 / classes, True, box, (1 / classes,) * classes), np.zeros((size, size, 1), np.float32)
    (digit,) = looked_at([(found.ink, box)], model, script, hand)
    return digit_of(digit, model, script), digit.seen


def _told(digit, said):
    """The digit as a person says it is."""
    sure = tuple(float(place == said) for place in range(len(digit.probabilities)))
    return replace(digit, digit=said, confidence=1.0, rejected=False, probabilities=sure, elsewhere=())
