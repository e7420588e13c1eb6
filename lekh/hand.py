"""How a writer's hand turns, slants and stretches digits, found from a few of them, and taken back out of others.

Much of what makes a hand hard to read is the same in all of its digits, and small: three numbers, for which twenty
digits are enough. A model that was taught a hand sees each digit as it is and straightened, and believes both; the
first more, because others write upright (`lekh.looking.SAY`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np

from lekh.normalize import bent, shrunk

# What is tried, of each of the three; then, around the best, steps of these sizes to either side.
TURNS, SLANTS, ASPECTS = (-24.0, -12.0, 0.0, 12.0, 24.0), (-0.4, -0.2, 0.0, 0.2, 0.4), (0.67, 1.0, 1.5)
STEPS = (8.0, 0.13, 1.2), (4.0, 0.07, 1.1)
USUAL = 20.0, 0.4, 0.4  # standard deviations of hands: degrees, slant, logarithm of the aspect
LEAST = 1.0  # nats by which a hand must explain its digits better than an upright one does
LIMITS = 60.0, 1.5, 4.0  # of a hand that a card may name
FLOOR = 0.01  # probability added to each; a digit that nothing explains, a slip perhaps, decides no more than that


@dataclass(frozen=True)
class Hand:
    """What straightens the digits of a hand, in the order in which it is done from last to first.

    Attributes:
        turn: degrees, clockwise on the page.
        slant: sideways over height.
        aspect: width over height, of what was square.
    """

    turn: float = 0.0
    slant: float = 0.0
    aspect: float = 1.0

    def __post_init__(self):
        turn, slant, aspect = LIMITS
        if not (abs(self.turn) <= turn and abs(self.slant) <= slant and 1 / aspect <= self.aspect <= aspect):
            raise ValueError(f"No hand is turned, slanted and stretched like {self}.")

    def as_dict(self) -> dict:
        """As the card keeps it."""
        return asdict(self)

    @property
    def matrix(self) -> np.ndarray:
        """float64 `(2, 2)`, of x and y."""
        angle = np.deg2rad(self.turn)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return turned @ np.array([[1, self.slant], [0, 1]]) @ np.diag([self.aspect**0.5, self.aspect**-0.5])

    @property
    def oddness(self) -> float:
        """How far it is from an upright hand, in nats: minus the logarithm of how common it is beside that."""
        off = np.array([self.turn, self.slant, np.log(self.aspect)]) / USUAL
        return float(0.5 * (off**2).sum())

    def straightened(self, ink: np.ndarray, size: int) -> np.ndarray:
        """The ink of one digit, float32 `(h, w)`, 0 paper .. 1 ink, as an upright hand would have written it.

        Args:
            ink: of that digit alone.
            size: side of the network's input; more pixels than twice as many are not bent.
        """
        return bent(shrunk(ink, 2 * size), self.matrix)


def fitted(
    inks: Sequence[np.ndarray], truth: Sequence[int], answers: Callable[[Sequence[np.ndarray]], np.ndarray], size: int
) -> Hand | None:
    """The hand that wrote these digits, as a network sees it.

    Args:
        inks: float32 `(h, w)` of one digit each.
        truth: which each is, a column of the answers.
        answers: the network: inks -> probabilities `(N, K)` that sum to 1.
        size: side of the network's input.

    Returns:
        The likeliest, all digits and the hand itself considered; `None` where an upright one explains them as well.
    """
    small = [shrunk(ink, 2 * size) for ink in inks]
    rows = np.arange(len(small))

    def explained(hand):
        given = answers([bent(ink, hand.matrix) for ink in small])[rows, truth]
        return float(np.log(given + FLOOR).sum()) - hand.oddness

    found = {Hand(): explained(Hand())}
    upright = found[Hand()]
    if upright > -LEAST:
        return None

    def best_with(hands: Iterable[Hand]):
        found.update((hand, explained(hand)) for hand in hands if hand not in found)
        return max(found, key=found.get)

    best = best_with(Hand(*values) for values in product(TURNS, SLANTS, ASPECTS))
    for turn, slant, aspect in STEPS:
        around = product((-turn, 0, turn), (-slant, 0, slant), (1 / aspect, 1, aspect))
        best = best_with([Hand(best.turn + t, best.slant + s, best.aspect * a) for t, s, a in around])
    return best if found[best] > upright + LEAST else None
