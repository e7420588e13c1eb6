"""Whether what was found on a picture is writing at all: a weak digit amid what is mostly no digit is none either.

Each thing that was found says something for itself: how much it looks like nothing that is written, how unsure its
digit is. How many of the others are no digits tells how much to believe it. A page of numbers has some dots and blots,
so a weak digit there may pass; in a photo of a desk, in leaves or in print a few things look like digits by chance,
and as often a large one as a small one. What they stand on tells, too, see `lekh.roughness`.
"""

import numpy as np

# Evidence that a thing is no digit, as log odds:
# ALONE + UNLIKE log(how probable it is that it is none) + UNSURE log(1 - confidence).
# Fitted on pieces of digits that were held out and of pictures without digits, rounded.
ALONE, UNLIKE, UNSURE = 2.9, 0.4, 0.35
LEAST_UNLIKE, LEAST_UNSURE = 1e-4, 1e-2  # the network is never surer than this
# Log odds for each doubling by which the ground is rougher than that of printed paper, and for how many at the most.
ROUGH, PRINTED_PAPER, MOST_ROUGH = 2.5, 0.2, 2.0
NO_PAPER = 0.4  # roughness on which a thing that is alone is no digit
UNKNOWN = 0.5  # digits and other things, each, that are taken for granted on any page
LINE = 2.0  # the others of its line count that many times: a number amid drawings is a number
WEIGHT = 2.0  # of the others against its own evidence
MOST = 4.8  # log odds that the others add: what looks like a digit beyond doubt is one wherever it stands
REFUSED = 2.5  # log odds
FEWEST = 2  # things; one says nothing of a page
PAGEFUL, PRINT = 40, -0.45  # things; the mean evidence of a line of print, and of a page of it
WORDS, CLOSE_PRINT = 12, -0.8  # things without a wide gap, more than numbers have digits; such a line's mean evidence
MOST_LINES = 0.7  # of the things on a page stand on such lines: that alone tells print from numbers
NUMBER, LENGTH = -1.5, 3  # mean evidence of a line that is clearly one, amid print, and the fewest things on it
LARGER, PAIR = 1.5, 2  # times the usual size; on lines of larger things, the fewest of them
SEVERAL = 3  # things that may be digits; fewer have no usual size
# Log odds for each doubling by which these differ more than usual in size, and how much of that counts at the most.
UNEVEN, USUAL_SPREAD, MOST_EVEN, MOST_UNEVEN = 2.0, 0.25, 0.2, 0.6
ROUNDS = 15  # of asking each what it is, given the others; they agree long before


def amid_clutter(
    unlike: np.ndarray,
    confidence: np.ndarray,
    rejected: np.ndarray,
    line: np.ndarray,
    number: np.ndarray,
    side: np.ndarray,
    rough: np.ndarray,
) -> np.ndarray:
    """Which of the things found on a picture are no digits, given all the others.

    Nothing is among them on a page where most are digits, nor one alone that stands on paper.

    Args:
        unlike: float `(N,)`, 0 to 1: how probable it is for itself that each is no digit of any script.
        confidence: float `(N,)`, of the digit that each is read as.
        rejected: bool `(N,)`, which are known to be no digits; they speak against the others.
        line: int `(N,)`, the number of the line that each stands on.
        number: int `(N,)`, that of the number it is a part of, as `lekh.layout` has found them.
        side: float `(N,)`, the longer side of each in pixels.
        rough: float `(N,)`, how uneven the ground is that each stands on, from `lekh.roughness`; 0 where nobody looked.

    Returns:
        bool `(N,)`.
    """
    if len(unlike) < FEWEST:
        return rough > NO_PAPER
    own = evidence(unlike, confidence, rejected, rough)
    line = np.unique(line, return_inverse=True)[1]
    others = len(own) - 1 + (LINE - 1) * (np.bincount(line)[line] - 1) + 2 * UNKNOWN
    uneven = _uneven(side[~rejected])
    chance = _chance(own + uneven)
    for _ in range(ROUNDS):
        beside = np.bincount(line, chance)[line]
        clutter = chance.sum() - chance + (LINE - 1) * (beside - chance) + UNKNOWN
        around = np.log(clutter / (others - clutter)) + uneven
        chance = _chance(own + around)
    refused = (around > 0) & (own + np.minimum(WEIGHT * around, MOST) > REFUSED)
    length = np.bincount(line)
    of_line = np.bincount(line, own) / length
    number = np.unique(number, return_inverse=True)[1]
    print_ = np.where(np.bincount(number)[number] > WORDS, CLOSE_PRINT, PRINT)
    if len(own) >= PAGEFUL and (of_line[line] > print_).mean() > MOST_LINES:
        large = np.bincount(line, side) / length > LARGER * np.median(side)
        refused |= ((of_line > NUMBER) | (length < np.where(large, PAIR, LENGTH)))[line]  # not clearly a number
    return refused


def evidence(
    unlike: np.ndarray, confidence: np.ndarray, rejected: np.ndarray, rough: np.ndarray | float = 0.0
) -> np.ndarray:
    """Log odds that each thing is no digit, whatever else there is; all as for `amid_clutter`."""
    own = ALONE + UNLIKE * np.log(unlike + LEAST_UNLIKE) + UNSURE * np.log(1 - confidence + LEAST_UNSURE)
    own += ROUGH * np.clip(np.log2(np.maximum(rough, 1e-9) / PRINTED_PAPER), 0, MOST_ROUGH)
    return np.where(rejected, np.maximum(own, 0), own)


def _uneven(side):
    """Log odds that what has these sides is no writing: the digits of one hand are about as large as each other."""
    if len(side) < SEVERAL:
        return 0.0
    side = np.log2(np.maximum(side, 1))
    spread = np.median(np.abs(side - np.median(side)))
    return float(UNEVEN * np.clip(spread - USUAL_SPREAD, -MOST_EVEN, MOST_UNEVEN))


def _chance(log_odds):
    return 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
