"""A page whose digits are known -> samples of its numbers as the road of an upload finds them."""

import numpy as np

from lekh import ink_page, layout
from lekh.numerals import DOTTED
from lekh.sequence_samples import Sample, stored
from lekh.shown import as_shown, pasted
from lekh.strips import Frame
from lekh.written import Page


def found_numbers(page: Page, script: str, rng: np.random.Generator | None = None) -> list[Sample]:
    """What the road of an upload makes of the numbers of a page whose digits are known.

    A number that was found with all ink of some digits and none of the others becomes a sample with these digits; one
    with half a digit becomes none. What was found where nothing was written becomes a sample without digits.

    Args:
        page: what was written, and where.
        script: of its digits.
        rng: where given, some numbers also become a sample of what the page shows around them, and a page with one
            line also one of all that was found on it.
    """
    found = ink_page.find_page(page.grey)
    digits = [
        (value, np.array(box) / found.scale)
        for line in page.lines for written in line for value, box in zip(written.text, written.boxes, strict=True)
    ]  # fmt: skip
    samples = []
    lines = layout.find_lines(found.ink, dotted=script == DOTTED)
    for line in lines:
        for number in line.numbers:
            sheet, origin = pasted(number)
            own = _digits_in(sheet, origin, digits)
            if own:
                samples.append(stored(sheet, origin, Frame.of(sheet), script, own))
                if rng is not None and rng.random() < 0.3:
                    samples.append(_shown(number, page.grey, found.scale, script, digits, 0.3))
            elif own is not None and _is_clutter(number, digits):
                samples.append(stored(sheet, origin, Frame.of(sheet), script, []))
    if rng is not None and lines and len(page.lines) == 1:
        everything = layout.Number(tuple(piece for line in lines for number in line.numbers for piece in number.pieces))
        sheet, origin = pasted(everything)
        if own := _digits_in(sheet, origin, digits):
            samples.append(stored(sheet, origin, Frame.of(sheet), script, own))
        samples.append(_shown(everything, page.grey, found.scale, script, digits, rng.uniform(0.1, 2.0)))
    return [sample for sample in samples if sample is not None]


def _is_clutter(number, digits):
    """Whether a number was found where no digit is near."""
    for _, (x, y, w, h) in digits:
        for px, py, pw, ph in (piece.box_xywh for piece in number.pieces):
            if min(px + pw, x + w) - max(px, x) > -0.2 * h and min(py + ph, y + h) - max(py, y) > -0.2 * h:
                return False
    return True


def _digits_in(sheet, origin, digits):
    """The digits that a number holds, from left to right; None where it holds a part of one."""
    own = []
    for value, (x, y, w, h) in digits:
        x0, y0 = round(x - origin[0]), round(y - origin[1])
        part = sheet[max(0, y0) : max(0, y0 + round(h)), max(0, x0) : max(0, x0 + round(w))]
        rows = (part > 0.4).any(axis=1).sum() if part.size else 0
        if rows > 0.7 * h:
            own.append((value, x, w))
        elif rows > 0.2 * h:
            return None
    return sorted(own, key=lambda digit: digit[1] + digit[2] / 2)


def _shown(number, grey, scale, script, digits, reach):
    """The sample of what the page shows where a number was found; None where a digit is cut by its border."""
    seen, origin, frame = as_shown(*pasted(number), grey, scale, reach)
    own = []
    for value, (x, y, w, h) in digits:
        inside = np.clip(min(origin[0] + seen.shape[1], x + w) - max(origin[0], x), 0, w) / w
        inside *= np.clip(min(origin[1] + seen.shape[0], y + h) - max(origin[1], y), 0, h) / h
        if inside > 0.85:
            own.append((value, x, w))
        elif inside > 0.25:
            return None
    return stored(seen, origin, frame, script, sorted(own, key=lambda digit: digit[1] + digit[2] / 2))
