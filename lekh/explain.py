"""Why a digit was read as it was: which strokes spoke for the answer, and which for its rival.

A piece of stroke is erased from what the network saw, and the network is asked again: what the answer loses is what
the piece said for it. That is exact for any network. The way was chosen by the share of digits of held-out writers, in
twelve scripts, whose answer changes when the strongest fifth of the ink is erased (beside it: as much ink at random):

    class activation from the last feature map, 4 x 4 values   17 % (17 %)   of 120 digits
    discs on a grid, 53 on average                             33 % (12 %)
    32 discs spread evenly over the ink                        38 % (12 %)
    32 pieces, the ink parted in 6, in 10 and in 16            39 % (13 %)
    32 discs                                                   31 % (10 %)   of 366 digits
    32 discs, half of class activation added                   33 % (10 %)
    32 pieces, half of class activation added                  30 % (10 %)
    32 pieces                                                  33 % ( 9 %)

`deletion.py` measures the last way again: 38 % (11 %) of 1,071 digits with the network in `model/`.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from lekh.model import Model

PARTS = (6, 10, 16)  # pieces in which the ink is parted, once coarsely, twice more finely; each is erased in turn
NAMED = 0.2  # share of the ink that is named as what spoke most for the answer
INKED = 0.05  # of full ink; less is the blur beside a stroke
FAINT = 0.1  # of the strongest evidence; less is not spoken of
REST = -1  # as a rival: whatever is no digit of the script
_SAMPLED = 600  # pixels of ink that decide where the pieces lie; a large input has more
_ROUNDS = 3
_LEAST = 1e-12  # probability; smaller ones are not told apart


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the strokes of one digit said.

    Attributes:
        seen: float32 `(S, S)`, the digit as the network saw it, 0 paper .. 1 ink.
        script: whose digits `answer` and `rival` are.
        answer: a class of the script.
        rival: the class that it is weighed against, or `REST`.
        margin: natural logarithm of the odds of the answer against the rival; negative where the network, shown the
            digit once and alone, would rather have the rival.
        evidence: float32 `(S, S)`, how much of the margin is lost when the ink around a pixel is erased: positive where
            it spoke for the answer, negative for the rival; 0 where there is no ink.
        without: the class that the network reads once `strongest` is erased, or `REST`; `None` where there is no ink.
    """

    seen: np.ndarray
    script: str
    answer: int
    rival: int
    margin: float
    evidence: np.ndarray
    without: int | None

    @cached_property
    def strongest(self) -> np.ndarray:
        """bool `(S, S)`: the `NAMED` share of the ink that spoke most for the answer."""
        return strongest(self.evidence, self.seen)

    @property
    def speaks_for(self) -> bool:
        """Whether some ink spoke for the answer, beside what spoke most for either."""
        return bool(self.evidence.max() > FAINT * np.abs(self.evidence).max())

    @property
    def speaks_against(self) -> bool:
        """The same for the rival."""
        return bool(-self.evidence.min() > FAINT * np.abs(self.evidence).max())


def explain(
    seen: np.ndarray, model: Model, script: str, answer: int | None = None, rival: int | None = None
) -> Explanation:
    """Weighs every stroke of a digit.

    Args:
        seen: float32 `(S, S, 1)`, what the network saw of the digit: one of a reading's `inputs`.
        model: a loaded model folder, with whatever layers.
        script: whose digits are weighed.
        answer: a class of the script; the most probable one where it is not given.
        rival: another class, or `REST`: whatever is no digit of the script, a digit of another one too. The most
            probable class beside the answer where it is not given.

    Returns:
        An `Explanation`; of a digit without ink one that says nothing.

    Raises:
        LekhError: the model does not read `script`.
    """
    own = model.card.indices(script)
    ink = np.asarray(seen, np.float32)[..., 0]
    pieces = pieces_of(ink)
    shown = np.concatenate([ink[np.newaxis], ink * ~pieces])[..., np.newaxis]
    said = model.predict(shown)
    ranked = [int(place) for place in np.argsort(-said[0, own], kind="stable")]
    answer = ranked[0] if answer is None else answer
    if rival is None:
        rival = next((place for place in ranked if place != answer), REST)
    margins = _margins(said, own, answer, rival)
    evidence = _spread(pieces, margins[0] - margins[1:], ink)
    without = None
    if len(pieces):
        erased = ink * ~strongest(evidence, ink)
        without = read_again(model.predict(erased[np.newaxis, ..., np.newaxis]), own)[0]
    return Explanation(ink, script, answer, rival, float(margins[0]), evidence, without)


def pieces_of(ink: np.ndarray) -> np.ndarray:
    """Pieces of stroke, together each pixel of ink once for each number in `PARTS`.

    Args:
        ink: float32 `(S, S)`.

    Returns:
        bool `(P, S, S)`; `(0, S, S)` where there is no ink.
    """
    pixels = np.argwhere(ink > INKED).astype(np.float32)
    masks = []
    for count in PARTS if len(pixels) else ():
        nearest = _nearest(pixels, _centres(pixels[:: -(-len(pixels) // _SAMPLED)], count))
        for piece in np.unique(nearest):
            mask = np.zeros(ink.shape, bool)
            mask[tuple(pixels[nearest == piece].astype(int).T)] = True
            masks.append(mask)
    return np.stack(masks) if masks else np.zeros((0, *ink.shape), bool)


def _centres(pixels, count):
    """At most `count` places spread evenly over the ink, the same for the same ink: float32 `(n, 2)`."""
    chosen, distance = [0], np.full(len(pixels), np.inf, np.float32)
    while len(chosen) < min(count, len(pixels)):
        distance = np.minimum(distance, ((pixels - pixels[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(distance.argmax()))
    centres = pixels[chosen]
    for _ in range(_ROUNDS):
        nearest = _nearest(pixels, centres)
        sizes = np.bincount(nearest, minlength=len(centres))
        sums = np.stack([np.bincount(nearest, pixels[:, axis], len(centres)) for axis in (0, 1)], axis=1)
        centres = np.where(sizes[:, np.newaxis] > 0, sums / np.maximum(sizes, 1)[:, np.newaxis], centres)
    return centres


def _nearest(pixels, centres):
    return ((pixels[:, np.newaxis] - centres) ** 2).sum(axis=2).argmin(axis=1)


def _margins(said, own, answer, rival):
    """`(N,)`: logarithm of the odds of the answer against the rival in probabilities `(N, C)`."""
    against = said[:, own[rival]] if rival != REST else np.delete(said, own, axis=1).sum(axis=1)
    return np.log(np.maximum(said[:, own[answer]], _LEAST)) - np.log(np.maximum(against, _LEAST))


def _spread(pieces, lost, ink):
    """Each pixel's mean over the pieces that it is part of."""
    if not len(pieces):
        return np.zeros(ink.shape, np.float32)
    covered = pieces.sum(axis=0)
    total = np.tensordot(lost.astype(np.float32), pieces.astype(np.float32), axes=1)
    return np.where(covered > 0, total / np.maximum(covered, 1), 0).astype(np.float32)


def strongest(evidence: np.ndarray, ink: np.ndarray, share: float = NAMED) -> np.ndarray:
    """The ink that spoke most for the answer.

    Args:
        evidence, ink: float32 `(S, S)`.
        share: of all ink, 0 .. 1.

    Returns:
        bool `(S, S)`.
    """
    order = np.argsort(-np.where(ink > INKED, evidence, -np.inf), axis=None, kind="stable")
    gathered = np.cumsum(ink.ravel()[order])
    mask = np.zeros(ink.size, bool)
    if gathered[-1] > 0:
        mask[order[: int(np.searchsorted(gathered, share * gathered[-1])) + 1]] = True
    return mask.reshape(ink.shape) & (ink > INKED)


def read_again(said: np.ndarray, own: list[int]) -> list[int]:
    """The class of a script that each row of probabilities `(N, C)` names; `REST` where all others are likelier."""
    best = said[:, own].argmax(axis=1)
    others = 1 - said[:, own].sum(axis=1)
    return [int(place) if said[row, own[place]] >= others[row] else REST for row, place in enumerate(best)]


def where(mask: np.ndarray, ink: np.ndarray) -> tuple[int, int]:
    """Row and column, 0 to 2 each, of the ninth of the ink's box in which the largest piece of a mask has its middle.

    Args:
        mask: bool `(S, S)`, with ink in it.
        ink: float32 `(S, S)`.
    """
    count, _, stats, middles = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return 1, 1
    x, y = middles[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())]
    rows, columns = np.nonzero(ink > INKED)
    return tuple(
        int(np.clip(3 * (value - places.min()) / max(1, np.ptp(places)), 0, 2))
        for value, places in ((y, rows), (x, columns))
    )
