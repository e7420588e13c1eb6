"""The reading of a picture of one digit, and whether a picture holds no more than that."""

from collections.abc import Sequence

import numpy as np

from lekh import clutter, ink, lone
from lekh.boxes import RIM
from lekh.ground import is_cut_out
from lekh.ink import DigitInk
from lekh.ink_page import PageInk
from lekh.judging import reading_of
from lekh.layout import Piece
from lekh.looking import Found, looked_at
from lekh.model import Model
from lekh.result import Reading
from lekh.roughness import FAINT, TEXTURE, roughness_of_one
from lekh.which_script import scripts_given

SINGLE = 0.8  # confidence of a digit that is taken for all that there is
MAIN = 0.99  # the same, where other things were found that may be a frame or grain
RULED = 0.9  # the same, where rules go from border to border: what it stands on is paper
EVEN = 0.1  # roughness of the paper around a digit that is the only one, however small
LEFT_OF_SQUARES = 60  # things on a page that may be what is left of its squares
FEW = 24  # things on a page; among so few there may be nothing but one digit, broken or on grainy paper
MARGIN = 0.2  # of a picture's width or height; what is thinner and runs along all of its border is no digit


def read_one(grey: np.ndarray, model: Model, script: str) -> Reading:
    """The reading of a page, uint8 `(H, W)`, that holds one digit; without a line where there is no ink."""
    return read_found(grey, ink.find_digit(grey), model, script)


def read_found(grey: np.ndarray, found: DigitInk | None, model: Model, script: str) -> Reading:
    """The same of a page whose digit was found, or none."""
    looked = None if found is None else looked_at([(found.ink, found.box_xywh)], model, script)[0]
    return read_looked_at(grey, found, looked, model, script)


def read_looked_at(
    grey: np.ndarray, found: DigitInk | None, looked: Found | None, model: Model, script: str
) -> Reading:
    """The same where the network was asked already; `looked`: what it says of `found`."""
    if found is None:
        size = model.card.normalization.size
        empty = np.zeros((0, size, size, 1), np.float32)
        return Reading((), (), grey, np.zeros(grey.shape, np.float32), empty)
    return reading_of([[[looked]]], found.ink, grey, model, scripts_given([looked], model, script))


def if_whole(one: Reading, found: DigitInk | None) -> Reading:
    """The reading of a page without pieces: its digit, `found`, is rejected unless it is sure and whole."""
    return one if not one.digits or _is_whole(one, found) else one.all_rejected()


def is_alone(one: Reading, found: DigitInk | None, many: Reading, pieces: Sequence[Piece], page: PageInk) -> bool:
    """Whether a page holds nothing but one digit.

    Args:
        one: the reading of the page as one digit.
        found: that digit.
        many: the reading of all that is on the page.
        pieces: what that was read from.
        page: its ink.
    """
    if not _is_whole(one, found) or _is_surer(many, one):
        return False
    box, shape = one.digits[0].box_xywh, one.grey.shape
    is_all = lone.is_all(one.ink, box, pieces, page.scale, many.digits, shape)
    return is_all or _is_main(one, many) or _is_clear(one, many, found.ruled)


def _is_whole(one, found):
    """Whether the one digit is a digit beyond doubt, and all of it is in the picture, on paper."""
    return _is_sure(one) and not (found.cut_off or _is_cut_off(one)) and not _is_on_rough_ground(one)


def _is_sure(one, least=SINGLE):
    return bool(one.digits) and not one.digits[0].rejected and one.digits[0].confidence >= least


def _is_on_rough_ground(one):
    box = one.digits[0].box_xywh
    if is_cut_out(one.grey):
        return roughness_of_one(one.grey, one.ink, box, FAINT) > TEXTURE
    return roughness_of_one(one.grey, one.ink, box) > clutter.NO_PAPER


def _is_cut_off(one):
    """Whether the one digit is the border's shadow, a margin or the desk.

    Of a large picture it is that where it reaches the border, of a small one where it runs along it, thin, all the way.
    """
    height, width = one.grey.shape
    x, y, w, h = box = one.digits[0].box_xywh
    if not is_cut_out(one.grey):
        return lone.to_border(box, one.grey.shape) <= RIM * max(height, width)
    upright = h >= lone.ACROSS * height and w < MARGIN * width and min(x, width - x - w) == 0
    level = w >= lone.ACROSS * width and h < MARGIN * height and min(y, height - y - h) == 0
    return upright or level


def _is_main(one, many):
    accepted = [digit.box_xywh for digit in many.digits if not digit.rejected]
    return _is_sure(one, MAIN) and lone.is_main(one.digits[0].box_xywh, accepted, one.grey.shape)


def _is_surer(many, one):
    """Whether the one thing on the page is that digit, and was more surely read there."""
    (digit,), (seen, *others) = one.digits, many.digits
    if others or seen.rejected or not lone.is_same(seen.box_xywh, digit.box_xywh):
        return False
    return seen.confidence > digit.confidence


def _is_clear(one, many, ruled):
    """Whether it is the one thing that is surely a digit, however small, and stands on even paper or a ruled page."""
    if many.shows_digits:
        return False
    box, shape = one.digits[0].box_xywh, one.grey.shape
    if lone.to_border(box, shape) <= lone.APART * max(shape):
        return False
    if _is_sure(one, MAIN) and roughness_of_one(one.grey, one.ink, box) <= EVEN:
        return True
    return ruled and _is_sure(one, RULED) and len(many.digits) <= LEFT_OF_SQUARES
