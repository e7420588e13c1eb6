"""A photo of one digit, which may be small on it and beside other things: its ink, before any network is asked.

What learns from photos takes this road, so that it learns the ink that is read when they are read.
"""

import numpy as np

from lekh import ink, ink_page, layout
from lekh.ground import is_cut_out
from lekh.ink import DigitInk

QUICK = 1200  # pixels of a page's longer side, at a first look
TALL = 28  # pixels; digits of this height lose nothing there


def is_photo(grey: np.ndarray) -> bool:
    """Whether a picture, uint8 `(H, W)`, is neither a digit cut out of its page nor a drawing."""
    return not is_cut_out(grey) and ink_page.even_ground(grey) is None


def find_digit(grey: np.ndarray) -> DigitInk | None:
    """The ink of the one digit of a picture: on a photo of a page that shows one thing, of that.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        That thing's ink in its own box; of any other picture what `ink.find_digit` finds, `None` where it holds no ink.
    """
    found = _only_thing(grey) if is_photo(grey) else None
    return ink.find_digit(grey) if found is None else found


def _only_thing(grey):
    """The one thing on a page, seen as closely as it would be read; `None` where there are more, or none."""
    for longer in (QUICK, ink_page.PAGE):
        page = ink_page.find_page(grey, longer)
        pieces = layout.pieces_of(layout.find_lines(page.ink, page.rules))
        if len(pieces) != 1:
            return None
        if page.scale <= 1 or pieces[0].box_xywh[3] >= TALL:
            break
    box = layout.scaled(pieces[0].box_xywh, page.scale)
    return DigitInk(pieces[0].ink, box, bool(page.rules.any()))
